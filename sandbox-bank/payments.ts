import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import { creditorOf, refuseClosed } from './creditors.ts';
import { openKeys } from './keys.ts';
import { type Payment, type PaymentBook, paymentAnswer } from './payment-book.ts';
import type { PaymentMoves } from './payment-moves.ts';
import { type PaymentPlan, stepsOf } from './payment-plans.ts';
import type * as requests from './payment-requests.ts';
import { Problem, wrongField } from './problem.ts';
import type { Transfers } from './transfers.ts';

type Order = z.output<typeof requests.payment>;

interface Tools {
  transfers: Transfers;
  book: PaymentBook;
  moves: PaymentMoves;
  /** What will go wrong with the payment that is being taken. */
  plan: () => PaymentPlan;
}

/** Payment orders: the only requests that ask whether there is money, and that must never be done twice by mistake. */
export function openPayments(desk: Desk & Tools) {
  const { ledger, accounts, now, newId, transfers, book, moves, plan: planNext } = desk;
  const orders = openKeys<ReturnType<typeof paymentAnswer>>(desk);

  return { order, underKey };

  /** Takes an order, or refuses it. What becomes of it is told by events; the answer is as of now. */
  function order(key: string, request: Order) {
    return orders.once(key, request, () => paymentAnswer(take(request)));
  }

  /** For whoever lost our answer and must not order again to find out. It lasts no longer than the key. */
  function underKey(key: string): Payment | undefined {
    const answer = orders.answered(key);
    return answer && book.get(answer.paymentId);
  }

  function take(request: Order): Payment {
    const { accountId, amountMinor, scheme, reference, remittance, endToEndId } = request;
    const account = accounts.get(accountId);
    const creditor = creditorOf(accounts, account, request.creditor);
    refuseClosed(creditor.account, 422);
    refuseWhatCannotBePaid(account, request);

    const plan = planNext();
    const steps = stepsOf(scheme, plan).map((step) => ({ ...step, atMs: now().getTime() + step.afterMs }));
    const ids = { paymentId: newId('pay'), reference };
    const texts = { remittance, endToEndId };
    const debit = {
      direction: 'debit',
      amountMinor,
      counterparty: creditor.party,
      ...texts,
      ...ids,
    } as const;
    // What settles at once is told as booked alone: nobody saw it pending.
    const { transactionId: debitId } = transfers.begin(account, { ...debit, pending: steps.length > 0 });
    const made = { ...ids, account, creditor, amountMinor, texts, debitId, plan, steps, returnedMinor: 0n };
    const payment: Payment = { ...made, status: 'RCVD', statusAt: now() };
    book.add(payment);
    moves.begin(payment);
    return payment;
  }

  function refuseWhatCannotBePaid({ id, status, currency }: Account, request: Order): void {
    if (request.currency && request.currency !== currency)
      throw wrongField('currency', `the account is in ${currency}`);
    if (status !== 'open') throw new Problem(422, `account-${status}`, `The account is ${status}.`);
    if (ledger.bookedMinor(id) - ledger.heldMinor(id) < request.amountMinor) {
      throw new Problem(422, 'insufficient-funds', 'amountMinor: is more than the account has available.');
    }
  }
}
