import * as z from 'zod';
import { PermanentError } from '../../../shared/errors.ts';
import { cardCleared, cardRefunded } from '../../../shared/events/bank-facts.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import {
  createEntry,
  entryFrom,
  entryPath,
  spendingFrom,
  spendingPath,
  writeSpending,
} from '../../../shared/store/spending.ts';
import { entryOf, saysTheSame, withEntry } from './entry.ts';

/** Sums up what an account spends at each merchant in each month. A refund counts in the month in which it comes. */
export default onEvent({
  name: 'tally-spending',
  on: [cardCleared, cardRefunded],
  prefix: 'card.',
  publishes: [],
  impact: 'Customers see last month’s spending by merchant, and not what they spent since.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(fact, { deps }) {
    const { accountId, role } = fact.data;
    // What a source that only holds says was cleared is booked by an entry of the bank’s own.
    if (role === 'holds') return {};
    const entry = entryOf(fact);
    const at = { entry: entryPath(accountId, entry), sum: spendingPath(accountId, entry) };
    const [known, sum] = await deps.get([at.entry, at.sum]);
    const told = known && entryFrom(known);
    if (told && !saysTheSame(told, entry)) {
      throw new PermanentError('fact.conflict', { accountId, kind: entry.kind, factId: fact.id });
    }
    if (told || !sum) return {};
    return {
      writes: [createEntry(at.entry, entry), writeSpending(sum, withEntry(spendingFrom(sum), entry))],
    };
  },
});
