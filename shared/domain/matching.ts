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
  /** Of its authorisation: its currency, and since when it holds. What came before that is kept for it. */
  authorised?: { readonly currency: string; readonly since: string };
  /** What is open, by currency: an entry in another one takes nothing of it. */
  readonly openMinor: Map<string, bigint>;
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
  const named = new Set(entries.filter((entry) => !isUnlinked(entry)).map(entryKey));
  // What the bank itself has placed since is no longer anybody's to place.
  const said = {
    ...settled,
    ...Object.fromEntries(Object.entries(assigned).filter(([key]) => !named.has(key))),
  };
  const reserved = new Set(Object.values(said));
  for (const entry of [...entries].sort(byOccurrence)) {
    const authorisationId = entry.authorisationId ?? (isUnlinked(entry) ? pairOf(entry) : undefined);
    if (isUnlinked(entry) && authorisationId) pairs[entryKey(entry)] = authorisationId;
    if (authorisationId) apply(entry, authorisationId);
  }
  return pairs;

  function pairOf(entry: CardEntry): string | undefined {
    const key = entryKey(entry);
    if (key in said) return said[key] ?? undefined;
    const earliest = new Date(Date.parse(entry.occurredAt) - windowDays * DAY_MS).toISOString();
    const fits = ({ authorised, openMinor, isOver }: Hold) =>
      authorised !== undefined &&
      !isOver &&
      authorised.currency === entry.currency &&
      authorised.since >= earliest &&
      openMinor.get(entry.currency) === entry.amountMinor;
    return [...holds].find(([id, hold]) => !reserved.has(id) && fits(hold))?.[0];
  }

  function apply({ kind, amountMinor, currency, occurredAt, final }: CardEntry, id: string): void {
    const hold: Hold = holds.get(id) ?? { openMinor: new Map(), isOver: false };
    if (kind === 'authorisation') {
      hold.authorised = { currency, since: occurredAt };
      holds.delete(id); // goes to the end, so that the first that fits is the oldest
    }
    holds.set(id, hold);
    const delta = kind === 'authorisation' || kind === 'increment' ? amountMinor : -amountMinor;
    hold.openMinor.set(currency, (hold.openMinor.get(currency) ?? 0n) + delta);
    if (kind === 'expiry' || kind === 'decline' || final) hold.isOver = true;
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
