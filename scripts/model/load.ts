import { BOUNDS } from '../manifest/bounds.ts';
import type { Handling, Measured, Story, Told } from '../measured.ts';
import type { Assumptions } from './assumptions.ts';

const DAY_SECONDS = 86_400;
const MONTHS_A_YEAR = 12;
const DAYS_A_YEAR = 365;

/** How often each thing happens. */
export type Rates = Readonly<Record<Story, number>>;

/** What one customer’s bank and app do in a day, on average. */
export function aDayOf(assumed: Assumptions): Rates {
  const { cardPaymentsADay, unlinkedShare, repeatedShare, appOpensADay, listOpensADay } = assumed;
  const transfersADay = (assumed.transfersAMonth * MONTHS_A_YEAR) / DAYS_A_YEAR;
  return {
    // Opened once; what that takes is nothing beside years of payments.
    'account-opened': 0,
    'transfer-booked': transfersADay,
    'told-again': (transfersADay + 2 * cardPaymentsADay) * repeatedShare,
    'card-authorised': cardPaymentsADay,
    'card-cleared': cardPaymentsADay * (1 - unlinkedShare),
    'card-cleared-unlinked': cardPaymentsADay * unlinkedShare,
    'accounts-asked': appOpensADay,
    'feed-asked': appOpensADay,
    'notifications-asked': listOpensADay,
  };
}

/** Of all customers, a second: on average, or `peakFactor` times that. */
export function aSecondOf(assumed: Assumptions, factor = 1): Rates {
  const each = Object.entries(aDayOf(assumed)) as [Story, number][];
  const rates = each.map(([story, times]) => [story, (times * assumed.customers * factor) / DAY_SECONDS]);
  return Object.fromEntries(rates) as Rates;
}

/** What banks tell: everything that no app asked for. */
export function eventsIn(rates: Rates): number {
  const { 'accounts-asked': accounts, 'feed-asked': feed, 'notifications-asked': list, ...told } = rates;
  return total(Object.values(told));
}

/** Everything that is charged for or limited, a second. */
export type Load = {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
  readonly published: { readonly messages: number; readonly bytes: number };
  readonly delivered: { readonly messages: number; readonly bytes: number };
  readonly keptBack: { readonly messages: number; readonly bytes: number };
  /** Documents written, by the collection's last name. */
  readonly writesTo: Readonly<Record<string, number>>;
};

export function loadOf({ stories }: Measured, rates: Rates): Load {
  const each = (Object.keys(rates) as Story[]).map((story) => ({
    times: rates[story],
    told: stories[story],
  }));
  const of = (figure: (told: Told) => number) => total(each.map(({ times, told }) => times * figure(told)));
  const handled = (figure: (handling: Handling) => number) => {
    return of(({ handlings }) => total(handlings.map(figure)));
  };
  const collections = new Set(each.flatMap(({ told }) => Object.keys(told.collections)));
  return {
    reads: handled(({ reads }) => reads),
    writes: handled(({ writes }) => writes),
    deletes: handled(({ deletes }) => deletes),
    published: {
      messages: handled(({ published }) => published.messages),
      bytes: handled(({ published }) => published.bytes),
    },
    delivered: {
      messages: handled(({ delivered }) => delivered.messages),
      bytes: handled(({ delivered }) => delivered.bytes),
    },
    keptBack: {
      messages: of(({ keptBack }) => keptBack.messages),
      bytes: of(({ keptBack }) => keptBack.bytes),
    },
    writesTo: Object.fromEntries(
      [...collections].map((name) => [name, of(({ collections: by }) => by[name]?.writes ?? 0)]),
    ),
  };
}

/** One function at some rate. */
export type Work = {
  readonly name: string;
  /** Messages or requests a second. */
  readonly handled: number;
  /** Of a processor, for one of them. */
  readonly cpuMs: number;
  /** vCPUs that it keeps busy. */
  readonly busy: number;
  /** Instances of one vCPU, whichever is more: for its processor time, or for what waits in each at once. Whole ones. */
  readonly instances: number;
  /** The same, not rounded up: what grows with the customers. */
  readonly needed: number;
  /** Instance-seconds a second that Cloud Run charges for. */
  readonly charged: number;
  readonly logBytes: number;
};

export function worksOf({ stories, functions }: Measured, rates: Rates, assumed: Assumptions): Work[] {
  const works = new Map<string, { handled: number; isPushed: boolean }>();
  for (const [story, times] of Object.entries(rates) as [Story, number][]) {
    for (const { function: name, delivered } of stories[story].handlings) {
      const before = works.get(name)?.handled ?? 0;
      works.set(name, { handled: before + times, isPushed: delivered.messages > 0 });
    }
  }
  return [...works]
    .filter(([, { handled }]) => handled > 0)
    .map(([name, { handled, isPushed }]) => {
      const measured = functions[name];
      if (!measured) throw new Error(`nobody measured what ${name} takes: npm run bench:cost`);
      const { cpuMs } = measured;
      const busy = (handled * cpuMs) / 1000;
      const forCpu = busy / assumed.utilisation;
      const underWay = (handled * assumed.latencyMs) / 1000;
      const forWaiting = underWay / (isPushed ? assumed.concurrency : BOUNDS.request.concurrency);
      // One that is seldom called is charged for while anything at all is under way in it.
      const needed = Math.max(forCpu, forWaiting);
      const charged = Math.max(needed, 1 - Math.exp(-underWay));
      const logBytes = handled * measured.logBytes;
      return { name, handled, cpuMs, busy, instances: Math.ceil(needed), needed, charged, logBytes };
    })
    .sort((a, b) => b.needed - a.needed);
}

export function total(figures: readonly number[]): number {
  return figures.reduce((a, b) => a + b, 0);
}
