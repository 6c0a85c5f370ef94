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
  | 'link'
  | 'pending'
  | 'booking'
  | 'cancellation'
  | 'booking-reversal'
  | 'opening';

export type Part = {
  readonly kind: PartKind;
  /** The bank's own id of the entry, unique within its kind; a link's is the key of the entry that it links. */
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
  /** The payment of ours that made the entry. */
  readonly paymentId?: string | undefined;
  /** From a source that only holds: it takes from the hold, and another source books it. */
  readonly holdsOnly?: boolean | undefined;
  /** What the merchant asked for in its own currency, and the rate: account currency for one unit of it. */
  readonly merchantAmountMinor?: bigint | undefined;
  readonly merchantCurrency?: string | undefined;
  readonly fxRate?: string | undefined;
  /**
   * Only of an authorisation: the card, and when the bank gives the hold up. An expiry that has a time is our own, of
   * the hold that was due then; the bank's has none, and is always true.
   */
  readonly cardId?: string | undefined;
  readonly expiresAt?: string | undefined;
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
  readonly merchantAmountMinor?: bigint | undefined;
  readonly merchantCurrency?: string | undefined;
  readonly fxRate?: string | undefined;
  readonly description: string;
  /** When the first of its parts occurred, UTC; and the last. */
  readonly occurredAt: string;
  readonly latestAt: string;
  readonly bookedOn?: string | undefined;
  readonly bankIds: readonly string[];
  readonly paymentId?: string | undefined;
  /**
   * Whether it stands in the customer's feed. What another entry tells already, or what never was an amount, does
   * not: a purchase that the core bank books beside its processor, an unlinked reversal by itself.
   */
  readonly isShown: boolean;
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
      return [currency, { booked: bookedOf(own, all), held: heldOf(own, all) }];
    }),
  );
}

export function summaryOf(parts: Parts, totals = totalsOf(parts)): Summary {
  const all = Object.values(parts).sort(byOccurrence);
  const first = all[0];
  if (!first) return NOTHING_YET;
  const { currency } = all.find(isBooked) ?? all.find((part) => part.currency !== NO_CURRENCY) ?? first;
  const own = all.filter((part) => part.currency === currency);
  const { booked = 0n, held = 0n } = totals[currency] ?? {};
  const anyHeld = Object.values(totals).some((total) => total.held > 0n);
  const status = statusOf(all, { booked, anyHeld });
  const isSettled = own.some(isBooked) && status !== 'reversed';
  const asked = askedOf(own, status);
  const shown = isSettled ? booked : signed('debit', held);
  const magnitude = shown < 0n ? -shown : shown;
  return {
    status,
    direction: shown > 0n ? 'credit' : shown < 0n ? 'debit' : first.direction,
    amountMinor: isSettled || held > 0n ? magnitude : asked,
    currency,
    authorisedMinor: own.some((part) => part.kind === 'authorisation') ? authorisedOf(own) : undefined,
    ...abroadOf(all),
    description: all.find((part) => part.description)?.description ?? '',
    occurredAt: first.occurredAt,
    latestAt: all.at(-1)?.occurredAt ?? first.occurredAt,
    bookedOn: all
      .filter(isBooked)
      .map((part) => part.bookedOn ?? part.occurredAt.slice(0, 10))
      .sort()[0],
    bankIds: [...new Set(all.filter((part) => part.kind !== 'link').map((part) => part.id))].sort(),
    paymentId: all.find((part) => part.paymentId)?.paymentId,
    isShown: all.some(isBooked) || anyHeld || (asked > 0n && !isToldElsewhere(all)),
  };
}

/** Until when the bank holds what is held, as it said or as cards' rules have it; undefined where nothing is. */
export function holdExpiresAt(parts: Parts, totals: Totals): string | undefined {
  const all = Object.values(parts);
  return Object.values(totals).some(({ held }) => held > 0n) ? dueAt(all) : undefined;
}

function dueAt(all: readonly Part[]): string | undefined {
  const authorisation = all.find((part) => part.kind === 'authorisation');
  if (!authorisation) return undefined;
  if (authorisation.expiresAt) return authorisation.expiresAt;
  const last = all.filter(isAuthorised).sort(byOccurrence).at(-1) ?? authorisation;
  const over = new Date(Date.parse(last.occurredAt) + HOLD_DAYS_MAX * 86_400_000).toISOString();
  return over.startsWith('+') ? END_OF_TIME : over; // texts sort as instants up to a year of four digits
}

const END_OF_TIME = '9999-12-31T23:59:59.999Z';

// Visa and Mastercard let no hold without a date of its own live longer.
const HOLD_DAYS_MAX = 30;

/** A transaction of which only a link was told, and taken back: there is nothing to see before its own parts come. */
const NOTHING_YET: Summary = {
  status: 'pending',
  direction: 'debit',
  amountMinor: 0n,
  currency: NO_CURRENCY,
  description: '',
  occurredAt: '',
  latestAt: '',
  bankIds: [],
  isShown: false,
};

function bookedOf(own: readonly Part[], all: readonly Part[]): bigint {
  const booked = sum(own.filter(isBooked).map((part) => signed(part.direction, part.amountMinor)));
  return booked - sum(own.filter((part) => part.kind === 'booking-reversal').map(takenBack));

  // Only what is booked can be reversed: a reversal that comes first waits here for its booking.
  function takenBack({ id, amountMinor }: Part): bigint {
    const booking = all.find((part) => part.kind === 'booking' && part.id === id && isBooked(part));
    return booking ? signed(booking.direction, amountMinor) : 0n;
  }
}

function heldOf(own: readonly Part[], all: readonly Part[]): bigint {
  return heldByCard(own, all) + heldByTransfer(own, all);
}

function heldByCard(own: readonly Part[], all: readonly Part[]): bigint {
  // Whatever arrives after a final clearing, an expiry or a decline holds nothing more.
  const isEnd = (part: Part) =>
    part.kind === 'decline' || ((part.kind === 'expiry' || part.final) && isInForce(part, all));
  if (all.some(isEnd)) return 0n;
  // A credit that is not booked yet counts nowhere.
  const debits = own.filter((part) => part.direction === 'debit' && isInForce(part, all));
  const taken = amount(debits, 'reversal') + amount(debits, 'clearing') + amount(debits, 'link');
  return atLeastZero(authorisedOf(debits) - taken);
}

/**
 * False for a link whose entry has meanwhile been told to belong here: it counts once, by itself. And for an expiry of
 * our own that was due before what is known now to have raised the hold.
 */
function isInForce({ kind, id, expiresAt }: Part, all: readonly Part[]): boolean {
  if (kind === 'link') return !all.some((part) => partKey(part) === id);
  if (kind !== 'expiry' || expiresAt === undefined) return true;
  return (dueAt(all) ?? '') <= expiresAt;
}

function heldByTransfer(own: readonly Part[], all: readonly Part[]): bigint {
  const isOver = all.some(({ kind }) => TRANSFER_ENDS.has(kind));
  if (isOver) return 0n;
  return amount(
    own.filter((part) => part.direction === 'debit'),
    'pending',
  );
}

const TRANSFER_ENDS: ReadonlySet<PartKind> = new Set(['booking', 'cancellation', 'booking-reversal']);

function authorisedOf(parts: readonly Part[]): bigint {
  return sum(parts.filter(isAuthorised).map(({ amountMinor }) => amountMinor));
}

/** What it was for. Of several kinds that say so, each says all of it. */
function askedOf(parts: readonly Part[], status: Status): bigint {
  const takenBack = status === 'reversed' ? amount(parts, 'booking') : 0n;
  return authorisedOf(parts) || takenBack || amount(parts, 'pending') || amount(parts, 'decline');
}

/** What the purchase was in the merchant's currency: as booked, or as authorised while nothing is. */
function abroadOf(
  all: readonly Part[],
): Pick<Summary, 'merchantAmountMinor' | 'merchantCurrency' | 'fxRate'> {
  const abroad = all.filter((part) => part.merchantAmountMinor !== undefined);
  const settled = abroad.filter(isBooked);
  const [first, ...more] = settled.length > 0 ? settled : abroad;
  // Of two currencies there is no sum.
  if (!first || more.some((part) => part.merchantCurrency !== first.merchantCurrency)) return {};
  const total = sum([first, ...more].map((part) => signed(part.direction, part.merchantAmountMinor ?? 0n)));
  return {
    merchantAmountMinor: total < 0n ? -total : total,
    merchantCurrency: first.merchantCurrency,
    fxRate: [first, ...more].find((part) => part.fxRate)?.fxRate,
  };
}

function statusOf(all: readonly Part[], { booked, anyHeld }: { booked: bigint; anyHeld: boolean }): Status {
  const has = (kind: PartKind) => all.some((part) => part.kind === kind);
  if (has('booking-reversal') && booked === 0n) return 'reversed';
  if (all.some(isBooked)) return anyHeld ? 'partly-booked' : 'booked';
  if (anyHeld) return 'pending';
  if (has('decline')) return 'declined';
  if (has('expiry')) return 'expired';
  if (has('reversal') || has('cancellation') || all.some(isLinkOf('reversal'))) return 'reversed';
  return 'pending';
}

/** Its hold was let go of by an entry that stands in the feed, or in another source's books, by itself. */
function isToldElsewhere(all: readonly Part[]): boolean {
  return all.some(
    (part) =>
      (isLinkOf('clearing')(part) && isInForce(part, all)) ||
      (part.holdsOnly === true && (part.kind === 'clearing' || part.kind === 'booking')),
  );
}

function isLinkOf(kind: 'clearing' | 'reversal'): (part: Part) => boolean {
  return (part) => part.kind === 'link' && part.id.startsWith(`${kind}:`);
}

function amount(parts: readonly Part[], kind: PartKind): bigint {
  return sum(parts.filter((part) => part.kind === kind).map((part) => part.amountMinor));
}

function isAuthorised({ kind }: Part): boolean {
  return kind === 'authorisation' || kind === 'increment';
}

const BOOKED: ReadonlySet<PartKind> = new Set(['clearing', 'refund', 'booking', 'opening']);

function isBooked({ kind, holdsOnly }: Part): boolean {
  return BOOKED.has(kind) && holdsOnly !== true;
}

function byOccurrence(a: Part, b: Part): number {
  return compare(a.occurredAt, b.occurredAt) || compare(partKey(a), partKey(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
