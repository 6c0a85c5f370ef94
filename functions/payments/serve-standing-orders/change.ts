import {
  ended,
  resumed,
  type StandingOrder,
  standingOrderStateOf,
  withPause,
} from '../../../shared/domain/standing-order-runs.ts';
import { PublicError } from '../../../shared/errors.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { keepStandingOrder } from '../../../shared/runtime/standing-order.ts';
import { type Context, ownStandingOrder, standingOrderView, todayOf } from './context.ts';
import { end, pause } from './request.ts';

// One document holds them all, and whoever pauses so often has a fault and not a wish.
const PAUSES_MAX = 100;

/** What is due within the pause is not paid, and not caught up. */
export async function pauseStandingOrder(request: Request, context: Context) {
  return change(request, context, (order, today) => {
    const asked = readBody(pause, request.rawBody);
    if (asked.from < today) throw new PublicError(422, 'standing-order.date-past', 'from is over.');
    if (order.pauses.length >= PAUSES_MAX) throw new PublicError(422, 'standing-order.too-many-pauses');
    return withPause(order, asked);
  });
}

/** Takes back what is left of its pauses. */
export async function resumeStandingOrder(request: Request, context: Context) {
  return change(request, context, resumed);
}

/** Ends it at once, whatever was due, or on a date that comes before its end so far. */
export async function endStandingOrder(request: Request, context: Context) {
  return change(request, context, (order, today) => {
    const { endsOn } = request.rawBody.length > 0 ? readBody(end, request.rawBody) : {};
    if (endsOn !== undefined && endsOn < today)
      throw new PublicError(422, 'standing-order.date-past', 'endsOn is over.');
    if (endsOn !== undefined && order.schedule.endsOn !== undefined && endsOn > order.schedule.endsOn)
      throw new PublicError(422, 'standing-order.ends-before', 'It ends before that.');
    return ended(order, today, endsOn);
  });
}

async function change(
  request: Request,
  { deps, now }: Context,
  changed: (order: StandingOrder, today: string) => StandingOrder,
) {
  const { document, order } = await ownStandingOrder(deps.reads, request);
  const today = todayOf(order, now);
  if (standingOrderStateOf(order, today) === 'ended')
    throw new PublicError(409, 'standing-order.ended', 'It has ended. Order another one.');
  const after = changed(order, today);
  return {
    status: 200,
    body: standingOrderView(after, now),
    writes: [keepStandingOrder(document, after)],
  };
}
