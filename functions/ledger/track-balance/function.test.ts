import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../record-transaction/function.ts';
import trackBalance from './function.ts';

async function tracked(...facts: readonly Message[]) {
  const world = aWorld({ functions: [trackBalance] });
  await world.deliver('bank-facts', ...facts);
  return {
    balance: world.state()['accounts/acct-1/balances/bank'],
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

const dkk = (amountMinor: bigint) => ({ amountMinor, currency: 'DKK' });
const updated = (
  sequence: number | undefined,
  booked: bigint,
  changes: { id?: string; asOf?: string } = {},
) =>
  aFact('account.balance-updated', {
    id: `fact-${sequence}-${booked}`,
    booked: dkk(booked),
    available: dkk(booked + 50_000n),
    asOf: `2026-11-23T09:0${sequence ?? 0}:00.000Z`,
    sequence,
    ...changes,
  });

describe('the bank’s own balance', () => {
  test('is kept as the bank says it, with an overdraft at the customer’s disposal', async () => {
    const { balance } = await tracked(updated(1, -3_200n));
    expect(balance).toMatchObject({
      bookedMinor: -3_200n,
      availableMinor: 46_800n,
      currency: 'DKK',
      asOf: '2026-11-23T09:01:00.000Z',
    });
  });

  test.each([
    ['in order', [1, 2, 3]],
    ['backwards', [3, 2, 1]],
    ['mixed, and twice', [2, 3, 1, 3, 2]],
  ])('is that of the highest sequence: told %s', async (_, sequences) => {
    const { balance, parked } = await tracked(...sequences.map((n) => updated(n, BigInt(n) * 100n)));
    expect(balance?.bookedMinor).toBe(300n);
    expect(parked).toEqual([]);
  });

  test('without sequences is that of the latest time', async () => {
    const early = updated(undefined, 100n, { asOf: '2026-11-23T08:00:00.000Z' });
    const late = updated(undefined, 200n, { asOf: '2026-11-23T09:00:00.000Z' });
    expect((await tracked(late, early)).balance?.bookedMinor).toBe(200n);
    expect((await tracked(early, late)).balance?.bookedMinor).toBe(200n);
  });

  test('of one sequence told with other figures is parked', async () => {
    const { balance, parked } = await tracked(updated(1, 100n), updated(1, 200n));
    expect(balance?.bookedMinor).toBe(100n);
    expect(parked).toEqual(['fact.conflict']);
  });

  test('that has sequences does not take one without', async () => {
    expect((await tracked(updated(1, 100n), updated(undefined, 900n))).parked).toEqual([
      'fact.version-missing',
    ]);
  });

  test('in two currencies is parked', async () => {
    const mixed = aFact('account.balance-updated', {
      booked: dkk(100n),
      available: { amountMinor: 100n, currency: 'EUR' },
      asOf: '2026-11-23T09:00:00.000Z',
    });
    expect((await tracked(mixed)).parked).toEqual(['balance.two-currencies']);
  });
});

describe('an account whose balance is not the bank’s', () => {
  async function wanted(...facts: readonly Message[]) {
    const world = aWorld({ functions: [trackBalance, recordTransaction] });
    for (const fact of facts) await world.deliver('bank-facts', fact);
    return world.events('coherence').map(({ type, data }) => ({ type, data }));
  }
  const booked = aFact('transaction.booked', { direction: 'credit', amountMinor: 300n });

  test('is compared with the bank as it is now', async () => {
    expect(await wanted(booked, updated(1, 400n))).toEqual([
      { type: 'comparison.wanted', data: { bank: 'sandbox', accountIds: ['acct-1'], isRecheck: false } },
    ]);
  });

  test('is not where the two agree, nor for an older word of the bank’s', async () => {
    expect(await wanted(booked, updated(2, 300n), updated(1, 400n))).toEqual([]);
  });
});
