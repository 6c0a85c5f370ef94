import { expect, test } from 'vitest';
import { diffLines } from './diff.ts';

test('a change is shown field by field, in words that a person reads', () => {
  const before = {
    amountMinor: 3200n,
    note: 'same',
    at: new Date('2026-11-23T10:00:00Z'),
    parts: { a: 1n, b: 2n },
  };
  const after = {
    amountMinor: -3300n,
    note: 'same',
    bytes: new Uint8Array(3),
    parts: { a: 1n, b: 3n },
    ids: ['x'],
  };
  expect(diffLines(before, after)).toEqual([
    '- amountMinor: 3200',
    '+ amountMinor: -3300',
    '- at: 2026-11-23T10:00:00.000Z',
    '- parts.b: 2',
    '+ parts.b: 3',
    '+ bytes: <3 bytes, sha256 709e80c8>',
    '+ ids.0: "x"',
  ]);
});

test('what is empty is shown as empty, and what only stays is not shown', () => {
  expect(diffLines(undefined, { ownerIds: [], totals: {}, text: '' })).toEqual([
    '+ ownerIds: []',
    '+ totals: {}',
    '+ text: ""',
  ]);
  expect(diffLines({ a: 1n }, { a: 1n })).toEqual([]);
});

test('of bytes that change only in content it is said that they do', () => {
  expect(diffLines({ bytes: new Uint8Array([1]) }, { bytes: new Uint8Array([2]) })).toHaveLength(2);
});
