import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aPart, partsOf } from '../testing/builders.ts';
import { holdExpiresAt, type Part, summaryOf, totalsOf } from './transaction.ts';

const authorised = (amountMinor: bigint) => aPart('authorisation', amountMinor);
const expiry = aPart('expiry', 0n, { currency: 'XXX' }); // ISO 4217's own code for no currency

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
    expect(figures(authorised(10_000n), aPart('decline', 10_000n))?.held).toBe(0n);
  });

  test('a credit that is authorised and not booked counts nowhere', () => {
    const credit = aPart('authorisation', 10_000n, { direction: 'credit' });
    expect(figures(credit)).toEqual({ booked: 0n, held: 0n });
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

  test('an entry without an amount is money in no currency', () => {
    expect(totalsOf(partsOf(expiry))).toEqual({});
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

describe('a booking that is taken back', () => {
  const booked = aPart('booking', 5_000n, { id: 'trf-1' });
  const reversed = aPart('booking-reversal', 5_000n, { id: 'trf-1' });

  test('moves the money back, the way it came, and is reversed', () => {
    expect(figures(booked, reversed)).toEqual({ booked: 0n, held: 0n });
    const credit = aPart('booking', 5_000n, { id: 'trf-1', direction: 'credit' });
    expect(figures(credit, reversed)).toEqual({ booked: 0n, held: 0n });
    expect(shown(booked, reversed)).toBe('reversed debit 5000');
  });

  test('that is not known yet moves nothing: only what is booked can be reversed', () => {
    expect(figures(reversed)).toEqual({ booked: 0n, held: 0n });
    expect(summaryOf(partsOf(reversed)).isShown).toBe(false);
  });

  test.each<[string, Part]>([
    ['another booking', aPart('booking', 5_000n, { id: 'trf-2' })],
    ['a clearing under the same id', aPart('clearing', 5_000n, { id: 'trf-1' })],
  ])('leaves %s alone', (_, other) => {
    expect(figures(other, reversed)?.booked).toBe(-5_000n);
  });

  test('moves nothing here where another source booked it', () => {
    const elsewhere = { ...booked, holdsOnly: true };
    expect(figures(elsewhere, reversed)?.booked).toBe(0n);
  });

  test('in part leaves the rest booked', () => {
    const part = { ...reversed, amountMinor: 2_000n };
    expect(figures(booked, part)).toEqual({ booked: -3_000n, held: 0n });
    expect(shown(booked, part)).toBe('booked debit 3000');
  });

  test('holds no longer what was pending before it', () => {
    expect(figures(aPart('pending', 5_000n, { id: 'trf-1' }), reversed)).toEqual({ booked: 0n, held: 0n });
  });
});

describe('an entry that another source books', () => {
  const holds = { holdsOnly: true };
  const purchase = [
    aPart('authorisation', 10_000n, holds),
    aPart('clearing', 9_000n, { ...holds, final: true }),
  ];

  test('holds and releases, and books nothing', () => {
    expect(figures(...purchase.slice(0, 1))).toEqual({ booked: 0n, held: 10_000n });
    expect(figures(...purchase)).toEqual({ booked: 0n, held: 0n });
  });

  test('is in the feed while it holds, and then only as that source tells it', () => {
    expect(summaryOf(partsOf(...purchase.slice(0, 1))).isShown).toBe(true);
    expect(summaryOf(partsOf(...purchase)).isShown).toBe(false);
  });

  test('that is a transfer is in the feed only as that source tells it', () => {
    const booking = aPart('booking', 10_000n, holds);
    expect(summaryOf(partsOf(aPart('pending', 10_000n, holds), booking)).isShown).toBe(false);
  });

  test('stays in the feed where it was reversed, since that source has nothing to tell', () => {
    const reversal = aPart('reversal', 10_000n, holds);
    expect(summaryOf(partsOf(...purchase.slice(0, 1), reversal)).isShown).toBe(true);
  });
});

describe('a link to an unlinked entry', () => {
  const link = (changes: Partial<Part> = {}) => aPart('link', 10_000n, { id: 'clearing:c9', ...changes });

  test('takes from the hold, and books nothing', () => {
    expect(figures(authorised(10_000n), link())).toEqual({ booked: 0n, held: 0n });
    expect(figures(authorised(12_500n), link())).toEqual({ booked: 0n, held: 2_500n });
  });

  test('of a final clearing releases the rest of the hold', () => {
    expect(figures(authorised(12_500n), link({ final: true }))).toEqual({ booked: 0n, held: 0n });
  });

  test('counts no more once its entry is told to belong here', () => {
    const named = aPart('clearing', 10_000n, { id: 'c9' });
    expect(figures(authorised(12_500n), link(), named)).toEqual({ booked: -10_000n, held: 2_500n });
    expect(figures(authorised(12_500n), link({ final: true }), named)?.held).toBe(2_500n);
  });

  test('leaves its purchase to the clearing in the feed', () => {
    expect(summaryOf(partsOf(authorised(10_000n), link())).isShown).toBe(false);
    expect(summaryOf(partsOf(authorised(12_500n), link())).isShown).toBe(true);
  });

  test('of a reversal shows a purchase that was reversed', () => {
    const parts = [authorised(10_000n), link({ id: 'reversal:r9' })];
    expect(summaryOf(partsOf(...parts)).isShown).toBe(true);
    expect(shown(...parts)).toBe('reversed debit 10000');
  });

  test('is no id of the bank’s, and an id of the bank’s is no link, whatever it looks like', () => {
    expect(summaryOf(partsOf(authorised(10_000n), link())).bankIds).toEqual(['authorisation-1']);
    const declined = aPart('decline', 10_000n, { id: 'clearing:c9' });
    expect(summaryOf(partsOf(declined)).isShown).toBe(true);
  });
});

test('what an account held before is booked', () => {
  expect(figures(aPart('opening', 150_000n, { direction: 'credit' }))).toEqual({
    booked: 150_000n,
    held: 0n,
  });
});

describe('a purchase abroad', () => {
  const euro = (amountMinor: bigint) => ({
    merchantAmountMinor: amountMinor,
    merchantCurrency: 'EUR',
    fxRate: '7.46',
  });
  const abroad = (...parts: Part[]) => {
    const { merchantAmountMinor, merchantCurrency, fxRate, authorisedMinor, amountMinor } = summaryOf(
      partsOf(...parts),
    );
    return { merchantAmountMinor, merchantCurrency, fxRate, authorisedMinor, amountMinor };
  };
  const asked = aPart('authorisation', 7_460n, euro(1_000n));

  test('shows what it was there: as authorised, and then as settled', () => {
    expect(abroad(asked)).toMatchObject({ merchantAmountMinor: 1_000n, merchantCurrency: 'EUR' });
    // 12.00 EUR at 7.50 are 90.00 DKK, of which 74.60 were authorised.
    const settled = aPart('clearing', 9_000n, { ...euro(1_200n), fxRate: '7.50' });
    expect(abroad(asked, settled)).toEqual({
      merchantAmountMinor: 1_200n,
      merchantCurrency: 'EUR',
      fxRate: '7.50',
      authorisedMinor: 7_460n,
      amountMinor: 9_000n,
    });
  });

  test('of several clearings shows their sum, less what was refunded', () => {
    const parts = [
      aPart('clearing', 4_000n, { id: 'c1', ...euro(500n) }),
      aPart('clearing', 3_000n, { id: 'c2', ...euro(400n) }),
      aPart('refund', 1_000n, { direction: 'credit', ...euro(130n) }),
    ];
    expect(abroad(asked, ...parts).merchantAmountMinor).toBe(770n);
  });

  test('that is refunded shows what was given back, as a positive amount', () => {
    const refund = aPart('refund', 1_000n, { direction: 'credit', ...euro(130n) });
    expect(abroad(refund).merchantAmountMinor).toBe(130n);
  });

  test('is one of which anything says so: a clearing without the foreign amount leaves that of the authorisation', () => {
    expect(abroad(asked, aPart('clearing', 7_460n)).merchantAmountMinor).toBe(1_000n);
    expect(abroad(authorised(7_460n), aPart('clearing', 7_460n)).merchantAmountMinor).toBeUndefined();
  });

  test('has no rate where nobody told one', () => {
    expect(abroad({ ...asked, fxRate: undefined })).toMatchObject({
      merchantAmountMinor: 1_000n,
      fxRate: undefined,
    });
  });

  test('in two currencies has no sum', () => {
    const other = aPart('clearing', 3_000n, { id: 'c2', merchantAmountMinor: 1n, merchantCurrency: 'USD' });
    expect(abroad(aPart('clearing', 4_000n, euro(500n)), other).merchantAmountMinor).toBeUndefined();
  });
});

describe('when a hold is over', () => {
  const until = (...parts: Part[]) => holdExpiresAt(partsOf(...parts), totalsOf(partsOf(...parts)));

  test('is when the bank says', () => {
    const authorisation = aPart('authorisation', 10_000n, { expiresAt: '2026-11-30T00:00:00.000Z' });
    expect(until(authorisation)).toBe('2026-11-30T00:00:00.000Z');
  });

  test('is 30 days after it last grew, where the bank says nothing', () => {
    const more = aPart('increment', 100n, { occurredAt: '2026-11-25T09:00:00.000Z' });
    expect(until(authorised(10_000n))).toBe('2026-12-23T09:00:00.000Z');
    expect(until(authorised(10_000n), more)).toBe('2026-12-25T09:00:00.000Z');
  });

  test('is counted from the last growth, however it came in, and from nothing that takes', () => {
    const [first, last] = ['2026-11-24T09:00:00.000Z', '2026-11-25T09:00:00.000Z'].map((occurredAt, n) =>
      aPart('increment', 100n, { id: `i${n}`, occurredAt }),
    ) as [Part, Part];
    const clearing = aPart('clearing', 100n, { occurredAt: '2026-11-26T09:00:00.000Z' });
    expect(until(last, first, authorised(10_000n), clearing)).toBe('2026-12-25T09:00:00.000Z');
  });

  test('is told also where something else of it is over, in another currency', () => {
    const euro = aPart('clearing', 800n, { currency: 'EUR' });
    expect(until(authorised(10_000n), euro)).toBe('2026-12-23T09:00:00.000Z');
  });

  test('is never after the year 9999, in which texts no longer sort as instants', () => {
    const last = aPart('authorisation', 1n, { occurredAt: '9999-12-15T09:00:00.000Z' });
    expect(until(last)).toBe('9999-12-31T23:59:59.999Z');
  });

  test('is never, where nothing is held or nothing was authorised', () => {
    expect(until(authorised(10_000n), expiry)).toBeUndefined();
    expect(until(aPart('pending', 10_000n))).toBeUndefined();
  });
});

test('of two authorisations each is held, though the bank gives one up before the other', () => {
  const [long, short] = ['2026-11-30T00:00:00.000Z', '2026-11-29T00:00:00.000Z'].map((expiresAt, n) =>
    aPart('authorisation', 5_000n, { id: `a${n}`, expiresAt }),
  ) as [Part, Part];
  expect(figures(long, short)?.held).toBe(10_000n);
});

describe('an expiry of our own, of the hold that was due on 23 December', () => {
  const own = aPart('expiry', 0n, { currency: 'XXX', expiresAt: '2026-12-23T09:00:00.000Z' });
  const grown = (occurredAt: string) => aPart('increment', 100n, { occurredAt });

  test('releases it', () => {
    expect(figures(authorised(10_000n), own)?.held).toBe(0n);
  });

  test('gives way where the hold had grown since, and was due later', () => {
    expect(figures(authorised(10_000n), own, grown('2026-11-24T09:00:00.000Z'))?.held).toBe(10_100n);
    // The bank's own expiry is always true.
    expect(figures(authorised(10_000n), expiry, grown('2026-11-24T09:00:00.000Z'))?.held).toBe(0n);
  });

  test('releases also what was told of it before its authorisation', () => {
    expect(figures(own, grown('2026-11-24T09:00:00.000Z'))?.held).toBe(0n);
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
    ['a purchase of which more was refunded', 'booked credit 500', [clearing(10_000n), refund(10_500n)]],
    [
      'a purchase whose refund came first',
      'booked debit 7500',
      [clearing(10_000n), { ...refund(2_500n), occurredAt: '2026-11-20T09:00:00.000Z' }],
    ],
    [
      'a purchase cleared in another currency than authorised',
      'booked debit 800',
      [authorised(6_000n), aPart('clearing', 800n, { currency: 'EUR', final: true })],
    ],
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

  test('nothing was authorised of a transfer, nor in a currency that was only settled in', () => {
    expect(summaryOf(partsOf(aPart('booking', 5_000n))).authorisedMinor).toBeUndefined();
    const euro = aPart('clearing', 800n, { currency: 'EUR' });
    expect(summaryOf(partsOf(authorised(6_000n), euro))).toMatchObject({
      currency: 'EUR',
      authorisedMinor: undefined,
    });
  });

  test('the currency is that of the money, though an entry without an amount came first', () => {
    const early = { ...expiry, occurredAt: '2026-11-20T09:00:00.000Z' };
    expect(summaryOf(partsOf(early, authorised(10_000n))).currency).toBe('DKK');
    expect(summaryOf(partsOf(early)).currency).toBe('XXX');
  });

  test('what is booked stands in the feed, whatever else is known of it', () => {
    expect(summaryOf(partsOf(clearing(10_000n), aPart('reversal', 10_000n))).isShown).toBe(true);
  });

  test('of a transaction without any entry of its own there is nothing to see', () => {
    expect(summaryOf({})).toEqual({
      status: 'pending',
      direction: 'debit',
      amountMinor: 0n,
      currency: 'XXX',
      description: '',
      occurredAt: '',
      latestAt: '',
      bankIds: [],
      isShown: false,
    });
  });

  test('a purchase has the times of its first and last parts and the first booking date, whatever came in first', () => {
    const parts = partsOf(
      aPart('clearing', 4_000n, { id: 'c2', occurredAt: '2026-11-25T08:00:00.000Z', bookedOn: '2026-11-25' }),
      aPart('clearing', 6_000n, { id: 'c1', occurredAt: '2026-11-24T08:00:00.000Z', bookedOn: '2026-11-26' }),
      aPart('authorisation', 10_000n, { occurredAt: '2026-11-22T23:59:59.999Z' }),
    );
    const { occurredAt, latestAt, bookedOn } = summaryOf(parts);
    expect({ occurredAt, latestAt, bookedOn }).toEqual({
      occurredAt: '2026-11-22T23:59:59.999Z',
      latestAt: '2026-11-25T08:00:00.000Z',
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
    expect(summaryOf(partsOf(authorised(1n))).description).toBe('');
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

describe('whatever a bank tells of one transaction', () => {
  const kind = fc.constantFrom<Part['kind'][]>(
    'authorisation',
    'increment',
    'reversal',
    'expiry',
    'clearing',
    'refund',
    'link',
    'pending',
    'booking',
    'booking-reversal',
  );
  const part = fc
    .record({
      kind,
      id: fc.constantFrom('1', '2', 'clearing:1'),
      occurredAt: fc.constantFrom('2026-11-23T09:00:00.000Z', '2026-11-24T09:00:00.000Z'),
      direction: fc.constantFrom('credit' as const, 'debit' as const),
      amountMinor: fc.bigInt(0n, 300n),
      currency: fc.constantFrom('DKK', 'EUR'),
      final: fc.boolean(),
      holdsOnly: fc.boolean(),
      description: fc.constantFrom(undefined, 'Kaffebar', 'KAFFEBAR 1234'),
    })
    .map(({ kind, amountMinor, ...own }) => aPart(kind, amountMinor, own));
  const parts = fc.uniqueArray(part, { maxLength: 8, selector: ({ kind, id }) => `${kind}:${id}` });
  const written = (...told: readonly Part[]) =>
    JSON.stringify([totalsOf(partsOf(...told)), summaryOf(partsOf(...told))], (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );

  test('in any order reads the same to the last byte', () => {
    const inTwoOrders = parts.chain((told) =>
      fc.tuple(fc.constant(told), fc.shuffledSubarray(told, { minLength: told.length })),
    );
    fc.assert(
      fc.property(inTwoOrders, ([told, shuffled]) => {
        expect(written(...shuffled)).toBe(written(...told));
      }),
    );
  });

  test('holds at least nothing, and shows no amount below nothing', () => {
    fc.assert(
      fc.property(parts, (told) => {
        for (const { held } of Object.values(totalsOf(partsOf(...told))))
          expect(held).toBeGreaterThanOrEqual(0n);
        expect(summaryOf(partsOf(...told)).amountMinor).toBeGreaterThanOrEqual(0n);
      }),
    );
  });
});
