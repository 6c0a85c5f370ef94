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
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { writeBalances } from '../../../shared/store/balances.ts';
import { writeAlias, writeTransaction } from '../../../shared/store/transactions.ts';
import { readHome } from './home.ts';
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
    const home = await readHome(deps.reads, fact);
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
