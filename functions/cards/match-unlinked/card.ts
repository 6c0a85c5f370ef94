import { type CardEntry, entryKey, isUnlinked, pairingsOf } from '../../../shared/domain/matching.ts';
import { NO_CURRENCY } from '../../../shared/domain/transaction.ts';
import type { cardEntryAssigned, cardFacts } from '../../../shared/events/bank-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import type { Unmatched } from '../../../shared/store/unmatched.ts';

export type Fact = EventOf<(typeof cardFacts)[number] | typeof cardEntryAssigned>;

type Windows = { readonly windowDays: number; readonly atMost: string };

const DAY_MS = 86_400_000;

// A card's document is read and written by each of its entries; with these it has about 150 KB.
const ENTRIES_MAX = 1000;

/** What is known of the card with this fact, and the pairings that follow; undefined where nothing is new. */
export function withFact(before: Unmatched, fact: Fact, windowDays: number): Unmatched | undefined {
  const known = fact.type === 'card.entry-assigned' ? withAssigned(before, fact) : withEntry(before, fact);
  const windows = { windowDays, atMost: daysFrom(fact.data.receivedAt, 1) };
  return known && withPairs(within(known, windows), windows);
}

function withEntry(
  before: Unmatched,
  fact: Exclude<Fact, { type: 'card.entry-assigned' }>,
): Unmatched | undefined {
  const entry = entryOf(fact);
  if (!entry) return undefined;
  const stored = before.entries.find((each) => entryKey(each) === entryKey(entry));
  if (stored && !isBetter(entry, stored)) return undefined;
  return { ...before, entries: [...before.entries.filter((each) => each !== stored), entry] };
}

/** Told again, an entry may name its authorisation now; and an expiry is as of the later of two words. */
function isBetter(entry: CardEntry, stored: CardEntry): boolean {
  if (entry.kind === 'expiry') return entry.occurredAt > stored.occurredAt;
  return isUnlinked(stored) && !isUnlinked(entry);
}

function withAssigned(
  before: Unmatched,
  { id: factId, time: occurredAt, data }: EventOf<typeof cardEntryAssigned>,
): Unmatched | undefined {
  const key = entryKey(data.entry);
  const stored = before.assigned.find(({ entry }) => entry === key);
  const said = { entry: key, authorisationId: data.authorisationId ?? null, occurredAt, factId };
  if (stored && rankOf(stored) >= rankOf(said)) return undefined;
  return { ...before, assigned: [...before.assigned.filter((each) => each !== stored), said] };
}

function rankOf({ occurredAt, factId }: { occurredAt: string; factId: string }): string {
  return `${occurredAt} ${factId}`;
}

/**
 * What the window and twice as much again have left behind goes, and the oldest of what would not fit: a card's
 * document stays small, and its pairings stay as they are. A fact that comes later than that finds no match any more,
 * and its hold expires.
 */
function within(card: Unmatched, { windowDays, atMost }: Windows): Unmatched {
  const since = daysFrom(newestOf(card, atMost), -3 * windowDays);
  const entries = [...card.entries]
    .filter(({ occurredAt }) => occurredAt >= since)
    .sort((a, b) => (newness(a) > newness(b) ? -1 : 1))
    .slice(0, ENTRIES_MAX);
  const keys = new Set(entries.map(entryKey));
  return {
    ...card,
    entries,
    assigned: card.assigned.filter(({ entry, occurredAt }) => keys.has(entry) || occurredAt >= since),
    pairs: Object.fromEntries(Object.entries(card.pairs).filter(([key]) => keys.has(key))),
  };
}

/** A total order, so that what is cut off does not depend on what came first. */
function newness(entry: CardEntry): string {
  return `${entry.occurredAt} ${entryKey(entry)}`;
}

function withPairs(card: Unmatched, { windowDays, atMost }: Windows): Unmatched {
  const settledBefore = daysFrom(newestOf(card, atMost), -2 * windowDays);
  const known = new Set(card.entries.filter(({ kind }) => kind === 'authorisation').map(({ id }) => id));
  const isSettled = (entry: CardEntry) => {
    const pair = card.pairs[entryKey(entry)];
    return entry.occurredAt < settledBefore || (pair !== undefined && !known.has(pair));
  };
  const old = card.entries.filter((entry) => isUnlinked(entry) && isSettled(entry));
  const settled = Object.fromEntries(
    old.map((entry) => [entryKey(entry), card.pairs[entryKey(entry)] ?? null]),
  );
  const assigned = Object.fromEntries(card.assigned.map((each) => [each.entry, each.authorisationId]));
  return { ...card, pairs: pairingsOf(card.entries, { windowDays, assigned, settled }) };
}

/** An entry that is dated years ahead would put all others behind every window: `atMost` is as late as it gets. */
function newestOf({ entries }: Unmatched, atMost: string): string {
  const newest = entries.reduce((latest, { occurredAt }) => (occurredAt > latest ? occurredAt : latest), '');
  return newest < atMost ? newest : atMost;
}

function daysFrom(instant: string, days: number): string {
  return instant && new Date(Date.parse(instant) + days * DAY_MS).toISOString();
}

function entryOf(fact: Exclude<Fact, { type: 'card.entry-assigned' }>): CardEntry | undefined {
  const { time: occurredAt } = fact;
  // A credit holds nothing, and so it takes from no hold.
  if (fact.data.direction === 'credit') return undefined;
  const nothing = { amountMinor: 0n, currency: NO_CURRENCY };
  switch (fact.type) {
    case 'card.authorisation-created': {
      const id = fact.data.authorisationId;
      return { kind: 'authorisation', id, authorisationId: id, occurredAt, ...fact.data.amount };
    }
    case 'card.authorisation-incremented': {
      const { incrementId: id, authorisationId, amount } = fact.data;
      return { kind: 'increment', id, authorisationId, occurredAt, ...amount };
    }
    case 'card.authorisation-reversed': {
      const { reversalId: id, authorisationId, amount } = fact.data;
      return { kind: 'reversal', id, authorisationId, occurredAt, ...amount };
    }
    case 'card.cleared': {
      const { clearingId: id, authorisationId, amount, final } = fact.data;
      return { kind: 'clearing', id, authorisationId, occurredAt, ...amount, final };
    }
    case 'card.authorisation-expired': {
      const id = fact.data.authorisationId;
      return { kind: 'expiry', id, authorisationId: id, occurredAt, ...nothing };
    }
    case 'card.authorisation-declined': {
      const id = fact.data.authorisationId;
      return { kind: 'decline', id, authorisationId: id, occurredAt, ...nothing };
    }
    case 'card.refunded':
      return undefined; // gives money back, and holds none
  }
}
