import * as z from 'zod';
import type { StandingOrderState } from '../../../shared/domain/standing-order-runs.ts';
import { instant, plainDate } from '../../../shared/events/event.ts';
import { anAuthorisation, authorisation } from '../../../shared/runtime/described/authorisation.ts';
import { anInstruction, instruction } from '../../../shared/runtime/described/instruction.ts';
import type { EnumOf } from '../../../shared/runtime/described.ts';
import { pause, standingOrder as request } from './request.ts';

const { schedule, convention } = request.shape;

/** A standing order as apps see it. */
export const standingOrder = z
  .strictObject({
    id: z.string(),
    ...instruction,
    createdAt: instant,
    schedule: schedule.meta({ id: 'Schedule' }),
    convention: convention.unwrap(),
    pauses: z.array(pause.meta({ id: 'Pause', description: 'Both dates are in it.' })),
    endedOn: plainDate.optional().meta({ description: 'The day on which the customer ended it at once.' }),
    state: z
      .enum(['awaiting-authorisation', 'active', 'paused', 'ended'])
      .meta({ id: 'StandingOrderState' }) satisfies EnumOf<StandingOrderState>,
    next: z
      .strictObject({
        dueOn: plainDate,
        executesOn: plainDate.meta({ description: 'The bank day on which the bank should carry it out.' }),
      })
      .optional()
      .meta({ description: 'Its next payment; none while there is none to come.' }),
    authorisation: authorisation.optional(),
  })
  .meta({ id: 'StandingOrder', description: 'What is paid again and again, and how far that has come.' });

export const anOrder = {
  ...anInstruction,
  schedule: { every: 'month', interval: 1, startsOn: '2026-12-31', atMonthEnd: true },
};
/** What was just ordered so, and what became of it: Thursday, 31 December 2026 is no day of Danish banks. */
export const ordered = {
  ...{ id: 'sto_7hQ2mZr0uT4aXwLkVbN9cJ1yPdE', ...anOrder, scheme: 'domestic' },
  ...{ createdAt: '2026-11-23T10:00:00.000Z', convention: 'following', pauses: [], state: 'active' },
  next: { dueOn: '2026-12-31', executesOn: '2027-01-04' },
};
export const aPause = { from: '2026-12-01', until: '2027-01-15' };
export const paused = {
  ...{ ...ordered, pauses: [aPause] },
  next: { dueOn: '2027-01-31', executesOn: '2027-02-01' },
};
export const ended = { ...ordered, schedule: { ...anOrder.schedule, endsOn: '2027-06-30' } };
/** One of DKK 1,000.00, which is authorised. */
export const authorised = { ...ordered, amount: { amountMinor: '100000', currency: 'DKK' } };
const { next: _, ...dormant } = authorised;
export const awaiting = {
  ...{ ...dormant, state: 'awaiting-authorisation' },
  authorisation: anAuthorisation,
};
