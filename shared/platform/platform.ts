import type { Topic } from '../events/event.ts';
import type { Query, Stored, Write } from '../store/document.ts';

/** All that we use of the cloud. The one seam: nothing else knows a client, and each call is one round trip. */
export interface Platform {
  /** The documents at these paths, in that order, as of one moment. */
  get(paths: readonly string[]): Promise<Stored[]>;
  /** The documents that match, as of one moment. */
  query(query: Query): Promise<Stored[]>;
  /**
   * How many documents match and have these integer fields, and what those sum to, as of one moment. The store adds them
   * up, and charges for one read a thousand. A sum that does not fit into 64 bits is refused.
   */
  aggregate(matching: Matching, sums: readonly string[]): Promise<Aggregate>;
  /** Whatever is read of it is as of one moment: when something was first asked of it. Good for an hour. */
  snapshot(): Reads;
  /**
   * All writes or none, in one commit. Returns the version of the document that the first of them wrote. Throws a
   * `StoreError`, and whatever `assertCommittable` refuses.
   */
  commit(writes: readonly Write[]): Promise<string>;
  /** Returns when every message is durable in the topic. */
  publish(topic: Topic, messages: readonly Message[]): Promise<void>;
}

/** What functions may do by themselves: read. Writing and publishing is the runtime's. */
export type Reads = Pick<Platform, 'get' | 'query' | 'aggregate'>;

/** A page of them cannot be summed: Firestore refuses to go on after a row there. */
export type Matching = Pick<Query, 'collection' | 'everywhere' | 'where'>;

/** Sums by their fields' names. */
export type Aggregate = { readonly count: bigint; readonly sums: Readonly<Record<string, bigint>> };

/** Where no document ever is. */
export const NOWHERE = 'nowhere/nothing';

/** One document, there or not. */
export async function readOne(reads: Reads, path: string): Promise<Stored> {
  const [document] = await reads.get([path]);
  return document ?? { path, fields: undefined, version: undefined };
}

export type Message = {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of one that is delivered. */
  readonly publishedAt?: Date | undefined;
  /** From 1, where its subscription counts. */
  readonly deliveryAttempt?: number | undefined;
};

/** The canonical status codes (google.rpc.Code) of what a store refuses. */
export const CODES = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
} as const;

/** A store's refusal or failure, known by its code: the message text differs between emulator and production. */
export class StoreError extends Error {
  readonly code: number;

  constructor(code: number, options?: { cause?: unknown }) {
    super(`store.code-${code}`, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
