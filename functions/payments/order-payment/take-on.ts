import { type Payment, stateOf } from '../../../shared/domain/payment.ts';
import { PublicError, UnsetError } from '../../../shared/errors.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentRequested } from '../../../shared/events/payments.ts';
import { limitless, type Reserved, reserve } from '../../../shared/runtime/reserve.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { writePayment } from '../../../shared/store/payments.ts';
import type { Context } from './context.ts';

/**
 * What follows once nothing more is asked of the customer: the payment's money is reserved and it is requested; one for
 * later waits for its day, and one that awaits its authorisation for that. Throws a `PublicError` 422 that says why
 * nothing was reserved, or never could be: nobody is to sign what is refused for its currency.
 */
export async function takeOn(
  { reads, config }: Context['deps'],
  read: Stored,
  payment: Payment,
  today: string,
) {
  if (stateOf(payment) !== 'requested') {
    const never = await limitless(reads, payment, config);
    if (never) throw refusal(never, payment);
    return { writes: [writePayment(read, payment)] };
  }
  const reserved = await reserve(reads, payment, today, config);
  if ('refused' in reserved) throw refusal(reserved, payment);
  const { reservedOn, writes } = reserved;
  const { id, accountId } = payment;
  return {
    writes: [writePayment(read, { ...payment, reservedOn }), ...writes],
    events: [draft(paymentRequested, { subject: id, data: { paymentId: id, accountId } })],
  };
}

function refusal(
  reserved: Extract<Reserved, { refused: string }>,
  { accountId }: Pick<Payment, 'accountId'>,
): PublicError {
  const code = `payment.${reserved.refused}`;
  return reserved.refused === 'limit-none'
    ? new UnsetError(422, code, { variable: reserved.variable, accountId })
    : new PublicError(422, code);
}
