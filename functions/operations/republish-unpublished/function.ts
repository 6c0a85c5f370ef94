import * as z from 'zod';
import { kinds } from '../../../shared/events/kinds.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';

/** Publishes what a request or a tick committed and could not publish: nobody else would come again for it. */
export default onSchedule({
  name: 'republish-unpublished',
  everyMinutes: 1,
  publishes: kinds, // what it finds is what functions behind HTTP doors and schedules left, redrives of any kind too
  impact: 'An order whose function died at the wrong moment stays where it is.',
  config: z.object({}),
  connect: ({ republish }) => ({ republish }),
  async deliver(_tick, { deps }) {
    return { count: await deps.republish() };
  },
});
