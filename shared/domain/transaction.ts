import { atLeastZero, type Direction, signed, sum } from './money.ts';

/**
 * What one entry says about an economic event. A set of parts is the truth about a transaction:
 * everything else is derived from the set, so neither order nor repetition can matter.
 */
export type PartKind =
  | 'authorisation'
  | 'increment'
  | 'reversal'
  | 'expiry'
  | 'decline'
  | 'clearing'
  | 'refund'
  | 'pending'
  | 'booking'
  | 'cancellation';

export type Part = {
  readonly kind: PartKind;
  /** The bank's own id of the entry; unique within its kind. */
  readonly id: string;
  /** RFC 3339, in UTC with milliseconds. */
  readonly occurredAt: string;
  readonly direction: Direction;
  /** Positive minor units; zero, in `NO_CURRENCY`, where the kind has no amount (expiry). */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** A clearing after which nothing more will come: the rest of the hold is released. */
  readonly final?: boolean | undefined;
  readonly description?: string | undefined;
  /** Plain dates in the bank's calendar, `2026-11-23`. */
  readonly bookedOn?: string | undefined;
  readonly valueOn?: string | undefined;
  readonly endToEndId?: string | undefined;
};

export type Status = 'pending' | 'booked' | 'partly-booked' | 'declined' | 'reversed' | 'expired';

/** Signed booked money and the size of the hold, by currency. */
export type Totals = Readonly<Record<string, { readonly booked: bigint; readonly held: bigint }>>;

/** What the customer's app shows of a transaction; all of it follows from the parts. */
export type Summary = {
  readonly status: Status;
  readonly direction: Direction;
  /** What is booked, or held while nothing is, or was asked for while neither is; never negative. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** What was authorised in all, of a purchase that was. */
  readonly authorisedMinor?: bigint | undefined;
  readonly description: string;
  /** When the first of its parts occurred, UTC. */
  readonly occurredAt: string;
  readonly bookedOn?: string | undefined;
  readonly bankIds: readonly string[];
};

/** ISO 4217's own code for "no currency". */
export const NO_CURRENCY = 'XXX';

export type Parts = Readonly<Record<string, Part>>;

export function partKey(part: Pick<Part, 'kind' | 'id'>): string {
  return `${part.kind}:${part.id}`;
}

/** Booked and held money by currency. The hold is clamped once, after summing, never per event. */
export function totalsOf(parts: Parts): Totals {
  const all = Object.values(parts);
  const currencies = [...new Set(all.map((part) => part.currency))]
    .filter((code) => code !== NO_CURRENCY)
    .sort();
  return Object.fromEntries(
    currencies.map((currency) => {
      const own = all.filter((part) => part.currency === currency);
      return [currency, { booked: bookedOf(own), held: heldOf(own, all) }];
    }),
  );
}

export function summaryOf(parts: Parts, totals = totalsOf(parts)): Summary {
  const all = Object.values(parts).sort(byOccurrence);
  const first = all[0];
  if (!first) throw new Error('transaction.no-parts');
  const { currency } = all.find(isBooked) ?? all.find((part) => part.currency !== NO_CURRENCY) ?? first;
  const own = all.filter((part) => part.currency === currency);
  const { booked = 0n, held = 0n } = totals[currency] ?? {};
  const anyHeld = Object.values(totals).some((total) => total.held > 0n);
  const asked = askedOf(own);
  const shown = own.some(isBooked) ? booked : signed('debit', held);
  const amountMinor = shown < 0n ? -shown : shown;
  const showAsked = !own.some(isBooked) && held === 0n;
  return {
    status: statusOf(all, anyHeld),
    direction: shown > 0n ? 'credit' : shown < 0n ? 'debit' : first.direction,
    amountMinor: showAsked ? asked : amountMinor,
    currency,
    authorisedMinor: own.some((part) => part.kind === 'authorisation') ? authorisedOf(own) : undefined,
    description: all.find((part) => part.description)?.description ?? '',
    occurredAt: first.occurredAt,
    bookedOn: all
      .filter(isBooked)
      .map((part) => part.bookedOn ?? part.occurredAt.slice(0, 10))
      .sort()[0],
    bankIds: [...new Set(all.map((part) => part.id))].sort(),
  };
}

function bookedOf(parts: readonly Part[]): bigint {
  return sum(parts.filter(isBooked).map((part) => signed(part.direction, part.amountMinor)));
}

function heldOf(own: readonly Part[], all: readonly Part[]): bigint {
  return heldByCard(own, all) + heldByTransfer(own, all);
}

function heldByCard(own: readonly Part[], all: readonly Part[]): bigint {
  // Whatever arrives after a final clearing, an expiry or a decline holds nothing more.
  const released = all.some((part) => part.kind === 'expiry' || part.kind === 'decline' || part.final);
  if (released) return 0n;
  // A credit that is not booked yet counts nowhere.
  const debits = own.filter((part) => part.direction === 'debit');
  return atLeastZero(authorisedOf(debits) - amount(debits, 'reversal') - amount(debits, 'clearing'));
}

function heldByTransfer(own: readonly Part[], all: readonly Part[]): bigint {
  if (all.some((part) => part.kind === 'booking' || part.kind === 'cancellation')) return 0n;
  return amount(
    own.filter((part) => part.direction === 'debit'),
    'pending',
  );
}

function authorisedOf(parts: readonly Part[]): bigint {
  return amount(parts, 'authorisation') + amount(parts, 'increment');
}

function askedOf(parts: readonly Part[]): bigint {
  return authorisedOf(parts) + amount(parts, 'pending') + amount(parts, 'decline');
}

function statusOf(all: readonly Part[], anyHeld: boolean): Status {
  const has = (kind: PartKind) => all.some((part) => part.kind === kind);
  if (all.some(isBooked)) return anyHeld ? 'partly-booked' : 'booked';
  if (anyHeld) return 'pending';
  if (has('decline')) return 'declined';
  if (has('expiry')) return 'expired';
  if (has('reversal') || has('cancellation')) return 'reversed';
  return 'pending';
}

function amount(parts: readonly Part[], kind: PartKind): bigint {
  return sum(parts.filter((part) => part.kind === kind).map((part) => part.amountMinor));
}

function isBooked(part: Part): boolean {
  return part.kind === 'clearing' || part.kind === 'refund' || part.kind === 'booking';
}

function byOccurrence(a: Part, b: Part): number {
  return compare(a.occurredAt, b.occurredAt) || compare(partKey(a), partKey(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
