import { describe, expect, test } from 'vitest';
import { aPart, partsOf } from '../testing/builders.ts';
import { isFresh, isWorthTelling, newsOf, shortened } from './notification.ts';
import { type Part, summaryOf } from './transaction.ts';

const credit = { direction: 'credit' } as const;

describe('what a customer is told', () => {
  test.each<[string, string, Part[]]>([
    ['a purchase', 'spending', [aPart('authorisation', 100n)]],
    ['a declined purchase', 'declined', [aPart('decline', 100n)]],
    ['a refund alone', 'income', [aPart('refund', 100n, credit)]],
    [
      'a purchase of which less was refunded',
      'spending',
      [aPart('clearing', 100n), aPart('refund', 40n, credit)],
    ],
    ['a transfer in', 'income', [aPart('booking', 100n, credit)]],
    ['a transfer out', 'spending', [aPart('booking', 100n)]],
  ])('%s is %s', (_, kind, parts) => {
    expect(newsOf(summaryOf(partsOf(...parts)), 'card').kind).toBe(kind);
  });

  test.each<[string, boolean, Part[]]>([
    ['a purchase that is only authorised', true, [aPart('authorisation', 100n)]],
    ['a declined purchase', true, [aPart('decline', 100n)]],
    ['a transfer out that is on its way', true, [aPart('pending', 100n)]],
    ['a transfer in that is only announced', false, [aPart('pending', 100n, credit)]],
    ['a transfer in that was booked', true, [aPart('booking', 100n, credit)]],
    ['an expiry without its authorisation', false, [aPart('expiry', 0n, { currency: 'XXX' })]],
    ['a reversal without its authorisation', false, [aPart('reversal', 100n)]],
    ['what another source books', false, [aPart('clearing', 100n, { holdsOnly: true, final: true })]],
  ])('%s is worth telling: %s', (_, worth, parts) => {
    expect(isWorthTelling(summaryOf(partsOf(...parts)))).toBe(worth);
  });

  test('is news to a phone for a day', () => {
    const now = new Date('2026-11-24T09:00:00.000Z');
    expect(isFresh('2026-11-23T09:00:00.000Z', now)).toBe(true);
    expect(isFresh('2026-11-23T08:59:59.999Z', now)).toBe(false);
    expect(isFresh('2026-11-24T09:05:00.000Z', now)).toBe(true); // the bank's clock may be ahead
  });
});

describe('a name from outside', () => {
  test.each([
    ['Kaffebaren', 'Kaffebaren'],
    ['  Kaffe\n\tbaren\u0000 ', 'Kaffe baren'],
    ['a'.repeat(60), 'a'.repeat(60)],
    ['a'.repeat(61), `${'a'.repeat(59)}…`],
    [`${'a'.repeat(57)} ${'b'.repeat(9)}`, `${'a'.repeat(57)} b…`],
    [`${'a'.repeat(58)} ${'b'.repeat(9)}`, `${'a'.repeat(58)}…`],
    ['', ''],
    ['$& $1 {{title}} %s', '$& $1 {{title}} %s'],
    ['\u202egnirts\u2066', 'gnirts'],
    ['half \ud83d', 'half \ufffd'],
  ])('%j is shown as %j', (name, shown) => {
    expect(shortened(name)).toBe(shown);
  });

  test('is cut between what a reader takes for one character', () => {
    const family = '👩‍👩‍👧‍👦'; // eleven code units
    expect(shortened(family.repeat(9))).toBe(`${family.repeat(5)}…`);
    const accented = 'e\u0301'.repeat(40);
    expect(shortened(accented)).toBe(`${'e\u0301'.repeat(29)}…`);
  });

  test('that is one character without end is no name', () => {
    expect(shortened(`e${'\u0301'.repeat(5000)}`)).toBe('');
  });
});
