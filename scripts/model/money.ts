import { KEPT_DAYS } from '../../shared/store/inbox.ts';
import type { Measured, Story } from '../measured.ts';
import { PRICES } from '../prices.ts';
import type { Assumptions } from './assumptions.ts';
import { aDayOf, type Load, total, type Work } from './load.ts';

const DAYS_A_YEAR = 365;
const MONTH_SECONDS = (DAYS_A_YEAR / 12) * 86_400;
const INSTANCE_GIB = 0.5; // its limit in knative/base

/** How long a collection keeps what is written to it; the others, for good. */
const DAYS_KEPT: Readonly<Record<string, number>> = {
  inbox: KEPT_DAYS,
  unmatched: 90, // three times the window in which a clearing finds its hold
};

/** Bytes after a year, as Firestore charges for them. */
export type Stored = {
  readonly collection: string;
  readonly documentBytes: number;
  readonly indexBytes: number;
};

/** The largest first. Each account’s own documents are left out: a few KB that do not grow. */
export function storedAfterAYear({ stories }: Measured, assumed: Assumptions): Stored[] {
  const kept = new Map<string, Stored>();
  for (const [story, times] of Object.entries(aDayOf(assumed)) as [Story, number][]) {
    for (const [collection, { documentBytes, indexBytes }] of Object.entries(stories[story].collections)) {
      const written = times * assumed.customers * Math.min(DAYS_KEPT[collection] ?? DAYS_A_YEAR, DAYS_A_YEAR);
      const before = kept.get(collection);
      kept.set(collection, {
        collection,
        documentBytes: (before?.documentBytes ?? 0) + written * documentBytes,
        indexBytes: (before?.indexBytes ?? 0) + written * indexBytes,
      });
    }
  }
  const size = (stored: Stored) => stored.documentBytes + stored.indexBytes;
  return [...kept.values()].filter((each) => size(each) > 0).sort((a, b) => size(b) - size(a));
}

/** US dollars a month by line, at the average load, with what a year has stored; nothing is free or discounted. */
export function monthlyCost(
  load: Load,
  works: readonly Work[],
  stored: readonly Stored[],
): readonly (readonly [line: string, dollars: number])[] {
  const month = (aSecond: number, price: keyof typeof PRICES) => {
    return aSecond * MONTH_SECONDS * PRICES[price].dollars;
  };
  const charged = total(works.map((work) => work.charged));
  const bytesStored = total(stored.map(({ documentBytes, indexBytes }) => documentBytes + indexBytes));
  return [
    ['Firestore: reads', month(load.reads, 'reads')],
    ['Firestore: writes', month(load.writes, 'writes')],
    ['Firestore: deletes, which are expiries', month(load.deletes, 'deletes')],
    ['Firestore: stored, after a year', bytesStored * PRICES.stored.dollars],
    ['Pub/Sub', month(load.published.bytes + load.delivered.bytes + load.keptBack.bytes, 'bytes')],
    ['Cloud Run: vCPU', month(charged, 'cpu')],
    ['Cloud Run: memory', month(charged * INSTANCE_GIB, 'memory')],
    ['Cloud Run: requests', month(total(works.map(({ handled }) => handled)), 'requests')],
    ['Logs', month(total(works.map(({ logBytes }) => logBytes)), 'logs')],
  ];
}
