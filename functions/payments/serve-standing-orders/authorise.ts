import {
  authorisedOn,
  type StandingOrder,
  standingOrderStateOf,
} from '../../../shared/domain/standing-order-runs.ts';
import { authenticatedSeriesText } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import {
  type Awaiting,
  authorisationOptions,
  authorise,
  checkAwaited,
} from '../../../shared/runtime/authorise.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { newChallenge } from '../../../shared/runtime/passkey-proof.ts';
import { keepStandingOrder, nextRun } from '../../../shared/runtime/standing-order.ts';
import { type Context, ownStandingOrder, standingOrderView, todayOf } from './context.ts';

/**
 * Takes the customer's authorisation of a standing order that awaits it: what their passkey signed of this amount, this payee
 * and these dates. Then it is as one that needed none; what was due before is not caught up.
 */
export async function authoriseStandingOrder(request: Request, { deps, now }: Context) {
  const { document, order, account } = await awaitedOrder(request, { deps, now });
  if (account.status !== 'open') throw new PublicError(422, `account.${account.status}`);
  const { authorisation, write } = await authorise(request, awaiting(order), { deps, now });
  const authorised = authorisedOn(todayOf(order, now), order, authorisation);
  if (!nextRun(authorised))
    throw new PublicError(422, 'standing-order.no-runs', 'All of its dates are over. Order another one.');
  return {
    status: 200,
    body: standingOrderView(authorised, now),
    writes: [keepStandingOrder(document, authorised), write],
  };
}

/** Gives it another challenge; whatever was signed of the one before is worth nothing from now on. */
export async function renewChallenge(request: Request, { deps, now }: Context) {
  const { document, order } = await awaitedOrder(request, { deps, now });
  const renewed = { ...order, challenge: newChallenge(now) };
  return {
    status: 200,
    body: await shownTo(request.uid, renewed, { deps, now }),
    writes: [keepStandingOrder(document, renewed)],
  };
}

/** What an app sees of it; while it awaits its authorisation, with what whoever ordered it is to sign. */
export async function shownTo(uid: string, order: StandingOrder, { deps, now }: Context) {
  const toSign = isAwaited(order, now) ? await authorisationOptions(awaiting(order), uid, deps) : {};
  return { ...standingOrderView(order, now), ...toSign };
}

async function awaitedOrder(request: Request, { deps, now }: Context) {
  const found = await ownStandingOrder(deps.reads, request);
  checkAwaited(isAwaited(found.order, now), found.order, request.uid);
  return found;
}

function isAwaited(order: StandingOrder, now: Date): boolean {
  return standingOrderStateOf(order, todayOf(order, now)) === 'awaiting-authorisation';
}

function awaiting(order: StandingOrder): Awaiting {
  const { customerId, challenge } = order;
  return { customerId, challenge, textWith: (fresh) => authenticatedSeriesText(order, fresh) };
}
