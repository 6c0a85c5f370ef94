import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PermanentError } from '../errors.ts';
import { defined, encodeId, path } from './document.ts';

describe('an id from outside, as a path segment or a map key', () => {
  test.each([
    ['acct-1', 'acct-1'],
    ['a/b', 'a%2Fb'],
    ['a.b', 'a%2Eb'],
    ['..', '%2E%2E'],
    ['__name__', '%5F_name__'],
    ['_own', '_own'],
    ['50%', '50%25'],
    ['Ærø', '%C3%86r%C3%B8'],
  ])('%j becomes %j', (id, encoded) => {
    expect(encodeId(id)).toBe(encoded);
  });

  test.each([
    ['an empty id', ''],
    ['half of an emoji', 'caf\ud83d'],
    ['an id longer than Firestore takes', 'a'.repeat(1501)],
  ])('%s is refused for good: no retry can help', (_, id) => {
    expect(() => encodeId(id)).toThrow(PermanentError);
    expect(() => encodeId(id)).toThrow('id.unusable');
  });

  test('two ids never become one, and none nests', () => {
    const ids = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        expect(encodeId(a) === encodeId(b)).toBe(a === b);
        expect(encodeId(a)).not.toMatch(/[/.]|^__/);
      }),
    );
  });

  test('in a path the collections stand as they are and the ids are encoded', () => {
    expect(path('accounts', 'a/b', 'transactions', 'c.d')).toBe('accounts/a%2Fb/transactions/c%2Ed');
  });
});

test('fields that are undefined are left out at any depth; null, bytes and instants stay', () => {
  const at = new Date(0);
  const bytes = new Uint8Array([1]);
  const fields = { a: undefined, b: { c: undefined, d: null }, e: [{ f: undefined, g: 1n }], at, bytes };
  expect(defined(fields)).toStrictEqual({ b: { d: null }, e: [{ g: 1n }], at, bytes });
});
