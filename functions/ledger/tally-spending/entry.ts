import { isDeepStrictEqual } from 'node:util';
import { signed } from '../../../shared/domain/money.ts';
import type { cardCleared, cardRefunded } from '../../../shared/events/bank-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import type { Entry, Spending } from '../../../shared/store/spending.ts';

/** What a fact says was spent, or came back, in the month in which it is booked. */
export function entryOf({ time, data }: EventOf<typeof cardCleared | typeof cardRefunded>): Entry {
  const { bank, merchant, bookedOn, direction } = data;
  const { amountMinor, currency } = data.amount;
  const isRefund = 'refundId' in data;
  return {
    bank,
    kind: isRefund ? 'refund' : 'clearing',
    id: isRefund ? data.refundId : data.clearingId,
    month: (bookedOn ?? time).slice(0, 7),
    merchant: merchant?.name ?? '',
    mcc: merchant?.mcc,
    currency,
    // Money given back is a credit, whichever way the bank says that the purchase went.
    spentMinor: -signed(isRefund ? 'credit' : direction, amountMinor),
  };
}

/** The sum with one more entry; the same whatever the order. */
export function withEntry(sum: Spending | undefined, entry: Entry): Spending {
  const { month, merchant, currency } = entry;
  const { spentMinor = 0n, count = 0n, mcc } = sum ?? {};
  return {
    month,
    merchant,
    // A merchant that is told with several codes, or with one only at times, has the lowest.
    mcc: [mcc, entry.mcc].filter((code) => code !== undefined).sort()[0],
    currency,
    spentMinor: spentMinor + entry.spentMinor,
    count: count + 1n,
  };
}

export function saysTheSame(a: Entry, b: Entry): boolean {
  return isDeepStrictEqual({ ...a, mcc: a.mcc ?? '' }, { ...b, mcc: b.mcc ?? '' });
}
