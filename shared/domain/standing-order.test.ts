import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, isBankDay } from './bank-days.ts';
import { dueDatesOf, executionDatesOf, isPausedOn, type Run, type Schedule } from './standing-order.ts';

const monthly = (startsOn: string) => ({ every: 'month', interval: 1, startsOn }) as const;
const weekly = (startsOn: string) => ({ every: 'week', interval: 1, startsOn }) as const;
const yearly = (startsOn: string) => ({ every: 'month', interval: 12, startsOn }) as const;
const YEAR_2027 = { from: '2027-01-01', until: '2027-12-31' };

function dueDates(schedule: Schedule, from: string, until: string): string {
  return dueDatesOf(schedule, { from, until }).join(' ');
}

describe('a standing order is due', () => {
  test('on the 31st, on the last day of a shorter month, and on the 31st again', () => {
    expect(dueDates(monthly('2026-12-31'), '2027-01-01', '2027-06-30')).toBe(
      '2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31 2027-06-30',
    );
  });

  test('on the 30th but in February, in a leap year too', () => {
    expect(dueDates(monthly('2027-12-30'), '2028-01-01', '2028-04-30')).toBe(
      '2028-01-30 2028-02-29 2028-03-30 2028-04-30',
    );
  });

  test('on the day it started in February, and not at the month’s end, unless it was meant so', () => {
    expect(dueDates(monthly('2027-02-28'), '2027-02-01', '2027-04-30')).toBe(
      '2027-02-28 2027-03-28 2027-04-28',
    );
    expect(dueDates({ ...monthly('2027-02-28'), atMonthEnd: true }, '2027-02-01', '2027-04-30')).toBe(
      '2027-02-28 2027-03-31 2027-04-30',
    );
  });

  test('at the end of the month in which it starts, where it is due at month ends', () => {
    expect(dueDates({ ...monthly('2027-01-15'), atMonthEnd: true }, '2027-01-01', '2027-02-28')).toBe(
      '2027-01-31 2027-02-28',
    );
  });

  test('each year on 28 February, and on the 29th when there is one, if it started on one', () => {
    expect(dueDates(yearly('2024-02-29'), '2024-01-01', '2028-12-31')).toBe(
      '2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29',
    );
  });

  test('every third month, over the turn of the year', () => {
    expect(dueDates({ ...monthly('2026-08-31'), interval: 3 }, '2026-08-01', '2027-06-30')).toBe(
      '2026-08-31 2026-11-30 2027-02-28 2027-05-31',
    );
  });

  test('every second week on the weekday it started on', () => {
    expect(dueDates({ ...weekly('2026-12-18'), interval: 2 }, '2026-12-01', '2027-02-01')).toBe(
      '2026-12-18 2027-01-01 2027-01-15 2027-01-29',
    );
  });

  test('from the day it starts to the day it ends, both included', () => {
    const order = { ...monthly('2027-03-15'), endsOn: '2027-05-15' };
    expect(dueDates(order, '2027-01-01', '2027-12-31')).toBe('2027-03-15 2027-04-15 2027-05-15');
    expect(dueDates(order, '2027-03-16', '2027-05-14')).toBe('2027-04-15');
    expect(dueDates({ ...order, endsOn: '2027-05-14' }, '2027-01-01', '2027-12-31')).toBe(
      '2027-03-15 2027-04-15',
    );
  });

  test('never, where it ends before it starts or the period is over before it starts', () => {
    expect(dueDates({ ...monthly('2027-03-15'), endsOn: '2027-03-14' }, '2027-01-01', '2027-12-31')).toBe('');
    expect(dueDates(monthly('2027-03-15'), '2026-01-01', '2027-03-14')).toBe('');
  });

  test('once where the period is one day', () => {
    expect(dueDates(weekly('2020-01-03'), '2027-01-01', '2027-01-01')).toBe('2027-01-01');
    expect(dueDates(weekly('2020-01-03'), '2027-01-02', '2027-01-02')).toBe('');
  });

  test('never by a step that is none', () => {
    for (const interval of [0, -1, 0.5, Number.NaN]) {
      expect(() => dueDatesOf({ ...weekly('2027-01-01'), interval }, YEAR_2027)).toThrow('standing-order');
    }
  });
});

describe('what is due when banks are closed', () => {
  const of2027 = (schedule: Schedule, convention?: 'following' | 'preceding') =>
    executionDatesOf(schedule, { calendar: 'DK', convention, from: '2027-03-01', until: '2027-04-30' });

  test('is executed on the next bank day, unless it is agreed otherwise', () => {
    expect(of2027(monthly('2027-01-25'))).toEqual([
      { dueOn: '2027-03-25', executesOn: '2027-03-30' }, // Easter, from Maundy Thursday to Monday
      { dueOn: '2027-04-25', executesOn: '2027-04-26' },
    ]);
    expect(of2027(monthly('2027-01-25'), 'following')).toEqual(of2027(monthly('2027-01-25')));
  });

  test('is executed on the bank day before, where a salary must be there in time', () => {
    expect(of2027(monthly('2027-01-25'), 'preceding')).toEqual([
      { dueOn: '2027-03-25', executesOn: '2027-03-24' },
      { dueOn: '2027-04-25', executesOn: '2027-04-23' },
    ]);
  });

  test('may be executed in another month or year than it is due in, and belongs to the day it is executed on', () => {
    const on = (day: string, convention: 'following' | 'preceding') =>
      executionDatesOf(monthly('2026-01-31'), { calendar: 'DK', convention, from: day, until: day });
    expect(on('2027-01-31', 'following')).toEqual([]);
    expect(on('2027-02-01', 'following')).toEqual([{ dueOn: '2027-01-31', executesOn: '2027-02-01' }]);
    expect(on('2027-01-29', 'preceding')).toEqual([{ dueOn: '2027-01-31', executesOn: '2027-01-29' }]);
    expect(on('2027-01-04', 'following')).toEqual([{ dueOn: '2026-12-31', executesOn: '2027-01-04' }]);
  });

  test('may be executed after the order’s last day, or before its first', () => {
    const once = { ...monthly('2027-01-31'), endsOn: '2027-01-31' };
    const period = { calendar: 'DK', from: '2027-01-01', until: '2027-02-28' } as const;
    expect(executionDatesOf(once, period)).toEqual([{ dueOn: '2027-01-31', executesOn: '2027-02-01' }]);
    expect(executionDatesOf(once, { ...period, convention: 'preceding' })).toEqual([
      { dueOn: '2027-01-31', executesOn: '2027-01-29' },
    ]);
  });

  test('follows the calendar of the money: Danish banks rest on Maundy Thursday, and euro settlement does not', () => {
    const period = { from: '2027-03-01', until: '2027-03-31' };
    expect(executionDatesOf(monthly('2027-01-25'), { ...period, calendar: 'TARGET' })).toEqual([
      { dueOn: '2027-03-25', executesOn: '2027-03-25' },
    ]);
  });
});

describe('whatever the order and the calendar', () => {
  const aDay = fc.nat(4000).map((days) => addDays('2024-01-01', days));
  const anOrder = fc.record({
    every: fc.constantFrom('week', 'month'),
    interval: fc.integer({ min: 1, max: 12 }),
    startsOn: aDay,
    endsOn: fc.option(aDay, { nil: undefined }),
    atMonthEnd: fc.boolean(),
  }) as fc.Arbitrary<Schedule>;
  const banks = fc.record({
    calendar: fc.constantFrom('TARGET' as const, 'DK' as const, 'FI' as const, 'NO' as const, 'SE' as const),
    convention: fc.constantFrom('following' as const, 'preceding' as const),
  });
  const [from, until] = ['2023-12-01', '2035-12-31'];

  test('no run is lost or doubled where one period ends and the next begins', () => {
    fc.assert(
      fc.property(anOrder, banks, fc.array(aDay, { maxLength: 6 }), (order, bank, cuts) => {
        const ends = [...new Set([...cuts, until])].sort();
        const starts = [from, ...ends.map((end) => addDays(end, 1))];
        const pieces = ends.flatMap((end, n) =>
          executionDatesOf(order, { ...bank, from: starts[n] ?? from, until: end }),
        );
        expect(pieces).toEqual(executionDatesOf(order, { ...bank, from, until }));
      }),
    );
  });

  test('each due date has one run, on a bank day, with none between', () => {
    fc.assert(
      fc.property(anOrder, banks, (order, bank) => {
        const runs = executionDatesOf(order, { ...bank, from, until });
        const dueDates = dueDatesOf(order, { from: '2024-01-01', until: '2035-11-30' });
        expect(runs.map(({ dueOn }) => dueOn).filter((day) => day <= '2035-11-30')).toEqual(dueDates);
        for (const { dueOn, executesOn } of runs) {
          expect(isBankDay(bank.calendar, executesOn)).toBe(true);
          for (let day = dueOn; day !== executesOn; day = addDays(day, executesOn > dueOn ? 1 : -1)) {
            expect(isBankDay(bank.calendar, day)).toBe(false);
          }
          expect(bank.convention === 'following' ? executesOn >= dueOn : executesOn <= dueOn).toBe(true);
        }
      }),
    );
  });

  test('what is asked for later in the order’s life does not depend on what was asked for before', () => {
    fc.assert(
      fc.property(anOrder, aDay, fc.nat(400), (order, day, days) => {
        const end = addDays(day, days);
        const all = dueDatesOf(order, { from: order.startsOn, until: end });
        expect(dueDatesOf(order, { from: day, until: end })).toEqual(all.filter((due) => due >= day));
      }),
    );
  });
});

test('orders due on days apart may be executed on one bank day, and each run keeps its due date', () => {
  const saturdays = weekly('2026-12-26');
  const sundays = weekly('2026-12-27');
  const day = { calendar: 'DK', from: '2026-12-28', until: '2026-12-28' } as const;
  const runs: Run[] = [saturdays, sundays].flatMap((order) => executionDatesOf(order, day));
  expect(runs.map(({ dueOn }) => dueOn)).toEqual(['2026-12-26', '2026-12-27']);
});

describe('a pause', () => {
  const pauses = [{ from: '2027-02-01', until: '2027-03-31' }, { from: '2027-11-15' }];

  test.each([
    ['2027-01-31', false],
    ['2027-02-01', true],
    ['2027-03-31', true],
    ['2027-04-01', false],
    ['2027-11-14', false],
    ['2027-11-15', true],
    ['2040-01-01', true],
  ])('holds what is due on %s: %s', (dueOn, paused) => {
    expect(isPausedOn(pauses, dueOn)).toBe(paused);
  });

  test('holds by the day a run is due, not by the day it is executed, and nothing is caught up', () => {
    const runs = executionDatesOf(monthly('2026-01-31'), { calendar: 'DK', ...YEAR_2027 });
    const made = runs.filter(({ dueOn }) => !isPausedOn(pauses, dueOn));
    expect(made.map(({ dueOn }) => dueOn.slice(5)).join(' ')).toBe(
      '12-31 01-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31', // that of 31 January is executed on 1 February, in the pause
    );
  });

  test('is none where nobody paused', () => {
    expect(isPausedOn([], '2027-01-31')).toBe(false);
  });
});
