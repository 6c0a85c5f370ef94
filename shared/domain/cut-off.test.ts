import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankCalendar } from './bank-days.ts';
import { executionDateOf } from './cut-off.ts';

type Order = { at: string; requestedOn?: string; timeZone?: string; calendar?: BankCalendar };

/** Of a Danish bank that takes orders until four in the afternoon. */
function executionDate({ at, ...order }: Order, cutOff = '16:00'): string {
  const bank = { timeZone: 'Europe/Copenhagen', calendar: 'DK', cutOff } as const;
  return executionDateOf({ ...bank, ...order, requestedAt: new Date(at) });
}

describe('an order is executed', () => {
  test.each([
    ['2026-11-25T14:59:59.999Z', '2026-11-25', 'today: it came a moment before four on a Wednesday'],
    ['2026-11-25T15:00:00Z', '2026-11-26', 'tomorrow: at four it is too late'],
    ['2026-11-25T22:59:00Z', '2026-11-26', 'tomorrow: it is 23:59 here, on the same day by UTC'],
    ['2026-11-25T23:00:00Z', '2026-11-26', 'today: it is Thursday here, and still Wednesday by UTC'],
    ['2026-11-27T14:59:00Z', '2026-11-27', 'on Friday, before the cut-off'],
    ['2026-11-27T15:00:00Z', '2026-11-30', 'on Monday, when it came on Friday after the cut-off'],
    ['2026-11-28T08:00:00Z', '2026-11-30', 'on Monday, when it came on Saturday morning'],
    ['2026-11-29T20:00:00Z', '2026-11-30', 'on Monday, when it came on Sunday evening'],
    ['2026-12-23T15:00:00Z', '2026-12-28', 'after Christmas, when it came too late before it'],
    ['2026-12-30T22:59:59Z', '2027-01-04', 'in the new year, when it came too late in the old one'],
  ])('%s: %s, %s', (at, executedOn) => {
    expect(executionDate({ at })).toBe(executedOn);
  });

  test.each([
    ['2026-12-01', '2026-12-01', 'a bank day'],
    ['2026-12-05', '2026-12-07', 'a Saturday'],
    ['2027-03-25', '2027-03-30', 'Maundy Thursday'],
    ['2026-11-25', '2026-11-26', 'today, which has passed the cut-off'],
    ['2026-11-24', '2026-11-26', 'a day that has passed'],
  ])('where %s is asked for, on %s: that is %s', (requestedOn, executedOn) => {
    expect(executionDate({ at: '2026-11-25T15:30:00Z', requestedOn })).toBe(executedOn);
  });

  test('on the bank’s own days: Danish banks rest on Maundy Thursday, and euro settlement does not', () => {
    expect(executionDate({ at: '2027-03-25T09:00:00Z' })).toBe('2027-03-30');
    expect(executionDate({ at: '2027-03-25T09:00:00Z', calendar: 'TARGET' })).toBe('2027-03-25');
  });

  test('by the bank’s own clock', () => {
    const at = '2026-11-25T14:30:00Z'; // 15:30 in Copenhagen, 16:30 in Helsinki
    expect(executionDate({ at, timeZone: 'Europe/Copenhagen' })).toBe('2026-11-25');
    expect(executionDate({ at, timeZone: 'Europe/Helsinki', calendar: 'FI' })).toBe('2026-11-26');
    expect(executionDate({ at: '2026-11-25T20:59:00Z', timeZone: 'America/New_York' })).toBe('2026-11-25');
  });

  test('today at any hour of a bank day, where the bank has no cut-off', () => {
    const bank = { timeZone: 'Europe/Copenhagen', calendar: 'DK' } as const;
    expect(executionDateOf({ ...bank, requestedAt: new Date('2026-11-25T22:59:59Z') })).toBe('2026-11-25');
    expect(executionDateOf({ ...bank, requestedAt: new Date('2026-11-28T10:00:00Z') })).toBe('2026-11-30');
  });
});

describe('when the clock changes', () => {
  test('four in the afternoon is an hour earlier by UTC from the Monday after 29 March 2026', () => {
    expect(executionDate({ at: '2026-03-27T14:59:59Z' })).toBe('2026-03-27');
    expect(executionDate({ at: '2026-03-30T13:59:59Z' })).toBe('2026-03-30');
    expect(executionDate({ at: '2026-03-30T14:00:00Z' })).toBe('2026-03-31');
  });

  test('and an hour later by UTC from the Monday after 25 October 2026', () => {
    expect(executionDate({ at: '2026-10-23T14:00:00Z' })).toBe('2026-10-26');
    expect(executionDate({ at: '2026-10-26T14:59:59Z' })).toBe('2026-10-26');
    expect(executionDate({ at: '2026-10-26T15:00:00Z' })).toBe('2026-10-27');
  });

  test('midnight moves with it', () => {
    expect(executionDate({ at: '2026-03-30T21:59:59Z' }, '24:00')).toBe('2026-03-30');
    expect(executionDate({ at: '2026-03-30T22:00:00Z' }, '24:00')).toBe('2026-03-31');
    expect(executionDate({ at: '2026-10-26T22:59:59Z' }, '24:00')).toBe('2026-10-26');
    expect(executionDate({ at: '2026-10-26T23:00:00Z' }, '24:00')).toBe('2026-10-27');
  });

  test.each([
    ['2026-10-25T00:29:00Z', '2026-10-25'], // 02:29, the first time
    ['2026-10-25T00:30:00Z', '2026-10-26'],
    ['2026-10-25T01:29:00Z', '2026-10-25'], // 02:29, the second time
    ['2026-10-25T01:30:00Z', '2026-10-26'],
  ])('the wall clock decides both times that it is half past two: %s, %s', (at, executedOn) => {
    const everyDay = { timeZone: 'Europe/Copenhagen', cutOff: '02:30' };
    expect(executionDateOf({ ...everyDay, requestedAt: new Date(at) })).toBe(executedOn);
  });

  test('a cut-off in the hour that is left out has passed once the clock has jumped', () => {
    const everyDay = { timeZone: 'Europe/Copenhagen', cutOff: '02:30' };
    const of = (at: string) => executionDateOf({ ...everyDay, requestedAt: new Date(at) });
    expect(of('2026-03-29T00:59:59Z')).toBe('2026-03-29'); // 01:59:59
    expect(of('2026-03-29T01:00:00Z')).toBe('2026-03-30'); // 03:00
  });
});

test('an instant payment is executed on the day it is ordered, on Sundays and at Christmas too', () => {
  const instant = (at: string, requestedOn?: string) =>
    executionDateOf({ requestedAt: new Date(at), requestedOn, timeZone: 'Europe/Copenhagen' });
  expect(instant('2026-11-29T22:59:59Z')).toBe('2026-11-29');
  expect(instant('2026-11-29T23:00:00Z')).toBe('2026-11-30');
  expect(instant('2026-12-25T12:00:00Z')).toBe('2026-12-25');
  expect(instant('2026-11-25T12:00:00Z', '2026-11-28')).toBe('2026-11-28');
});

test('who orders later is never executed sooner', () => {
  const anInstant = fc.date({
    min: new Date('2024-01-01'),
    max: new Date('2034-12-31'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(anInstant, fc.nat(200 * 3_600_000), (at, laterMs) => {
      const later = new Date(at.getTime() + laterMs);
      expect(executionDate({ at: at.toISOString() }) <= executionDate({ at: later.toISOString() })).toBe(
        true,
      );
    }),
  );
});
