import { describe, expect, test } from 'vitest';
import { aPart } from '../testing/builders.ts';
import { type Line, matchStatement } from './statement.ts';
import type { Part } from './transaction.ts';

const DAY = '2026-11-23';

const line = (lineId: string, amountMinor: bigint, ...bankIds: readonly string[]): Line => {
  return { lineId, amountMinor, bookedOn: DAY, bankIds };
};
const booking = (id: string, amountMinor: bigint, changes: Partial<Part> = {}) =>
  aPart('booking', amountMinor, { id, direction: 'credit', bookedOn: DAY, ...changes });

function matched(
  lines: readonly Line[],
  parts: readonly Part[],
  { opening = 0n, closing }: { opening?: bigint; closing?: bigint } = {},
) {
  const sum = lines.reduce((all, { amountMinor }) => all + amountMinor, opening);
  const statement = {
    date: DAY,
    currency: 'DKK',
    openingMinor: opening,
    closingMinor: closing ?? sum,
    lines,
  };
  const { matches, findings } = matchStatement(statement, parts);
  return {
    matches: matches.map(({ lineId, entry }) => `${lineId} ${entry}`),
    findings: findings.map(({ cause, entry, amountMinor }) => `${cause} ${entry} ${amountMinor}`),
  };
}

test('a day of which each line is an entry, and each entry a line, is closed', () => {
  const lines = [line('l1', 3200n, 't1'), line('l2', -500n, 'clr-1', 'auth-1')];
  const parts = [
    booking('t1', 3200n),
    aPart('clearing', 500n, { id: 'clr-1', occurredAt: `${DAY}T08:00:00.000Z` }),
  ];
  expect(matched(lines, parts)).toEqual({ matches: ['l1 booking:t1', 'l2 clearing:clr-1'], findings: [] });
});

test('what was booked on another day, or only holds, is not of this one', () => {
  const parts = [booking('t1', 3200n, { bookedOn: '2026-11-22' }), aPart('authorisation', 500n)];
  expect(matched([], parts).findings).toEqual([]);
});

describe('a statement that is not as we have it', () => {
  const [one, other] = [booking('t1', 3200n), booking('t2', 800n)];

  test('has a line too many', () => {
    expect(
      matched([line('l1', 3200n, 't1'), line('l2', 3200n, 't1_more')], [one], { closing: 3200n }).findings,
    ).toEqual(['line-without-entry line:l2 3200', `statement-not-closed statement:${DAY} -3200`]);
  });

  test('has one too few', () => {
    expect(matched([line('l1', 3200n, 't1')], [one, other], { closing: 4000n }).findings).toEqual([
      'entry-without-line booking:t2 -800',
      `statement-not-closed statement:${DAY} 800`,
    ]);
  });

  test('has one of another amount', () => {
    expect(matched([line('l1', 3100n, 't1')], [one], { closing: 3200n }).findings).toEqual([
      'line-other-amount booking:t1 -100',
      `statement-not-closed statement:${DAY} 100`,
    ]);
  });
});

describe('equal lines', () => {
  test('have an entry each', () => {
    const parts = [booking('t1', 3200n), booking('t2', 3200n)];
    expect(matched([line('l1', 3200n, 't1'), line('l2', 3200n, 't2')], parts).findings).toEqual([]);
    expect(matched([line('l1', 3200n), line('l2', 3200n)], parts).findings).toEqual([]);
  });

  test('of which one is too many are told as one too many', () => {
    const { findings } = matched([line('l1', 3200n), line('l2', 3200n)], [booking('t1', 3200n)]);
    expect(findings).toEqual(['line-without-entry line:l2 3200']);
  });

  test('do not take the entry that another line names', () => {
    const parts = [booking('t1', 3200n), booking('t2', 3200n)];
    expect(matched([line('l1', 3200n), line('l2', 3200n, 't1')], parts)).toEqual({
      matches: ['l2 booking:t1', 'l1 booking:t2'],
      findings: [],
    });
  });
});

test('a booking and what took it back have one id, and a line each', () => {
  const back = aPart('booking-reversal', 3200n, { id: 't1', direction: 'credit', bookedOn: DAY });
  const { matches, findings } = matched(
    [line('l2', -3200n, 't1'), line('l1', 3200n, 't1')],
    [booking('t1', 3200n), back],
  );
  expect(matches).toEqual(['l2 booking-reversal:t1', 'l1 booking:t1']);
  expect(findings).toEqual([]);
});
