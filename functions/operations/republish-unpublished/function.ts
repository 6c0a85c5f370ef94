import { z } from 'zod';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';

/** Publishes what a request or a tick committed and could not publish: nobody else would come again for it. */
export default onSchedule({
  name: 'republish-unpublished',
  everyMinutes: 1,
  // What it finds is declared by whoever left it; a function that commits behind an HTTP door adds its kinds here.
  publishes: [],
  impact: 'An order whose function died at the wrong moment stays where it is.',
  config: z.object({}),
  connect: ({ republish }) => ({ republish }),
  deliver: (_tick, { deps }) => deps.republish(),
});
