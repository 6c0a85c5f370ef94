import * as z from 'zod';
import { apiVariables, openApis } from '../../../shared/banks/index.ts';
import { driftFound, eventsFetched } from '../../../shared/events/coherence.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { unhandled, unparked } from '../../../shared/runtime/handled-facts.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
import { bankListFrom, bankListPath } from '../../../shared/store/bank-lists.ts';
import { fetchMissed } from './missed.ts';

/** Reads what each bank lists that happened, and has what nobody handled take the way of a webhook. */
export default onSchedule({
  name: 'fetch-missed-events',
  everyMinutes: 5,
  publishes: [deliveryReceived, driftFound, eventsFetched],
  impact: 'What the bank told in vain stays unknown until the account is compared with it.',
  config: z.object({
    ...apiVariables,
    // What is younger may still be on its way.
    MISSED_AFTER_SECONDS: z.coerce.number().int().min(10).max(86_400).default(120),
    // How late an event may come into the bank's list.
    LISTED_LATE_MINUTES: z.coerce.number().int().min(1).max(10_080).default(30),
  }),
  connect: ({ config, reads, ask }) => ({
    reads,
    apis: openApis(config, ask),
    graceMs: config.MISSED_AFTER_SECONDS * 1000,
    overlapMs: config.LISTED_LATE_MINUTES * 60_000,
  }),
  async deliver(_tick, { deps: { reads, apis, graceMs, overlapMs }, now }) {
    const fetched = await Promise.all(
      [...apis].map(async ([bank, api]) => {
        const known = bankListFrom(await readOne(reads, bankListPath(bank)));

        return fetchMissed({
          ...{ bank, api, now, graceMs, overlapMs },
          known,
          unhandled: (facts) => unhandled(reads, facts),
          unparked: (unreadable) => unparked(reads, bank, unreadable),
        });
      }),
    );
    return {
      count: fetched.reduce((all, { missed }) => all + missed, 0),
      events: fetched.flatMap(({ events }) => events),
    };
  },
});
