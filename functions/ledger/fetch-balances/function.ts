import * as z from 'zod';
import { apiVariables, openApis } from '../../../shared/banks/index.ts';
import { accountCompared, comparisonWanted, driftFound } from '../../../shared/events/coherence.ts';
import { draft } from '../../../shared/events/event.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { driftIdOf } from '../../../shared/store/drifts.ts';
import { compare } from './compare.ts';

/** Asks the bank what accounts have booked, and finds out why where it is not what we have. */
export default onEvent({
  name: 'fetch-balances',
  on: [comparisonWanted],
  prefix: 'comparison.',
  publishes: [driftFound, accountCompared, deliveryReceived],
  impact: 'Where our half of an account differs from the bank’s, nobody finds it, and nothing mends it.',
  config: z.object({
    ...apiVariables,
    // What is younger may still be on its way.
    SETTLED_AFTER_SECONDS: z.coerce.number().int().min(10).max(86_400).default(300),
  }),
  connect: ({ config, reads, snapshot, ask, measures }) => ({
    ...{ reads, snapshot, measures },
    apis: openApis(config, ask),
    graceMs: config.SETTLED_AFTER_SECONDS * 1000,
  }),
  async deliver({ data: { bank, accountIds, isRecheck } }, { deps, now }) {
    const { apis, reads, snapshot, graceMs, measures } = deps;
    const api = apis.get(bank);
    if (!api) return [];
    const events = [];
    for (const accountId of accountIds) {
      const compared = await compare({ bank, api, reads, snapshot, accountId, now, graceMs });
      measures.comparisons.add(1, { bank, recheck: `${isRecheck}`, outcome: compared.outcome });
      const { findings } = compared;
      const found = findings.map((finding) => driftIdOf(accountId, finding));
      const at = now.toISOString();
      events.push(
        ...compared.deliveries.map((data) =>
          draft(deliveryReceived, { subject: data.deliveryId, id: data.deliveryId, data }),
        ),
        ...findings.map((finding) =>
          draft(driftFound, { subject: accountId, data: { bank, accountId, foundAt: at, finding } }),
        ),
      );
      // What was wrong before and is not now is for whoever keeps it to settle.
      if ((isRecheck || found.length > 0) && compared.outcome !== 'unknown')
        events.push(
          draft(accountCompared, { subject: accountId, data: { bank, accountId, comparedAt: at, found } }),
        );
    }
    return events;
  },
});
