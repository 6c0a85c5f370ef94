import type { Account } from './accounts.ts';
import type { Creditor } from './creditors.ts';
import type { PaymentPlan } from './payment-plans.ts';
import { type IsoStatus, phaseOf } from './payment-states.ts';
import { notFound, Problem } from './problem.ts';

/** One payment that the bank took, kept for ever. */
export interface Payment {
  paymentId: string;
  /** What the customer's side calls it. Nothing keeps two payments from having the same. */
  reference?: string | undefined;
  account: Account;
  creditor: Creditor;
  amountMinor: bigint;
  texts: { remittance?: string | undefined; endToEndId?: string | undefined };
  status: IsoStatus;
  /** Since when. */
  statusAt: Date;
  reason?: string | undefined;
  /** The transactions that move its money: the debit and, at an account of this bank, the credit. */
  debitId: string;
  creditId?: string;
  /** How much of it came back. */
  returnedMinor: bigint;
  recall?: 'requested' | 'accepted' | 'rejected';
  plan: PaymentPlan;
  /** The statuses that it will take by itself, and when. */
  steps: { atMs: number; isoStatus: IsoStatus; reason?: string | undefined }[];
  returnAtMs?: number | undefined;
}

export type PaymentBook = ReturnType<typeof openPaymentBook>;

/** Every payment that was ever taken, by the bank's id of it and by the customer's. */
export function openPaymentBook() {
  const byId = new Map<string, Payment>();
  const byReference = new Map<string, Payment[]>();

  return { add, get, settled, ofReference };

  function add(payment: Payment): void {
    const { paymentId, reference } = payment;
    byId.set(paymentId, payment);
    if (reference !== undefined) byReference.set(reference, [...ofReference(reference), payment]);
  }

  function get(paymentId: string): Payment {
    const payment = byId.get(paymentId);
    if (!payment) throw notFound('payment');
    return payment;
  }

  /** A payment whose money is with the creditor, as far as this bank knows. */
  function settled(paymentId: string): Payment {
    const payment = get(paymentId);
    if (phaseOf(payment.status) === 'settled') return payment;
    throw new Problem(
      409,
      'payment-not-settled',
      `The payment is ${payment.status}, and has moved no money.`,
    );
  }

  function ofReference(reference: string): Payment[] {
    return byReference.get(reference) ?? [];
  }
}

/** What the bank says of a payment to whoever asks. */
export function paymentAnswer({
  paymentId,
  reference,
  status,
  statusAt,
  reason,
  returnedMinor,
  recall,
}: Payment) {
  const back = returnedMinor > 0n ? { returnedMinor: `${returnedMinor}` } : {};
  return { paymentId, reference, status, statusAt: statusAt.toISOString(), reason, ...back, recall };
}

/** What each event and each transaction of a payment says of it. */
export function idsOf({ paymentId, reference }: Payment) {
  return { paymentId, reference };
}
