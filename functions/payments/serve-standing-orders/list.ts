import { PublicError } from '../../../shared/errors.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { ownAccount } from '../../../shared/runtime/own-account.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import { standingOrderFrom, standingOrdersOf } from '../../../shared/store/standing-orders.ts';
import { shownTo } from './authorise.ts';
import { type Context, ownStandingOrder, standingOrderView } from './context.ts';

/** An account's standing orders, newest first, page by page; those that have ended too. */
export async function listStandingOrders({ query, uid }: Request, { deps: { reads }, now }: Context) {
  const accountId = query.get('accountId');
  if (!accountId) throw new PublicError(400, 'account-id.missing', 'Say of which account: ?accountId=');
  const limit = readLimit(query);
  const cursor = readCursor(query, 'sto');
  await ownAccount(reads, accountId, uid);
  // One more than asked for tells whether there is a next page.
  const found = await reads.query(standingOrdersOf(accountId, limit + 1, cursor));
  const page = found.slice(0, limit).flatMap((document) => standingOrderFrom(document) ?? []);
  const last = page.at(-1);
  const isMore = found.length > limit && last !== undefined;
  const nextCursor = isMore ? cursorAfter({ id: last.id, occurredAt: last.createdAt }) : undefined;
  return { status: 200, body: { items: page.map((order) => standingOrderView(order, now)), nextCursor } };
}

export async function getStandingOrder(request: Request, { deps, now }: Context) {
  const { order } = await ownStandingOrder(deps.reads, request);
  return { status: 200, body: await shownTo(request.uid, order, { deps, now }) };
}
