import { addDays, type BankCalendar, nextBankDay } from './bank-days.ts';

/**
 * The plain date on which the bank executes what was ordered at an instant: today by the bank's wall clock if that is a
 * bank day and the clock shows less than the cut-off, else the next bank day; and not before `requestedOn`, moved on to a
 * bank day where it is none. (PSD2, article 78: a bank may set a cut-off, and what comes later counts as of the next
 * business day.) Instant payments have neither calendar nor cut-off, so they execute on any day, at any hour.
 * The wall clock decides in the hour that is twice, too: in all our calendars it is a Sunday's.
 */
export function executionDateOf({
  requestedAt,
  requestedOn = '',
  timeZone,
  calendar,
  cutOff,
}: {
  readonly requestedAt: Date;
  /** The plain date that the customer asked for; none means as soon as can be. */
  readonly requestedOn?: string | undefined;
  /** The bank's, as an IANA name: `Europe/Copenhagen`. */
  readonly timeZone: string;
  readonly calendar?: BankCalendar | undefined;
  /** The first minute that is too late, as in `16:00`. */
  readonly cutOff?: string | undefined;
}): string {
  const { date: today, time } = wallClock(requestedAt, timeZone);
  const earliest = cutOff !== undefined && time >= cutOff ? addDays(today, 1) : today;
  const wanted = requestedOn > earliest ? requestedOn : earliest;
  return calendar ? nextBankDay(calendar, wanted) : wanted;
}

/** What the clock on the wall shows: a plain date, and a time as in `16:00`. */
export function wallClock(at: Date, timeZone: string): { date: string; time: string } {
  const two = '2-digit' as const;
  const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two } as const;
  const format = new Intl.DateTimeFormat('en-GB', { ...fields, hourCycle: 'h23', timeZone });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { date: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
}
