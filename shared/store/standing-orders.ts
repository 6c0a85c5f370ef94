import * as z from 'zod';
import type { Pause, Schedule } from '../domain/standing-order.ts';
import type { StandingOrder } from '../domain/standing-order-runs.ts';
import { defined, path, type Query, type Stored, type Write, write } from './document.ts';
import { instruction } from './instruction.ts';

const often = {
  interval: z.bigint().transform(Number),
  startsOn: z.string(),
  endsOn: z.string().optional(),
};
const schedule = z.discriminatedUnion('every', [
  z.object({ every: z.literal('week'), ...often }),
  z.object({ every: z.literal('month'), ...often, atMonthEnd: z.boolean().optional() }),
]) satisfies z.ZodType<Schedule>;

const pause = z.object({ from: z.string(), until: z.string().optional() }) satisfies z.ZodType<Pause>;

const stored = z.object({
  ...instruction,
  createdAt: z.string(),
  schedule,
  convention: z.enum(['following', 'preceding']).optional(),
  pauses: z.array(pause),
  lastDueOn: z.string().optional(),
  endedOn: z.string().optional(),
  isAwaitingAuthorisation: z.boolean(),
});

export function standingOrderPath(standingOrderId: string): string {
  return path('standing-orders', standingOrderId);
}

export function standingOrderFrom({ fields }: Stored): StandingOrder | undefined {
  if (!fields) return undefined;
  const { amountMinor, currency, _challenge, _authorisation, ...order } = stored.parse(fields);
  return {
    ...order,
    amount: { amountMinor, currency },
    ...{ challenge: _challenge, authorisation: _authorisation },
  };
}

/** With the plain date on which somebody has to look after it next: none where it has no run to come. */
export function writeStandingOrder(read: Stored, order: StandingOrder, nextOn: string | undefined): Write {
  const { amount, schedule: when, challenge: _challenge, authorisation: _authorisation, ...rest } = order;
  const schedule = { ...when, interval: BigInt(when.interval) };
  return write(
    read,
    defined({ schema: 1n, ...rest, ...amount, schedule, _nextOn: nextOn, _challenge, _authorisation }),
  );
}

/** Those of a bank whose day has come by a plain date there, the longest ago first. */
export function standingOrdersDue(bank: string, by: string, limit: number): Query {
  return {
    collection: 'standing-orders',
    where: [
      ['bank', '==', bank],
      ['_nextOn', '<=', by],
    ],
    orderBy: [['_nextOn', 'asc']],
    limit,
  };
}

/** Those of an account, the newest first. */
export function standingOrdersOf(
  accountId: string,
  limit: number,
  after?: readonly [createdAt: string, id: string],
): Query {
  return {
    collection: 'standing-orders',
    where: [['accountId', '==', accountId]],
    orderBy: [['createdAt', 'desc']],
    ...(after && { startAfter: after }),
    limit,
  };
}
