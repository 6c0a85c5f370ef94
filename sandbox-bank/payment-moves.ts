import type * as z from 'zod';
import type { Desk } from './accounts.ts';
import { partyOf, refuseClosed } from './creditors.ts';
import { idsOf, type Payment, type PaymentBook, paymentAnswer } from './payment-book.ts';
import type * as requests from './payment-requests.ts';
import { type IsoStatus, isTerminal, mayFollow, phaseOf } from './payment-states.ts';
import { Problem } from './problem.ts';
import type { Returns } from './returns.ts';
import type { Transfers } from './transfers.ts';

type Tools = Desk & { transfers: Transfers; book: PaymentBook; returns: Returns };

export type PaymentMoves = ReturnType<typeof openPaymentMoves>;

/** How payments go from status to status, by the clock or by hand, and what each move does to the money. */
export function openPaymentMoves({ accounts, now, transfers, book, returns }: Tools) {
  const onTheWay = new Set<Payment>();

  return { begin, move, cancel, moveDue };

  /** Tells the first status. The debit of what has no way to go is booked already. */
  function begin(payment: Payment): void {
    if (payment.steps.length === 0) {
      settle(payment);
      tellStatus(payment, 'ACSC');
    } else {
      onTheWay.add(payment);
      tellStatus(payment, 'RCVD');
    }
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
    const settlesNow = phaseOf(isoStatus) === 'settled' && phaseOf(payment.status) === 'unsettled';
    if (settlesNow && payment.creditor.account?.status === 'closed') {
      // The creditor's account was closed while the payment was on its way.
      payment.steps = [];
      change(payment, 'RJCT', 'AC04');
    } else change(payment, isoStatus, reason);
  }

  function returnWhatIsLeft(payment: Payment): void {
    payment.returnAtMs = undefined;
    const amountMinor = returns.leftMinor(payment);
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
    const last = isTerminal(isoStatus) && { terminal: true };
    accounts.tell(payment.account, 'payment.status-changed', { ...said, ...last });
  }
}
