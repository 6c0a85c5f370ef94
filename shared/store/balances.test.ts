import { describe, expect, test } from 'vitest';
import { balanceFrom, type Move, writeBalances } from './balances.ts';

const AS_OF = '2026-11-23T09:00:00.000Z'; // 1795424400000 ms
const figures = (booked: bigint, held: bigint) => ({ DKK: { booked, held } });

function moved(...moves: readonly Move[]) {
  return writeBalances({ accountId: 'acct-1', shards: 1 }, moves, AS_OF);
}

describe('what a transaction moves', () => {
  test('is what it is now, minus what was stored of it before', () => {
    const before = figures(0n, 10_000n);
    expect(moved({ transactionId: 'txn_1', before, after: figures(-8_000n, 2_000n) })).toEqual([
      {
        do: 'increment',
        path: 'accounts/acct-1/balances/0',
        by: { DKK: { booked: -8_000n, held: -8_000n } },
        atLeast: { asOfMs: 1_795_424_400_000n },
      },
    ]);
  });

  test('is nothing where nothing differs: a zero is never added, for it could turn an integer into a double', () => {
    const same = figures(-8_000n, 0n);
    expect(moved({ transactionId: 'txn_1', before: same, after: same })).toMatchObject([{ by: {} }]);
    const held = moved({ transactionId: 'txn_1', before: {}, after: figures(0n, 5n) });
    expect(held).toMatchObject([{ by: { DKK: { held: 5n } } }]);
    expect(held[0]).not.toHaveProperty('by.DKK.booked');
  });

  test('between two of its documents cancels out', () => {
    const moves = moved(
      { transactionId: 'txn_1', before: {}, after: figures(-8_000n, 2_000n) },
      { transactionId: 'txn_2', before: figures(-8_000n, 0n), after: {} },
    );
    expect(moves).toMatchObject([{ by: { DKK: { held: 2_000n } } }]);
  });

  test('takes away what it had in a currency that it has no more', () => {
    const after = { EUR: { booked: -100n, held: 0n } };
    expect(moved({ transactionId: 'txn_1', before: figures(0n, 700n), after })).toMatchObject([
      { by: { DKK: { held: -700n }, EUR: { booked: -100n } } },
    ]);
  });
});

describe('a balance', () => {
  const at = (shard: string, fields: Record<string, object | bigint>) => ({
    path: `accounts/acct-1/balances/${shard}`,
    fields: fields as Record<string, bigint>,
    version: '1',
  });

  test('is the sum of its documents, as of the newest of them, in the currency that was asked for', () => {
    const documents = [
      at('0', { DKK: { booked: 100n, held: 5n }, EUR: { booked: 9n }, asOfMs: 1_795_424_400_000n }),
      at('1', { DKK: { booked: -30n }, asOfMs: 1_795_424_400_001n }),
      at('2', { EUR: { held: 1n }, asOfMs: 1n }),
    ];
    expect(balanceFrom(documents, 'DKK')).toEqual({
      booked: 70n,
      held: 5n,
      asOf: '2026-11-23T09:00:00.001Z',
    });
    expect(balanceFrom(documents, 'EUR')).toMatchObject({ booked: 9n, held: 1n });
  });

  test('leaves the bank’s own figures out, that stand beside ours', () => {
    const documents = [
      at('0', { DKK: { booked: 100n }, asOfMs: 1n }),
      at('bank', { DKK: { booked: 99n }, asOfMs: 2n }),
    ];
    expect(balanceFrom(documents, 'DKK')).toMatchObject({ booked: 100n, asOf: '1970-01-01T00:00:00.001Z' });
  });

  test('without any document is nothing, as of no time', () => {
    expect(balanceFrom([], 'DKK')).toEqual({ booked: 0n, held: 0n, asOf: undefined });
  });
});
