import * as z from 'zod';
import {
  accountBroughtForward,
  cardEntryMatched,
  cardFacts,
  transactionFacts,
} from '../../../shared/events/bank-facts.ts';
import { partOf } from '../../../shared/events/entry-part.ts';
import { draft } from '../../../shared/events/event.ts';
import { transactionChanged, transactionRecorded } from '../../../shared/events/transactions.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { writeBalances } from '../../../shared/store/balances.ts';
import type { Write } from '../../../shared/store/document.ts';
import { reservationsPath, writeReleased } from '../../../shared/store/reservations.ts';
import { writeAlias, writeTransaction } from '../../../shared/store/transactions.ts';
import { type Fact, readHome } from './home.ts';
import { withFact } from './part.ts';

/** Adds one fact to its transaction, and what that changes to the account's balance. */
export default onEvent({
  name: 'record-transaction',
  on: [...transactionFacts, ...cardFacts, cardEntryMatched, accountBroughtForward],
  publishes: [transactionRecorded, transactionChanged],
  impact: 'Customers see an old balance and no new purchases.',
  config: z.object({ BALANCE_SHARDS: z.coerce.number().int().min(1).max(100).default(1) }),
  connect: ({ config, reads }) => ({ reads, shards: config.BALANCE_SHARDS }),
  async decide(fact, { deps }) {
    const { accountId } = fact.data;
    const [home, released] = await Promise.all([
      readHome(deps.reads, fact),
      writesReleased(deps.reads, fact),
    ]);
    const after = withFact(home, fact);
    if (!after) return {};

    // What other documents held of this transaction moves here, and leaves aliases.
    const absorbed = home.others.flatMap((other) => other.absorbed ?? []);
    const moves = [
      { transactionId: after.id, before: home.transaction?.totals ?? {}, after: after.totals },
      ...absorbed.map(({ id, totals }) => ({ transactionId: id, before: totals, after: {} })),
    ];
    // A balance is as of what the bank said, and an expiry of our own is no word of the bank's.
    const { kind, expiresAt, occurredAt } = partOf(fact);
    const asOf = kind === 'expiry' && expiresAt !== undefined ? undefined : occurredAt;
    const { status, direction, amountMinor, currency } = after.summary;
    const { booked = 0n, held = 0n } = after.totals[currency] ?? {};
    return {
      writes: [
        writeTransaction(home.document, after),
        ...home.others.map(({ document, aliasOf }) => writeAlias(document, aliasOf)),
        ...writeBalances({ accountId, shards: deps.shards }, moves, asOf),
        ...released,
      ],
      events: [
        draft(home.transaction ? transactionChanged : transactionRecorded, {
          subject: after.id,
          data: {
            accountId,
            transactionId: after.id,
            status,
            direction,
            amountMinor,
            currency,
            bookedMinor: booked,
            heldMinor: held,
            absorbed: absorbed.length > 0 ? absorbed.map(({ id }) => id) : undefined,
          },
        }),
      ],
    };
  },
});

/** What was reserved for a payment is held or booked from here on, in the same commit: it never counts twice, or not at all. */
async function writesReleased(reads: Reads, fact: Fact): Promise<Write[]> {
  if (!('paymentId' in fact.data) || fact.data.paymentId === undefined) return [];
  // What comes back of a payment is a credit, and may be told before what was sent.
  if (fact.data.direction !== 'debit') return [];
  const reservations = await readOne(reads, reservationsPath(fact.data.accountId));
  return writeReleased(reservations, fact.data.paymentId);
}
