import { describe, expect, test } from 'vitest';
import { type CardEntry, pairingsOf } from './matching.ts';

/** An entry of the card on a day of November 2026, in DKK; an authorisation belongs to itself. */
function on(
  day: number,
  kind: CardEntry['kind'],
  id: string,
  amountMinor: bigint,
  changes: Partial<CardEntry> = {},
) {
  const occurredAt = new Date(Date.UTC(2026, 10, day, 12)).toISOString();
  const own =
    kind === 'authorisation' || kind === 'expiry' || kind === 'decline' ? { authorisationId: id } : {};
  return { kind, id, occurredAt, amountMinor, currency: 'DKK', ...own, ...changes };
}

const authorised = on(1, 'authorisation', 'a1', 10_000n);
const cleared = on(3, 'clearing', 'c1', 10_000n);

function paired(entries: readonly CardEntry[], options: Partial<Parameters<typeof pairingsOf>[1]> = {}) {
  return pairingsOf(entries, { windowDays: 30, ...options });
}

describe('a clearing that names no authorisation', () => {
  test('belongs to the hold of exactly its amount', () => {
    expect(paired([authorised, cleared])).toEqual({ 'clearing:c1': 'a1' });
  });

  test.each([
    ['another amount, by one øre', { amountMinor: 9_999n }],
    ['another currency', { currency: 'EUR' }],
  ])('of %s belongs to none', (_, changes) => {
    expect(paired([authorised, { ...cleared, ...changes }])).toEqual({});
  });

  test('belongs to the oldest of two holds alike, and a second one to the other', () => {
    const second = on(2, 'authorisation', 'a2', 10_000n);
    expect(paired([second, authorised, cleared])).toEqual({ 'clearing:c1': 'a1' });
    const both = [second, on(4, 'clearing', 'c2', 10_000n), authorised, cleared];
    expect(paired(both)).toEqual({ 'clearing:c1': 'a1', 'clearing:c2': 'a2' });
  });

  test('belongs to the oldest of two holds alike, though that one grew last', () => {
    const small = on(1, 'authorisation', 'a1', 9_000n);
    const more = on(3, 'increment', 'i1', 1_000n, { authorisationId: 'a1' });
    const other = on(2, 'authorisation', 'a2', 10_000n);
    expect(paired([small, other, more, on(4, 'clearing', 'c1', 10_000n)])).toEqual({ 'clearing:c1': 'a1' });
  });

  test('finds the hold to the last day of the window, counted from when it was authorised', () => {
    const late = { ...cleared, occurredAt: '2026-12-01T12:00:00.000Z' };
    expect(paired([authorised, late])).toEqual({ 'clearing:c1': 'a1' });
    expect(paired([authorised, { ...late, occurredAt: '2026-12-01T12:00:00.001Z' }])).toEqual({});
    const more = on(20, 'increment', 'i1', 1_000n, { authorisationId: 'a1' });
    const later = { ...late, amountMinor: 11_000n, occurredAt: '2026-12-02T12:00:00.000Z' };
    expect(paired([authorised, more, later])).toEqual({});
  });

  test('does not belong to a hold of which only an increment is known', () => {
    const more = on(2, 'increment', 'i1', 10_000n, { authorisationId: 'a1' });
    expect(paired([more, cleared])).toEqual({});
  });

  test('does not belong to what a hold has in a currency that it was not authorised in', () => {
    const more = on(2, 'increment', 'i1', 500n, { authorisationId: 'a1', currency: 'EUR' });
    expect(paired([authorised, more, on(3, 'clearing', 'c1', 500n, { currency: 'EUR' })])).toEqual({});
  });

  test('of the same instant as another goes by its id, whichever arrived first', () => {
    const [first, second] = [cleared, { ...cleared, id: 'c2' }];
    expect(paired([authorised, first, second])).toEqual({ 'clearing:c1': 'a1' });
    expect(paired([authorised, second, first])).toEqual({ 'clearing:c1': 'a1' });
  });

  test.each(['expiry', 'decline'] as const)('of the same instant as an %s comes before it', (kind) => {
    expect(paired([on(3, kind, 'a1', 0n), authorised, cleared])).toEqual({ 'clearing:c1': 'a1' });
  });

  test('belongs to what was open just then: 100.00 and 25.00 more, less 5.00 back, are 120.00', () => {
    const more = on(2, 'increment', 'i1', 2_500n, { authorisationId: 'a1' });
    const back = on(2, 'reversal', 'r1', 500n, { authorisationId: 'a1' });
    const all = on(3, 'clearing', 'c1', 12_000n);
    expect(paired([authorised, more, back, all])).toEqual({ 'clearing:c1': 'a1' });
    expect(paired([authorised, more, back, cleared])).toEqual({});
  });

  test('does not belong to a hold that came after it, that had expired, or that is older than the window', () => {
    expect(paired([on(4, 'authorisation', 'a1', 10_000n), cleared])).toEqual({});
    expect(paired([authorised, on(2, 'expiry', 'a1', 0n), cleared])).toEqual({});
    expect(paired([authorised, on(2, 'decline', 'a1', 0n), cleared])).toEqual({});
    expect(paired([authorised, cleared], { windowDays: 1 })).toEqual({});
    // The expiry of what it had taken by then changes nothing.
    expect(paired([authorised, cleared, on(4, 'expiry', 'a1', 0n)])).toEqual({ 'clearing:c1': 'a1' });
  });

  test('does not belong to a hold that another clearing finished, by name or by match', () => {
    const named = on(2, 'clearing', 'c0', 1_000n, { authorisationId: 'a1', final: true });
    expect(paired([authorised, named, on(3, 'clearing', 'c1', 9_000n)])).toEqual({});
  });

  test('belongs to what is left of a hold that another cleared in part', () => {
    const named = on(2, 'clearing', 'c0', 1_000n, { authorisationId: 'a1' });
    expect(paired([authorised, named, on(3, 'clearing', 'c1', 9_000n)])).toEqual({ 'clearing:c1': 'a1' });
  });

  test('of the same instant as its authorisation comes after it, whatever their ids', () => {
    expect(paired([on(1, 'clearing', 'a0', 10_000n), authorised])).toEqual({ 'clearing:a0': 'a1' });
  });
});

test('a reversal that names no authorisation takes back the hold of exactly its amount', () => {
  expect(paired([authorised, on(2, 'reversal', 'r1', 10_000n)])).toEqual({ 'reversal:r1': 'a1' });
  expect(paired([authorised, on(1, 'reversal', 'r1', 10_000n)])).toEqual({ 'reversal:r1': 'a1' });
});

test('only a clearing and a reversal are ever placed: an increment that names no authorisation is not', () => {
  const stray = on(2, 'increment', 'i1', 10_000n);
  expect(paired([authorised, stray])).toEqual({});
});

describe('what an operator says', () => {
  const other = on(2, 'authorisation', 'a2', 50_000n);

  test('goes before the rule, whatever the amounts', () => {
    expect(paired([authorised, other, cleared], { assigned: { 'clearing:c1': 'a2' } })).toEqual({
      'clearing:c1': 'a2',
    });
  });

  test('is over once the bank itself has placed the entry: its authorisation is free for others', () => {
    const named = { ...cleared, authorisationId: 'a1' };
    const later = on(5, 'clearing', 'c2', 50_000n);
    const assigned = { 'clearing:c1': 'a2' };
    expect(paired([authorised, other, named, later], { assigned })).toEqual({ 'clearing:c2': 'a2' });
  });

  test('may be that it belongs to none', () => {
    expect(paired([authorised, cleared], { assigned: { 'clearing:c1': null } })).toEqual({});
  });

  test('keeps an authorisation for its entry: the rule finds another one for the others', () => {
    const twin = on(2, 'authorisation', 'a2', 10_000n);
    const later = on(5, 'clearing', 'c2', 10_000n);
    const assigned = { 'clearing:c2': 'a1' };
    expect(paired([authorised, twin, cleared, later], { assigned })).toEqual({
      'clearing:c1': 'a2',
      'clearing:c2': 'a1',
    });
  });
});

test('what is settled keeps its pairing, also that of none', () => {
  const settled = { 'clearing:c1': null };
  expect(paired([authorised, cleared], { settled })).toEqual({});
  expect(paired([cleared], { settled: { 'clearing:c1': 'a1' } })).toEqual({ 'clearing:c1': 'a1' });
});
