import * as z from 'zod';
import { apiVariables, openApis } from '../../../shared/banks/index.ts';
import { matchStatement } from '../../../shared/domain/statement.ts';
import type { Part } from '../../../shared/domain/transaction.ts';
import { driftFound, statementCompared, statementsWanted } from '../../../shared/events/coherence.ts';
import { draft } from '../../../shared/events/event.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { readTransactionsSince } from '../../../shared/runtime/transactions-since.ts';
import { driftIdOf } from '../../../shared/store/drifts.ts';

// A bank may tell of a booking some days before or after the day on which it counts.
const AROUND_MS = 7 * 86_400_000;

/** Asks the bank for the statement of a day, and lays it beside our entries, line by line. */
export default onEvent({
  name: 'fetch-statements',
  on: [statementsWanted],
  prefix: 'statements.',
  publishes: [driftFound, statementCompared],
  impact:
    'A day that our half and the bank’s tell differently is not found out, unless the balances differ too.',
  config: z.object(apiVariables),
  connect: ({ config, snapshot, ask }) => ({ apis: openApis(config, ask), snapshot }),
  async deliver({ data: { bank, date, accountIds } }, { deps: { apis, snapshot }, now }) {
    const events = [];
    for (const accountId of accountIds) {
      const statement = await apis.get(bank)?.statement(accountId, date);
      if (!statement) continue;
      // Ours is read afterwards: the day is over, and what came of it meanwhile belongs to it.
      const parts = await partsSince(snapshot(), accountId, date);
      const { matches, findings } = matchStatement(statement, parts);
      const { currency, openingMinor, closingMinor } = statement;
      const at = now.toISOString();
      const found = findings.map((finding) => driftIdOf(accountId, finding));
      const figures = { currency, openingMinor, closingMinor, matches: [...matches], comparedAt: at, found };
      events.push(
        ...findings.map((finding) =>
          draft(driftFound, { subject: accountId, data: { bank, accountId, foundAt: at, finding } }),
        ),
        draft(statementCompared, { subject: accountId, data: { bank, accountId, date, ...figures } }),
      );
    }
    return events;
  },
});

async function partsSince(reads: Reads, accountId: string, date: string): Promise<Part[]> {
  const since = new Date(Date.parse(date) - AROUND_MS).toISOString();
  const transactions = await readTransactionsSince(reads, accountId, since);
  return transactions.flatMap(({ parts }) => Object.values(parts));
}
