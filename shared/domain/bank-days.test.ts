import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBankDays,
  addDays,
  type BankCalendar,
  isBankDay,
  nextBankDay,
  previousBankDay,
} from './bank-days.ts';

/** Monday to Friday, found by counting from a known Monday. */
function closedWeekdays(calendar: BankCalendar, year: number): string[] {
  const closed: string[] = [];
  for (let n = 0, day = '2015-12-28'; day < `${year + 1}`; n++, day = addDays(day, 1)) {
    if (n % 7 < 5 && day >= `${year}` && !isBankDay(calendar, day)) closed.push(day.slice(5));
  }
  return closed;
}

/** The published lists without what falls on a Saturday or a Sunday, in the order of the year. */
describe('banks are closed on the weekdays that are published:', () => {
  // The ECB's long-term calendar, with the Easters of its years: 31 March, 20 April, 5 April, 28 March, 16 April.
  test.each([
    [2024, '01-01 03-29 04-01 05-01 12-25 12-26'],
    [2025, '01-01 04-18 04-21 05-01 12-25 12-26'],
    [2026, '01-01 04-03 04-06 05-01 12-25'],
    [2027, '01-01 03-26 03-29'],
    [2028, '04-14 04-17 05-01 12-25 12-26'],
  ])('TARGET, %i', (year, published) => {
    expect(closedWeekdays('TARGET', year)).toEqual(published.split(' '));
  });

  // Danmarks Nationalbank, "Banklukkedage" 2016, 2026 and 2027; Nordea for 2020 to 2022.
  test.each([
    [2016, '01-01 03-24 03-25 03-28 04-22 05-05 05-06 05-16 12-26'],
    [2020, '01-01 04-09 04-10 04-13 05-08 05-21 05-22 06-01 06-05 12-24 12-25 12-31'],
    [2021, '01-01 04-01 04-02 04-05 04-30 05-13 05-14 05-24 12-24 12-31'],
    [2022, '04-14 04-15 04-18 05-13 05-26 05-27 06-06 12-26'],
    [2026, '01-01 04-02 04-03 04-06 05-14 05-15 05-25 06-05 12-24 12-25 12-31'],
    [2027, '01-01 03-25 03-26 03-29 05-06 05-07 05-17 12-24 12-31'],
  ])('Denmark, %i', (year, published) => {
    expect(closedWeekdays('DK', year)).toEqual(published.split(' '));
  });

  // Sveriges Riksbank, "Bank Holidays 2017" and "Holidays 2026"; Nordea for 2021.
  test.each([
    [2017, '01-06 04-14 04-17 05-01 05-25 06-06 06-23 12-25 12-26'],
    [2021, '01-01 01-06 04-02 04-05 05-13 06-25 12-24 12-31'],
    [2026, '01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31'],
  ])('Sweden, %i', (year, published) => {
    expect(closedWeekdays('SE', year)).toEqual(published.split(' '));
  });

  // Norges Bank, "Oppgjørsdager 2017" and "Settlement days" of 2019.
  test.each([
    [2017, '04-13 04-14 04-17 05-01 05-17 05-25 06-05 12-25 12-26'],
    [2019, '01-01 04-18 04-19 04-22 05-01 05-17 05-30 06-10 12-24 12-25 12-26'],
  ])('Norway, %i', (year, published) => {
    expect(closedWeekdays('NO', year)).toEqual(published.split(' '));
  });

  // OP Financial Group's "closed" days of 2024 (6 January is a Saturday); Nordea for 2021.
  test.each([
    [2021, '01-01 01-06 04-02 04-05 05-13 06-25 12-06 12-24'],
    [2024, '01-01 03-29 04-01 05-01 05-09 06-21 12-06 12-24 12-25 12-26'],
  ])('Finland, %i', (year, published) => {
    expect(closedWeekdays('FI', year)).toEqual(published.split(' '));
  });
});

test('General Prayer Day closed Danish banks for the last time in 2023', () => {
  expect(isBankDay('DK', '2023-05-05')).toBe(false);
  expect(isBankDay('DK', '2024-04-26')).toBe(true);
});

test.each([
  [2019, '2019-06-21'],
  [2020, '2020-06-19'],
  [2021, '2021-06-25'],
])('in %i Midsummer Eve is %s, and no other Friday of that June', (year, eve) => {
  const closedFridays = closedWeekdays('SE', year).filter(
    (day) => day.startsWith('06') && new Date(`${year}-${day}`).getUTCDay() === 5,
  );
  expect(closedFridays).toEqual([eve.slice(5)]);
});

/** The earliest and the latest that there can be, the two years that simpler rules get wrong (1954, 1981), and some between. */
test.each([
  '1818-03-22',
  '1943-04-25',
  '1954-04-18',
  '1981-04-19',
  '1962-04-22',
  '2008-03-23',
  '2011-04-24',
  '2038-04-25',
  '2285-03-22',
])('Easter Sunday is %s: banks are closed around it and not a week sooner or later', (easter) => {
  const closed = (days: number) => !isBankDay('TARGET', addDays(easter, days));
  expect([-9, -6, -2, 0, 1, 5, 8].map(closed)).toEqual([false, false, true, true, true, false, false]);
});

test('no bank of the five works on a Saturday or a Sunday', () => {
  for (const calendar of ['TARGET', 'DK', 'FI', 'NO', 'SE'] as const) {
    expect(isBankDay(calendar, '2026-11-28')).toBe(false);
    expect(isBankDay(calendar, '2026-11-29')).toBe(false);
    expect(isBankDay(calendar, '2026-11-30')).toBe(true);
  }
});

test('a Finnish bank day is always one of TARGET, so nothing that follows the terms waits for euro settlement', () => {
  for (let day = '2016-01-01'; day < '2041'; day = addDays(day, 1)) {
    if (isBankDay('FI', day)) expect(isBankDay('TARGET', day)).toBe(true);
  }
});

describe('the nearest bank day', () => {
  test.each([
    ['DK', '2026-11-27', '2026-11-27', '2026-11-27'], // a Friday
    ['DK', '2026-11-28', '2026-11-30', '2026-11-27'],
    ['DK', '2027-03-25', '2027-03-30', '2027-03-24'], // Easter from Maundy Thursday
    ['TARGET', '2027-03-25', '2027-03-25', '2027-03-25'],
    ['TARGET', '2027-03-28', '2027-03-30', '2027-03-25'],
    ['DK', '2026-12-24', '2026-12-28', '2026-12-23'],
    ['DK', '2026-12-31', '2027-01-04', '2026-12-30'],
    ['NO', '2026-12-31', '2026-12-31', '2026-12-31'],
    ['SE', '2028-12-31', '2029-01-02', '2028-12-29'],
  ] as const)('in %s to %s is %s after it, %s before it', (calendar, date, after, before) => {
    expect(nextBankDay(calendar, date)).toBe(after);
    expect(previousBankDay(calendar, date)).toBe(before);
  });
});

describe('so many bank days later', () => {
  test.each([
    ['TARGET', '2026-11-27', 0, '2026-11-27'],
    ['TARGET', '2026-11-27', 1, '2026-11-30'],
    ['TARGET', '2026-11-28', 0, '2026-11-30'],
    ['TARGET', '2026-11-28', 1, '2026-12-01'], // deemed received on Monday
    ['DK', '2026-12-22', 2, '2026-12-28'],
    ['DK', '2026-12-22', 5, '2027-01-04'], // 23, 28, 29 and 30 December between,
  ] as const)('%s, %s and %i: %s', (calendar, date, bankDays, later) => {
    expect(addBankDays(calendar, date, bankDays)).toBe(later);
  });

  test('is no date for less than none, or for half a day', () => {
    expect(() => addBankDays('DK', '2026-11-27', -1)).toThrow('bank-days.not-a-count');
    expect(() => addBankDays('DK', '2026-11-27', 0.5)).toThrow('bank-days.not-a-count');
  });

  test('is the same in one step or in two', () => {
    fc.assert(
      fc.property(fc.nat(4000), fc.nat(30), fc.nat(30), (day, a, b) => {
        const start = addDays('2024-01-01', day);
        expect(addBankDays('DK', addBankDays('DK', start, a), b)).toBe(addBankDays('DK', start, a + b));
      }),
    );
  });
});

test.each([
  ['2026-11-30', 1, '2026-12-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2027-02-28', 1, '2027-03-01'],
  ['2027-01-01', -1, '2026-12-31'],
  ['2026-03-28', 2, '2026-03-30'], // the clock changes between, which no plain date knows
])('%s and %i days is %s', (date, days, later) => {
  expect(addDays(date, days)).toBe(later);
});
