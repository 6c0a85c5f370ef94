import * as z from 'zod';
import { isCancellable, type Payment, stateOf, withStep } from '../../../shared/domain/payment.ts';
import { PublicError } from '../../../shared/errors.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentRecallWanted } from '../../../shared/events/payments.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { giveBack } from '../../../shared/runtime/reserve.ts';
import { writePayment } from '../../../shared/store/payments.ts';
import type { Context } from './context.ts';
import { ownPayment } from './read.ts';
import { paymentView } from './views.ts';

/** Cancels what has not been released to the bank; whoever comes later is told so, and can recall it once it is sent. */
export async function cancelPayment(request: Request, { deps, now }: Context) {
  const { document, payment } = await ownPayment(deps.reads, request);
  const state = stateOf(payment);
  if (state === 'cancelled') return { status: 200, body: paymentView(payment), writes: [] };
  if (!isCancellable(state)) throw new PublicError(409, 'payment.submitted', 'It is with the bank already.');
  const cancelled = withStep(payment, { state: 'cancelled', at: now.toISOString(), cause: 'customer' });
  const returned =
    payment.reservedOn === undefined ? [] : await giveBack(deps.reads, payment, payment.reservedOn);
  return {
    status: 200,
    body: paymentView(cancelled),
    writes: [writePayment(document, cancelled), ...returned],
  };
}

// Source: ISO 20022 ExternalCancellationReason1Code; what a customer may ask for in SEPA's recall (SCT rulebook, 4.3.2).
const REASONS = {
  duplicate: 'DUPL',
  'technical-problem': 'TECH',
  fraud: 'FRAD',
  'customer-request': 'CUST',
} as const;

/** The body of a recall. */
export const wish = z.strictObject({
  reason: z.enum(['duplicate', 'technical-problem', 'fraud', 'customer-request']),
});

/** Asks for what was sent to be given back. The other bank decides, which takes days. */
export async function recallPayment(request: Request, { deps }: Context) {
  const { payment } = await ownPayment(deps.reads, request);
  const { reason } = readBody(wish, request.rawBody);
  if (!isSent(payment)) throw new PublicError(409, 'payment.not-sent', 'Only what was sent can be recalled.');
  const data = { paymentId: payment.id, accountId: payment.accountId, reason: REASONS[reason] };
  return {
    status: 202,
    body: paymentView(payment),
    writes: [],
    events: [draft(paymentRecallWanted, { subject: payment.id, data })],
  };
}

function isSent(payment: Payment): boolean {
  const state = stateOf(payment);
  return state === 'sent' || state === 'credited';
}
