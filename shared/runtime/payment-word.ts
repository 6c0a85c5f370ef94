import type { PaymentSaid, PaymentTerms } from '../banks/bank.ts';
import type { Payment } from '../domain/payment.ts';
import { draft } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import { paymentStatusChanged } from '../events/payment-facts.ts';

// A call that began just before may arrive this much later, and two clocks may differ.
const MARGIN_SECONDS = 3600;

/** In place of a delivery's id: no delivery brought it, the bank said so when it was called or asked. */
export const ANSWER = 'answer';

/** Whether the bank surely remembers the payment's key still, so that a call more is the same call. */
export function mayCall(payment: Payment, terms: PaymentTerms | undefined, now: Date): boolean {
  return terms !== undefined && ageSeconds(payment, now) < terms.keyLifetimeSeconds - MARGIN_SECONDS;
}

/**
 * Whether its key may have been used before and be forgotten by now, with nothing here that tells: a store that was
 * restored to an earlier time knows of no call since. A run of a standing order is made anew then, as if ordered now.
 */
export function mayBeForgotten(payment: Payment, terms: PaymentTerms | undefined, now: Date): boolean {
  if (terms === undefined || payment.standingOrderId !== undefined) return true;
  const orderedSeconds = (now.getTime() - Date.parse(payment.orderedAt)) / 1000;
  return orderedSeconds >= terms.keyLifetimeSeconds - MARGIN_SECONDS;
}

/** Whether no call can be under way any more, so that what the bank does not know of it never took. */
export function isPastCalls(payment: Payment, terms: PaymentTerms | undefined, now: Date): boolean {
  return terms !== undefined && ageSeconds(payment, now) > terms.keyLifetimeSeconds + MARGIN_SECONDS;
}

/** Since it was released for its first call. */
function ageSeconds({ steps }: Payment, now: Date): number {
  const released = steps.find(({ state }) => state === 'submitting');
  return released ? (now.getTime() - Date.parse(released.at)) / 1000 : 0;
}

/** What the bank said when it was called or asked, as a fact: the same word is the same fact, whoever brings it. */
export function statusFact({ id, bank, accountId }: Payment, said: PaymentSaid, now: Date) {
  const { isoStatus, reason, bankPaymentId, at = now.toISOString() } = said;
  const factId = idFrom('fact', 'answer', id, isoStatus, at, reason ?? '');
  return draft(paymentStatusChanged, {
    subject: id,
    id: factId,
    time: at,
    data: {
      ...{ bank, accountId, paymentId: id, bankPaymentId, isoStatus, reason, role: 'books' },
      ...{ bankEventId: factId, deliveryId: ANSWER, receivedAt: now.toISOString() },
    },
  });
}
