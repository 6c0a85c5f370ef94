import { describe, expect, test } from 'vitest';
import { isHigher, isSameVersion, type Rank } from './rank.ts';

const rank: Rank = { version: 2n, occurredAt: '2026-11-23T09:00:00.000Z', factId: 'fact-b' };

describe('of two states of one resource', () => {
  test.each<[string, Partial<Rank>]>([
    ['the higher version', { version: 3n, occurredAt: '2026-11-22T09:00:00.000Z', factId: 'fact-a' }],
    ['of one version the later one', { occurredAt: '2026-11-23T09:00:00.001Z', factId: 'fact-a' }],
    ['of one instant the one with the higher id', { factId: 'fact-c' }],
  ])('%s wins, whichever is stored', (_, changes) => {
    const higher = { ...rank, ...changes };
    expect(isHigher(higher, rank)).toBe(true);
    expect(isHigher(rank, higher)).toBe(false);
  });

  test('neither wins where they are one and the same', () => {
    expect(isHigher(rank, { ...rank })).toBe(false);
  });

  test('the first that is told wins over nothing', () => {
    expect(isHigher(rank, undefined)).toBe(true);
  });

  test('those without a number have no version in common', () => {
    expect(isSameVersion(rank, { ...rank, factId: 'fact-c' })).toBe(true);
    expect(isSameVersion({ ...rank, version: 0n }, { ...rank, version: 0n })).toBe(false);
    expect(isSameVersion(rank, undefined)).toBe(false);
  });
});
