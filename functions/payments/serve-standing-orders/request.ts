import * as z from 'zod';
import type { Schedule } from '../../../shared/domain/standing-order.ts';
import { plainDate } from '../../../shared/events/event.ts';
import { instruction } from '../../../shared/runtime/payment-request.ts';

// Past any wish; and a date of five digits would not sort.
const date = plainDate.refine((text) => text < '2200', 'a date before 2200');
const often = {
  interval: z.int().min(1).max(12),
  startsOn: date,
  endsOn: date.optional(),
};

/** The body of a standing order. */
export const standingOrder = z.strictObject({
  ...instruction,
  schedule: z.discriminatedUnion('every', [
    z.strictObject({ every: z.literal('week'), ...often }),
    z.strictObject({ every: z.literal('month'), ...often, atMonthEnd: z.boolean().optional() }),
  ]) satisfies z.ZodType<Schedule>,
  convention: z.enum(['following', 'preceding']).optional(),
});

/** The body of a pause: both dates are in it; without `until` it lasts until it is resumed. */
export const pause = z
  .strictObject({ from: date, until: date.optional() })
  .refine(({ from, until = from }) => from <= until, 'until is not before from');

/** The body of an end; without `endsOn` it ends at once. */
export const end = z.strictObject({ endsOn: date.optional() });
