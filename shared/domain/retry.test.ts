import { expect, test } from 'vitest';
import { minuteOf, nextTryOf } from './retry.ts';

const rent = { executesOn: '2026-12-01', timeZone: 'Europe/Copenhagen', until: '18:00' };

test.each([
  ['half an hour later', '2026-12-01T04:05:00Z', {}, '2026-12-01T05:35'],
  ['at the end of the day for the last time', '2026-12-01T16:45:00Z', {}, '2026-12-01T18:00'],
  ['no more from then on', '2026-12-01T17:00:00Z', {}, undefined],
  ['up to the cut-off', '2026-12-01T14:45:00Z', { cutOff: '16:00' }, '2026-12-01T16:00'],
  ['no more from the cut-off on', '2026-12-01T15:00:00Z', { cutOff: '16:00' }, undefined],
  [
    'until the configured hour where the cut-off is later',
    '2026-12-01T17:00:00Z',
    { cutOff: '20:00' },
    undefined,
  ],
  ['no more on the next day', '2026-12-02T04:05:00Z', {}, undefined],
  [
    'by the bank’s clock, which in summer is two hours ahead',
    '2027-06-01T04:05:00Z',
    { executesOn: '2027-06-01' },
    '2027-06-01T06:35',
  ],
])('what finds too little money is tried %s', (_, triedAt, changes, next) => {
  expect(nextTryOf({ ...rent, ...changes, triedAt: new Date(triedAt) })).toBe(next);
});

test('a minute of a day comes after the day, and before the next', () => {
  const minute = minuteOf(new Date('2026-11-30T23:00:00Z'), 'Europe/Copenhagen');
  expect(minute).toBe('2026-12-01T00:00');
  expect(['2026-12-02', minute, '2026-12-01'].sort()).toEqual(['2026-12-01', minute, '2026-12-02']);
});
