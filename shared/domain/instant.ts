/** An RFC 3339 instant in UTC with milliseconds, so that texts sort as the instants do. */
export function utc(instant: string): string {
  return new Date(instant).toISOString();
}
