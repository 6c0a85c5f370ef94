import * as z from 'zod';
import { eventsFetched } from '../../../shared/events/coherence.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { bankListFrom, bankListPath, writeBankList } from '../../../shared/store/bank-lists.ts';

/** Keeps how far each bank's list of events has been read: the word of the latest read, whatever comes late. */
export default onEvent({
  name: 'track-bank',
  on: [eventsFetched],
  prefix: 'events.',
  publishes: [],
  impact: 'The bank’s list is read from the same place again and again; nothing is lost by it.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ data }, { deps }) {
    const document = await readOne(deps, bankListPath(data.bank));
    const before = bankListFrom(document);
    if (before && before.fetchedAt >= data.fetchedAt) return {};
    return { writes: [writeBankList(document, data)] };
  },
});
