import type { Account } from '../../../shared/domain/account.ts';
import type { Balance } from '../../../shared/store/balances.ts';
import type { Transaction } from '../../../shared/store/transactions.ts';

/** An account as apps see it: signed minor units as strings of digits. */
export function accountView(
  { id, currency, iban, status, openedAt }: Account,
  { booked, held, asOf }: Balance,
) {
  return {
    id,
    status,
    currency,
    iban,
    bookedMinor: String(booked),
    heldMinor: String(held),
    availableMinor: String(booked - held),
    // When the newest fact of the bank's in these figures occurred.
    asOf: asOf ?? openedAt,
  };
}

/** A feed item: a positive amount beside its direction. */
export function transactionView({ id, summary, totals }: Transaction) {
  const { amountMinor, authorisedMinor, merchantAmountMinor, isShown: _, ...plain } = summary;
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

function digits(minor: bigint | undefined): string | undefined {
  return minor === undefined ? undefined : String(minor);
}
