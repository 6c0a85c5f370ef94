import { addDays, type BankCalendar, nextBankDay, previousBankDay } from './bank-days.ts';

/** When a standing order is due: every so many weeks or months from the plain date on which it starts. */
export type Schedule = {
  /** From 1 to 12, so a quarter is 3 months and a year 12. */
  readonly interval: number;
  readonly startsOn: string;
  /** The last date on which it may be due. */
  readonly endsOn?: string | undefined;
} & (
  | { readonly every: 'week' }
  /** At month end: on the last day of each month, whatever day it starts on; else on the day of its start. */
  | { readonly every: 'month'; readonly atMonthEnd?: boolean | undefined }
);

/** Plain dates, both included. */
export type Period = { readonly from: string; readonly until: string };

const DAY_MS = 86_400_000;

/** One payment of a standing order. `dueOn` is its identity: no other run has it, whatever day each is executed on. */
export type Run = { readonly dueOn: string; readonly executesOn: string };

/** Plain dates, both included; without `until` it lasts until someone ends it. */
export type Pause = { readonly from: string; readonly until?: string | undefined };

/**
 * The dates within the period on which the order is due, in their order and whether or not banks are open. The day of the
 * month is that of the start: where a month is too short it falls on its last day, and returns after (31 January,
 * 28 February, 31 March).
 */
export function dueDatesOf(schedule: Schedule, { from, until }: Period): string[] {
  const { interval, endsOn = until } = schedule;
  if (!Number.isInteger(interval) || interval < 1) throw new RangeError('standing-order.interval');
  const last = endsOn < until ? endsOn : until;
  const dates: string[] = [];
  for (let n = runsBefore(schedule, from); ; n++) {
    const date = nthDueDate(schedule, n);
    if (date > last) return dates;
    if (date >= from) dates.push(date);
  }
}

/**
 * The runs that are executed within the period, in their order: periods that follow each other have every run exactly
 * once. What is due when banks are closed goes to the bank day after it ('following', as PSD2's article 78 has it) or
 * before it ('preceding', as for salaries); both are FpML's business day conventions.
 */
export function executionDatesOf(
  schedule: Schedule,
  {
    calendar,
    convention = 'following',
    from,
    until,
  }: Period & {
    readonly calendar: BankCalendar;
    readonly convention?: 'following' | 'preceding' | undefined;
  },
): Run[] {
  // What is due on the closed days just outside the period may be executed in it.
  const period =
    convention === 'following'
      ? { from: previousBankDay(calendar, addDays(from, -1)), until }
      : { from, until: nextBankDay(calendar, addDays(until, 1)) };
  const move = convention === 'following' ? nextBankDay : previousBankDay;
  return dueDatesOf(schedule, period)
    .map((dueOn) => ({ dueOn, executesOn: move(calendar, dueOn) }))
    .filter(({ executesOn }) => from <= executesOn && executesOn <= until);
}

/** Whether a run that is due on this date does not happen. It is not caught up when the pause ends. */
export function isPausedOn(pauses: readonly Pause[], dueOn: string): boolean {
  return pauses.some(({ from, until = dueOn }) => from <= dueOn && dueOn <= until);
}

/** A number of runs that are all due before the date: no step is longer than this, so none of its later runs is missed. */
function runsBefore({ every, interval, startsOn }: Schedule, date: string): number {
  const longestStepDays = interval * (every === 'week' ? 7 : 31);
  const days = (Date.parse(date) - Date.parse(startsOn)) / DAY_MS;
  return Math.max(0, Math.floor(days / longestStepDays));
}

/** Counted from the start each time, so that no short month moves those after it. */
function nthDueDate(schedule: Schedule, n: number): string {
  const { startsOn, interval } = schedule;
  if (schedule.every === 'week') return addDays(startsOn, 7 * interval * n);
  const start = new Date(startsOn);
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + interval * n];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = schedule.atMonthEnd ? lastDay : Math.min(start.getUTCDate(), lastDay);
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}
