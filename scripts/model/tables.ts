import { PRICES } from '../prices.ts';
import { ASSUMED } from './assumptions.ts';
import { pooledIn, SHARDS, shardsFor } from './hot.ts';
import { rampMinutes } from './limits.ts';
import { eventsIn, total } from './load.ts';
import type { World } from './world.ts';

/** Rows of text, the header first; the name is that of its place in docs/scale.md. */
export type Table = { readonly name: string; readonly rows: readonly (readonly string[])[] };

const KB = 1000;
const MB = 1_000_000;
const GB = 1_000_000_000;

/** All that the model says of these worlds, side by side. */
export function tablesOf(worlds: readonly World[]): readonly Table[] {
  const sizes = worlds.map(({ assumed }) => sizeOf(assumed.customers));
  /** One row, its figure in each world. */
  const row = (label: string, figure: (world: World) => number | string): string[] => [
    label,
    ...worlds.map((world) => {
      const value = figure(world);
      return typeof value === 'string' ? value : round(value);
    }),
  ];
  const [first] = worlds;
  if (!first) throw new Error('of no customers there is nothing to say');
  return [
    { name: 'events', rows: [['a second, at the peak', ...sizes], ...eventRows(row)] },
    {
      name: 'functions',
      rows: [
        ['function, CPU of a handling; at the peak: handled a second, instances', ...sizes],
        ...first.peak.works.map(({ name, cpuMs }) =>
          row(`${name}, ${cpuMs.toFixed(1)} ms`, ({ peak: { works } }) => {
            const work = works.find((each) => each.name === name);
            return `${round(work?.handled ?? 0)}, ${round(work?.instances ?? 0)}`;
          }),
        ),
        row('vCPUs in all', ({ peak: { works } }) => total(works.map(({ instances }) => instances))),
        row('of them busy', ({ peak: { works } }) => total(works.map(({ busy }) => busy))),
      ],
    },
    {
      name: 'messages',
      rows: [
        ['a second, at the peak', ...sizes],
        row('published', ({ peak: { load } }) => load.published.messages),
        row('pushed to functions', ({ peak: { load } }) => load.delivered.messages),
        row('kept back by filters', ({ peak: { load } }) => load.keptBack.messages),
        row('MB published', ({ peak: { load } }) => load.published.bytes / MB),
        row('MB pushed', ({ peak: { load } }) => load.delivered.bytes / MB),
      ],
    },
    {
      name: 'firestore',
      rows: [
        ['a second, at the peak', ...sizes],
        row('reads', ({ peak: { load } }) => load.reads),
        row('writes', ({ peak: { load } }) => load.writes),
        row('deletes, all expiries, on average', ({ average: { load } }) => load.deletes),
        row('minutes to ramp up to it, from nothing', ({ peak: { load } }) =>
          String(rampMinutes(load.reads + load.writes)),
        ),
      ],
    },
    {
      name: 'sequences',
      rows: [
        ['entries a second at the end of one index, at the peak', ...sizes],
        ...first.peak.sequences.map(({ field, over, isIndexed }) =>
          row(`${field}, ${over === 'all' ? 'of all' : `of one ${over}`}`, ({ peak: { sequences } }) =>
            isIndexed ? (sequences.find((each) => each.field === field)?.entries ?? 0) : 'not indexed',
          ),
        ),
      ],
    },
    {
      name: 'shards',
      rows: [
        ['one pooled account, at the peak', ...sizes],
        row('transfers a second', ({ assumed, peak: { rates } }) => pooledIn(assumed, rates)),
        row(`shards that its balance needs; at most ${SHARDS.max}`, ({ assumed, peak: { rates } }) =>
          shardsFor(pooledIn(assumed, rates)),
        ),
      ],
    },
    {
      name: 'stored',
      rows: [
        ['GB after a year: documents, and their index entries', ...sizes],
        ...first.stored.map(({ collection }) =>
          row(collection, ({ stored }) => {
            const own = stored.find((each) => each.collection === collection);
            return `${round((own?.documentBytes ?? 0) / GB)} + ${round((own?.indexBytes ?? 0) / GB)}`;
          }),
        ),
        row('all of it', ({ stored }) => bytesIn(stored) / GB),
        row('KB a customer', ({ stored, assumed }) => bytesIn(stored) / KB / assumed.customers),
      ],
    },
    {
      name: 'cost',
      rows: [
        ['$ a month', ...sizes],
        ...first.monthly.map(([line], n) => row(line, ({ monthly }) => monthly[n]?.[1] ?? 0)),
        row('all of it', ({ monthly }) => dollarsIn(monthly)),
        row('for one customer', ({ monthly, assumed }) =>
          (dollarsIn(monthly) / assumed.customers).toFixed(4),
        ),
      ],
    },
    { name: 'limits', rows: limitRows(worlds, sizes) },
  ];
}

function eventRows(row: (label: string, figure: (world: World) => number) => string[]): string[][] {
  return [
    row('a transfer is booked', ({ peak: { rates } }) => rates['transfer-booked']),
    row('a card payment is authorised', ({ peak: { rates } }) => rates['card-authorised']),
    row('one is cleared by its name', ({ peak: { rates } }) => rates['card-cleared']),
    row('one is cleared by no name', ({ peak: { rates } }) => rates['card-cleared-unlinked']),
    row('something is told again', ({ peak: { rates } }) => rates['told-again']),
    row('all that banks tell', ({ peak: { rates } }) => eventsIn(rates)),
    row('the same on average', ({ average: { rates } }) => eventsIn(rates)),
    row('the app asks for accounts, and for a feed', ({ peak: { rates } }) => rates['feed-asked']),
    row('the app asks for notifications', ({ peak: { rates } }) => rates['notifications-asked']),
  ];
}

/** What breaks first is first: everything grows with the customers, so one world tells when. */
function limitRows(worlds: readonly World[], sizes: readonly string[]): string[][] {
  const largest = worlds.at(-1);
  const header = ['share of the limit that the peak takes', 'limit', ...sizes, 'reached with, customers'];
  const rows = (largest?.peak.limits ?? []).map(({ name, limit, unit, used }) => [
    name,
    `${limit.toLocaleString('en')} ${unit}`,
    ...worlds.map(({ peak: { limits } }) => shareOf(limits.find((each) => each.name === name))),
    sizeOf(((largest?.assumed.customers ?? 0) * limit) / used),
  ]);
  return [header, ...rows];
}

function shareOf(of: { used: number; limit: number } | undefined): string {
  const share = (of?.used ?? 0) / (of?.limit ?? 1);
  if (share > 1) return `${round(share)} times`;
  return share < 0.001 ? 'none' : `${round(share * 100)} %`;
}

/** The assumptions, each with its reason. */
export function assumptionTable({ assumed }: World): Table {
  const rows = Object.entries(ASSUMED).map(([name, { what, why }]) => [
    what,
    String(assumed[name as keyof typeof ASSUMED]),
    why,
  ]);
  return { name: 'assumptions', rows: [['what', 'value', 'why'], ...rows] };
}

/** What each limit is said by, and what is done about it. */
export function remedyTable({ peak: { limits } }: World): Table {
  const rows = limits.map(({ name, source, remedy }) => [name, remedy, source]);
  return { name: 'remedies', rows: [['limit', 'what is done about it', 'who says so'], ...rows] };
}

/** The list prices that the cost is made of. */
export function priceTable(): Table {
  const rows = Object.values(PRICES).map(({ dollars, unit, source, readOn }) => [
    unit,
    `${round(dollars * 1_000_000)}`,
    `[${new URL(source).hostname}](${source}), ${readOn}`,
  ]);
  return {
    name: 'prices',
    rows: [['one', '$ a million', 'source, and when a stored copy of it was read'], ...rows],
  };
}

function dollarsIn(monthly: World['monthly']): number {
  return total(monthly.map(([, dollars]) => dollars));
}

function bytesIn(stored: World['stored']): number {
  return total(stored.map(({ documentBytes, indexBytes }) => documentBytes + indexBytes));
}

/** As in `35 thousand`. */
function sizeOf(customers: number): string {
  const format = { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 2 } as const;
  return new Intl.NumberFormat('en', format).format(customers);
}

/** Two digits of what is small, no fractions of what is not. */
function round(figure: number): string {
  if (figure >= 10) return Math.round(figure).toLocaleString('en');
  return Number(figure.toPrecision(2)).toLocaleString('en', { maximumSignificantDigits: 2 });
}
