import type { BankApi, BankFact, EventsPage, Unreadable } from '../../../shared/banks/bank.ts';
import { bankNamed } from '../../../shared/banks/index.ts';
import { bookedBy } from '../../../shared/domain/drift.ts';
import { partKey } from '../../../shared/domain/transaction.ts';
import { driftFound, eventsFetched } from '../../../shared/events/coherence.ts';
import { fetchedDelivery } from '../../../shared/events/delivery.ts';
import { isEntryFact, partOf } from '../../../shared/events/entry-part.ts';
import { type Draft, draft } from '../../../shared/events/event.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import type { BankList } from '../../../shared/store/bank-lists.ts';

// A tick is over before the next one begins, however much there is: that goes on from where this one came to.
const PAGES_MAX = 100;
// Where nothing was ever read: what is older was told long ago, or never will be.
const FIRST_MS = 24 * 3_600_000;

type Publishes = typeof deliveryReceived | typeof driftFound | typeof eventsFetched;

export type Fetch = {
  readonly bank: string;
  readonly api: Pick<BankApi, 'events'>;
  /** Those of these facts that nobody has handled. */
  readonly unhandled: (facts: readonly BankFact[]) => Promise<readonly BankFact[]>;
  /** How far the list was read before. */
  readonly known: Pick<BankList, 'fetchedUntil' | 'unfinished'> | undefined;
  /** Those of these that nobody has parked. */
  readonly unparked: (unreadable: readonly Unreadable[]) => Promise<readonly Unreadable[]>;
  readonly now: Date;
  readonly graceMs: number;
  readonly overlapMs: number;
};

/**
 * Reads the bank's list oldest first: from before where it was read to, because some of it comes in late, up to where it is
 * settled, which the first page fixes; what happens meanwhile is for the next read. Where a page cannot be had it stops, and
 * the next tick goes on right there: begun anew, it might never come past the same place.
 */
export async function fetchMissed(fetch: Fetch): Promise<{ missed: number; events: Draft<Publishes>[] }> {
  const { bank, api, known, now, graceMs, overlapMs } = fetch;
  const untilMs =
    known?.fetchedUntil === undefined ? now.getTime() - FIRST_MS : Date.parse(known.fetchedUntil) - overlapMs;
  const begun = { since: new Date(untilMs).toISOString(), until: undefined, after: undefined };
  let read: { since: string; until: string | undefined; after: string | undefined } =
    known?.unfinished ?? begun;
  const events: Draft<Publishes>[] = [];
  let missed = 0;
  let isOver = false;
  for (let pages = 0; pages < PAGES_MAX && !isOver; pages += 1) {
    const { since, until, after } = read;
    const page = await api.events({ since, until }, after).catch((error: unknown) => {
      if (pages > 0) return undefined;
      // The bank does not know any more what was read last.
      if (after !== undefined && isRefusal(error)) return 'anew' as const;
      throw error;
    });
    if (page === undefined) break;
    if (page === 'anew') {
      read = begun;
      continue;
    }
    const settledBefore = until ?? new Date(Date.parse(page.asOf) - graceMs).toISOString();
    const settled = page.events.filter(({ occurredAt }) => occurredAt < settledBefore);
    const told = await missedOf(fetch, settled);
    missed += told.length;
    events.push(...told.flat());
    isOver = page.nextAfter === undefined || settled.length < page.events.length;
    read = { since, until: settledBefore, after: page.nextAfter };
  }
  const { since, until, after } = read;
  const unfinished =
    !isOver && until !== undefined && after !== undefined ? { since, until, after } : undefined;
  const data = {
    bank,
    fetchedUntil: isOver ? until : known?.fetchedUntil,
    unfinished,
    fetchedAt: now.toISOString(),
  };
  return { missed, events: [...events, draft(eventsFetched, { subject: bank, data })] };
}

function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'bank.status-400';
}

/** Of each event that nobody has handled: a delivery of its own, and what is missing for want of it. */
async function missedOf(
  { bank, unhandled, unparked, now }: Fetch,
  listed: EventsPage['events'],
): Promise<Draft<Publishes>[][]> {
  const deliveries = listed.map(({ body }) => {
    const delivery = fetchedDelivery(bank, body, now);
    const { facts = [], unreadable = [] } = bankNamed(bank)?.translate({ ...delivery, body }) ?? {};
    return { delivery, facts, unreadable };
  });
  const missing = new Set((await unhandled(deliveries.flatMap(({ facts }) => facts))).map(({ id }) => id));
  const unknown = new Set(await unparked(deliveries.flatMap(({ unreadable }) => unreadable)));
  return deliveries.flatMap(({ delivery, facts, unreadable }) => {
    const own = facts.filter(({ id }) => missing.has(id));
    // What nobody can read is to be parked, as if it had been told.
    if (own.length === 0 && !unreadable.some((each) => unknown.has(each))) return [];
    const { deliveryId } = delivery;
    const told = draft(deliveryReceived, { subject: deliveryId, id: deliveryId, data: delivery });
    return [[told, ...own.flatMap(missingIn)]];
  });

  function missingIn(fact: BankFact): Draft<typeof driftFound>[] {
    if (!isEntryFact(fact)) return [];
    const { accountId, bankEventId } = fact.data;
    const part = partOf(fact);
    const evidence = { bankEventId, occurredAt: fact.time ?? '' };
    const amount = { amountMinor: bookedBy(part, part.currency), currency: part.currency };
    const finding = { cause: 'missing-fact', entry: partKey(part), ...amount, evidence } as const;
    const data = { bank, accountId, foundAt: now.toISOString(), finding };
    return [draft(driftFound, { subject: accountId, data })];
  }
}
