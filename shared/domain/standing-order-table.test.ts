import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { executionDatesOf, type Run, type Schedule } from './standing-order.ts';

/**
 * Eleven years of each schedule, as another program found them by looking at every single day (it is at the end of this
 * file). A run is its month and day, and where banks are closed then, how many days on and back the next open day is:
 * `0331+1-2` is paid on 1 April or on 29 March.
 */
type Table = Readonly<Record<string, Readonly<Record<'TARGET' | 'DK', Readonly<Record<string, string>>>>>>;
const table: Table = JSON.parse(readFileSync(new URL('standing-order-table.json', import.meta.url), 'utf8'));

const WINDOW = { from: '2024-01-01', until: '2034-12-31' };
const MARGIN = { from: '2023-12-01', until: '2035-01-31' }; // what is due in the window may be paid outside of it

describe.each(Object.entries(table))('%s', (name, calendars) => {
  const schedule = scheduleOf(name);
  test.each(Object.entries(calendars))('falls on the days of the table for %s', (calendar, years) => {
    const executed = (convention: 'following' | 'preceding') =>
      executionDatesOf(schedule, { ...MARGIN, calendar: calendar as 'TARGET' | 'DK', convention }).filter(
        ({ dueOn }) => WINDOW.from <= dueOn && dueOn <= WINDOW.until,
      );
    const runs = Object.entries(years).flatMap(([year, text]) =>
      text.split(' ').map((run) => read(year, run)),
    );
    expect(executed('following')).toEqual(runs.map(({ following }) => following));
    expect(executed('preceding')).toEqual(runs.map(({ preceding }) => preceding));
  });
});

test('the table has every run there is, counted by hand, for both calendars', () => {
  const runs = Object.values(table).flatMap(({ TARGET, DK }) =>
    [TARGET, DK].flatMap((years) => Object.values(years).flatMap((text) => text.split(' '))),
  );
  const monthly = 5 * 132 + 131;
  const everyFewMonths = 66 + 44 + 41 + 41 + 26 + 22 + 21;
  const yearly = 3 * 11;
  const everyFewWeeks = 574 + 287 + 142;
  expect(runs).toHaveLength(2 * (monthly + everyFewMonths + yearly + everyFewWeeks));
});

/** From a line as in `every 3 month from 2024-01-31 at month end`. */
function scheduleOf(name: string): Schedule {
  const [, interval, every, , startsOn = ''] = name.split(' ');
  const start = { interval: Number(interval), startsOn };
  if (every === 'week') return { ...start, every };
  return { ...start, every: 'month', atMonthEnd: name.endsWith('at month end') };
}

function read(year: string, run: string): Record<'following' | 'preceding', Run> {
  const [, month, day, on = '0', back = '0'] = /^(\d\d)(\d\d)(?:\+(\d+)-(\d+))?$/.exec(run) ?? [];
  const shifted = (days: number) =>
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) + days)).toISOString().slice(0, 10);
  const dueOn = shifted(0);
  return {
    following: { dueOn, executesOn: shifted(Number(on)) },
    preceding: { dueOn, executesOn: shifted(-Number(back)) },
  };
}

/* Python 3 with python-dateutil, for Easter alone; prints standing-order-table.json.
import calendar, json
from datetime import date, timedelta
from dateutil.easter import easter

ONE = timedelta(days=1)
FIXED = {'TARGET': [(1, 1), (5, 1), (12, 25), (12, 26)],
         'DK': [(1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)]}
MOVING = {'TARGET': [-2, 1], 'DK': [-3, -2, 1, 39, 40, 50]}  # no General Prayer Day from 2024 on

def open_on(cal, day):
    moving = [easter(day.year) + n * ONE for n in MOVING[cal]]
    return day.isoweekday() < 6 and (day.month, day.day) not in FIXED[cal] and day not in moving

def due(day, n, unit, start, at_end):
    if day < start: return False
    if unit == 'week': return (day - start).days % (7 * n) == 0
    if ((day.year - start.year) * 12 + day.month - start.month) % n: return False
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return is_last if at_end else day.day == start.day or (is_last and day.day < start.day)

def steps(cal, day, step):
    n = 0
    while not open_on(cal, day + n * step): n += 1
    return n

def text(cal, day):
    on, back = steps(cal, day, ONE), steps(cal, day, -ONE)
    return f'{day:%m%d}' + (f'+{on}-{back}' if on else '')

MONTHLY = ['2024-01-01', '2024-01-15', '2024-01-29', '2024-01-30', '2024-01-31']
SCHEDULES = [(1, 'month', start, False) for start in MONTHLY] + [
    (1, 'month', '2024-02-29', True), (2, 'month', '2023-12-31', False), (3, 'month', '2024-01-31', False),
    (3, 'month', '2024-11-30', False), (3, 'month', '2024-11-30', True), (5, 'month', '2024-03-31', False),
    (6, 'month', '2024-02-29', False), (6, 'month', '2024-08-31', False), (12, 'month', '2024-02-29', False),
    (12, 'month', '2020-02-29', False), (12, 'month', '2023-02-28', True), (1, 'week', '2024-01-05', False),
    (2, 'week', '2023-12-25', False), (4, 'week', '2024-02-29', False)]
table = {}
for n, unit, start, at_end in SCHEDULES:
    name = f'every {n} {unit} from {start}' + (' at month end' if at_end else '')
    table[name] = {cal: {} for cal in FIXED}
    day = date(2024, 1, 1)
    while day <= date(2034, 12, 31):
        if due(day, n, unit, date.fromisoformat(start), at_end):
            for cal in FIXED:
                years = table[name][cal]
                years[str(day.year)] = (years.get(str(day.year), '') + ' ' + text(cal, day)).strip()
        day += ONE
print(json.dumps(table, indent=2))
*/
