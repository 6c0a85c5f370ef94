import { describe, expect, test } from 'vitest';
import { aPart, partsOf } from '../testing/builders.ts';
import { NO_CURRENCY, type Part, summaryOf, totalsOf } from './transaction.ts';

const authorised = (amountMinor: bigint) => aPart('authorisation', amountMinor);
const expiry = aPart('expiry', 0n, { currency: NO_CURRENCY });

function figures(...parts: readonly Part[]) {
  return totalsOf(partsOf(...parts)).DKK;
}

function shown(...parts: readonly Part[]) {
  const { status, direction, amountMinor } = summaryOf(partsOf(...parts));
  return `${status} ${direction} ${amountMinor}`;
}

describe('what a card purchase holds and books', () => {
  test('an authorisation of 100.00 holds 100.00 and books nothing', () => {
    expect(figures(authorised(10_000n))).toEqual({ booked: 0n, held: 10_000n });
  });

  test('increments raise the hold: 100.00 and 25.00 and 5.00 hold 130.00', () => {
    const more = [aPart('increment', 2_500n, { id: 'i1' }), aPart('increment', 500n, { id: 'i2' })];
    expect(figures(authorised(10_000n), ...more)).toEqual({ booked: 0n, held: 13_000n });
  });

  test('a partial reversal lowers the hold: 100.00 less 30.00 holds 70.00', () => {
    expect(figures(authorised(10_000n), aPart('reversal', 3_000n))).toEqual({ booked: 0n, held: 7_000n });
  });

  test('a clearing of 60.00 books 60.00 and leaves 40.00 held', () => {
    expect(figures(authorised(10_000n), aPart('clearing', 6_000n))).toEqual({
      booked: -6_000n,
      held: 4_000n,
    });
  });

  test('a final clearing of 60.00 releases the other 40.00', () => {
    const clearing = aPart('clearing', 6_000n, { final: true });
    expect(figures(authorised(10_000n), clearing)).toEqual({ booked: -6_000n, held: 0n });
  });

  test('a clearing above what was authorised books all of it and holds nothing', () => {
    expect(figures(authorised(10_000n), aPart('clearing', 11_500n))).toEqual({ booked: -11_500n, held: 0n });
  });

  test('the hold is clamped once, after summing: a clearing of 120.00 and then 50.00 more authorised hold 30.00', () => {
    // Clamped per event it would be max(0, 100 - 120) + 50 = 50.
    const parts = [authorised(10_000n), aPart('clearing', 12_000n), aPart('increment', 5_000n)];
    expect(figures(...parts)).toEqual({ booked: -12_000n, held: 3_000n });
  });

  test('a reversal of more than is left holds nothing, never less than nothing', () => {
    expect(figures(authorised(10_000n), aPart('reversal', 15_000n))).toEqual({ booked: 0n, held: 0n });
  });

  test('an expiry releases the hold, and a clearing after it still books', () => {
    expect(figures(authorised(10_000n), expiry)).toEqual({ booked: 0n, held: 0n });
    const late = aPart('clearing', 9_000n, { occurredAt: '2026-12-05T09:00:00.000Z' });
    expect(figures(authorised(10_000n), expiry, late)).toEqual({ booked: -9_000n, held: 0n });
  });

  test('an authorisation that arrives after its final clearing holds nothing', () => {
    const clearing = aPart('clearing', 6_000n, { final: true });
    expect(figures(clearing)).toEqual({ booked: -6_000n, held: 0n });
    expect(figures(clearing, authorised(10_000n))).toEqual({ booked: -6_000n, held: 0n });
  });

  test('a declined authorisation holds nothing', () => {
    expect(figures(aPart('decline', 10_000n))).toEqual({ booked: 0n, held: 0n });
  });

  test('a refund gives booked money back and leaves the hold alone', () => {
    const refund = aPart('refund', 2_000n, { direction: 'credit' });
    const parts = [authorised(10_000n), aPart('clearing', 6_000n), refund];
    expect(figures(...parts)).toEqual({ booked: -4_000n, held: 4_000n });
  });

  test('money in two currencies is summed apart, and a final clearing in one ends the hold in the other', () => {
    const euro = aPart('clearing', 800n, { currency: 'EUR', final: true });
    const totals = totalsOf(partsOf(authorised(6_000n), euro));
    expect(totals).toEqual({ DKK: { booked: 0n, held: 0n }, EUR: { booked: -800n, held: 0n } });
  });

  test('an amount that a float cannot hold is summed to the last digit', () => {
    const parts = [
      aPart('clearing', 9_007_199_254_740_993n, { id: 'c1' }),
      aPart('clearing', 1n, { id: 'c2' }),
    ];
    expect(figures(...parts)?.booked).toBe(-9_007_199_254_740_994n);
  });
});

describe('what a transfer holds and books', () => {
  const pending = (direction: 'credit' | 'debit') => aPart('pending', 5_000n, { direction });

  test('a pending debit of 50.00 holds it; a pending credit counts nowhere', () => {
    expect(figures(pending('debit'))).toEqual({ booked: 0n, held: 5_000n });
    expect(figures(pending('credit'))).toEqual({ booked: 0n, held: 0n });
  });

  test('once booked it is held no more, whichever was told first', () => {
    const booked = aPart('booking', 5_000n);
    expect(figures(pending('debit'), booked)).toEqual({ booked: -5_000n, held: 0n });
    expect(figures(booked, pending('debit'))).toEqual({ booked: -5_000n, held: 0n });
  });

  test('a booked credit of 50.00 adds 50.00', () => {
    expect(figures(aPart('booking', 5_000n, { direction: 'credit' }))).toEqual({ booked: 5_000n, held: 0n });
  });

  test('a cancelled transfer holds nothing', () => {
    expect(figures(pending('debit'), aPart('cancellation', 5_000n))).toEqual({ booked: 0n, held: 0n });
  });
});

describe('what the customer is shown', () => {
  const clearing = (amountMinor: bigint) => aPart('clearing', amountMinor);
  const refund = (amountMinor: bigint) => aPart('refund', amountMinor, { direction: 'credit' });

  test.each<[string, string, Part[]]>([
    ['a purchase that is only authorised', 'pending debit 10000', [authorised(10_000n)]],
    ['a purchase partly reversed', 'pending debit 7000', [authorised(10_000n), aPart('reversal', 3_000n)]],
    ['a purchase wholly reversed', 'reversed debit 10000', [authorised(10_000n), aPart('reversal', 10_000n)]],
    ['a purchase that expired', 'expired debit 10000', [authorised(10_000n), expiry]],
    ['a purchase that was declined', 'declined debit 10000', [aPart('decline', 10_000n)]],
    ['a purchase partly cleared', 'partly-booked debit 6000', [authorised(10_000n), clearing(6_000n)]],
    ['a purchase wholly cleared', 'booked debit 10000', [authorised(10_000n), clearing(10_000n)]],
    ['a purchase cleared for more', 'booked debit 11500', [authorised(10_000n), clearing(11_500n)]],
    [
      'a purchase cleared after it expired',
      'booked debit 9000',
      [authorised(10_000n), expiry, clearing(9_000n)],
    ],
    ['a purchase partly refunded', 'booked debit 7500', [clearing(10_000n), refund(2_500n)]],
    ['a purchase wholly refunded', 'booked debit 0', [clearing(10_000n), refund(10_000n)]],
    ['a refund alone', 'booked credit 2500', [refund(2_500n)]],
    ['a transfer on its way out', 'pending debit 5000', [aPart('pending', 5_000n)]],
    ['a transfer on its way in', 'pending credit 5000', [aPart('pending', 5_000n, { direction: 'credit' })]],
    ['a transfer that was booked', 'booked debit 5000', [aPart('pending', 5_000n), aPart('booking', 5_000n)]],
    [
      'a transfer that was cancelled',
      'reversed debit 5000',
      [aPart('pending', 5_000n), aPart('cancellation', 5_000n)],
    ],
  ])('%s: %s', (_, expected, parts) => {
    expect(shown(...parts)).toBe(expected);
    expect(shown(...parts.toReversed())).toBe(expected);
  });

  test('what was authorised stays beside what was settled', () => {
    const { amountMinor, authorisedMinor } = summaryOf(partsOf(authorised(10_000n), clearing(11_500n)));
    expect({ amountMinor, authorisedMinor }).toEqual({ amountMinor: 11_500n, authorisedMinor: 10_000n });
  });

  test('a purchase has the time of its first part and the first booking date, whatever came in first', () => {
    const parts = partsOf(
      aPart('clearing', 4_000n, { id: 'c2', occurredAt: '2026-11-25T08:00:00.000Z', bookedOn: '2026-11-25' }),
      aPart('clearing', 6_000n, { id: 'c1', occurredAt: '2026-11-24T08:00:00.000Z', bookedOn: '2026-11-26' }),
      aPart('authorisation', 10_000n, { occurredAt: '2026-11-22T23:59:59.999Z' }),
    );
    const { occurredAt, bookedOn } = summaryOf(parts);
    expect({ occurredAt, bookedOn }).toEqual({
      occurredAt: '2026-11-22T23:59:59.999Z',
      bookedOn: '2026-11-25',
    });
  });

  test('a booking without a booking date is booked on the day that it occurred', () => {
    expect(summaryOf(partsOf(aPart('booking', 5_000n))).bookedOn).toBe('2026-11-23');
  });

  test('the description is that of the first part that has one', () => {
    const parts = partsOf(
      aPart('clearing', 1n, { occurredAt: '2026-11-25T08:00:00.000Z', description: 'KAFFEBAR 1234 KBH' }),
      aPart('authorisation', 1n, { description: 'Kaffebar' }),
      aPart('increment', 1n, { occurredAt: '2026-11-22T08:00:00.000Z' }),
    );
    expect(summaryOf(parts).description).toBe('Kaffebar');
  });

  test('it carries every id that the bank uses for it, once', () => {
    const parts = partsOf(
      aPart('pending', 5_000n, { id: 'transfer-1' }),
      aPart('booking', 5_000n, { id: 'transfer-1' }),
      aPart('refund', 5_000n, { id: 'refund-9' }),
    );
    expect(summaryOf(parts).bankIds).toEqual(['refund-9', 'transfer-1']);
  });
});
