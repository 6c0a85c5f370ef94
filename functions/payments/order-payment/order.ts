import { bankNamed } from '../../../shared/banks/index.ts';
import type { Account } from '../../../shared/domain/account.ts';
import { executionDateOf } from '../../../shared/domain/cut-off.ts';
import type { Creditor, Payment } from '../../../shared/domain/payment.ts';
import { needsAuthentication } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import { idFrom } from '../../../shared/events/id.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import { readIdempotencyKey } from '../../../shared/runtime/idempotency.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { newChallenge } from '../../../shared/runtime/passkey-proof.ts';
import { accountFrom, accountPath } from '../../../shared/store/accounts.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { paymentPath } from '../../../shared/store/payments.ts';
import { authorisationView } from './authorise.ts';
import type { Context } from './context.ts';
import { type Order, order as orderSchema, schemeOf } from './request.ts';
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
  const today = executionDateOf({ requestedAt: now, timeZone });
  const requestedOn = order.requestedExecutionDate;
  if (requestedOn !== undefined && requestedOn < today)
    throw new PublicError(422, 'payment.date-past', 'requestedExecutionDate is over.');
  const isLater = requestedOn !== undefined && requestedOn > today;
  const needs = needsAuthentication({ amount: order.amount, scheme }, deps.config.SCA_FROM);
  const state = needs ? 'awaiting-authorisation' : isLater ? 'scheduled' : 'requested';
  const payment: Payment = {
    ...{ id, scheme, customerId: request.uid, accountId: account.id, bank: account.bank },
    ...{ amount: order.amount, creditor: order.creditor, remittance: order.remittance },
    // What ids of ours have and SEPA's references have not is written as a dot there.
    endToEndId: order.endToEndId ?? id.replaceAll('_', '.'),
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

/** The account that is to pay, if it is the caller's, can, and is another than the one that is paid. */
async function payingAccount(
  reads: Reads,
  uid: string,
  { accountId, creditor, amount }: Order,
): Promise<Account> {
  const other = 'accountId' in creditor ? [creditor.accountId] : [];
  const documents = await reads.get([accountId, ...other].map(accountPath));
  const [account, paid] = documents.map((document) => {
    const found = accountFrom(document);
    // To say that it exists would already tell something about another customer.
    if (!found?.ownerIds.includes(uid)) throw new PublicError(404, 'account.not-found');
    if (found.status !== 'open') throw new PublicError(422, `account.${found.status}`);
    if (found.currency !== amount.currency)
      throw new PublicError(422, 'payment.currency', 'The amount is not in the account’s currency.');
    return found;
  });
  if (!account) throw new PublicError(404, 'account.not-found');
  if (paid?.id === account.id || isSame(creditor, account))
    throw new PublicError(422, 'payment.same-account', 'The account that pays is the one that is paid.');
  if (paid && paid.bank !== account.bank)
    throw new PublicError(422, 'payment.scheme', 'An account at another bank is paid by its IBAN.');
  return account;
}

function isSame(creditor: Creditor, { iban }: Account): boolean {
  return 'iban' in creditor && creditor.iban === iban?.replaceAll(' ', '');
}
