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

  test('what is replaced or deleted must have been read: else nothing would be checked', () => {
    const read = { path: 'accounts/1', fields: undefined, version: undefined };
    expect(() => assertCommittable([{ do: 'delete', read }])).toThrow('commit.nothing-read');
    expect(() => assertCommittable([{ do: 'replace', read, fields: {} }])).toThrow('commit.nothing-read');
  });

  test('a field’s name is a plain word, and a key below it is anything', () => {
    const fields = (name: string): Write => ({
      do: 'create',
      path: 'a/1',
      fields: { [name]: { 'b.c/d': 1n } },
    });
    for (const name of ['a.b', 'a/b', '', '1a', 'a-b']) {
      expect(() => assertCommittable([fields(name)])).toThrow('commit.field-name');
    }
    expect(() => assertCommittable([fields('_parts'), fields('asOfMs')])).not.toThrow();
  });

  test('a commit of nothing is a mistake', () => {
    expect(() => assertCommittable([])).toThrow('commit.empty');
  });
});
