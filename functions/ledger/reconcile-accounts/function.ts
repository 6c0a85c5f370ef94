import * as z from 'zod';
import { statementOf } from '../../../shared/domain/drift.ts';
import { comparisonWanted, statementsWanted } from '../../../shared/events/coherence.ts';
import { draft } from '../../../shared/events/event.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
import { driftFrom, unsettledDrifts } from '../../../shared/store/drifts.ts';
import {
  nextAccounts,
  placeInRound,
  roundFrom,
  roundPath,
  writeRound,
} from '../../../shared/store/rounds.ts';

const NAME = 'reconcile-accounts';
// A message is handled within a minute, also where each of its accounts is to be read whole.
const BATCH = 10;
const DRIFTS_MAX = 500;
const DAY_MS = 86_400_000;

type Named = { readonly bank: string; readonly accountId: string };

/**
 * Chooses which accounts are compared with their bank: those in which something was wrong, and the next ones of a round
 * through all, which goes slowly by day, and at night so fast that it comes to its end. At night it is also the turn of
 * yesterday's statements.
 */
export default onSchedule({
  name: NAME,
  everyMinutes: 5,
  publishes: [comparisonWanted, statementsWanted],
  impact: 'Where our half of an account differs from the bank’s, nobody finds it, and nothing mends it.',
  config: z.object({
    // Read from the store, and asked of the bank, each five minutes.
    DAY_ACCOUNTS: z.coerce.number().int().min(0).max(50_000).default(200),
    NIGHT_ACCOUNTS: z.coerce.number().int().min(0).max(50_000).default(5000),
    // Hours of the day in UTC: from the first until the second begins.
    NIGHT_FROM: z.coerce.number().int().min(0).max(23).default(1),
    NIGHT_UNTIL: z.coerce.number().int().min(0).max(23).default(4),
  }),
  connect: ({ config, reads }) => ({ config, reads }),
  async decide(_tick, { deps: { config, reads }, now }) {
    const { NIGHT_FROM, NIGHT_UNTIL, NIGHT_ACCOUNTS, DAY_ACCOUNTS } = config;
    const isNight = now.getUTCHours() >= NIGHT_FROM && now.getUTCHours() < NIGHT_UNTIL;
    const count = isNight ? NIGHT_ACCOUNTS : DAY_ACCOUNTS;
    const document = await readOne(reads, roundPath(NAME));
    const round = roundFrom(document) ?? { startedAt: now.toISOString() };
    const next = count > 0 ? await reads.query(nextAccounts(count, round.after)) : [];
    const last = next.at(-1);
    const isOver = count > 0 && next.length < count;
    const lastSeconds = BigInt(Math.round((now.getTime() - Date.parse(round.startedAt)) / 1000));
    const after = isOver
      ? { startedAt: now.toISOString(), lastSeconds }
      : { ...round, ...(last && { after: placeInRound(last) }) };

    const drifts = await reads.query(unsettledDrifts(DRIFTS_MAX));
    const unsettled = drifts.flatMap((each) => driftFrom(each) ?? []);
    const wrong = unsettled.filter((drift) => statementOf(drift) === undefined);
    const turns = next.map(({ fields }) => ({ bank: String(fields?.bank), accountId: String(fields?.id) }));
    // By the bank's calendar, in which yesterday is over everywhere at night.
    const yesterday = new Date(now.getTime() - DAY_MS).toISOString().slice(0, 10);
    const days = new Map<string, readonly Named[]>(isNight ? [[yesterday, turns]] : []);
    for (const drift of unsettled) {
      const day = statementOf(drift);
      if (day !== undefined) days.set(day, [...(days.get(day) ?? []), drift]);
    }
    return {
      writes: [writeRound(document, after)],
      events: [
        ...batches(wrong).map((batch) =>
          draft(comparisonWanted, { subject: batch.bank, data: { ...batch, isRecheck: true } }),
        ),
        ...batches(turns).map((batch) =>
          draft(comparisonWanted, { subject: batch.bank, data: { ...batch, isRecheck: false } }),
        ),
        ...[...days].flatMap(([date, accounts]) =>
          batches(accounts).map((batch) =>
            draft(statementsWanted, { subject: batch.bank, data: { ...batch, date } }),
          ),
        ),
      ],
    };
  },
});

/** Each account once, some of one bank's at a time. */
function batches(accounts: readonly Named[]): { bank: string; accountIds: string[] }[] {
  const byBank = new Map<string, Set<string>>();
  for (const { bank, accountId } of accounts)
    byBank.set(bank, (byBank.get(bank) ?? new Set()).add(accountId));
  return [...byBank].flatMap(([bank, ids]) => {
    const all = [...ids];
    return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) => {
      return { bank, accountIds: all.slice(n * BATCH, (n + 1) * BATCH) };
    });
  });
}
