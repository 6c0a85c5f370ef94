import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import { creditorOf, partyOf, refuseClosed } from './creditors.ts';
import { openKeys } from './keys.ts';
import { idsOf, type Payment, type PaymentBook, paymentAnswer } from './payment-book.ts';
import { type PaymentPlan, stepsOf } from './payment-plans.ts';
import { type IsoStatus, isTerminal, mayFollow, phaseOf } from './payment-states.ts';
import { Problem, wrongField } from './problem.ts';
import type * as requests from './requests.ts';
import type { Returns } from './returns.ts';
import type { Transfers } from './transfers.ts';

type Order = z.output<typeof requests.payment>;

interface Tools {
  transfers: Transfers;
  book: PaymentBook;
  returns: Returns;
  /** What will go wrong with the payment that is being taken. */
  plan: () => PaymentPlan;
}

/** Payment orders: the only requests that ask whether there is money, and that must never be done twice by mistake. */
export function openPayments(desk: Desk & Tools) {
  const { ledger, accounts, now, newId, transfers, book, returns, plan: planNext } = desk;
  const orders = openKeys<ReturnType<typeof paymentAnswer>>(desk);
  const onTheWay = new Set<Payment>();

  return { order, underKey, move, cancel, moveDue };

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
    const isPending = steps.length > 0;
    const { transactionId: debitId } = transfers.begin(account, { ...debit, pending: isPending });
    const made = { ...ids, account, creditor, amountMinor, texts, debitId, plan, steps, returnedMinor: 0n };
    const payment: Payment = { ...made, status: 'RCVD', statusAt: now() };
    book.add(payment);
    if (!isPending) settle(payment);
    tellStatus(payment, isPending ? 'RCVD' : 'ACSC');
    if (payment.steps.length > 0 || payment.returnAtMs !== undefined) onTheWay.add(payment);
    return payment;
  }

  /** Moves a payment by hand; from then on the clock moves it no further. */
  function move(paymentId: string, to: z.output<typeof requests.paymentStatus>) {
    const payment = book.get(paymentId);
    const { status } = payment;
    if (!mayFollow(to.isoStatus, status))
      throw new Problem(409, 'illegal-status', `${to.isoStatus} does not follow ${status}.`);
    change(payment, to.isoStatus, to.reason);
    payment.steps = [];
    return paymentAnswer(payment);
  }

  /** The customer's side takes it back, which nobody can once it is settled. */
  function cancel(paymentId: string) {
    const { status } = book.get(paymentId);
    if (phaseOf(status) === 'unsettled') return move(paymentId, { isoStatus: 'CANC' });
    throw new Problem(409, 'payment-not-cancellable', `The payment is ${status}.`);
  }

  /** Moves every payment as far as the clock has it by now; whoever runs the bank calls it now and then. */
  function moveDue(): void {
    const nowMs = now().getTime();
    for (const payment of onTheWay) {
      while ((payment.steps[0]?.atMs ?? Infinity) <= nowMs) {
        const step = payment.steps.shift();
        if (step) takeStep(payment, step);
      }
      if ((payment.returnAtMs ?? Infinity) <= nowMs) returnWhatIsLeft(payment);
      if (payment.steps.length === 0 && payment.returnAtMs === undefined) onTheWay.delete(payment);
    }
  }

  function takeStep(payment: Payment, { isoStatus, reason }: Payment['steps'][number]): void {
    const isLost = phaseOf(isoStatus) === 'settled' && payment.creditor.account?.status === 'closed';
    // The creditor's account was closed while the payment was on its way. One that has settled needs no account any more.
    if (isLost && phaseOf(payment.status) === 'unsettled') {
      payment.steps = [];
      change(payment, 'RJCT', 'AC04');
    } else change(payment, isoStatus, reason);
  }

  function returnWhatIsLeft(payment: Payment): void {
    payment.returnAtMs = undefined;
    const amountMinor = payment.amountMinor - payment.returnedMinor;
    const { returnReason: reason = 'MS03' } = payment.plan;
    if (amountMinor > 0n) returns.giveBack(payment, { reason, amountMinor });
  }

  function change(payment: Payment, isoStatus: IsoStatus, reason?: string): void {
    const phase = phaseOf(isoStatus);
    if (phase === 'settled' && phaseOf(payment.status) === 'unsettled') {
      refuseClosed(payment.creditor.account, 409);
      transfers.book(payment.debitId);
      settle(payment);
    }
    if (phase === 'over') transfers.cancel(payment.debitId);
    tellStatus(payment, isoStatus, reason);
  }

  /** The debit is booked. What is paid to an account of this bank is there in the same moment. */
  function settle(payment: Payment): void {
    const { account, creditor, amountMinor, texts, plan } = payment;
    if (creditor.account) {
      const credit = { direction: 'credit', amountMinor, counterparty: partyOf(account), ...texts } as const;
      const made = transfers.begin(creditor.account, { ...credit, ...idsOf(payment), pending: false });
      payment.creditId = made.transactionId;
    }
    if (!plan.returnReason) return;
    payment.returnAtMs = now().getTime() + (plan.returnMs ?? 0);
    onTheWay.add(payment);
  }

  function tellStatus(payment: Payment, isoStatus: IsoStatus, reason?: string): void {
    payment.status = isoStatus;
    payment.statusAt = now();
    payment.reason = reason;
    const said = { ...idsOf(payment), isoStatus, reason };
    accounts.tell(payment.account, 'payment.status-changed', {
      ...said,
      ...(isTerminal(isoStatus) && { terminal: true }),
    });
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
