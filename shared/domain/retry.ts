import { wallClock } from './cut-off.ts';

const RETRY_MS = 30 * 60_000;

/**
 * When a payment that found too little money is tried again, by the bank's wall clock, as in `2026-11-27T10:30`; undefined
 * where its day is over. The last try is when that is. Past the cut-off the bank would carry it out on another day than
 * the customer was told, so the cut-off is the end of the day where it comes first.
 */
export function nextTryOf({
  executesOn,
  triedAt,
  timeZone,
  until,
  cutOff = until,
}: {
  readonly executesOn: string;
  readonly triedAt: Date;
  /** The bank's. */
  readonly timeZone: string;
  /** The time of day until which is tried, as in `18:00`. */
  readonly until: string;
  readonly cutOff?: string | undefined;
}): string | undefined {
  const over = `${executesOn}T${cutOff < until ? cutOff : until}`;
  if (minuteOf(triedAt, timeZone) >= over) return undefined;
  const next = minuteOf(new Date(triedAt.getTime() + RETRY_MS), timeZone);
  return next < over ? next : over;
}

/** What the bank's clock shows, as in `2026-11-27T10:30`; as a text it sorts after its plain date. */
export function minuteOf(at: Date, timeZone: string): string {
  const { date, time } = wallClock(at, timeZone);
  return `${date}T${time}`;
}
