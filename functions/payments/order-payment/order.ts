import { bankNamed } from '../../../shared/banks/index.ts';
import { executionDateOf, wallClock } from '../../../shared/domain/cut-off.ts';
import { endToEndIdOf, type Payment } from '../../../shared/domain/payment.ts';
import { needsAuthentication } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import { readIdempotencyKey } from '../../../shared/runtime/idempotency.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { newChallenge } from '../../../shared/runtime/passkey-proof.ts';
import { payingAccount } from '../../../shared/runtime/paying-account.ts';
import { schemeOf } from '../../../shared/runtime/payment-request.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { paymentPath } from '../../../shared/store/payments.ts';
import { authorisationView } from './authorise.ts';
import type { Context } from './context.ts';
import { order as orderSchema } from './request.ts';
import { takeOn } from './take-on.ts';
import { paymentView } from './views.ts';

/**
 * Takes an order on: what can be paid today is reserved and requested, what is for later waits for its day, and what the
 * customer is to authorise waits for that, with nothing reserved.
 */
export async function orderPayment(request: Request, { deps, now }: Context) {
  const order = readBody(orderSchema, request.rawBody);
  const scheme = schemeOf(order);
  const account = await payingAccount(deps.reads, request.uid, order);
  const terms = bankNamed(account.bank)?.payments;
  const scheduled = terms?.schemes[scheme];
  if (!terms || !scheduled) throw new PublicError(422, 'payment.scheme', 'The bank has no such payments.');

  const id = idFrom('pay', request.uid, readIdempotencyKey(request));
  const { timeZone } = terms;
  const today = wallClock(now, timeZone).date;
  const requestedOn = order.requestedExecutionDate;
  if (requestedOn !== undefined && requestedOn < today)
    throw new PublicError(422, 'payment.date-past', 'requestedExecutionDate is over.');
  const isLater = requestedOn !== undefined && requestedOn > today;
  const needs = needsAuthentication({ amount: order.amount, scheme }, deps.config.SCA_FROM);
  const state = needs ? 'awaiting-authorisation' : isLater ? 'scheduled' : 'requested';
  const payment: Payment = {
    ...{ id, scheme, customerId: request.uid, accountId: account.id, bank: account.bank },
    ...{ amount: order.amount, creditor: order.creditor, remittance: order.remittance },
    endToEndId: order.endToEndId ?? endToEndIdOf(id),
    orderedAt: now.toISOString(),
    executesOn: executionDateOf({ requestedAt: now, requestedOn, timeZone, ...scheduled }),
    ...(needs && { challenge: newChallenge(now) }),
    steps: [{ state, at: now.toISOString(), cause: 'ordered' }],
    words: {},
  };

  const read: Stored = { path: paymentPath(id), fields: undefined, version: undefined };
  return {
    status: 202,
    headers: { location: `/v1/payments/${id}` },
    body: { ...paymentView(payment), ...(await authorisationView(deps, payment, request.uid)) },
    ...(await takeOn(deps, read, payment, today)),
  };
}
