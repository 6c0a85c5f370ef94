import { afterEach, expect, test, vi } from 'vitest';
import { statementsWanted } from '../../../shared/events/coherence.ts';
import { aFact, aMessage } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../record-transaction/function.ts';
import fetchStatements from './function.ts';

afterEach(() => void vi.unstubAllGlobals());

const DAY = '2026-11-23';
const amount = { amountMinor: '10000', currency: 'DKK' };
const line = (lineId: string) => ({
  ...{ lineId, direction: 'credit', amount, bookingDate: DAY, transactionId: 'transfer-1' },
});

/** One booking of 100.00 at ours, and a bank whose statement has these lines. */
async function compared(lines: readonly object[], { failures = 0, status = 200, asks = 2 } = {}) {
  let left = failures;
  vi.stubGlobal('fetch', async () => {
    if (left > 0) {
      left -= 1;
      return new Response('', { status: 503 });
    }
    if (status !== 200) return new Response('', { status });
    const figures = { date: DAY, currency: 'DKK', openingMinor: '0', closingMinor: '10000' };
    return Response.json({ ...figures, lines });
  });
  const config = { SANDBOX_API_URL: 'http://bank.test' };
  const world = aWorld({ functions: [recordTransaction, fetchStatements], config });
  await world.deliver('bank-facts', aFact('transaction.booked', { direction: 'credit' }));
  const data = { bank: 'sandbox', date: DAY, accountIds: ['acct-1'] };
  const wanted = aMessage([statementsWanted], {
    type: statementsWanted.type,
    subject: 'sandbox',
    id: 'wanted',
    data,
  });
  for (let n = 0; n < asks; n += 1) await world.deliver('coherence', wanted);
  // What is told again is told under the same ids.
  const told = new Map(world.events('coherence').map(({ id, type }) => [id, type]));
  return { told: [...told.values()].sort(), failures: world.failures.length };
}

test('a statement that is as we have it is told so, once', async () => {
  expect((await compared([line('l1')])).told).toEqual(['statement.compared']);
});

test('what it lacks is told beside it', async () => {
  expect((await compared([])).told).toEqual(['drift.found', 'drift.found', 'statement.compared']);
});

test('a bank that does not answer is asked again', async () => {
  expect(await compared([line('l1')], { failures: 2 })).toEqual({
    told: ['statement.compared'],
    failures: 2,
  });
});

test('a day of which the bank has none is left alone', async () => {
  expect((await compared([], { status: 404 })).told).toEqual([]);
});
