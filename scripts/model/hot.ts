import { indexesOf } from '../indexes.ts';
import type { Assumptions } from './assumptions.ts';
import type { Load, Rates } from './load.ts';

/**
 * Firestore takes some 500 writes a second of documents whose indexed field only grows: all of them go to one end of the
 * index. Source: https://firebase.google.com/docs/firestore/solutions/shard-timestamp, read on 2026-11-27.
 */
export const SEQUENTIAL_MAX = 500;

/** One document takes about one write a second for long. Source: Firestore's extension "Distributed Counter". */
export const DOCUMENT_MAX = 1;

/** As many as record-transaction may be configured with; all accounts have as many. */
export const SHARDS = { configured: 1, max: 100 };

type Growing = {
  readonly collection: string;
  readonly field: string;
  /** What asks for it; undefined where nothing does. */
  readonly askedBy: string | undefined;
  /** Where one index holds all of them, or one for each document above them, as an account. */
  readonly above?: 'account' | 'customer';
};

/** Fields that grow with time, in collections to which every event of a bank's writes. */
const GROWING: readonly Growing[] = [
  { collection: 'deliveries', field: 'receivedAt', askedBy: '`npm run rebuild`' },
  { collection: 'deliveries', field: 'signature.at', askedBy: undefined },
  { collection: 'deliveries', field: 'headers.webhook-timestamp', askedBy: undefined },
  { collection: 'inbox', field: 'handledAt', askedBy: undefined },
  { collection: 'inbox', field: 'expiresAt', askedBy: 'Firestore’s expiry, which needs no index' },
  { collection: 'transactions', field: '_holdExpiresAt', askedBy: 'expire-holds', above: 'account' },
  { collection: 'transactions', field: 'occurredAt', askedBy: 'the feed', above: 'account' },
  { collection: 'transactions', field: '_latestAt', askedBy: undefined, above: 'account' },
  { collection: 'balances', field: 'asOfMs', askedBy: undefined, above: 'account' },
  { collection: 'notifications', field: 'occurredAt', askedBy: 'the list', above: 'customer' },
  { collection: 'notifications', field: '_latestAt', askedBy: undefined, above: 'customer' },
];

/** One index whose entries all arrive at its end. */
export type Sequence = {
  readonly field: string;
  readonly askedBy: string | undefined;
  readonly isIndexed: boolean;
  /** Over all of the database, or for the busiest account or customer alone. */
  readonly over: 'all' | 'account' | 'customer';
  /** Entries a second; zero where there is no index. */
  readonly entries: number;
};

/** What goes to the end of each such index, a second. firestore.indexes.json says which there are. */
export function sequencesIn(assumed: Assumptions, rates: Rates, load: Load): Sequence[] {
  return GROWING.map(({ collection, field, askedBy, above }) => {
    const indexes = indexesOf(collection, field);
    const isForAll =
      above === undefined || indexes.some(({ queryScope }) => queryScope === 'COLLECTION_GROUP');
    const over = isForAll ? 'all' : above;
    const all = field === '_holdExpiresAt' ? rates['card-authorised'] : (load.writesTo[collection] ?? 0);
    const busiest = {
      all,
      account: pooledIn(assumed, rates),
      customer: all / assumed.customers,
    };
    const isIndexed = indexes.length > 0;
    return {
      field: `${collection}.${field}`,
      askedBy,
      isIndexed,
      over,
      entries: isIndexed ? busiest[over] : 0,
    };
  });
}

/** Transfers a second that one pooled account takes, each a write of its balance. */
export function pooledIn({ pooledShare }: Assumptions, rates: Rates): number {
  return rates['transfer-booked'] * pooledShare;
}

/** How many shards a balance needs, so that none is written more often than a document can be. */
export function shardsFor(writesASecond: number): number {
  return Math.max(1, Math.ceil(writesASecond / DOCUMENT_MAX));
}
