import { type Payment, stateOf } from '../../../shared/domain/payment.ts';
import { PublicError } from '../../../shared/errors.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentRequested } from '../../../shared/events/payments.ts';
import { reserve } from '../../../shared/runtime/reserve.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { writePayment } from '../../../shared/store/payments.ts';
import type { Context } from './context.ts';

/**
 * What follows once nothing more is asked of the customer: the payment's money is reserved and it is requested; one for
 * later waits for its day, and one that awaits its authorisation for that. Throws a `PublicError` 422 that says why
 * nothing was reserved.
 */
export async function takeOn(
  { reads, config }: Context['deps'],
  read: Stored,
  payment: Payment,
  today: string,
) {
  if (stateOf(payment) !== 'requested') return { writes: [writePayment(read, payment)] };
  const reserved = await reserve(reads, payment, today, config);
  if ('refused' in reserved) throw new PublicError(422, `payment.${reserved.refused}`);
  const { reservedOn, writes } = reserved;
  const { id, accountId } = payment;
  return {
    writes: [writePayment(read, { ...payment, reservedOn }), ...writes],
    events: [draft(paymentRequested, { subject: id, data: { paymentId: id, accountId } })],
  };
}
