import * as z from 'zod';
import { type CardEntry, entryKey, type Pairings } from '../../../shared/domain/matching.ts';
import { cardEntryAssigned, cardEntryMatched, cardFacts } from '../../../shared/events/bank-facts.ts';
import { draft } from '../../../shared/events/event.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { unmatchedFrom, unmatchedPath, writeUnmatched } from '../../../shared/store/unmatched.ts';
import { type Fact, withFact } from './card.ts';

/**
 * Finds the authorisation of each clearing and reversal for which the bank names none, over all that is known of the
 * card, and tells what that takes from which hold. Whatever is known later may change it: every word about a pairing
 * has a number, and the highest is true.
 */
export default onEvent({
  name: 'match-unlinked',
  on: [...cardFacts, cardEntryAssigned],
  prefix: 'card.',
  publishes: [cardEntryMatched],
  impact:
    'Where the bank does not say what a clearing belongs to, customers see the money held until the hold expires.',
  config: z.object({ MATCH_WINDOW_DAYS: z.coerce.number().int().min(1).max(90).default(30) }),
  connect: ({ config, reads }) => ({ reads, windowDays: config.MATCH_WINDOW_DAYS }),
  async decide(fact, { deps: { reads, windowDays } }) {
    const document = await readOne(reads, unmatchedPath(fact.data));
    const before = unmatchedFrom(document);
    const after = withFact(before, fact, windowDays);
    if (!after) return {};
    const changed = changesOf(before.pairs, after.pairs);
    const pairing = before.pairing + (changed.length > 0 ? 1n : 0n);
    const matched = changed.flatMap(({ key, authorisationId, isMatched }) => {
      const entry = after.entries.find((each) => entryKey(each) === key);
      return entry ? [told(fact, { entry, authorisationId, isMatched, pairing: Number(pairing) })] : [];
    });
    return { writes: [writeUnmatched(document, { ...after, pairing })], events: matched };
  },
});

type Change = { readonly key: string; readonly authorisationId: string; readonly isMatched: boolean };

/** What is taken back from a hold, and what is taken from one. */
function changesOf(before: Pairings, after: Pairings): Change[] {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .sort();
  const tell = (pairs: Pairings, isMatched: boolean) =>
    changed.flatMap((key) => {
      const authorisationId = pairs[key];
      return authorisationId ? [{ key, authorisationId, isMatched }] : [];
    });
  return [...tell(before, false), ...tell(after, true)];
}

function told(
  { data }: Fact,
  {
    entry,
    authorisationId,
    isMatched,
    pairing,
  }: {
    entry: CardEntry;
    authorisationId: string;
    isMatched: boolean;
    pairing: number;
  },
) {
  const { bank, accountId, cardId, bankEventId, deliveryId, receivedAt, role } = data;
  const { kind, id, amountMinor, currency, final = false, occurredAt } = entry;
  if (kind !== 'clearing' && kind !== 'reversal') throw new Error('card.entry-not-matchable');
  return draft(cardEntryMatched, {
    subject: authorisationId,
    time: occurredAt,
    data: {
      ...{ bank, accountId, cardId, bankEventId, deliveryId, receivedAt, role },
      direction: 'debit',
      amount: { amountMinor, currency },
      entry: { kind, id },
      authorisationId,
      final,
      isMatched,
      pairing,
    },
  });
}
