import type { Account } from '../../../shared/domain/account.ts';
import type { Balance } from '../../../shared/store/balances.ts';
import type { BankBalance } from '../../../shared/store/bank-balances.ts';
import type { Spending } from '../../../shared/store/spending.ts';
import type { Transaction } from '../../../shared/store/transactions.ts';

/** An account as apps see it: signed minor units as strings of digits. */
export function accountView(
  { id, currency, iban, status, openedAt }: Account,
  { booked, held, reservedMinor, asOf }: Balance & { readonly reservedMinor: bigint },
  told: BankBalance | undefined,
) {
  const bank = told?.currency === currency ? told : undefined;
  return {
    id,
    status,
    currency,
    iban,
    bookedMinor: String(booked),
    heldMinor: String(held),
    // What open payments will take; it is held or booked once the bank has them.
    reservedMinor: String(reservedMinor),
    availableMinor: String(booked - held - reservedMinor),
    // When the newest fact of the bank's in these figures occurred.
    asOf: asOf ?? openedAt,
    // The bank's own figure: not always booked minus held.
    bankAvailableMinor: digits(bank?.availableMinor),
    bankAsOf: bank?.asOf,
  };
}

/** A feed item: a positive amount beside its direction. */
export function transactionView({ id, summary, totals }: Transaction) {
  const { amountMinor, authorisedMinor, merchantAmountMinor, isShown: _, latestAt: __, ...plain } = summary;
  const { booked = 0n, held = 0n } = totals[summary.currency] ?? {};
  return {
    id,
    ...plain,
    amountMinor: String(amountMinor),
    bookedMinor: String(booked),
    heldMinor: String(held),
    authorisedMinor: digits(authorisedMinor),
    merchantAmountMinor: digits(merchantAmountMinor),
  };
}

/** What was spent by merchant, the most first; below zero where more came back than was spent. */
export function spendingView(sums: readonly Spending[]) {
  const largestFirst = [...sums].sort((a, b) => {
    if (a.spentMinor !== b.spentMinor) return a.spentMinor > b.spentMinor ? -1 : 1;
    return a.merchant < b.merchant ? -1 : 1;
  });
  return largestFirst.map(({ merchant, mcc, currency, spentMinor, count }) => ({
    merchant,
    mcc,
    currency,
    spentMinor: String(spentMinor),
    count: Number(count),
  }));
}

function digits(minor: bigint | undefined): string | undefined {
  return minor === undefined ? undefined : String(minor);
}
