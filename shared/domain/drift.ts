import { signed } from './money.ts';
import { type Part, type Parts, partKey, totalsOf } from './transaction.ts';

/**
 * Why our half of an account is not as the bank's.
 * - `missing-fact`: the bank lists it, and it is in none of our transactions.
 * - `extra-fact`: we booked what the bank does not list. - `other-content`: the bank has another amount under the same id.
 * - `wrong-sum`: the balance is not what its transactions sum to. - `wrong-currency`: the bank has it in another.
 * - `bank-contradicts-itself`: what it says is booked is not what its own events sum to.
 * And of one day's statement (`statement.ts`):
 * - `line-without-entry`, `entry-without-line`: one of the two has no other. - `line-other-amount`: they are not of one amount.
 * - `statement-not-closed`: its opening and its lines do not make its closing.
 */
export const CAUSES = [
  'missing-fact',
  'extra-fact',
  'other-content',
  'wrong-sum',
  'wrong-currency',
  'bank-contradicts-itself',
  'line-without-entry',
  'entry-without-line',
  'line-other-amount',
  'statement-not-closed',
] as const;
export type Cause = (typeof CAUSES)[number];

const OF_STATEMENTS: ReadonlySet<Cause> = new Set([
  'line-without-entry',
  'entry-without-line',
  'line-other-amount',
  'statement-not-closed',
]);

/** The day whose statement it is about; undefined where it is about the balance. */
export function statementOf({ cause, evidence }: Pick<Finding, 'cause' | 'evidence'>): string | undefined {
  return OF_STATEMENTS.has(cause) ? evidence.date : undefined;
}

export type Finding = {
  readonly cause: Cause;
  /** The key of the entry that it is about, as in `booking:btx_1`; empty where it is about a sum. */
  readonly entry: string;
  /** Signed minor units: what the bank has booked more than we have, for this cause. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Ids, instants and figures. */
  readonly evidence: Readonly<Record<string, string>>;
};

/** An entry as the bank lists it. */
export type Listed = { readonly part: Part; readonly bankEventId: string };

export type Comparison = {
  readonly bank: { readonly bookedMinor: bigint; readonly currency: string };
  /** As of one moment, before the bank was asked. */
  readonly ours: {
    readonly currency: string | undefined;
    /** What the balance says, and what the transactions sum to. */
    readonly balanceMinor: bigint;
    readonly transactionsMinor: bigint;
    readonly parts: Parts;
  };
  /** All that the bank lists, up to when it said what is booked. */
  readonly listed: readonly Listed[];
  /** What occurred later, by the bank's clock, may still be on its way. */
  readonly settledBefore: string;
};

/** What explains that the two differ; nothing where it is only on its way. */
export function findingsOf({ bank, ours, listed, settledBefore }: Comparison): Finding[] {
  const { currency } = bank;
  if (ours.currency !== undefined && ours.currency !== currency) {
    const evidence = { ours: ours.currency, banks: currency };
    return [{ cause: 'wrong-currency', entry: '', amountMinor: bank.bookedMinor, currency, evidence }];
  }
  const found: Finding[] = [];
  const tell = (
    cause: Cause,
    entry: string,
    amountMinor: bigint,
    evidence: Readonly<Record<string, string>>,
  ) => found.push({ cause, entry, amountMinor, currency, evidence });

  const wrong = ours.transactionsMinor - ours.balanceMinor;
  if (wrong !== 0n) {
    const evidence = { balance: `${ours.balanceMinor}`, transactions: `${ours.transactionsMinor}` };
    tell('wrong-sum', '', wrong, evidence);
  }

  const atBank = new Map(listed.map((each) => [partKey(each.part), each]));
  for (const [key, { part, bankEventId }] of atBank) {
    const own = ours.parts[key];
    const evidence = { bankEventId, occurredAt: part.occurredAt };
    if (!own && part.occurredAt < settledBefore)
      tell('missing-fact', key, bookedBy(part, currency), evidence);
    if (own && !isSame(own, part))
      tell('other-content', key, bookedBy(part, currency) - bookedBy(own, currency), evidence);
  }
  for (const [key, part] of Object.entries(ours.parts)) {
    const booked = bookedBy(part, currency);
    if (booked !== 0n && !atBank.has(key)) tell('extra-fact', key, -booked, { occurredAt: part.occurredAt });
  }

  const events = bookedMinorOf(listed, currency);
  if (events !== bank.bookedMinor) {
    const evidence = { booked: `${bank.bookedMinor}`, events: `${events}` };
    tell('bank-contradicts-itself', '', bank.bookedMinor - events, evidence);
  }
  return found;
}

/** What all these entries have booked together. */
export function bookedMinorOf(listed: readonly Listed[], currency: string): bigint {
  const parts = Object.fromEntries(listed.map(({ part }) => [partKey(part), part]));
  return totalsOf(parts)[currency]?.booked ?? 0n;
}

/** What one entry books by itself; what takes a booking back, as if the booking were there. */
export function bookedBy(part: Part, currency: string): bigint {
  if (part.currency !== currency) return 0n;
  if (part.kind === 'booking-reversal') return -signed(part.direction, part.amountMinor);
  return totalsOf({ [partKey(part)]: part })[currency]?.booked ?? 0n;
}

function isSame(a: Part, b: Part): boolean {
  return a.amountMinor === b.amountMinor && a.currency === b.currency && a.direction === b.direction;
}

/**
 * - `suspected`: seen once, and perhaps only a page that was late. - `healing`: what is missing is on its way, or the sum is
 * mended. - `open`: only a person can tell who is right. - `healed`, `dismissed`: a later comparison found it no more.
 */
export const DRIFT_STATES = ['suspected', 'healing', 'open', 'healed', 'dismissed'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

export type Drift = Finding & {
  readonly id: string;
  readonly bank: string;
  readonly accountId: string;
  readonly state: DriftState;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** When a comparison found it no more. */
  readonly settledAt?: string | undefined;
};

// Longer than between two pages of a list that is being read, and shorter than between two ticks.
const CONFIRMED_AFTER_MS = 4 * 60_000;
const HEALS: ReadonlySet<Cause> = new Set(['missing-fact', 'wrong-sum']);

/** The drift after it was found at this instant; `undefined` where that is old news. */
export function seenAgain(
  before: Drift | undefined,
  found: Omit<Drift, 'state' | 'firstSeenAt' | 'lastSeenAt'>,
  at: string,
): Drift | undefined {
  if (before && at <= (before.settledAt ?? before.lastSeenAt)) return undefined;
  const isNew = !before || before.settledAt !== undefined;
  const firstSeenAt = isNew ? at : before.firstSeenAt;
  const isConfirmed = Date.parse(at) - Date.parse(firstSeenAt) >= CONFIRMED_AFTER_MS;
  const state = HEALS.has(found.cause) ? 'healing' : isConfirmed ? 'open' : 'suspected';
  return { ...found, state, firstSeenAt, lastSeenAt: at, settledAt: undefined };
}

/** The drift after a comparison that did not find it; `undefined` where it was seen since, or is settled. */
export function notSeen(before: Drift, at: string): Drift | undefined {
  if (before.settledAt !== undefined || at <= before.lastSeenAt) return undefined;
  return { ...before, state: before.state === 'suspected' ? 'dismissed' : 'healed', settledAt: at };
}
