/** Whose days: those of the euro's settlement (T2 of TARGET Services), or those of the banks of a country. */
export type BankCalendar = 'TARGET' | 'DK' | 'FI' | 'NO' | 'SE';

/** Whether the calendar's banks settle payments on this plain date, as in `2026-11-27`. */
export function isBankDay(calendar: BankCalendar, date: string): boolean {
  if (isWeekend(date)) return false;
  const year = yearOf(date);
  return !CLOSED_DAYS.some(
    ({ closes, on, until = year }) => closes.includes(calendar) && year <= until && fallsOn(on, date),
  );
}

/** The day itself if it is a bank day, else the first one after it. */
export function nextBankDay(calendar: BankCalendar, date: string): string {
  let day = date;
  while (!isBankDay(calendar, day)) day = addDays(day, 1);
  return day;
}

/** The day itself if it is a bank day, else the last one before it. */
export function previousBankDay(calendar: BankCalendar, date: string): string {
  let day = date;
  while (!isBankDay(calendar, day)) day = addDays(day, -1);
  return day;
}

/**
 * The bank day that many bank days later. What begins on a closed day counts from the next bank day, as a payment order
 * that comes in on one is deemed received then (PSD2, article 78): one bank day from a Saturday is a Tuesday.
 */
export function addBankDays(calendar: BankCalendar, date: string, bankDays: number): string {
  if (!Number.isInteger(bankDays) || bankDays < 0) throw new RangeError('bank-days.not-a-count');
  let day = nextBankDay(calendar, date);
  for (let n = 0; n < bankDays; n++) day = nextBankDay(calendar, addDays(day, 1));
  return day;
}

/** The plain date that many days later, or earlier where `days` is negative. */
export function addDays(date: string, days: number): string {
  const at = new Date(date);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** `on` is a month and day, a number of days from Easter Sunday, or the Friday of a week in the year. */
type ClosedDay = {
  readonly on: string | number | { readonly fridayFrom: string; readonly to: string };
  readonly closes: readonly BankCalendar[];
  /** The last year of it. */
  readonly until?: number;
};

/**
 * The days beside Saturdays and Sundays on which banks are closed, true from 2016 on; none moves when it falls on a
 * weekend. They are what these publish:
 * - TARGET: the ECB's long-term calendar of closing days (press release of 14 December 2000), in force since 2002.
 * - DK: Danmarks Nationalbank, "Banklukkedage". General Prayer Day is a working day from 2024 on (act of 28 February 2023).
 * - SE: Sveriges Riksbank, "Holidays". NO: Norges Bank, "Settlement days" of its settlement system (NBO).
 * - FI: bank days as Handelsbanken Finland publishes them: Monday to Friday but public holidays, Independence Day, 1 May
 *   and the eves of Christmas and Midsummer. Euro payments between banks follow TARGET there as everywhere, so TARGET is
 *   the calendar of a SEPA payment; this one is for what a Finnish bank's terms count in bank days, and it has no bank day
 *   that TARGET has not.
 */
const CLOSED_DAYS: readonly ClosedDay[] = [
  { on: '01-01', closes: ['TARGET', 'DK', 'FI', 'NO', 'SE'] }, // New Year’s Day
  { on: '01-06', closes: ['FI', 'SE'] }, // Epiphany
  { on: -3, closes: ['DK', 'NO'] }, // Maundy Thursday
  { on: -2, closes: ['TARGET', 'DK', 'FI', 'NO', 'SE'] }, // Good Friday
  { on: 1, closes: ['TARGET', 'DK', 'FI', 'NO', 'SE'] }, // Easter Monday
  { on: 26, closes: ['DK'], until: 2023 }, // General Prayer Day
  { on: '05-01', closes: ['TARGET', 'FI', 'NO', 'SE'] }, // Labour Day
  { on: '05-17', closes: ['NO'] }, // Constitution Day of Norway
  { on: 39, closes: ['DK', 'FI', 'NO', 'SE'] }, // Ascension Day
  { on: 40, closes: ['DK'] }, // the day after Ascension Day
  { on: 50, closes: ['DK', 'NO'] }, // Whit Monday
  { on: '06-05', closes: ['DK'] }, // Constitution Day of Denmark
  { on: '06-06', closes: ['SE'] }, // National Day of Sweden
  { on: { fridayFrom: '06-19', to: '06-25' }, closes: ['FI', 'SE'] }, // Midsummer Eve
  { on: '12-06', closes: ['FI'] }, // Independence Day of Finland
  { on: '12-24', closes: ['DK', 'FI', 'NO', 'SE'] }, // Christmas Eve
  { on: '12-25', closes: ['TARGET', 'DK', 'FI', 'NO', 'SE'] }, // Christmas Day
  { on: '12-26', closes: ['TARGET', 'DK', 'FI', 'NO', 'SE'] }, // the day after Christmas Day
  { on: '12-31', closes: ['DK', 'SE'] }, // New Year’s Eve
];

function fallsOn(on: ClosedDay['on'], date: string): boolean {
  if (typeof on === 'number') return date === addDays(easterSunday(yearOf(date)), on);
  const monthAndDay = date.slice(5);
  if (typeof on === 'string') return monthAndDay === on;
  return weekdayOf(date) === 5 && on.fridayFrom <= monthAndDay && monthAndDay <= on.to;
}

/** By the Gregorian computus, in the letters of its source: Butcher's Ecclesiastical Calendar (1876); any year from 1583 on. */
function easterSunday(y: number): string {
  const [j, k, h] = [y % 19, Math.floor(y / 100), y % 100];
  const [m, n] = [Math.floor(k / 4), k % 4];
  const q = Math.floor((k - Math.floor((k + 8) / 25) + 1) / 3);
  const r = (19 * j + k - m - q + 15) % 30;
  const [s, u] = [Math.floor(h / 4), h % 4];
  const v = (32 + 2 * n + 2 * s - r - u) % 7;
  const w = Math.floor((j + 11 * r + 22 * v) / 451);
  return addDays(`${y}-03-22`, r + v - 7 * w);
}

function isWeekend(date: string): boolean {
  return weekdayOf(date) === 0 || weekdayOf(date) === 6;
}

/** 0 is Sunday. */
function weekdayOf(date: string): number {
  return new Date(date).getUTCDay();
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4));
}
