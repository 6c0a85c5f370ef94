import fc from 'fast-check';
import { aWireEvent, type WireEvent } from '../../shared/testing/builders.ts';
import type { Order } from './orders.ts';

/** What happened at a bank, told in its events, and what an account must come to, reckoned in plain sums. */
export type Story = {
  readonly events: readonly WireEvent[];
  /** What customers order beside it, from accounts of their own. */
  readonly orders?: readonly Order[];
  /** By account and currency, as in `acct-1 DKK`. */
  readonly booked: ReadonlyMap<string, bigint>;
  readonly held: ReadonlyMap<string, bigint>;
  /** By account: the status of its highest version, and whether its opening was told. */
  readonly accounts: ReadonlyMap<string, { readonly status: string; readonly isOpened: boolean }>;
  /** By account: what the bank said last that it has booked. */
  readonly bankBalances: ReadonlyMap<string, bigint>;
  /** Why some of it can never be processed. */
  readonly parked: readonly string[];
  /** Nothing is told twice, so that each entry is one fact, and one effect, in any order. */
  readonly isPlain: boolean;
  /** Some of it was left out to see whether a law breaks without it: then the sums are no more those of the events. */
  readonly isPart?: boolean;
};

// The bank may send it, and it is no id of a document once it is encoded.
const UNUSABLE = '😀'.repeat(128);

const minor = fc.integer({ min: 1, max: 50_000 });
const minors = fc.array(minor, { maxLength: 2 });

const clearing = fc.record({
  amount: minor,
  final: fc.boolean(),
  // The bank names the authorisation, or never, or tells the clearing again once it knows.
  link: fc.constantFrom('named' as const, 'unnamed' as const, 'named-later' as const),
});
const refund = fc.record({
  amount: minor,
  // The bank names what it knows: all at once, or nothing, then the clearing, then the authorisation as well.
  names: fc.constantFrom(
    'authorisation' as const,
    'clearing' as const,
    'both' as const,
    'nothing' as const,
    'named-later' as const,
  ),
});
const purchase = fc.record({
  kind: fc.constant('purchase' as const),
  authorised: fc.option(minor),
  increments: minors,
  reversals: minors,
  clearings: fc.array(clearing, { maxLength: 3 }),
  refunds: fc.array(refund, { maxLength: 2 }),
  end: fc.constantFrom(...(['open', 'open', 'expired', 'declined', 'due'] as const)),
});
const transfer = fc.record({
  kind: fc.constant('transfer' as const),
  direction: fc.constantFrom('credit' as const, 'debit' as const),
  amount: minor,
  told: fc.subarray(['pending', 'booked', 'cancelled', 'reversed'] as const, { minLength: 1 }),
});
/** What an account had before, the bank's own figures of it, and its lists of entries without ids. */
const stock = fc.record({
  broughtForward: fc.option(fc.record({ direction: fc.constantFrom('credit', 'debit'), amount: minor })),
  balances: fc.array(fc.integer({ min: -50_000, max: 50_000 }), { maxLength: 3 }),
  lists: fc.array(
    fc.array(
      fc.record({ direction: fc.constantFrom('credit', 'debit'), amount: fc.constantFrom(700, 3_200) }),
      {
        maxLength: 4,
      },
    ),
    { maxLength: 3 },
  ),
});
const economic = fc.record({
  account: fc.constantFrom('acct-1', 'acct-2'),
  currency: fc.constantFrom('DKK', 'DKK', 'EUR', 'JPY'),
  what: fc.oneof(purchase, transfer),
});
type State = 'account.opened' | 'account.frozen' | 'account.unfrozen' | 'account.closed';
const changes: fc.Arbitrary<State[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<State[]>([]) },
  { weight: 1, arbitrary: fc.subarray<State>(['account.frozen', 'account.unfrozen', 'account.closed']) },
);
/** Now and then an account's opening is never told. */
const states = fc.oneof(
  { weight: 5, arbitrary: changes.map((told): State[] => ['account.opened', ...told]) },
  { weight: 1, arbitrary: changes },
);

type Told = { events: WireEvent[]; booked: number; held: number };

export const stories = storiesOf({ economicsMax: 5 });

/** Stories of at most so many purchases and transfers. */
export function storiesOf({ economicsMax }: { economicsMax: number }): fc.Arbitrary<Story> {
  return fc
    .record({
      economics: fc.array(economic, { minLength: 1, maxLength: economicsMax }),
      states: fc.record({ 'acct-1': states, 'acct-2': states }),
      stocks: fc.record({ 'acct-1': stock, 'acct-2': stock }),
      poison: fc.constantFrom(null, null, 'bank-event.unknown-type', 'id.unusable'),
      retold: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(30), { maxLength: 6 })),
    })
    .map(({ economics, states, stocks, poison, retold }) => {
      const booked = new Map<string, bigint>();
      const held = new Map<string, bigint>();
      const events = economics.flatMap(({ account, currency, what }, n) => {
        const told = what.kind === 'purchase' ? tellPurchase(what, n) : tellTransfer(what, n);
        const key = `${account} ${currency}`;
        booked.set(key, (booked.get(key) ?? 0n) + BigInt(told.booked));
        held.set(key, (held.get(key) ?? 0n) + BigInt(told.held));
        return told.events.map((event) => moved(event, account, currency));
      });
      const accounts = new Map<string, Story['accounts'] extends ReadonlyMap<string, infer V> ? V : never>();
      for (const [account, told] of Object.entries(states)) {
        const last = told.at(-1);
        if (last) accounts.set(account, { status: STATUS[last], isOpened: told.includes('account.opened') });
        const { broughtForward } = stocks[account as keyof typeof stocks];
        const forward = told.includes('account.opened') && broughtForward ? broughtForward : undefined;
        if (forward) {
          const { direction, amount } = forward;
          const key = `${account} DKK`;
          booked.set(key, (booked.get(key) ?? 0n) + BigInt(direction === 'credit' ? amount : -amount));
        }
        events.push(...told.map((type) => tellState(type, account, forward)));
      }
      const bankBalances = new Map<string, bigint>();
      for (const [account, { balances, lists }] of Object.entries(stocks)) {
        const last = balances.at(-1);
        if (last !== undefined) bankBalances.set(account, BigInt(last));
        events.push(...balances.map((amount, n) => tellBalance(account, amount, n + 1)));
        events.push(...lists.map((entries, n) => tellPending(account, entries, n)));
        const debits = (lists.at(-1) ?? []).filter(({ direction }) => direction === 'debit');
        const key = `${account} DKK`;
        held.set(key, (held.get(key) ?? 0n) + BigInt(total(debits.map(({ amount }) => amount))));
      }
      // The same once more under another event id, as banks do it.
      events.push(
        ...events.flatMap((event, n) => (retold.includes(n) ? { ...event, id: `${event.id}-new` } : [])),
      );
      if (poison === 'bank-event.unknown-type')
        events.push(aWireEvent('account.painted-blue', {}, { id: 'evt-poison' }));
      if (poison === 'id.unusable')
        events.push(aWireEvent('transaction.booked', { transactionId: UNUSABLE }, { id: 'evt-poison' }));
      const isTwice = ({ what }: (typeof economics)[number]) =>
        what.kind === 'purchase' &&
        (what.clearings.some(({ link }) => link === 'named-later') ||
          what.refunds.some(({ names }) => names === 'named-later'));
      const isPlain = retold.length === 0 && !economics.some(isTwice);
      return { events, booked, held, accounts, bankBalances, parked: poison ? [poison] : [], isPlain };
    });
}

function tellPurchase(told: typeof purchase extends fc.Arbitrary<infer P> ? P : never, n: number): Told {
  const authorisationId = `auth/${n}.a`; // ids are the bank's: nothing keeps slashes and dots out of them
  const clearingId = (c: number) => `clr-${n}-${c}`;
  const events: WireEvent[] = [];
  const tell = (type: string, id: string, amount: number, data: Record<string, unknown>) =>
    events.push(
      aWireEvent(
        type,
        { amountMinor: String(amount), ...data },
        { id, occurredAt: occurredAt(n, events.length) },
      ),
    );

  // Of what is due the bank says no more, and gives it up all the same.
  const expiresAt = told.end === 'due' ? occurredAt(n, 0).replace('-23T', '-30T') : undefined;
  const authorisation = { authorisationId, ...(expiresAt && { expiresAt }) };
  if (told.authorised) tell('card.authorisation-created', `evt-${n}-a`, told.authorised, authorisation);
  for (const [i, delta] of told.increments.entries())
    tell('card.authorisation-incremented', `evt-${n}-i${i}`, delta, {
      authorisationId,
      incrementId: `i${n}-${i}`,
    });
  for (const [i, delta] of told.reversals.entries())
    tell('card.authorisation-reversed', `evt-${n}-r${i}`, delta, {
      authorisationId,
      reversalId: `r${n}-${i}`,
    });
  if (told.end === 'expired') tell('card.authorisation-expired', `evt-${n}-x`, 1, { authorisationId });
  if (told.end === 'declined') tell('card.authorisation-declined', `evt-${n}-d`, 700, { authorisationId });
  for (const [i, { amount, final, link }] of told.clearings.entries()) {
    const data = { clearingId: clearingId(i), final };
    const at = occurredAt(n, 50 + i);
    const clear = (id: string, named: object) =>
      events.push(
        aWireEvent(
          'card.cleared',
          { amountMinor: String(amount), ...data, ...named },
          { id, occurredAt: at },
        ),
      );
    if (link !== 'named') clear(`evt-${n}-c${i}`, { authorisationId: null });
    if (link !== 'unnamed') clear(`evt-${n}-c${i}-named`, { authorisationId });
  }
  // With no clearing told, a refund names one that never comes.
  const known = { clearingId: clearingId(0), authorisationId };
  for (const [i, { amount, names }] of told.refunds.entries()) {
    const at = occurredAt(n, 40 + i);
    for (const [step, named] of namesTold(names, known).entries()) {
      const data = { amountMinor: String(amount), refundId: `ref-${n}-${i}`, ...named };
      events.push(aWireEvent('card.refunded', data, { id: `evt-${n}-f${i}-${step}`, occurredAt: at }));
    }
  }

  // A refund that names both says whose clearing it is, also where the clearing itself never does.
  const namesBoth = told.refunds.some(({ names }) => names === 'both' || names === 'named-later');
  const linked = told.clearings.filter(({ link }, i) => link !== 'unnamed' || (i === 0 && namesBoth));
  const cleared = total(linked.map(({ amount }) => amount));
  const authorised = (told.authorised ?? 0) + total(told.increments) - total(told.reversals);
  const isDue = told.end === 'due' && told.authorised !== null;
  const isReleased =
    isDue || told.end === 'expired' || told.end === 'declined' || linked.some(({ final }) => final);
  return {
    events,
    booked:
      total(told.refunds.map(({ amount }) => amount)) - total(told.clearings.map(({ amount }) => amount)),
    held: isReleased ? 0 : Math.max(0, authorised - cleared),
  };
}

/** What each telling of a refund names: mostly there is one. */
function namesTold(
  names: 'authorisation' | 'clearing' | 'both' | 'nothing' | 'named-later',
  known: { readonly clearingId: string; readonly authorisationId: string },
): object[] {
  const { clearingId, authorisationId } = known;
  switch (names) {
    case 'nothing':
      return [{}];
    case 'clearing':
      return [{ clearingId }];
    case 'authorisation':
      return [{ authorisationId }];
    case 'both':
      return [known];
    case 'named-later':
      return [{}, { clearingId }, known];
  }
}

function tellTransfer(
  { direction, amount, told }: typeof transfer extends fc.Arbitrary<infer T> ? T : never,
  n: number,
): Told {
  const data = { transactionId: `trf-${n}`, direction, amountMinor: String(amount), remittance: 'Rent' };
  const isOver = told.some((step) => step !== 'pending');
  const isBooked = told.includes('booked') && !told.includes('reversed');
  const holds = direction === 'debit' && !isOver;
  return {
    events: told.map((step, i) =>
      aWireEvent(`transaction.${step}`, data, { id: `evt-${n}-${step}`, occurredAt: occurredAt(n, i) }),
    ),
    booked: isBooked ? (direction === 'credit' ? amount : -amount) : 0,
    held: holds ? amount : 0,
  };
}

const VERSION = { 'account.opened': 1, 'account.frozen': 2, 'account.unfrozen': 3, 'account.closed': 4 };
const STATUS = {
  'account.opened': 'open',
  'account.frozen': 'frozen',
  'account.unfrozen': 'open',
  'account.closed': 'closed',
};

function tellState(
  type: keyof typeof VERSION,
  account: string,
  forward: { direction: string; amount: number } | undefined,
): WireEvent {
  const broughtForward = forward && {
    direction: forward.direction,
    amount: { amountMinor: String(forward.amount), currency: 'DKK' },
    asOf: occurredAt(0, 0),
  };
  const opening = { ownerRefs: ['uid-ann'], currency: 'DKK', broughtForward };
  const data = type === 'account.opened' ? opening : {};
  const envelope = { id: `evt-${account}-${type}`, accountId: account, resourceVersion: VERSION[type] };
  return aWireEvent(type, data, envelope);
}

function tellBalance(accountId: string, amount: number, sequence: number): WireEvent {
  const figure = { amountMinor: String(amount), currency: 'DKK' };
  const data = { booked: figure, available: figure, asOf: occurredAt(1, sequence), sequence };
  return aWireEvent('account.balance-updated', data, { id: `evt-${accountId}-b${sequence}`, accountId });
}

function tellPending(
  accountId: string,
  entries: readonly { direction: string; amount: number }[],
  n: number,
): WireEvent {
  const listed = entries.map(({ direction, amount }) => ({
    direction,
    amount: { amountMinor: String(amount), currency: 'DKK' },
    description: 'Pending',
  }));
  const data = { asOf: occurredAt(2, n), entries: listed };
  return aWireEvent('account.pending-listed', data, { id: `evt-${accountId}-l${n}`, accountId });
}

/** The event in another account and currency; the builder's are `acct-1` and DKK. */
function moved(event: WireEvent, accountId: string, currency: string): WireEvent {
  const data = Object.entries(event.data).map(([name, value]) => [
    name,
    name === 'amount' || name === 'delta' ? { ...(value as object), currency } : value,
  ]);
  return { ...event, accountId, data: Object.fromEntries(data) };
}

function occurredAt(n: number, second: number): string {
  return new Date(Date.UTC(2026, 10, 23, 8, n, second)).toISOString();
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

/** A bank's deliveries of the story: every event at least once, some again, all in some order and grouping. */
export function deliveredInAnyOrder(
  { events }: Pick<Story, 'events'>,
  random: (limit: number) => number,
): WireEvent[][] {
  const again = events.filter(() => random(5) === 0);
  const left = [...events, ...again];
  const deliveries: WireEvent[][] = [];
  while (left.length > 0) {
    const size = 1 + random(4);
    deliveries.push([]);
    while (left.length > 0 && (deliveries.at(-1)?.length ?? 0) < size) {
      deliveries.at(-1)?.push(...left.splice(random(left.length), 1));
    }
  }
  return deliveries;
}
