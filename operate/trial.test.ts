import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import recordTransaction from '../functions/ledger/record-transaction/function.ts';
import { PermanentError } from '../shared/errors.ts';
import { transactionBooked } from '../shared/events/bank-facts.ts';
import { transactionRecorded } from '../shared/events/transactions.ts';
import type { EventFunction } from '../shared/runtime/declared.ts';
import { type Decision, onEvent } from '../shared/runtime/on-event.ts';
import { redriveOf } from '../shared/runtime/redrive.ts';
import { aFact } from '../shared/testing/builders.ts';
import { aWorld } from '../shared/testing/world.ts';
import { trialLines } from './parked/trial-lines.ts';
import { tryOut } from './trial.ts';

const base = {
  name: 'note-bookings',
  on: [transactionBooked] as const,
  publishes: [transactionRecorded],
  impact: 'None: a test.',
  config: z.object({}),
  connect: () => ({}),
};
const deciding = (decide: () => Promise<Decision>) =>
  onEvent({ ...base, decide: decide as () => Promise<object> });

const booking = aFact('transaction.booked', { id: 'fact-1', amountMinor: 3200n, direction: 'credit' });

async function tried(fn: EventFunction, world = aWorld({ functions: [fn] })) {
  const redrive = redriveOf(fn.name, booking);
  if (redrive.kind !== 'ready') throw new Error(redrive.reason);
  const before = world.documents();
  const trial = await tryOut(world.store, fn, redrive.message);
  expect(world.documents()).toEqual(before);
  expect(world.published).toEqual([]);
  return trial;
}

describe('a dry run', () => {
  test('shows what a transaction and its balance would become, and what would be told, and changes nothing', async () => {
    const lines = trialLines(await tried(recordTransaction));
    expect(lines.find((line) => line.startsWith('accounts/acct-1/balances/'))).toMatch(/\(new\)$/);
    expect(lines).toContain('  + DKK.booked: 3200');
    expect(lines).toContain('  + amountMinor: 3200');
    expect(lines.at(-1)).toMatch(/^then transaction.recorded about txn_.* goes to transactions$/);
    expect(lines.join()).not.toContain('inbox');
  });

  test('shows of a document that is there only what would be another', async () => {
    const world = aWorld({ functions: [recordTransaction] });
    const other = aFact('transaction.booked', { id: 'fact-0', transactionId: 'other', direction: 'credit' });
    await world.deliver('bank-facts', other);
    const before = world.documents();
    const redrive = redriveOf('record-transaction', booking);
    if (redrive.kind !== 'ready') throw new Error(redrive.reason);
    const lines = trialLines(await tryOut(world.store, recordTransaction, redrive.message));
    const from = lines.findIndex((line) => line.endsWith('(changed)'));
    // 100.00 before, and 32.00 more.
    expect(lines.slice(from + 1, from + 3)).toEqual(['  - DKK.booked: 10000', '  + DKK.booked: 13200']);
    expect(world.documents()).toEqual(before);
  });

  test('says why it would be parked again', async () => {
    const refuse = deciding(async () => {
      throw new PermanentError('account.other-bank', { accountId: 'acct-1' });
    });
    expect(trialLines(await tried(refuse))).toEqual([
      'it would be parked again: account.other-bank, accountId acct-1',
    ]);
  });

  test('says that it would be tried again where it fails', async () => {
    const fail = deciding(async () => {
      throw new Error('no luck');
    });
    expect(trialLines(await tried(fail))).toEqual([
      'it would fail, be tried again, and be parked in the end: no luck',
    ]);
  });

  test('says that no document would change where the function has handled it since, and what it would tell again', async () => {
    const world = aWorld({ functions: [recordTransaction] });
    await world.deliver('bank-facts', booking);
    const redrive = redriveOf('record-transaction', booking);
    if (redrive.kind !== 'ready') throw new Error(redrive.reason);
    const lines = trialLines(await tryOut(world.store, recordTransaction, redrive.message));
    expect(lines).toEqual([
      'no document would change: its function has handled it',
      expect.stringMatching(/^then transaction.recorded about txn_/),
    ]);
  });

  test('says so where no document would change', async () => {
    expect(trialLines(await tried(deciding(async () => ({}))))).toEqual([
      'it would be handled, and no document would change',
    ]);
  });

  test('is refused for a function that calls someone outside', async () => {
    const deliver = onEvent({ ...base, deliver: async () => [] });
    await expect(tried(deliver)).rejects.toThrow('calls someone outside');
  });
});
