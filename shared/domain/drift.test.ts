import { describe, expect, test } from 'vitest';
import { aPart } from '../testing/builders.ts';
import { type Comparison, type Drift, findingsOf, notSeen, seenAgain } from './drift.ts';
import { type Part, partKey } from './transaction.ts';

const MORNING = '2026-11-23T08:00:00.000Z';
const NOON = '2026-11-23T12:00:00.000Z';

const booking = (id: string, amountMinor: bigint, changes: Partial<Part> = {}) =>
  aPart('booking', amountMinor, { id, direction: 'credit', occurredAt: MORNING, ...changes });

/** What is found where the bank lists these, and we have those. */
function found(
  banks: readonly Part[],
  ours: readonly Part[],
  changes: { balance?: bigint; transactions?: bigint; says?: bigint; currency?: string } = {},
) {
  const sum = (parts: readonly Part[]) => parts.reduce((all, { amountMinor }) => all + amountMinor, 0n);
  const { transactions = sum(ours), balance = transactions, says = sum(banks), currency = 'DKK' } = changes;
  const comparison: Comparison = {
    bank: { bookedMinor: says, currency },
    ours: {
      currency: 'DKK',
      balanceMinor: balance,
      transactionsMinor: transactions,
      parts: Object.fromEntries(ours.map((part) => [partKey(part), part])),
    },
    listed: banks.map((part) => ({ part, bankEventId: `event-of-${part.id}` })),
    settledBefore: NOON,
  };
  return findingsOf(comparison).map(({ cause, entry, amountMinor }) => `${cause} ${entry} ${amountMinor}`);
}

describe('an account that is not as the bank has it', () => {
  const [coffee, rent] = [booking('coffee', 3200n), booking('rent', 800_000n)];

  test('lacks what the bank lists', () => {
    expect(found([coffee, rent], [coffee])).toEqual(['missing-fact booking:rent 800000']);
  });

  test('lacks nothing that may still be on its way', () => {
    expect(found([coffee, { ...rent, occurredAt: NOON }], [coffee])).toEqual([]);
  });

  test('lacks what takes a booking back, by the amount of the booking', () => {
    const back = aPart('booking-reversal', 3200n, { id: 'coffee', direction: 'credit', occurredAt: MORNING });
    expect(found([coffee, back], [coffee], { says: 0n })).toEqual([
      'missing-fact booking-reversal:coffee -3200',
    ]);
  });

  test('lacks a hold, which moves nothing that is booked', () => {
    const hold = aPart('authorisation', 5000n, { id: 'taxi', occurredAt: MORNING });
    expect(found([coffee, hold], [coffee], { says: 3200n })).toEqual(['missing-fact authorisation:taxi 0']);
  });

  test('has what the bank does not list', () => {
    expect(found([coffee], [coffee, rent])).toEqual(['extra-fact booking:rent -800000']);
  });

  test('has another amount under the same id', () => {
    expect(found([booking('rent', 810_000n)], [rent])).toEqual(['other-content booking:rent 10000']);
  });

  test('has a balance that its transactions do not sum to', () => {
    expect(found([coffee], [coffee], { balance: 3100n })).toEqual(['wrong-sum  100']);
  });

  test('has a wrong sum and lacks something, which are told apart', () => {
    expect(found([coffee, rent], [coffee], { balance: 3100n })).toEqual([
      'wrong-sum  100',
      'missing-fact booking:rent 800000',
    ]);
  });

  test('is in another currency, and then nothing else can be said', () => {
    expect(found([coffee], [coffee], { currency: 'EUR' })).toEqual(['wrong-currency  3200']);
  });

  test('is at a bank whose figure is not what its own events sum to', () => {
    expect(found([coffee], [coffee], { says: 3300n })).toEqual(['bank-contradicts-itself  100']);
  });
});

describe('drift', () => {
  const at = (minutes: number) => new Date(Date.parse(NOON) + minutes * 60_000).toISOString();
  const seen = (before: Drift | undefined, cause: Drift['cause'], minutes: number) =>
    seenAgain(
      before,
      {
        ...{ id: 'drf_1', bank: 'sandbox', accountId: 'acct-1' },
        ...{ cause, entry: '', amountMinor: 100n, currency: 'DKK', evidence: {} },
      },
      at(minutes),
    );

  test('that only a person can judge is suspected at first, and open when it is found again in five minutes', () => {
    const first = seen(undefined, 'extra-fact', 0);
    expect(first?.state).toBe('suspected');
    expect(seen(first, 'extra-fact', 1)?.state).toBe('suspected');
    expect(seen(first, 'extra-fact', 5)).toMatchObject({
      state: 'open',
      firstSeenAt: NOON,
      lastSeenAt: at(5),
    });
  });

  test('that mends itself is healing from the start', () => {
    expect(seen(undefined, 'missing-fact', 0)?.state).toBe('healing');
    expect(seen(undefined, 'wrong-sum', 0)?.state).toBe('healing');
  });

  test('that is found no more is healed, and what was only suspected is dismissed', () => {
    const healing = seen(undefined, 'missing-fact', 0) as Drift;
    const suspected = seen(undefined, 'extra-fact', 0) as Drift;
    expect(notSeen(healing, at(5))).toMatchObject({ state: 'healed', settledAt: at(5) });
    expect(notSeen(suspected, at(5))).toMatchObject({ state: 'dismissed', settledAt: at(5) });
  });

  test('is not settled by a comparison of before it was seen, nor brought back by one', () => {
    const healing = seen(undefined, 'missing-fact', 5) as Drift;
    expect(notSeen(healing, at(4))).toBeUndefined();
    expect(notSeen(healing, at(5))).toBeUndefined();
    const healed = notSeen(healing, at(10)) as Drift;
    expect(seen(healed, 'missing-fact', 9)).toBeUndefined();
    expect(notSeen(healed, at(15))).toBeUndefined();
    expect(seen(healed, 'missing-fact', 15)).toMatchObject({ state: 'healing', firstSeenAt: at(15) });
  });
});
