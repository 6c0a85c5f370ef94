/** What is known of one card: what is held and let go of, and by what. Ids are the bank's. */
export type CardEntry = {
  readonly kind: 'authorisation' | 'increment' | 'reversal' | 'clearing' | 'expiry' | 'decline';
  readonly id: string;
  /** RFC 3339, in UTC with milliseconds. */
  readonly occurredAt: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The authorisation that the bank says it belongs to; without one, the entry is unlinked. */
  readonly authorisationId?: string | undefined;
  readonly final?: boolean | undefined;
};

/** Unlinked entries by key, as in `clearing:clr-1`, and the authorisation of each that has one. */
export type Pairings = Readonly<Record<string, string>>;

/** What an operator said of an entry: its authorisation, or null where it belongs to none. */
export type Assignments = Readonly<Record<string, string | null>>;

const DAY_MS = 86_400_000;

type Hold = {
  readonly id: string;
  readonly currency: string;
  readonly since: string;
  openMinor: bigint;
  isOver: boolean;
};

export function entryKey({ kind, id }: Pick<CardEntry, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}

export function isUnlinked({ kind, authorisationId }: CardEntry): boolean {
  return (kind === 'clearing' || kind === 'reversal') && authorisationId === undefined;
}

/**
 * Which authorisation each unlinked clearing and reversal belongs to, by an exact rule over all of a card's entries
 * in the order of (occurredAt, id): the oldest hold of the same currency that is at most `windowDays` old and of which
 * exactly this amount was open just then. So the order of arrival cannot matter, and a match takes all of a hold or
 * nothing. What an operator assigned goes before, and what the window has left behind keeps the pairing it had.
 */
export function pairingsOf(
  entries: readonly CardEntry[],
  {
    windowDays,
    assigned = {},
    settled = {},
  }: {
    windowDays: number;
    assigned?: Assignments;
    /** Pairings that are not looked at again; null: none was found. */
    settled?: Assignments;
  },
): Pairings {
  const holds = new Map<string, Hold>();
  const pairs: Record<string, string> = {};
  const reserved = new Set([...Object.values(assigned), ...Object.values(settled)]);
  for (const entry of [...entries].sort(byOccurrence)) {
    const authorisationId = entry.authorisationId ?? (isUnlinked(entry) ? pairOf(entry) : undefined);
    if (isUnlinked(entry) && authorisationId) pairs[entryKey(entry)] = authorisationId;
    if (authorisationId) apply(entry, authorisationId);
  }
  return pairs;

  function pairOf(entry: CardEntry): string | undefined {
    const said = assigned[entryKey(entry)] ?? settled[entryKey(entry)];
    if (entryKey(entry) in assigned || entryKey(entry) in settled) return said ?? undefined;
    const earliest = new Date(Date.parse(entry.occurredAt) - windowDays * DAY_MS).toISOString();
    return [...holds.values()].find(
      ({ id, currency, since, openMinor, isOver }) =>
        !isOver &&
        !reserved.has(id) &&
        currency === entry.currency &&
        openMinor === entry.amountMinor &&
        since >= earliest,
    )?.id;
  }

  /** Holds are made in the order of their authorisations, so the first that fits is the oldest. */
  function apply({ kind, amountMinor, currency, occurredAt, final }: CardEntry, id: string): void {
    const hold = holds.get(id);
    if (kind === 'authorisation') {
      holds.set(id, { id, currency, since: occurredAt, openMinor: amountMinor, isOver: false });
    } else if (hold) {
      if (kind === 'increment') hold.openMinor += amountMinor;
      if (kind === 'reversal' || kind === 'clearing') hold.openMinor -= amountMinor;
      if (kind === 'expiry' || kind === 'decline' || final) hold.isOver = true;
    }
  }
}

/** Of one instant, what is authorised comes first, and what takes from it after. */
const ORDER: readonly CardEntry['kind'][] = [
  'authorisation',
  'increment',
  'reversal',
  'clearing',
  'expiry',
  'decline',
];

function byOccurrence(a: CardEntry, b: CardEntry): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  if (a.kind !== b.kind) return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
  return a.id < b.id ? -1 : 1;
}
