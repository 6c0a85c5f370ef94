import { isDeepStrictEqual } from 'node:util';
import type { Event, Topic } from '../../shared/events/event.ts';
import type { Change } from '../../shared/platform/memory.ts';
import type { Message } from '../../shared/platform/platform.ts';
import { isShard } from '../../shared/store/balances.ts';
import type { Fields, Value } from '../../shared/store/document.ts';
import { eventIn } from '../../shared/testing/builders.ts';
import { stateOf } from '../../shared/testing/world.ts';
import { isOfStory } from './orders.ts';
import type { Story } from './story.ts';

/** A law of the design that did not hold, and what shows it. */
export type Violation = { readonly law: string; readonly shown: string };

/** All that there is to say of one life once it is over. */
export type Life = {
  readonly documents: ReadonlyMap<string, Fields>;
  /** What broke a law while it happened. */
  readonly violations: readonly Violation[];
  /** The bodies that the bank was answered 202 for. */
  readonly acknowledged: ReadonlySet<string>;
  /** What was told of each transaction and account, in no order. */
  readonly told: ReadonlySet<string>;
  /** The transactions that the phone shows. */
  readonly pushed: readonly string[];
  /** How often each notification was asked to be pushed, by distinct events. */
  readonly asked: ReadonlyMap<string, number>;
  readonly failures: readonly Error[];
  /** What customers were answered who own nothing. */
  readonly toStrangers: readonly number[];
  /** How often the push service was called when things were repeated that had long been done. */
  readonly pushesRepeated: number;
};

/** By account and currency, as in `acct-1 DKK booked`. */
type Sums = Map<string, bigint>;

/** Watches over each commit and each message while a life goes on. */
export function watchLaws(cloud: {
  onCommit(listener: (changes: readonly Change[]) => void): void;
  onPublish(listener: (topic: Topic, message: Message) => void): void;
}) {
  const violations: Violation[] = [];
  const acknowledged = new Set<string>();
  const told = new Set<string>();
  /** Which notification each event asked to be pushed. */
  const requests = new Map<string, string>();
  const contents = new Map<string, string>();
  const balances: Sums = new Map();
  const everSeen = new Set<string>();
  const broken = (law: string, shown: string) => violations.push({ law, shown });

  cloud.onCommit((changes) => {
    if (changes.some(({ path }) => /^(accounts|customers|payments|unmatched|deliveries)\//.test(path))) {
      const isOnce = changes.some(({ path, before }) => path.startsWith('inbox/') && !before);
      if (!isOnce)
        broken('effects happen once', `no inbox entry beside ${changes.map(({ path }) => path).join(', ')}`);
    }
    const moved: Sums = new Map();
    for (const { path, before, after } of changes) {
      const [root, account = '', collection, name] = path.split('/');
      if (root !== 'accounts' || name === undefined) continue;
      if (collection === 'transactions') {
        add(moved, account, totalsIn(before), -1n);
        add(moved, account, totalsIn(after), 1n);
        for (const [currency, { held = 0n }] of Object.entries(totalsIn(after)))
          if (held < 0n) broken('the mirror equals the bank', `${path} holds ${held} ${currency}`);
      } else if (collection === 'balances' && isShard(path)) {
        add(moved, account, figuresIn(before), 1n);
        add(moved, account, figuresIn(after), -1n);
        add(balances, account, figuresIn(before), -1n);
        add(balances, account, figuresIn(after), 1n);
      }
    }
    for (const [what, minor] of moved)
      if (minor !== 0n)
        broken(
          'the mirror equals the bank',
          `${what}: one commit moves transactions by ${minor} more than balances`,
        );
    for (const key of new Set([...moved.keys()].map((what) => what.slice(0, what.lastIndexOf(' '))))) {
      const [booked = 0n, held = 0n] = ['booked', 'held'].map((figure) => balances.get(`${key} ${figure}`));
      everSeen.add(`${key} ${booked} ${held}`);
    }
  });

  cloud.onPublish((topic, message) => {
    const event = eventIn(message);
    const content = contentOf(topic, event);
    const before = contents.get(event.id);
    if (before !== undefined && before !== content)
      broken('effects happen once', `${event.type} ${event.id} was told as ${before} and as ${content}`);
    contents.set(event.id, content);
    const { status, bookedMinor, heldMinor } = event.data as Record<string, string>;
    if (topic === 'transactions') told.add(`${event.subject} ${status} ${bookedMinor} ${heldMinor}`);
    if (event.type === 'notification.requested') requests.set(event.id, event.subject);
    if (topic === 'customers') told.add(`${event.subject} ${status}`);
  });

  return {
    violations,
    acknowledged,
    told,
    /** By notification; what was told under two names before they turned out to be one is left out. */
    asked(documents: ReadonlyMap<string, Fields>): Map<string, number> {
      const counts = new Map<string, number>();
      const moved = new Set([...documents.values()].map(({ movedTo }) => movedTo));
      for (const id of requests.values()) if (!moved.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
      return counts;
    },
    acknowledge: (body: Buffer) => acknowledged.add(body.toString()),
    /** What an app was answered must have been true at some moment. */
    sawBalance(accountId: string, body: unknown) {
      const { currency, bookedMinor, heldMinor } = body as Record<string, string>;
      const shown = `${accountId} ${currency} ${bookedMinor} ${heldMinor}`;
      if (!everSeen.has(shown) && !shown.endsWith(' 0 0'))
        broken('the mirror equals the bank', `an app saw ${shown}, which never was`);
    },
  };
}

/** What of a life contradicts the laws, the story's plain sums, and the same story on a calm day. */
export function violationsAfter(life: Life, calm: Life, story: Story): Violation[] {
  const { documents } = life;
  const ofStory = (all: Life) => new Map([...all.documents].filter(([path]) => isOfStory(path)));
  const told = ofStory(life);
  return [
    ...life.violations,
    ...lost(life),
    ...unequal('order and repetition do not matter', [
      ['stored', stateIn(told), stateIn(ofStory(calm))],
      // Of what is told once and plainly, no order and no fault keeps a phone from ringing.
      ['pushed', story.isPlain ? life.pushed : calm.pushed, calm.pushed],
    ]),
    ...repeated(life),
    ...(story.isPart ? [] : unlikeTheBank(told, story)),
    ...inexplicable(documents),
    ...life.toStrangers.flatMap((status) =>
      status === 404
        ? []
        : [{ law: 'nobody sees another’s money', shown: `a stranger was answered ${status}` }],
    ),
    ...life.failures.flatMap((failure) =>
      failure.name === 'StoreError' || failure.message === 'store.contended'
        ? []
        : [{ law: 'a function fails only by others’ fault', shown: failure.stack ?? failure.message }],
    ),
  ];
}

function unequal(
  law: string,
  checks: readonly (readonly [what: string, actual: unknown, expected: unknown])[],
) {
  return checks.flatMap(([what, actual, expected]) =>
    isDeepStrictEqual(actual, expected) ? [] : [{ law, shown: `${what}: ${differences(actual, expected)}` }],
  );
}

function lost({ documents, acknowledged }: Life): Violation[] {
  const law = 'nothing acknowledged is lost';
  const deliveries = [...documents].filter(([path]) => /^deliveries\/[^/]+$/.test(path));
  const archived = new Set(deliveries.map(([, { bytes }]) => Buffer.from(bytes as Uint8Array).toString()));
  const missing = [...acknowledged].filter((body) => !archived.has(body));
  const unpublished = [...documents].filter(([, fields]) => fields.unpublished === true);
  return [
    ...missing.map((body) => ({ law, shown: `not archived: ${body}` })),
    ...unpublished.map(([path]) => ({ law, shown: `${path} was never published` })),
  ];
}

function repeated({ documents, told, asked, pushesRepeated }: Life): Violation[] {
  const law = 'effects happen once';
  const untold = endsIn(documents).filter((end) => !told.has(end));
  return [
    ...untold.map((end) => ({ law, shown: `nobody was told ${end}` })),
    ...[...asked].flatMap(([about, count]) =>
      count > 1 ? [{ law, shown: `${count} pushes of ${about} were asked for` }] : [],
    ),
    ...(pushesRepeated > 0 ? [{ law, shown: `${pushesRepeated} pushes went out again long after` }] : []),
  ];
}

/** Against plain sums over what the bank told. */
function unlikeTheBank(documents: ReadonlyMap<string, Fields>, story: Story): Violation[] {
  // What the bank names nothing for is matched by a rule, and takes from holds.
  const isMatched = [...documents].some(([, { pairs }]) => pairs && Object.keys(pairs).length > 0);
  const held = sumsIn(documents, 'held');
  return [
    ...unequal('the mirror equals the bank', [
      ['booked', sumsIn(documents, 'booked'), withoutZeros(story.booked)],
      ['held', held, isMatched ? held : withoutZeros(story.held)],
      ['accounts', accountsIn(documents), story.accounts],
      ['the bank’s own balances', bankBalancesIn(documents), story.bankBalances],
    ]),
    ...unequal('a poison event blocks nothing but itself', [
      ['parked', parkedIn(documents), [...story.parked]],
    ]),
  ];
}

function inexplicable(documents: ReadonlyMap<string, Fields>): Violation[] {
  return [...documents].flatMap(([path, fields]) =>
    deliveriesBehind(path, fields)
      .filter((deliveryId) => !documents.has(`deliveries/sandbox:${deliveryId}`))
      .map((id) => ({
        law: 'everything is explainable',
        shown: `${path} leads to ${id}, which nobody kept`,
      })),
  );
}

/**
 * What must be the same: all but the deliveries, which the bank groups as it likes, and which of them brought what is
 * parked and how often it was, word of where a notification went that was told under another name first, and news that waits for an account
 * that nobody opened; balances as sums.
 */
function stateIn(documents: ReadonlyMap<string, Fields>) {
  const kept = [...documents].filter(([path]) => !/^(deliveries|audit)\/|\/balances\/[0-9]+$/.test(path));
  const asOf = new Map<string, bigint>();
  for (const [path, { asOfMs }] of documents) {
    const [, account = '', collection] = path.split('/');
    if (collection === 'balances' && typeof asOfMs === 'bigint' && asOfMs > (asOf.get(account) ?? 0n))
      asOf.set(account, asOfMs);
  }
  const balances = {
    ...Object.fromEntries(sumsIn(documents, 'booked')),
    ...Object.fromEntries(sumsIn(documents, 'held')),
  };
  const state = Object.entries(stateOf(new Map(kept)))
    .filter(([, { movedTo, waitsFor }]) => movedTo === undefined && waitsFor === undefined)
    .map(([path, { facts: _facts, attempts: _attempts, lastParkedAt: _last, ...fields }]) => [path, fields]);
  return { ...Object.fromEntries(state), balances, asOf: Object.fromEntries([...asOf].sort()) };
}

function totalsIn(fields: Fields | undefined): Record<string, { booked?: bigint; held?: bigint }> {
  return (fields?._totals ?? {}) as Record<string, { booked?: bigint; held?: bigint }>;
}

function figuresIn(fields: Fields | undefined): Record<string, { booked?: bigint; held?: bigint }> {
  const { asOfMs: _, ...figures } = fields ?? {};
  return figures as Record<string, { booked?: bigint; held?: bigint }>;
}

function add(sums: Sums, account: string, figures: ReturnType<typeof figuresIn>, times: bigint): void {
  for (const [currency, { booked = 0n, held = 0n }] of Object.entries(figures)) {
    for (const [figure, minor] of [
      ['booked', booked],
      ['held', held],
    ] as const) {
      const key = `${account} ${currency} ${figure}`;
      sums.set(key, (sums.get(key) ?? 0n) + times * minor);
    }
  }
}

/** An event as its listeners know it; a fact may come by several deliveries. */
function contentOf(
  topic: Topic,
  { traceparent: _, to: _redriven, link: _by, data, ...envelope }: Event,
): string {
  // The same bytes come again under other headers, and what is parked carries its trace.
  if (topic === 'partner-bank-webhooks' || topic === 'dead-letters') return `${topic} ${envelope.type}`;
  const { deliveryId, receivedAt: _received, ...told } = data as Record<string, unknown>;
  // What a bank answers is one fact, whoever asked.
  if (deliveryId === 'answer') return JSON.stringify([topic, { ...envelope, source: '' }, told]);
  return JSON.stringify([topic, envelope, told]);
}

/** Balances by account and currency, as the plain sum of their documents. */
function sumsIn(documents: ReadonlyMap<string, Fields>, figure: 'booked' | 'held'): Map<string, bigint> {
  const sums: Sums = new Map();
  for (const [path, fields] of documents) {
    const [, account = '', collection] = path.split('/');
    if (collection !== 'balances' || !isShard(path)) continue;
    for (const [currency, { [figure]: minor = 0n }] of Object.entries(figuresIn(fields))) {
      const key = `${account} ${currency}`;
      sums.set(key, (sums.get(key) ?? 0n) + minor);
    }
  }
  return withoutZeros(sums);
}

/** What the last event about each transaction and account must have told. */
function endsIn(documents: ReadonlyMap<string, Fields>): string[] {
  return [...documents].flatMap(([path, fields]) => {
    if (/^accounts\/[^/]+$/.test(path)) return isOfStory(path) ? [`${fields.id} ${fields.status}`] : [];
    if (!path.includes('/transactions/') || fields.aliasOf !== undefined) return [];
    if (fields._root === 'entry') return []; // listed, and told to nobody
    const { booked = 0n, held = 0n } = totalsIn(fields)[fields.currency as string] ?? {};
    return [`${fields.id} ${fields.status} ${booked} ${held}`];
  });
}

/** The deliveries that a transaction's parts came by. */
function deliveriesBehind(path: string, { _arrival = {} }: Fields): string[] {
  if (!path.includes('/transactions/')) return [];
  return Object.values(_arrival as Record<string, { deliveryId: string }>).map(
    ({ deliveryId }) => deliveryId,
  );
}

function parkedIn(documents: ReadonlyMap<string, Fields>): Value[] {
  const waiting = [...documents].filter(
    ([path, { state }]) => /^parked\/[^/]+$/.test(path) && state === 'waiting',
  );
  const reasons = waiting.flatMap(([, { reason = '', waitsFor }]) =>
    // What waits for an account that never opens waits for good.
    typeof waitsFor === 'string' && documents.get(waitsFor)?.openedAt === undefined ? [] : [reason],
  );
  return [...new Set(reasons)].sort();
}

function accountsIn(documents: ReadonlyMap<string, Fields>): Map<string, object> {
  return new Map(
    [...documents].flatMap(([path, { id, status, ownerIds }]) =>
      /^accounts\/[^/]+$/.test(path)
        ? [[id as string, { status, isOpened: (ownerIds as string[]).length > 0 }]]
        : [],
    ),
  );
}

function bankBalancesIn(documents: ReadonlyMap<string, Fields>): Map<string, Value | undefined> {
  const found = [...documents].filter(([path]) => path.endsWith('/balances/bank'));
  return new Map(found.map(([path, { bookedMinor }]) => [path.split('/')[1] ?? '', bookedMinor]));
}

function withoutZeros(sums: ReadonlyMap<string, bigint>): Map<string, bigint> {
  return new Map([...sums].filter(([, amount]) => amount !== 0n).sort());
}

/** Where two things differ, each place on a line of its own. */
function differences(actual: unknown, expected: unknown, place = ''): string {
  if (isDeepStrictEqual(actual, expected)) return '';
  const [one, other] = [actual, expected].map(entriesOf);
  if (!one || !other) return `\n  ${place} is ${shownAs(actual)}, and would be ${shownAs(expected)}`;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].map((name) => differences(one[name], other[name], `${place}/${name}`)).join('');
}

function entriesOf(value: unknown): Record<string, unknown> | undefined {
  if (value instanceof Map) return Object.fromEntries(value);
  const isPlain =
    typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array);
  return isPlain ? (value as Record<string, unknown>) : undefined;
}

function shownAs(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : inner)) ?? 'nothing';
}
