import { describe, expect, test } from 'vitest';
import { assertCommittable } from './commit.ts';
import type { Increments, Write } from './document.ts';

const create: Write = { do: 'create', path: 'inbox/1', fields: {} };
const increment = (by: Increments): Write => ({ do: 'increment', path: 'balances/0', by });

describe('what would silently corrupt money is not committed', () => {
  test('an increment needs a create before it: the client may apply one alone twice', () => {
    expect(() => assertCommittable([increment({ booked: 1n })])).toThrow('commit.increment-without-create');
    expect(() => assertCommittable([increment({ booked: 1n }), create])).toThrow(
      'commit.increment-without-create',
    );
    expect(() => assertCommittable([create, increment({ booked: 1n })])).not.toThrow();
  });

  test('a zero is refused at any depth: as -0 it would turn the figure into a double for good', () => {
    expect(() => assertCommittable([create, increment({ DKK: { booked: 5n, held: 0n } })])).toThrow(
      'commit.increment-by-zero',
    );
    expect(() => assertCommittable([create, increment({ DKK: { held: -0n } })])).toThrow(
      'commit.increment-by-zero',
    );
  });

  test('2^53 is refused and 2^53 - 1 is not, both ways', () => {
    for (const sign of [1n, -1n]) {
      const largest = sign * 9_007_199_254_740_991n;
      expect(() => assertCommittable([create, increment({ DKK: { booked: largest } })])).not.toThrow();
      expect(() => assertCommittable([create, increment({ DKK: { booked: largest + sign } })])).toThrow(
        'commit.increment-unsafe',
      );
    }
  });

  test('a commit of nothing is a mistake', () => {
    expect(() => assertCommittable([])).toThrow('commit.empty');
  });
});
