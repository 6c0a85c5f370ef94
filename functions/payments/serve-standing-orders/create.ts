import { bankNamed } from '../../../shared/banks/index.ts';
import { executionDateOf } from '../../../shared/domain/cut-off.ts';
import type { StandingOrder } from '../../../shared/domain/standing-order-runs.ts';
import { needsAuthentication } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import { readIdempotencyKey } from '../../../shared/runtime/idempotency.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { newChallenge } from '../../../shared/runtime/passkey-proof.ts';
import { payingAccount } from '../../../shared/runtime/paying-account.ts';
import { schemeOf } from '../../../shared/runtime/payment-request.ts';
import { keepStandingOrder, nextRun, termsOf } from '../../../shared/runtime/standing-order.ts';
import { standingOrderPath } from '../../../shared/store/standing-orders.ts';
import { shownTo } from './authorise.ts';
import { type Context, todayOf } from './context.ts';
import { standingOrder } from './request.ts';

/** Takes a standing order on. Nothing is reserved: each run is held against the money of its day. */
export async function createStandingOrder(request: Request, { deps, now }: Context) {
  const body = readBody(standingOrder, request.rawBody);
  const scheme = schemeOf(body);
  const account = await payingAccount(deps.reads, request.uid, body);
  if (!bankNamed(account.bank)?.payments?.schemes[scheme])
    throw new PublicError(422, 'payment.scheme', 'The bank has no such payments.');
  const order: StandingOrder = {
    ...body,
    id: idFrom('sto', request.uid, readIdempotencyKey(request)),
    ...{ customerId: request.uid, bank: account.bank, scheme, createdAt: now.toISOString(), pauses: [] },
    isAwaitingAuthorisation: false,
  };
  checkFirstRun(order, now);
  const awaits = { isAwaitingAuthorisation: true, challenge: newChallenge(now) };
  const taken = isToBeAuthenticated(order, deps.config) ? { ...order, ...awaits } : order;
  const document = { path: standingOrderPath(order.id), fields: undefined, version: undefined };
  return {
    status: 201,
    headers: { location: `/v1/standing-orders/${order.id}` },
    body: await shownTo(request.uid, taken, { deps, now }),
    writes: [keepStandingOrder(document, taken)],
  };
}

/**
 * Whether the customer is to prove who they are before its first run: a series is authenticated once, when it is ordered
 * (delegated regulation (EU) 2018/389, article 14), and its runs are not.
 */
function isToBeAuthenticated(order: StandingOrder, { SCA_FROM }: Context['deps']['config']): boolean {
  return needsAuthentication(order, SCA_FROM);
}

/** Throws a `PublicError` 422 where it has no first run, or that one could not be in time. */
function checkFirstRun(order: StandingOrder, now: Date): void {
  if (order.schedule.startsOn < todayOf(order, now))
    throw new PublicError(422, 'standing-order.date-past', 'startsOn is over.');
  const first = nextRun(order);
  if (!first)
    throw new PublicError(422, 'standing-order.no-runs', 'It ends before it is due for the first time.');
  const earliest = executionDateOf({ requestedAt: now, ...termsOf(order) });
  if (order.convention === 'preceding' && first.executesOn < earliest)
    throw new PublicError(
      422,
      'standing-order.first-run-past',
      `The bank day before ${first.dueOn} is over. Start later, or pay on the bank day that follows.`,
    );
}
