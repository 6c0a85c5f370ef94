import * as z from 'zod';
import { ISO_STATUSES } from '../domain/payment.ts';
import { instant, kind } from './event.ts';
import { amount, origin } from './origin.ts';

/** A bank's word about a payment: by the id that we gave it. Another's payment has none, and is not ours to follow. */
const word = z.object({
  ...origin,
  paymentId: z.string().min(1).max(64).optional(),
  /** The bank's own id of it. */
  bankPaymentId: z.string().max(256).optional(),
});

// A code of ISO 20022's external sets, or the bank's own.
const reason = z.string().max(64).optional();

/** As in a pain.002, from the bank's webhook, from its answer to our order, or from our inquiry. */
export const paymentStatusChanged = kind(
  'payment.status-changed',
  'bank-facts',
  word.extend({ isoStatus: z.enum(ISO_STATUSES), reason }),
);
/** Money that was sent has come back, all of it or less charges; its booking is a fact of its own. */
export const paymentReturned = kind(
  'payment.returned',
  'bank-facts',
  word.extend({ returnId: z.string().min(1).max(256), amount, reason: z.string().max(64) }),
);
export const paymentRecallRequested = kind('payment.recall-requested', 'bank-facts', word.extend({ reason }));
export const paymentRecallAccepted = kind('payment.recall-accepted', 'bank-facts', word.extend({ reason }));
export const paymentRecallRejected = kind('payment.recall-rejected', 'bank-facts', word.extend({ reason }));

const asked = z.object({ bank: z.string(), accountId: z.string(), paymentId: z.string(), askedAt: instant });

/** Made by whoever called the bank: the call had no answer, so nobody knows whether the bank took the payment. */
export const paymentUnanswered = kind('payment.unanswered', 'bank-facts', asked);
/** Made by whoever asked: long after the last call could have reached it, the bank knows of no such payment. */
export const paymentNotReceived = kind('payment.not-received', 'bank-facts', asked);

/** What a bank's adapter may say of payments. */
export const paymentWords = [
  paymentStatusChanged,
  paymentReturned,
  paymentRecallRequested,
  paymentRecallAccepted,
  paymentRecallRejected,
] as const;
