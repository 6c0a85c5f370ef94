import { BOUNDS } from '../manifest/bounds.ts';
import type { Assumptions } from './assumptions.ts';
import { DOCUMENT_MAX, pooledIn, SEQUENTIAL_MAX, type Sequence, SHARDS } from './hot.ts';
import { type Load, type Rates, total, type Work } from './load.ts';

/** One thing that there is only so much of, and how much of it the peak takes. */
export type Limit = {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  readonly unit: string;
  /** Where the limit is said. */
  readonly source: string;
  /** What is done about it. */
  readonly remedy: string;
};

const PUBSUB_QUOTAS =
  '[Pub/Sub quotas](https://cloud.google.com/pubsub/quotas) of a large region, by [what others quote](#how-sure-these-limits-are)';
const MB = 1_000_000;

/** Ours: functions/cards/expire-holds reads so many pages of so many holds each time it runs. */
export const HOLDS_A_TICK = 200 * 10;
const TICK_SECONDS = 15 * 60;

/** The scarcest first. */
export function limitsAt(
  assumed: Assumptions,
  {
    rates,
    load,
    works,
    sequences,
  }: { rates: Rates; load: Load; works: readonly Work[]; sequences: readonly Sequence[] },
): Limit[] {
  const pooled = pooledIn(assumed, rates);
  const holds = (rates['card-authorised'] / assumed.peakFactor) * assumed.forgottenShare * TICK_SECONDS;
  const [busiest] = works;
  const limits: readonly Limit[] = [
    {
      name: 'instances of the busiest function',
      used: busiest?.needed ?? 0,
      limit: BOUNDS.event.maxScale,
      unit: 'instances',
      source: 'ours, in `scripts/manifest/bounds.ts`',
      remedy: 'raise `maxScale`: it guards the store, and is a setting',
    },
    {
      name: 'vCPUs of all functions',
      used: total(works.map(({ needed }) => needed)),
      limit: 1000,
      unit: 'vCPUs',
      source:
        '[Cloud Run](https://cloud.google.com/run/docs/configuring/max-instances-limits): its example of a region’s baseline quota',
      remedy: 'ask for more quota, then a project and a region for each part of the customers',
    },
    {
      name: 'Pub/Sub: pushed',
      used: load.delivered.bytes / MB,
      limit: 440,
      unit: 'MB/s',
      source: PUBSUB_QUOTAS,
      remedy: 'ask for more quota, then a project for each part of the customers',
    },
    {
      name: 'Pub/Sub: published',
      used: load.published.bytes / MB,
      limit: 4000,
      unit: 'MB/s',
      source: PUBSUB_QUOTAS,
      remedy: 'ask for more quota, then a project for each part of the customers',
    },
    // What one customer does does not grow with the others.
    ...sequences
      .filter(({ over }) => over !== 'customer')
      .map(({ field, over, entries, askedBy }) => ({
        name: `index of ${field}${over === 'all' ? '' : ` of one ${over}`}`,
        used: entries,
        limit: SEQUENTIAL_MAX,
        unit: 'writes/s',
        source: '[Sharded timestamps](https://firebase.google.com/docs/firestore/solutions/shard-timestamp)',
        remedy: askedBy
          ? `${askedBy} asks for it: a shard before the time, in a composite index, and as many queries`
          : 'exempt it from indexing: nobody asks for it',
      })),
    ...[SHARDS.configured, SHARDS.max].map((shards) => ({
      name: `balance of one pooled account in ${shards} shard${shards === 1 ? '' : 's'}`,
      used: pooled,
      limit: shards * DOCUMENT_MAX,
      unit: 'writes/s',
      source:
        '[Distributed Counter](https://firebase.google.com/products/extensions/firebase-firestore-counter)',
      remedy:
        shards < SHARDS.max
          ? '`BALANCE_SHARDS`; all accounts get as many, so each balance costs more reads: wanted for one account alone'
          : 'more shards, for that account alone; or take its events together, some at a time',
    })),
    {
      name: 'writes of one database',
      used: load.writes,
      limit: 10_000,
      unit: 'writes/s',
      source: 'a limit that Firestore’s page had and has no more; from there on we would watch',
      remedy: 'several databases by a hash of the account',
    },
    {
      name: 'databases of one project, at 10,000 writes a second',
      used: load.writes / 10_000,
      limit: 100,
      unit: 'databases',
      source: '[Firestore quotas](https://cloud.google.com/firestore/quotas)',
      remedy: 'ask for more, or several projects',
    },
    {
      name: 'holds that expire-holds releases at a time',
      used: holds,
      limit: HOLDS_A_TICK,
      unit: 'holds',
      source: 'ours: ten pages of 200, each quarter of an hour',
      remedy: 'more pages, or more often; one run for each database',
    },
  ];
  return limits.filter(({ used }) => used > 0).sort((a, b) => b.used / b.limit - a.used / a.limit);
}

/**
 * Minutes until a new collection may take so many operations a second: 500, and half as many again each five minutes.
 * Source: https://firebase.google.com/docs/firestore/best-practices, "Ramping up traffic".
 */
export function rampMinutes(operationsASecond: number): number {
  let minutes = 0;
  for (let allowed = 500; allowed < operationsASecond; allowed *= 1.5) minutes += 5;
  return minutes;
}
