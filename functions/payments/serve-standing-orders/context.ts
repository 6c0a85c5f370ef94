import * as z from 'zod';
import type { Account } from '../../../shared/domain/account.ts';
import { wallClock } from '../../../shared/domain/cut-off.ts';
import { type StandingOrder, standingOrderStateOf } from '../../../shared/domain/standing-order-runs.ts';
import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { accountOwnedBy } from '../../../shared/runtime/own-account.ts';
import { passkeyVariables } from '../../../shared/runtime/passkey-proof.ts';
import { authenticateVariables } from '../../../shared/runtime/payment-request.ts';
import { nextRun, termsOf } from '../../../shared/runtime/standing-order.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { standingOrderFrom, standingOrderPath } from '../../../shared/store/standing-orders.ts';

export const config = z.object({ ...authenticateVariables, ...passkeyVariables });

export type Context = {
  readonly deps: { readonly reads: Reads; readonly config: z.output<typeof config> };
  readonly now: Date;
};

/** The plain date that it is where the order's bank is. */
export function todayOf(order: Pick<StandingOrder, 'bank' | 'scheme'>, now: Date): string {
  return wallClock(now, termsOf(order).timeZone).date;
}

/** The standing order, if it is of an account of the caller's; else nobody can tell whether there is one. */
export async function ownStandingOrder(
  reads: Reads,
  { params, uid }: Pick<Request, 'params' | 'uid'>,
): Promise<{ document: Stored; order: StandingOrder; account: Account }> {
  const document = await readOne(reads, standingOrderPath(params.standingOrderId ?? ''));
  const order = standingOrderFrom(document);
  const account = order && (await accountOwnedBy(reads, order.accountId, uid));
  if (!account) throw new PublicError(404, 'standing-order.not-found');
  return { document, order, account };
}

/** What an app sees of it; `next` is the run to come, on the day of the bank's that it is executed on. */
export function standingOrderView(order: StandingOrder, now: Date) {
  const { id, accountId, scheme, amount, creditor, remittance, createdAt, schedule, pauses, endedOn } = order;
  return {
    ...{ id, accountId, scheme },
    amount: { amountMinor: String(amount.amountMinor), currency: amount.currency },
    ...{ creditor, remittance, createdAt, schedule },
    convention: order.convention ?? 'following',
    ...{ pauses, endedOn },
    state: standingOrderStateOf(order, todayOf(order, now)),
    next: nextRun(order),
  };
}
