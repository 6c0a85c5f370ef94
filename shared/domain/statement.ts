import { bookedBy, type Finding } from './drift.ts';
import { sum } from './money.ts';
import { type Part, partKey } from './transaction.ts';

/** One line of a bank's statement. Signed minor units; plain dates in the bank's calendar. */
export type Line = {
  readonly lineId: string;
  readonly amountMinor: bigint;
  readonly bookedOn: string;
  readonly valueOn?: string | undefined;
  /** Whatever ids the line has of what it books. */
  readonly bankIds: readonly string[];
};

/** One day of an account, in the manner of camt.053: its balance before and after, and the lines between. */
export type Statement = {
  readonly date: string;
  readonly currency: string;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly lines: readonly Line[];
};

/** A line, and the entry of ours that it is. */
export type Match = { readonly lineId: string; readonly entry: string };

type Entry = { readonly key: string; readonly part: Part; readonly bookedMinor: bigint };

/**
 * Lays the lines beside what we booked on that day: by the ids that a line has, the equal amount first, and what has none by
 * its amount alone. Of lines that are equal in all, each has an entry of its own, and it does not matter which.
 */
export function matchStatement(
  { date, currency, openingMinor, closingMinor, lines }: Statement,
  parts: readonly Part[],
): { readonly matches: readonly Match[]; readonly findings: readonly Finding[] } {
  const left = new Map<string, Entry>();
  for (const part of parts) {
    const [key, bookedMinor] = [partKey(part), bookedBy(part, currency)];
    if (bookedMinor !== 0n && bookedOn(part) === date) left.set(key, { key, part, bookedMinor });
  }
  const matches: Match[] = [];
  const findings: Finding[] = [];
  const tell = (
    cause: Finding['cause'],
    entry: string,
    amountMinor: bigint,
    more: Record<string, string> = {},
  ) => findings.push({ cause, entry, amountMinor, currency, evidence: { date, ...more } });

  for (const line of [...lines].sort(byIdsFirst)) {
    const entry = entryOf(line, [...left.values()]);
    if (!entry) {
      tell('line-without-entry', `line:${line.lineId}`, line.amountMinor);
      continue;
    }
    left.delete(entry.key);
    matches.push({ lineId: line.lineId, entry: entry.key });
    const off = line.amountMinor - entry.bookedMinor;
    if (off !== 0n) tell('line-other-amount', entry.key, off, { lineId: line.lineId });
  }
  for (const { key, bookedMinor } of left.values()) tell('entry-without-line', key, -bookedMinor);
  const open = closingMinor - openingMinor - sum(lines.map(({ amountMinor }) => amountMinor));
  if (open !== 0n) tell('statement-not-closed', `statement:${date}`, open);
  return { matches, findings };
}

function entryOf({ bankIds, amountMinor }: Line, left: readonly Entry[]): Entry | undefined {
  const own = bankIds.length === 0 ? left : left.filter(({ part }) => bankIds.includes(part.id));
  const equal = own.find(({ bookedMinor }) => bookedMinor === amountMinor);
  if (equal || bankIds.length === 0) return equal;
  // A booking and what took it back have one id, and go opposite ways.
  return own.find(({ bookedMinor }) => bookedMinor > 0n === amountMinor > 0n);
}

/** What a line names is not to be taken by one that names nothing. */
function byIdsFirst(a: Line, b: Line): number {
  return Number(a.bankIds.length === 0) - Number(b.bankIds.length === 0);
}

/** In the bank's calendar where it said so. */
function bookedOn(part: Part): string {
  return part.bookedOn ?? part.occurredAt.slice(0, 10);
}
