import type * as z from 'zod';
import type { Desk } from './accounts.ts';
import { partyOf } from './creditors.ts';
import { amountOf } from './money.ts';
import { idsOf, type Payment, type PaymentBook } from './payment-book.ts';
import type * as requests from './payment-requests.ts';
import { Problem } from './problem.ts';
import type { Transfers } from './transfers.ts';

export type Returns = ReturnType<typeof openReturns>;

/** What comes back of payments after they were settled. No more of one comes back than was paid. */
export function openReturns({
  accounts,
  transfers,
  book,
}: Desk & { transfers: Transfers; book: PaymentBook }) {
  return { make, giveBack, leftMinor, reverse };

  /** Returns a part of a payment, or all that is left of it. */
  function make(paymentId: string, { reason, amountMinor }: z.output<typeof requests.paymentReturn>) {
    const payment = book.settled(paymentId);
    return giveBack(payment, { reason, amountMinor: amountMinor ?? leftMinor(payment) });
  }

  /** Credits the account that paid, even when it is closed by now, and debits the one that was paid if it is here. */
  function giveBack(payment: Payment, { reason, amountMinor }: { reason: string; amountMinor: bigint }) {
    const { account, creditor, texts } = payment;
    const left = leftMinor(payment);
    if (left === 0n || amountMinor > left)
      throw new Problem(409, 'return-too-large', `No more than ${left} of the payment can come back.`);
    payment.returnedMinor += amountMinor;

    const ids = idsOf(payment);
    const line = { amountMinor, ...texts, ...ids, returned: true, pending: false } as const;
    const credit = { ...line, direction: 'credit', counterparty: creditor.party } as const;
    const { transactionId } = transfers.begin(account, credit);
    if (creditor.account)
      transfers.begin(creditor.account, { ...line, direction: 'debit', counterparty: partyOf(account) });
    const amount = amountOf(account, amountMinor);
    accounts.tell(account, 'payment.returned', { ...ids, reason, amount, transactionId });
    return { ...ids, transactionId, returnedMinor: `${payment.returnedMinor}` };
  }

  function leftMinor({ amountMinor, returnedMinor }: Payment): bigint {
    return amountMinor - returnedMinor;
  }

  /** Takes back what was booked, once. Of a payment that is all of it, on both sides, as long as nothing came back yet. */
  function reverse(transactionId: string) {
    const { paymentId, returned } = transfers.paymentOf(transactionId);
    if (paymentId === undefined) return transfers.reverse(transfers.ofItself(transactionId));
    const payment = book.settled(paymentId);
    if (returned || payment.returnedMinor > 0n)
      throw new Problem(409, 'payment-returned', 'Something of the payment came back already.');
    payment.returnedMinor = payment.amountMinor;
    for (const id of [payment.debitId, payment.creditId]) if (id !== undefined) transfers.reverse(id);
    return { transactionId, status: 'reversed' };
  }
}
