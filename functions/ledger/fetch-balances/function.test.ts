import { afterEach, expect, test, vi } from 'vitest';
import { comparisonWanted } from '../../../shared/events/coherence.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { noTelemetry } from '../../../shared/runtime/telemetry.ts';
import { aFact, aMessage, anEnv } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../record-transaction/function.ts';
import fetchBalances from './function.ts';

afterEach(() => void vi.unstubAllGlobals());

const BANK = 'http://bank.test';
const AS_OF = '2026-11-23T10:00:00.000Z';

type Answers = {
  bookedMinor?: string;
  items?: readonly object[];
  failures?: number;
  status?: number;
  /** Arrives here while the bank answers. */
  meanwhile?: Message;
};

/** One booking of 100.00 at ours, and a bank that answers this. */
async function compared(
  { bookedMinor = '10000', items = [], failures = 0, status = 200, meanwhile }: Answers,
  { isRecheck = false, bank = 'sandbox' } = {},
) {
  let left = failures;
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    if (meanwhile && asked.length === 0) await record(meanwhile);
    asked.push(url.slice(BANK.length).split('?')[0] ?? '');
    if (left > 0) {
      left -= 1;
      return new Response('', { status: 503 });
    }
    if (status !== 200) return new Response('', { status });
    if (url.includes('/events')) return Response.json({ items, asOf: AS_OF });
    return Response.json({ bookedMinor, currency: 'DKK', asOf: AS_OF });
  });
  const counted: unknown[] = [];
  const comparisons = { add: (_: number, labels: unknown) => void counted.push(labels) };
  const telemetry = { ...noTelemetry, measures: { ...noTelemetry.measures, comparisons } };
  const config = { SANDBOX_API_URL: BANK };
  const world = aWorld({ functions: [recordTransaction, fetchBalances], config, env: { telemetry } });
  const record = recordTransaction.start(anEnv({ platform: world.store }), { BALANCE_SHARDS: 1 });
  await world.deliver(
    'bank-facts',
    aFact('transaction.booked', { direction: 'credit', time: '2026-11-23T09:00:00.000Z' }),
  );
  const data = { bank, accountIds: ['acct-1'], isRecheck };
  const wanted = aMessage([comparisonWanted], {
    type: comparisonWanted.type,
    subject: bank,
    id: 'wanted',
    data,
  });
  await world.deliver('coherence', wanted);
  await world.deliver('coherence', wanted);
  // What is told again is told under the same ids.
  const told = new Map(world.events('coherence').map(({ id, type }) => [id, type]));
  return { told: [...told.values()], counted, asked, failures: world.failures };
}

const booking = {
  ...{ id: 'evt-1', type: 'transaction.booked', occurredAt: '2026-11-23T09:00:00Z', accountId: 'acct-1' },
  data: {
    transactionId: 'transfer-1',
    direction: 'credit',
    amount: { amountMinor: '10000', currency: 'DKK' },
  },
};

test('an account that is as the bank has it costs one request, and nothing is told', async () => {
  const { told, asked, counted } = await compared({});
  expect(told).toEqual([]);
  expect(asked).toEqual(['/accounts/acct-1']); // though it was asked for twice
  expect(counted).toEqual([{ bank: 'sandbox', recheck: 'false', outcome: 'coherent' }]);
});

test('one that was wrong before is told to be right now', async () => {
  expect((await compared({}, { isRecheck: true })).told).toEqual(['account.compared']);
});

test('what the bank has otherwise is told once, with what the comparison found', async () => {
  const { told, counted } = await compared({ bookedMinor: '9000', items: [booking] });
  expect(told).toEqual(['drift.found', 'account.compared']);
  expect(counted).toEqual([{ bank: 'sandbox', recheck: 'false', outcome: 'drift' }]);
});

test('a bank that does not answer is asked again, and what is found is told once', async () => {
  const { told, failures } = await compared({ failures: 2, bookedMinor: '9000', items: [booking] });
  expect(failures).toHaveLength(2);
  expect(told).toEqual(['drift.found', 'account.compared']);
});

test('an account that the bank does not know is left alone', async () => {
  const { told, counted } = await compared({ status: 404 }, { isRecheck: true });
  expect(told).toEqual([]);
  expect(counted).toEqual([{ bank: 'sandbox', recheck: 'true', outcome: 'unknown' }]);
});

test('a bank without an API is not asked', async () => {
  const { told, asked } = await compared({}, { bank: 'sandbox-processor' });
  expect({ told, asked }).toEqual({ told: [], asked: [] });
});

test('what arrives while the bank is asked is not missing', async () => {
  const late = { ...booking, id: 'evt-2', occurredAt: '2026-11-23T08:00:00Z' };
  const other = { ...late, data: { ...late.data, transactionId: 'transfer-2' } };
  const { told } = await compared({
    ...{ bookedMinor: '20000', items: [booking, other] },
    meanwhile: aFact('transaction.booked', {
      ...{ id: 'fact-2', transactionId: 'transfer-2', direction: 'credit' },
      time: '2026-11-23T08:00:00.000Z',
    }),
  });
  expect(told).toEqual([]);
});
