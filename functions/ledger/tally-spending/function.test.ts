import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { spendingFrom, spendingOf } from '../../../shared/store/spending.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld, STORMY } from '../../../shared/testing/world.ts';
import tallySpending from './function.ts';

type Changes = Parameters<typeof aFact<'card.cleared'>>[1];
const KAFFEBAR = { name: 'Kaffebar', mcc: '5814' };
const cleared = (id: string, amountMinor: bigint, changes: Changes = {}) =>
  aFact('card.cleared', { id: `fact-${id}`, clearingId: id, amountMinor, merchant: KAFFEBAR, ...changes });
const refunded = (
  id: string,
  amountMinor: bigint,
  changes: Parameters<typeof aFact<'card.refunded'>>[1] = {},
) =>
  aFact('card.refunded', {
    id: `fact-refund-${id}`,
    refundId: id,
    amountMinor,
    merchant: KAFFEBAR,
    ...changes,
  });

async function tallied(...facts: readonly Message[]) {
  const world = aWorld({ functions: [tallySpending] });
  await world.deliver('bank-facts', ...facts);
  return {
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
    async spent(month = '2026-11', accountId = 'acct-1') {
      const sums = await world.store.query(spendingOf(accountId, month));
      return sums
        .map(spendingFrom)
        .map((sum) => `${sum?.merchant} ${sum?.spentMinor} ${sum?.currency} in ${sum?.count}`)
        .sort();
    },
    documents: world.documents(),
  };
}

describe('what a customer spends at a merchant in a month', () => {
  test('is the sum of what was collected: 32.00 and 18.00 make 50.00', async () => {
    const { spent } = await tallied(cleared('a', 3200n), cleared('b', 1800n));
    expect(await spent()).toEqual(['Kaffebar 5000 DKK in 2']);
  });

  test('is less by what came back, and below zero where nothing was spent in that month', async () => {
    const { spent } = await tallied(
      cleared('a', 3200n),
      refunded('r1', 1200n),
      refunded('r2', 700n, { bookedOn: '2026-12-02' }),
    );
    expect(await spent()).toEqual(['Kaffebar 2000 DKK in 2']);
    expect(await spent('2026-12')).toEqual(['Kaffebar -700 DKK in 1']);
  });

  test('is of the month in which it is booked, or in which it occurred where no booking date is told', async () => {
    const late = { time: '2026-11-30T23:59:59.999Z' };
    const { spent } = await tallied(
      cleared('a', 100n, { ...late, bookedOn: '2026-12-01' }),
      cleared('b', 200n, late),
    );
    expect(await spent()).toEqual(['Kaffebar 200 DKK in 1']);
    expect(await spent('2026-12')).toEqual(['Kaffebar 100 DKK in 1']);
  });

  test('is apart by merchant, by currency and by account', async () => {
    const { spent } = await tallied(
      cleared('a', 100n),
      cleared('b', 200n, { merchant: { name: 'Boghandel' } }),
      cleared('c', 300n, { amount: { amountMinor: 300n, currency: 'EUR' } }),
      cleared('d', 400n, { accountId: 'acct-2' }),
      cleared('e', 500n, { merchant: undefined }),
    );
    expect(await spent()).toEqual([
      ' 500 DKK in 1',
      'Boghandel 200 DKK in 1',
      'Kaffebar 100 DKK in 1',
      'Kaffebar 300 EUR in 1',
    ]);
    expect(await spent('2026-11', 'acct-2')).toEqual(['Kaffebar 400 DKK in 1']);
  });

  test('does not count what a source tells that only holds: the bank tells it too', async () => {
    const { spent } = await tallied(cleared('a', 3200n, { role: 'holds' }), cleared('b', 3200n));
    expect(await spent()).toEqual(['Kaffebar 3200 DKK in 1']);
  });

  test('is not the sum of a clearing and a refund of the same id mixed up: they are two entries', async () => {
    const { spent } = await tallied(cleared('a', 3200n), refunded('a', 200n));
    expect(await spent()).toEqual(['Kaffebar 3000 DKK in 2']);
  });
});

describe('an entry that is told again', () => {
  test('by one event or by another counts once', async () => {
    const { spent, parked } = await tallied(
      cleared('a', 3200n),
      cleared('a', 3200n),
      cleared('a', 3200n, { id: 'fact-again', time: '2026-11-24T08:00:00.000Z' }),
    );
    expect(await spent()).toEqual(['Kaffebar 3200 DKK in 1']);
    expect(parked).toEqual([]);
  });

  test.each<[string, Changes]>([
    ['amount', { amountMinor: 3300n }],
    ['merchant', { merchant: { name: 'Boghandel' } }],
    ['month', { bookedOn: '2026-12-01' }],
    ['currency', { amount: { amountMinor: 3200n, currency: 'EUR' } }],
  ])('with another %s is parked, and the first stays', async (_, changes) => {
    const { spent, parked } = await tallied(
      cleared('a', 3200n),
      cleared('a', 3200n, { id: 'fact-z', ...changes }),
    );
    expect(parked).toEqual(['fact.conflict']);
    expect(await spent()).toEqual(['Kaffebar 3200 DKK in 1']);
    expect(await spent('2026-12')).toEqual([]);
  });
});

test('a merchant’s trade is told with any of its entries, and is the same whichever comes first', async () => {
  const named = [
    cleared('a', 100n, { merchant: { name: 'Kaffebar' } }),
    cleared('b', 100n, { merchant: { name: 'Kaffebar', mcc: '5814' } }),
    cleared('c', 100n, { merchant: { name: 'Kaffebar', mcc: '5499' } }),
  ];
  for (const facts of [named, named.toReversed()]) {
    const { documents } = await tallied(...facts);
    expect([...documents.values()].find(({ count }) => count === 3n)).toMatchObject({ mcc: '5499' });
  }
});

test('a fact that cannot be read is parked, and the next one is counted', async () => {
  const { data, attributes } = cleared('a', 3200n);
  const broken = { attributes, data: Buffer.from(Buffer.from(data).toString().replace('"3200"', '"32.00"')) };
  const { spent, parked } = await tallied(broken, cleared('b', 100n));
  expect(parked).toEqual(['event.invalid']);
  expect(await spent()).toEqual(['Kaffebar 100 DKK in 1']);
});

test('any order with any duplicates, crashes and lost answers ends in the sums of the set', async () => {
  const entry = fc.record({
    refund: fc.boolean(),
    amountMinor: fc.bigInt({ min: 1n, max: 100_000n }),
    merchant: fc.constantFrom('Kaffebar', 'Boghandel'),
    bookedOn: fc.constantFrom('2026-10-31', '2026-11-01'),
  });
  const property = fc.asyncProperty(
    fc.array(entry, { maxLength: 12 }),
    fc.integer(),
    async (entries, seed) => {
      const world = aWorld({ functions: [tallySpending], seed, weather: STORMY, faults: ALL_FAULTS });
      const facts = entries.map(({ refund, merchant: name, ...own }, n) =>
        refund
          ? refunded(`${n}`, 1n, { ...own, merchant: { name } })
          : cleared(`${n}`, 1n, { ...own, merchant: { name } }),
      );
      await world.deliver('bank-facts', ...facts, ...facts.slice(0, 4));

      const expected: Record<string, bigint> = {};
      for (const { refund, amountMinor, merchant, bookedOn } of entries) {
        const key = `${bookedOn.slice(0, 7)} ${merchant}`;
        expected[key] = (expected[key] ?? 0n) + (refund ? -amountMinor : amountMinor);
      }
      const found = [...world.documents()].flatMap(([path, fields]) =>
        path.includes('/merchants/') && fields.month
          ? [[`${fields.month} ${fields.merchant}`, fields.spentMinor]]
          : [],
      );
      expect(Object.fromEntries(found)).toEqual(expected);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
