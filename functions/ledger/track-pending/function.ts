import * as z from 'zod';
import { PermanentError } from '../../../shared/errors.ts';
import { accountPendingListed } from '../../../shared/events/bank-facts.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { writeAsOf, writeBalances } from '../../../shared/store/balances.ts';
import { pendingFrom, pendingPath, writePending } from '../../../shared/store/pending.ts';
import { transactionFrom, transactionPath, writeTransaction } from '../../../shared/store/transactions.ts';
import { digestOf, entriesOf } from './entries.ts';

/**
 * Keeps the pending entries of banks that give them no stable ids: each list is all of them as of an instant, the
 * latest is true, and what is not in it is released. Nobody is told of them one by one: the bank may list one entry
 * under another name tomorrow, and its booking is told in its turn.
 */
export default onEvent({
  name: 'track-pending',
  on: [accountPendingListed],
  prefix: 'account.pending-listed',
  publishes: [],
  impact: 'Customers see pending entries that are booked by now, and money held twice.',
  config: z.object({ BALANCE_SHARDS: z.coerce.number().int().min(1).max(100).default(1) }),
  connect: ({ config, reads }) => ({ reads, shards: config.BALANCE_SHARDS }),
  async decide(fact, { deps: { reads, shards } }) {
    const { accountId, bank, asOf } = fact.data;
    const document = await readOne(reads, pendingPath(accountId, bank));
    const before = pendingFrom(document);
    const listed = entriesOf(fact);
    const transactionIds = listed.map(({ id }) => id).sort();
    const digest = digestOf(fact);
    if (before?.asOf === asOf && before.digest !== digest) {
      throw new PermanentError('fact.conflict', { accountId, factId: fact.id });
    }
    if (before && before.asOf >= asOf) return {};

    const touched = [...new Set([...transactionIds, ...(before?.transactionIds ?? [])])];
    const documents = await reads.get(touched.map((id) => transactionPath(accountId, id)));
    const changes = documents.map((read, n) => ({
      read,
      was: transactionFrom(read),
      is: listed.find(({ id }) => id === touched[n]),
    }));
    const moves = changes.map(({ was, is }, n) => ({
      transactionId: touched[n] ?? '',
      before: was?.totals ?? {},
      after: is?.totals ?? {},
    }));
    return {
      writes: [
        writePending(document, { asOf, transactionIds, digest }),
        ...changes.flatMap(({ read, is }) => {
          if (is) return [writeTransaction(read, is)];
          return read.fields ? [{ do: 'delete', read } as const] : [];
        }),
        ...writeBalances({ accountId, shards }, moves),
        writeAsOf(accountId, asOf),
      ],
    };
  },
});
