import { PRICES } from '../prices.ts';
import type { Call } from './wire.ts';

/** What Firestore and Pub/Sub charge for, and the round trips to Firestore that were waited for. */
export type Bill = {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
  readonly roundTrips: number;
  /** Bytes of Pub/Sub's throughput: what was published, and what was delivered. */
  readonly bytes: number;
};

export const NOTHING: Bill = { reads: 0, writes: 0, deletes: 0, roundTrips: 0, bytes: 0 };

export function sum(bills: readonly Bill[]): Bill {
  return bills.reduce(
    (all, bill) => ({
      reads: all.reads + bill.reads,
      writes: all.writes + bill.writes,
      deletes: all.deletes + bill.deletes,
      roundTrips: all.roundTrips + bill.roundTrips,
      bytes: all.bytes + bill.bytes,
    }),
    NOTHING,
  );
}

export function dollarsPerMillion({ reads, writes, deletes, bytes }: Bill): number {
  const dollars =
    reads * PRICES.reads.dollars +
    writes * PRICES.writes.dollars +
    deletes * PRICES.deletes.dollars +
    bytes * PRICES.bytes.dollars;
  return dollars * 1_000_000;
}

export function billOf({ path, request, answer, status }: Call): Bill {
  const roundTrip = { ...NOTHING, roundTrips: 1 };
  const { documents = [], writes = [] } = request as {
    documents?: readonly string[];
    writes?: readonly Write[];
  };
  switch (path.split(':').at(-1)) {
    // A document that is not there is read all the same.
    case 'batchGet':
      return { ...roundTrip, reads: documents.length };
    // A query that finds nothing is one read.
    case 'runQuery':
      return {
        ...roundTrip,
        reads: Math.max(1, (answer as Found[]).filter(({ document }) => document).length),
      };
    case 'commit': {
      // What is refused changes nothing, and no price list says that it costs anything.
      const done = status === 200 ? writes : [];
      const deletes = done.filter((write) => write.delete !== undefined).length;
      return { ...roundTrip, writes: done.length - deletes, deletes: deletes + done.filter(expires).length };
    }
    case 'publish':
      return { ...NOTHING, bytes: throughput(messagesOf(request)) };
    default:
      throw new Error(`nobody knows what ${path} costs`);
  }
}

type Write = {
  readonly delete?: string;
  readonly update?: { readonly fields?: Readonly<Record<string, unknown>> };
};
type Found = { readonly document?: object };

/** What a commit writes and Firestore later deletes by itself: inbox entries, with what follows them. */
function expires({ update }: Write): boolean {
  return update?.fields?.expiresAt !== undefined;
}

/** A message as it is on the wire: to be delivered, and to be weighed. */
export type Published = { readonly data: Buffer; readonly attributes: Readonly<Record<string, string>> };

export function messagesOf(publishRequest: unknown): Published[] {
  const { messages } = publishRequest as { messages: { data: string; attributes: Record<string, string> }[] };
  return messages.map(({ data, attributes }) => ({ data: Buffer.from(data, 'base64'), attributes }));
}

/** Of the path by which it is published to. */
export function topicOf(path: string): string {
  return /\/topics\/([^:]+):publish$/.exec(path)?.[1] ?? '';
}

// A time stamp and an id of Pub/Sub's own travel with each message.
const OWN_BYTES = 20 + 17;
const REQUEST_BYTES_MIN = 1000;

/** Of one request, to publish or to push; a small one counts as much as one of 1,000 bytes. */
export function throughput(messages: readonly Published[]): number {
  const bytes = messages.map(({ data, attributes }) => {
    const texts = Object.entries(attributes).flat();
    return data.length + OWN_BYTES + texts.reduce((length, text) => length + Buffer.byteLength(text), 0);
  });
  return Math.max(
    REQUEST_BYTES_MIN,
    bytes.reduce((a, b) => a + b, 0),
  );
}
