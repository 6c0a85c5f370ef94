import { PublicError } from '../../../shared/errors.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { ownAccount } from '../../../shared/runtime/own-account.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import { paymentFrom, paymentsOf } from '../../../shared/store/payments.ts';
import { authorisationView } from './authorise.ts';
import type { Context } from './context.ts';
import { ownPayment } from './read.ts';
import { paymentView } from './views.ts';

/** An account's payments, newest first, page by page. */
export async function listPayments({ query, uid }: Request, { deps: { reads } }: Context) {
  const accountId = query.get('accountId');
  if (!accountId) throw new PublicError(400, 'account-id.missing', 'Say of which account: ?accountId=');
  const limit = readLimit(query);
  const cursor = readCursor(query, 'pay');
  await ownAccount(reads, accountId, uid);
  // One more than asked for tells whether there is a next page.
  const found = await reads.query(paymentsOf(accountId, limit + 1, cursor));
  const page = found.slice(0, limit).flatMap((document) => paymentFrom(document) ?? []);
  const last = page.at(-1);
  const isMore = found.length > limit && last !== undefined;
  const nextCursor = isMore ? cursorAfter({ id: last.id, occurredAt: last.orderedAt }) : undefined;
  return { status: 200, body: { items: page.map(paymentView), nextCursor } };
}

export async function getPayment(request: Request, { deps }: Context) {
  const { payment } = await ownPayment(deps.reads, request);
  const awaited = await authorisationView(deps, payment, request.uid);
  return { status: 200, body: { ...paymentView(payment), ...awaited } };
}
