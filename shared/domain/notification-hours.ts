/** Local wall-clock times as in `22:00`; from the one to before the other, over midnight where `to` is earlier. */
export type QuietHours = { readonly from: string; readonly to: string };

/** What a customer wants to be pushed. News of security goes through all of it. */
export type PushPreferences = {
  /** An IANA name, as in `Europe/Copenhagen`. */
  readonly timeZone: string;
  readonly quietHours: QuietHours | null;
  readonly push: { readonly spending: boolean; readonly income: boolean; readonly declined: boolean };
};

/** Of a customer who has not chosen: everything, at any time, on the clock of the first market. */
export const DEFAULT_PREFERENCES: PushPreferences = {
  timeZone: 'Europe/Copenhagen',
  quietHours: null,
  push: { spending: true, income: true, declined: true },
};

/** Whether the wall clock in the customer's zone is within the quiet hours; summer time is the zone's affair. */
export function isQuiet(at: Date, { timeZone, quietHours }: PushPreferences): boolean {
  if (!quietHours) return false;
  const clock = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const time = new Intl.DateTimeFormat('en-GB', clock).format(at);
  const { from, to } = quietHours;
  return from < to ? from <= time && time < to : from <= time || time < to;
}

/** Whether Intl knows the zone by a name; an offset is none, since it knows no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
