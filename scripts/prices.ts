/** A list price: US dollars for one unit, beyond what is free and before any discount. */
type Price = {
  readonly dollars: number;
  /** What one unit is. */
  readonly unit: string;
  readonly source: string;
  /** When a stored copy of the source was read; the copies themselves carry no date unless it says so. */
  readonly readOn: string;
};

const FIRESTORE = 'https://firebase.google.com/docs/firestore/pricing';
const CLOUD_RUN = 'https://cloud.google.com/run/pricing';

/**
 * Firestore is its Standard edition in a region such as us-west1 (Oregon); a multi-region such as nam5 costs twice as much.
 * An expiry (TTL) is a delete, and no free quota covers it. Cloud Run bills by request, in a region of its first tier.
 */
export const PRICES = {
  reads: { dollars: 0.03 / 100_000, unit: 'document read', source: FIRESTORE, readOn: '2026-11-23' },
  writes: { dollars: 0.09 / 100_000, unit: 'document written', source: FIRESTORE, readOn: '2026-11-23' },
  deletes: { dollars: 0.01 / 100_000, unit: 'document deleted', source: FIRESTORE, readOn: '2026-11-23' },
  // The multi-region's: no copy that we found has a region's, which is said to be lower.
  stored: {
    dollars: 0.18 / 2 ** 30,
    unit: 'byte stored for a month',
    source: FIRESTORE,
    readOn: '2026-11-27',
  },
  bytes: {
    dollars: 40 / 2 ** 40,
    unit: 'byte published or delivered',
    source: 'https://cloud.google.com/pubsub/pricing',
    readOn: '2026-11-23',
  },
  cpu: { dollars: 0.000_024, unit: 'vCPU-second', source: CLOUD_RUN, readOn: '2026-11-27' },
  memory: { dollars: 0.000_0025, unit: 'GiB-second', source: CLOUD_RUN, readOn: '2026-11-27' },
  requests: { dollars: 0.4 / 1_000_000, unit: 'request', source: CLOUD_RUN, readOn: '2026-11-27' },
  logs: {
    dollars: 0.5 / 2 ** 30,
    unit: 'byte logged, kept for 30 days',
    source: 'https://cloud.google.com/stackdriver/pricing',
    readOn: '2026-11-27',
  },
} as const satisfies Readonly<Record<string, Price>>;
