import { expect, test } from 'vitest';
import type { Drift } from '../../shared/domain/drift.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { accountPath, writeAccount } from '../../shared/store/accounts.ts';
import { bankListPath, writeBankList } from '../../shared/store/bank-lists.ts';
import type { Write } from '../../shared/store/document.ts';
import { driftPath, writeDrift } from '../../shared/store/drifts.ts';
import { roundPath, writeRound } from '../../shared/store/rounds.ts';
import { driftLines, summaryLines } from './lines.ts';
import { readCoherence } from './read.ts';

const NOW = new Date('2026-11-23T10:00:00.000Z');

async function coherenceOf(...writes: readonly Write[]) {
  const platform = memoryCloud().instance();
  if (writes.length > 0) await platform.commit(writes);
  return readCoherence(platform);
}

const nothingAt = (path: string) => ({ path, fields: undefined, version: undefined });

function aDrift(changes: Partial<Drift>): Write {
  const drift: Drift = {
    ...{ id: 'drf_1', bank: 'sandbox', accountId: 'acct-1', cause: 'extra-fact', entry: 'booking:btx_1' },
    ...{ amountMinor: -3200n, currency: 'DKK', evidence: { occurredAt: '2026-11-22T08:00:00.000Z' } },
    ...{ state: 'open', firstSeenAt: '2026-11-23T09:00:00.000Z', lastSeenAt: '2026-11-23T09:55:00.000Z' },
    ...changes,
  };
  return writeDrift(nothingAt(driftPath(drift.id)), drift);
}

test('where nothing was ever compared it says so', async () => {
  const coherence = await coherenceOf();
  expect(summaryLines(coherence, NOW).at(-1)).not.toContain('nothing differs'); // nobody knows
  expect(summaryLines(coherence, NOW).slice(0, 2)).toEqual([
    '  sandbox: its list of events was never read',
    '  0 accounts: no round through them has begun',
  ]);
  expect(driftLines(coherence)).toEqual(['  nothing differs.']);
});

test('where a round finds one account as the bank has it, it ends with that', async () => {
  const coherence = await coherenceOf(
    writeAccount(nothingAt(accountPath('acct-1')), {
      ...{ id: 'acct-1', bank: 'sandbox', ownerIds: ['uid-ann'], status: 'open' },
    }),
    writeBankList(nothingAt(bankListPath('sandbox')), {
      ...{ bank: 'sandbox', fetchedAt: '2026-11-23T09:59:53.000Z' },
      unfinished: { since: '2026-11-23T09:00:00.000Z', until: '2026-11-23T09:59:50.000Z', after: 'evt_7' },
    }),
    writeRound(nothingAt(roundPath('reconcile-accounts')), {
      ...{ startedAt: '2026-11-23T09:59:00.000Z', lastSeconds: 240n },
    }),
  );
  const lines = summaryLines(coherence, NOW);
  expect(lines.slice(0, 2)).toEqual([
    '  sandbox: its list of events is being read for the first time, last 7 s ago; it goes on from evt_7',
    '  1 account: the round through it began 60 s ago; the last one took 4 min',
  ]);
  expect(lines.slice(-2)).toEqual(['', '  nothing differs.']);
  const first = { ...coherence, round: { startedAt: '2026-11-23T09:59:00.000Z' } };
  expect(summaryLines(first, NOW).at(-1)).toBe('  nothing differs so far: the first round is under way.');
});

test('drift is counted by cause and state, and what is not settled is shown with its evidence', async () => {
  const settledAt = '2026-11-23T09:40:00.000Z';
  const coherence = await coherenceOf(
    writeBankList(nothingAt(bankListPath('sandbox')), {
      ...{ bank: 'sandbox', fetchedUntil: '2026-11-23T09:55:00.000Z', fetchedAt: '2026-11-23T09:57:00.000Z' },
    }),
    writeRound(nothingAt(roundPath('reconcile-accounts')), {
      startedAt: '2026-11-23T09:30:00.000Z',
      lastSeconds: 7200n,
    }),
    aDrift({}),
    aDrift({ id: 'drf_2', cause: 'missing-fact', state: 'healed', settledAt }),
    aDrift({ id: 'drf_3', cause: 'missing-fact', state: 'healed', settledAt }),
  );
  expect(summaryLines(coherence, NOW)).toEqual([
    '  sandbox: its list of events was read 3 min ago, up to 2026-11-23T09:55:00.000Z by its clock',
    '  0 accounts: the round through them began 30 min ago; the last one took 2 h',
    '',
    '  cause                    suspected  healing  open  healed  dismissed',
    '  missing-fact             0          0        0     2       0',
    '  extra-fact               0          0        1     0       0',
    '  other-content            0          0        0     0       0',
    '  wrong-sum                0          0        0     0       0',
    '  wrong-currency           0          0        0     0       0',
    '  bank-contradicts-itself  0          0        0     0       0',
    '  line-without-entry       0          0        0     0       0',
    '  entry-without-line       0          0        0     0       0',
    '  line-other-amount        0          0        0     0       0',
    '  statement-not-closed     0          0        0     0       0',
  ]);
  const [, line] = driftLines(coherence);
  expect(line).toMatch(/drf_1 +extra-fact +open +-32\.00 DKK +acct-1 +booking:btx_1 .*occurredAt 2026-11-22/);
});
