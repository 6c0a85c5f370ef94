import * as z from 'zod';
import { type CardEntry, entryKey } from '../domain/matching.ts';
import { defined, encodeId, path, type Stored, type Write, write } from './document.ts';

/** One card of one account, as its source knows it. */
export type Card = { readonly bank: string; readonly accountId: string; readonly cardId: string };

/** What an operator said of an entry; of several words the last. */
export type Assigned = {
  readonly entry: string;
  readonly authorisationId: string | null;
  readonly occurredAt: string;
  readonly factId: string;
};

export type Unmatched = {
  readonly entries: readonly CardEntry[];
  readonly assigned: readonly Assigned[];
  /** By entry key; the id of its authorisation. */
  readonly pairs: Readonly<Record<string, string>>;
  /** How often pairings were made; the one thing here that depends on the order of arrival. */
  readonly pairing: bigint;
};

const entry = z.object({
  kind: z.enum(['authorisation', 'increment', 'reversal', 'clearing', 'expiry', 'decline']),
  id: z.string(),
  occurredAt: z.string(),
  amountMinor: z.bigint(),
  currency: z.string(),
  authorisationId: z.string().optional(),
  final: z.boolean().optional(),
}) satisfies z.ZodType<CardEntry>;

const assigned = z.object({
  entry: z.string(),
  authorisationId: z.string().nullable(),
  occurredAt: z.string(),
  factId: z.string(),
}) satisfies z.ZodType<Assigned>;

const stored = z.object({
  entries: z.record(z.string(), entry),
  assigned: z.record(z.string(), assigned),
  pairs: z.record(z.string(), z.object({ entry: z.string(), authorisationId: z.string() })),
  _arrival: z.object({ pairing: z.bigint() }),
});

export function unmatchedPath({ bank, accountId, cardId }: Card): string {
  return path('unmatched', [bank, accountId, cardId].join(':'));
}

export function unmatchedFrom({ fields }: Stored): Unmatched {
  if (!fields) return { entries: [], assigned: [], pairs: {}, pairing: 0n };
  const { entries, assigned: said, pairs, _arrival } = stored.parse(fields);
  return {
    entries: Object.values(entries),
    assigned: Object.values(said),
    pairs: Object.fromEntries(Object.values(pairs).map((pair) => [pair.entry, pair.authorisationId])),
    pairing: _arrival.pairing,
  };
}

export function writeUnmatched(read: Stored, { entries, assigned: said, pairs, pairing }: Unmatched): Write {
  const pairsOf = Object.entries(pairs).map(([of, authorisationId]) => ({ entry: of, authorisationId }));
  return write(
    read,
    defined({
      schema: 1n,
      entries: keyed(entries, entryKey),
      assigned: keyed(said, (each) => each.entry),
      pairs: keyed(pairsOf, (each) => each.entry),
      _arrival: { pairing },
    }),
  );
}

function keyed<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, T> {
  return Object.fromEntries(items.map((item) => [encodeId(keyOf(item)), item]));
}
