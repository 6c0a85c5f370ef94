import type { Currency, Direction } from './money.ts';

/**
 * One line of a customer's statement. `bookedOn` and `valueOn` are plain dates, the same unless it has both; `reference`
 * is the ids that explain the line.
 */
export interface Booking {
  lineId: string;
  accountId: string;
  direction: Direction;
  amountMinor: bigint;
  bookedOn: string;
  valueOn?: string;
  /** The bank's own side of it; there is one such account for each currency. */
  against: 'card-settlement' | 'clearing-house' | 'brought-forward';
  reference: Record<string, string | undefined>;
}

/** Signed postings that sum to zero; a positive one is a credit: the bank owes that account more. */
interface Entry {
  id: string;
  currency: Currency;
  postings: { account: string; amountMinor: bigint }[];
}

interface LedgerAccount {
  currency: Currency;
  bookedMinor: bigint;
  heldMinor: bigint;
  lines: Booking[];
}

/** `sumMinor` is authorised + increments - reversals - cleared, and may be below zero. */
interface Hold {
  accountId: string;
  sumMinor: bigint;
  released: boolean;
}

/**
 * The bank's books, in minor units: double entries for what is booked, holds for what is only reserved. Only `book`
 * moves booked figures. There is no clock and no chance in here: dates and ids are passed in.
 */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly #accounts = new Map<string, LedgerAccount>();
  readonly #holds = new Map<string, Hold>();

  open(account: { id: string; currency: Currency }): void {
    const { id, currency } = account;
    this.#accounts.set(id, { currency, bookedMinor: 0n, heldMinor: 0n, lines: [] });
  }

  /** Moves money between a customer's account and one of the bank's own. */
  book(booking: Booking): void {
    const { currency, lines } = this.#account(booking.accountId);
    const own = `${booking.against}:${currency}`;
    if (!this.#accounts.has(own)) this.open({ id: own, currency });

    const amountMinor = signedMinor(booking);
    const postings = [
      { account: booking.accountId, amountMinor },
      { account: own, amountMinor: -amountMinor },
    ];
    for (const posting of postings) this.#account(posting.account).bookedMinor += posting.amountMinor;
    this.entries.push({ id: booking.lineId, currency, postings });
    lines.push(booking);
  }

  /** Reserves money: a card authorisation, or a debit that is not booked yet. */
  hold(hold: { id: string; accountId: string; amountMinor: bigint }): void {
    this.#holds.set(hold.id, { accountId: hold.accountId, sumMinor: 0n, released: false });
    this.adjust(hold.id, hold.amountMinor);
  }

  /** Adds an increment, or (negative) takes off a reversal or what was cleared, which may be more than is held. */
  adjust(holdId: string, byMinor: bigint): void {
    this.#change(holdId, (hold) => {
      hold.sumMinor += byMinor;
    });
  }

  /** Lets go of whatever is held, for good: a final clearing, an expiry, a pending debit booked or cancelled. */
  release(holdId: string): void {
    this.#change(holdId, (hold) => {
      hold.released = true;
    });
  }

  bookedMinor(account: string): bigint {
    return this.#account(account).bookedMinor;
  }

  heldMinor(accountId: string): bigint {
    return this.#account(accountId).heldMinor;
  }

  /** What one hold holds now, and whether it was released. */
  holdOf(holdId: string): { heldMinor: bigint; released: boolean } {
    const hold = this.#hold(holdId);
    return { heldMinor: heldMinorOf(hold), released: hold.released };
  }

  /** One day of an account: its balance before and after, and the lines between. */
  statement(
    accountId: string,
    date: string,
  ): { openingMinor: bigint; closingMinor: bigint; lines: Booking[] } {
    const all = this.#account(accountId).lines;
    const lines = all.filter((line) => line.bookedOn === date);
    const openingMinor = sumMinor(all.filter((line) => line.bookedOn < date));
    return { openingMinor, closingMinor: openingMinor + sumMinor(lines), lines };
  }

  /** Keeps the account's total of holds true, so that a balance costs the same after a million purchases. */
  #change(holdId: string, change: (hold: Hold) => void): void {
    const hold = this.#hold(holdId);
    const beforeMinor = heldMinorOf(hold);
    change(hold);
    this.#account(hold.accountId).heldMinor += heldMinorOf(hold) - beforeMinor;
  }

  #account(id: string): LedgerAccount {
    const account = this.#accounts.get(id);
    if (!account) throw new Error(`no ledger account ${id}`);
    return account;
  }

  #hold(id: string): Hold {
    const hold = this.#holds.get(id);
    if (!hold) throw new Error(`no hold ${id}`);
    return hold;
  }
}

/** Clamped once, after summing: clamped at each step, a large reversal before an increment would hold too much. */
function heldMinorOf(hold: Hold): bigint {
  return hold.released || hold.sumMinor < 0n ? 0n : hold.sumMinor;
}

function signedMinor(booking: Booking): bigint {
  return booking.direction === 'credit' ? booking.amountMinor : -booking.amountMinor;
}

function sumMinor(lines: Booking[]): bigint {
  return lines.reduce((sum, line) => sum + signedMinor(line), 0n);
}
