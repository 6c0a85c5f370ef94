import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** What a bank tells or an app asks, each counted by itself. */
export const STORIES = [
  'account-opened',
  'transfer-booked',
  'told-again',
  'card-authorised',
  'card-cleared',
  'card-cleared-unlinked',
  'accounts-asked',
  'feed-asked',
  'notifications-asked',
] as const;
export type Story = (typeof STORIES)[number];

const count = z.number().nonnegative();
const messages = z.object({ messages: count, bytes: count });

/** One function's work on one message or request: what Firestore and Pub/Sub charge for. */
const handling = z.object({
  function: z.string(),
  event: z.string(),
  reads: count,
  writes: count,
  deletes: count,
  roundTrips: count,
  /** Pushed to it; zero of a request. Bytes are what Pub/Sub charges for, 1,000 at least. */
  delivered: messages,
  published: messages,
});

const told = z.object({
  handlings: z.array(handling).min(1),
  /** Messages that a filter keeps from a function, which are charged for as if they had been delivered. */
  keptBack: messages,
  /** By the collection's last name: documents written, and the bytes by which it and its indexes grew. */
  collections: z.record(
    z.string(),
    z.object({ writes: count, documentBytes: z.number(), indexBytes: z.number() }),
  ),
});

const schema = z.object({
  measuredOn: z.iso.date(),
  command: z.string(),
  node: z.string(),
  stories: z.record(z.enum(STORIES), told),
  /** Of each function's process, over so many handlings, one at a time, after as many that warmed it up. */
  functions: z.record(z.string(), z.object({ handlings: count, cpuMs: count, logBytes: count })),
});

/** What `npm run bench:cost` counted and measured. */
export type Measured = z.output<typeof schema>;
export type Handling = z.output<typeof handling>;
export type Told = z.output<typeof told>;

export const MEASURED_FILE = 'docs/cost.json';

export function readMeasured(): Measured {
  return schema.parse(JSON.parse(readFileSync(MEASURED_FILE, 'utf8')));
}
