import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { balanceFrom } from '../../../shared/store/balances.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld, balancesIn, STORMY } from '../../../shared/testing/world.ts';
import recordTransaction from '../record-transaction/function.ts';
import trackPending from './function.ts';

async function listed(facts: readonly Message[], settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const world = aWorld({ functions: [trackPending, recordTransaction], ...settings });
  await world.deliver('bank-facts', ...facts);
  const { booked, held } = balanceFrom(balancesIn(world.documents()), 'DKK');
  const items = Object.entries(world.state()).filter(([path]) => path.includes('/transactions/'));
  return {
    world,
    figures: { booked, held },
    feed: items
      .map(([, { description, status, amountMinor }]) => `${description} ${status} ${amountMinor}`)
      .sort(),
    told: world.events('transactions'),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

type Entry = [description: string, amountMinor: bigint, direction?: 'credit' | 'debit', entryId?: string];
const list = (minute: number, entries: readonly Entry[], id = `fact-list-${minute}`) =>
  aFact('account.pending-listed', {
    id,
    asOf: `2026-11-23T09:${String(minute).padStart(2, '0')}:00.000Z`,
    entries: entries.map(([description, amountMinor, direction = 'debit', entryId]) => ({
      description,
      direction,
      amount: { amountMinor, currency: 'DKK' },
      ...(entryId && { entryId }),
    })),
  });

const coffee: Entry = ['Kaffebar', 3_200n];
const books: Entry = ['Boghandler', 14_900n];

describe('a list of pending entries', () => {
  test('holds its debits, counts no credit, and is in the feed, each entry by itself', async () => {
    const { figures, feed } = await listed([list(1, [coffee, books, ['Løn', 100_000n, 'credit']])]);
    // 32.00 and 149.00
    expect(figures).toEqual({ booked: 0n, held: 18_100n });
    expect(feed).toEqual(['Boghandler pending 14900', 'Kaffebar pending 3200', 'Løn pending 100000']);
  });

  test('replaces the one before: what is not in it any more is released, and gone from the feed', async () => {
    const { figures, feed } = await listed([list(1, [coffee, books]), list(2, [books])]);
    expect(figures).toEqual({ booked: 0n, held: 14_900n });
    expect(feed).toEqual(['Boghandler pending 14900']);
  });

  test('that is older than what is known changes nothing', async () => {
    const { figures, feed } = await listed([list(2, [books]), list(1, [coffee, books])]);
    expect(figures.held).toBe(14_900n);
    expect(feed).toEqual(['Boghandler pending 14900']);
  });

  test('of nothing releases everything', async () => {
    expect((await listed([list(1, [coffee, books]), list(2, [])])).figures.held).toBe(0n);
  });

  test('knows two coffees of one price for two', async () => {
    expect((await listed([list(1, [coffee, coffee])])).figures.held).toBe(6_400n);
    expect((await listed([list(1, [coffee, coffee]), list(2, [coffee])])).figures.held).toBe(3_200n);
  });

  test('knows an entry by the bank’s id where it has one: its amount may change', async () => {
    const { figures, feed } = await listed([
      list(1, [['Hotel', 50_000n, 'debit', 'e-1']]),
      list(2, [['Hotel', 65_000n, 'debit', 'e-1']]),
    ]);
    expect(figures.held).toBe(65_000n);
    expect(feed).toEqual(['Hotel pending 65000']);
  });

  test('told twice, also under another event id, is one', async () => {
    const { figures, parked } = await listed([
      list(1, [coffee]),
      list(1, [coffee], 'fact-again'),
      list(1, [coffee]),
    ]);
    expect(figures.held).toBe(3_200n);
    expect(parked).toEqual([]);
  });

  test('of the same instant with other entries is parked', async () => {
    expect((await listed([list(1, [coffee]), list(1, [books], 'fact-other')])).parked).toEqual([
      'fact.conflict',
    ]);
  });

  test('of one source leaves another source’s entries alone', async () => {
    const theirs = aFact('account.pending-listed', {
      bank: 'other-bank',
      asOf: '2026-11-23T09:05:00.000Z',
      entries: [{ direction: 'debit', amount: { amountMinor: 700n, currency: 'DKK' }, description: 'Bus' }],
    });
    expect((await listed([list(1, [coffee]), theirs, list(6, [])])).figures.held).toBe(700n);
  });

  test('is told to nobody entry by entry: the booking under another id is told once', async () => {
    const booked = aFact('transaction.booked', { transactionId: 'btx-1', amountMinor: 3_200n });
    const { figures, told } = await listed([list(1, [coffee]), booked, list(2, [])]);
    expect(figures).toEqual({ booked: -3_200n, held: 0n });
    expect(told).toHaveLength(1);
  });

  test('holds right in any order, with crashes and lost answers, also over several shards', async () => {
    const facts = [list(1, [coffee]), list(2, [coffee, books]), list(3, [books, books]), list(4, [books])];
    for (let seed = 1; seed <= 60; seed += 1) {
      const settings = { seed, weather: STORMY, faults: ALL_FAULTS, config: { BALANCE_SHARDS: '3' } };
      const { figures, feed } = await listed(facts, settings);
      expect(figures).toEqual({ booked: 0n, held: 14_900n });
      expect(feed).toEqual(['Boghandler pending 14900']);
    }
  });
});
