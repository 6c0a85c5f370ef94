import { afterEach, expect, test, vi } from 'vitest';
import { NOW } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import parkDeadLetter from '../../operations/park-dead-letter/function.ts';
import trackBank from '../track-bank/function.ts';
import translateDelivery from '../translate-delivery/function.ts';
import fetchMissedEvents from './function.ts';

afterEach(() => void vi.unstubAllGlobals());

const BANK = 'http://bank.test';

function aWorldWith(items: readonly unknown[]) {
  const asked: string[] = [];
  let isUp = true;
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url.slice(BANK.length));
    return isUp ? Response.json({ items, asOf: NOW.toISOString() }) : new Response('', { status: 503 });
  });
  const functions = [fetchMissedEvents, translateDelivery, recordTransaction, trackBank, parkDeadLetter];
  const world = aWorld({ functions, config: { SANDBOX_API_URL: BANK } });
  return {
    world,
    asked,
    tick: (n: number) => world.tick(fetchMissedEvents, `tick-${n}`),
    goesDown() {
      isUp = false;
    },
  };
}

const booking = (n: number, changes: object = {}) => ({
  ...{ id: `evt-${n}`, type: 'transaction.booked', occurredAt: '2026-11-23T09:00:00Z', accountId: 'acct-1' },
  data: { transactionId: `t-${n}`, direction: 'credit', amount: { amountMinor: '100', currency: 'DKK' } },
  ...changes,
});

test('what was missed is recorded once, however often it is listed and the tick comes', async () => {
  const { world, tick } = aWorldWith([booking(1), booking(2)]);
  await tick(1);
  await tick(1);
  await tick(2);
  // Under the same ids, if it is told again.
  const ids = (topic: 'transactions' | 'partner-bank-webhooks') =>
    new Set(world.events(topic).map(({ id }) => id));
  expect(ids('transactions').size).toBe(2);
  expect(ids('partner-bank-webhooks').size).toBe(2);
  expect(await world.store.query({ collection: 'accounts/acct-1/transactions' })).toHaveLength(2);
});

test('the next read begins half an hour before where this one came to', async () => {
  const { asked, tick } = aWorldWith([]);
  await tick(1);
  await tick(2);
  // Two minutes before the bank's now, and a day back at the first.
  expect(asked).toEqual([
    '/events?since=2026-11-22T10%3A00%3A00.000Z&limit=500',
    '/events?since=2026-11-23T09%3A28%3A00.000Z&limit=500',
  ]);
});

test('a bank that does not answer fails the tick, and nothing is told', async () => {
  const { world, tick, goesDown } = aWorldWith([booking(1)]);
  goesDown();
  await expect(tick(1)).rejects.toThrow('bank.refused');
  expect(world.published).toEqual([]);
});

test('what is listed and cannot be read is parked once, and the others go on', async () => {
  const unreadable = [booking(1, { data: {} }), booking(2, { type: 'account.painted-blue' })];
  const { world, tick } = aWorldWith([...unreadable, booking(3)]);
  await tick(1);
  await tick(2);
  expect(world.events('transactions')).toHaveLength(1);
  const parked = await world.store.query({ collection: 'parked' });
  expect(parked.map(({ fields }) => fields?.reason).sort()).toEqual([
    'bank-event.invalid',
    'bank-event.unknown-type',
  ]);
  expect(world.events('partner-bank-webhooks')).toHaveLength(3);
});
