import { describe, expect, test } from 'vitest';
import { DEFAULT_PREFERENCES, isQuiet, isTimeZone } from './notification-hours.ts';

function quiet(at: string, from: string, to: string, timeZone = 'Europe/Copenhagen'): boolean {
  return isQuiet(new Date(at), { ...DEFAULT_PREFERENCES, timeZone, quietHours: { from, to } });
}

describe('quiet hours', () => {
  test.each([
    ['2026-11-23T20:59:00Z', false],
    ['2026-11-23T21:00:00Z', true],
    ['2026-11-23T23:30:00Z', true],
    ['2026-11-24T05:59:59Z', true],
    ['2026-11-24T06:00:00Z', false],
  ])('from 22:00 to 07:00 in Copenhagen, in winter: %s is quiet: %s', (at, is) => {
    expect(quiet(at, '22:00', '07:00')).toBe(is);
  });

  test.each([
    ['2026-11-23T11:59:00Z', false],
    ['2026-11-23T12:00:00Z', true],
    ['2026-11-23T12:59:00Z', true],
    ['2026-11-23T13:00:00Z', false],
  ])('from 13:00 to 14:00, within one day: %s is quiet: %s', (at, is) => {
    expect(quiet(at, '13:00', '14:00')).toBe(is);
  });

  test('begin an hour earlier by UTC in summer, because the wall clock says so', () => {
    expect(quiet('2026-07-23T20:00:00Z', '22:00', '07:00')).toBe(true);
    expect(quiet('2026-07-23T19:59:00Z', '22:00', '07:00')).toBe(false);
  });

  test('go on through the night in which the clock goes back, both times that it is half past two', () => {
    for (const at of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']) {
      expect(quiet(at, '02:15', '02:45')).toBe(true);
    }
  });

  test('that the clock jumps over in spring do not come that night', () => {
    for (let minute = 0; minute < 180; minute += 5) {
      const at = new Date(Date.UTC(2026, 2, 29, 0, minute)).toISOString();
      expect(quiet(at, '02:15', '02:45')).toBe(false);
    }
  });

  test('are those of the customer’s own zone', () => {
    expect(quiet('2026-11-23T21:30:00Z', '22:00', '07:00', 'America/New_York')).toBe(false);
    expect(quiet('2026-11-24T03:30:00Z', '22:00', '07:00', 'America/New_York')).toBe(true);
    expect(quiet('2026-11-23T18:30:00Z', '00:00', '00:30', 'Asia/Kolkata')).toBe(true); // half an hour off
  });

  test('are none where the customer wants none', () => {
    expect(isQuiet(new Date('2026-11-23T02:00:00Z'), DEFAULT_PREFERENCES)).toBe(false);
  });
});

test('who has not chosen hears of everything, at any time, by the clock of Copenhagen', () => {
  expect(DEFAULT_PREFERENCES).toEqual({
    timeZone: 'Europe/Copenhagen',
    quietHours: null,
    push: { spending: true, income: true, declined: true },
  });
});

test.each([
  ['Europe/Copenhagen', true],
  ['UTC', true],
  ['Etc/GMT+5', true],
  ['+01:00', false],
  ['Europe/Atlantis', false],
  ['', false],
])('%s is a time zone: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});
