import { type Call, field } from './wire.ts';

/** What Firestore and Pub/Sub charge for, and the round trips to Firestore that were waited for. */
export type Bill = {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
  readonly roundTrips: number;
  /** Bytes of Pub/Sub's throughput: what was published, and what was delivered. */
  readonly bytes: number;
};

/**
 * US dollars. Firestore, Standard edition, a region such as us-west1 (Oregon); a multi-region such as nam5 costs
 * twice as much. An expiry (TTL) is a delete, and no free quota covers it.
 * Sources: https://firebase.google.com/docs/firestore/pricing, https://cloud.google.com/pubsub/pricing
 */
const PRICES = {
  reads: 0.03 / 100_000,
  writes: 0.09 / 100_000,
  deletes: 0.01 / 100_000,
  bytes: 40 / 2 ** 40,
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
    reads * PRICES.reads + writes * PRICES.writes + deletes * PRICES.deletes + bytes * PRICES.bytes;
  return dollars * 1_000_000;
}

export function billOf({ path, requests: [request = Buffer.alloc(0)], answers, code }: Call): Bill {
  const roundTrip = { ...NOTHING, roundTrips: 1 };
  switch (path) {
    // A document that is not there is read all the same.
    case '/google.firestore.v1.Firestore/BatchGetDocuments':
      return { ...roundTrip, reads: field(request, 2).length };
    // A query that finds nothing is one read.
    case '/google.firestore.v1.Firestore/RunQuery':
      return { ...roundTrip, reads: Math.max(1, answers.flatMap((answer) => field(answer, 1)).length) };
    case '/google.firestore.v1.Firestore/Commit': {
      // What is refused changes nothing, and no price list says that it costs anything.
      const writes = code === 0 ? field(request, 2) : [];
      const deletes = writes.filter((write) => field(write, 2).length > 0).length;
      return { ...roundTrip, writes: writes.length - deletes, deletes: deletes + expiring(writes) };
    }
    case '/google.pubsub.v1.Publisher/Publish':
      return { ...NOTHING, bytes: throughput(messagesOf(request)) };
    default:
      throw new Error(`nobody knows what ${path} costs`);
  }
}

/** What a commit writes and Firestore later deletes by itself: inbox entries, with what follows them. */
function expiring(writes: readonly Buffer[]): number {
  return writes.filter((write) => {
    const [document] = field(write, 1);
    return document && field(document, 2).some((each) => String(field(each, 1)[0]) === 'expiresAt');
  }).length;
}

/** A message as it is on the wire: to be delivered, and to be weighed. */
export type Published = { readonly data: Buffer; readonly attributes: Readonly<Record<string, string>> };

export function messagesOf(publishRequest: Buffer): Published[] {
  return field(publishRequest, 2).map((message) => ({
    data: field(message, 1)[0] ?? Buffer.alloc(0),
    attributes: Object.fromEntries(
      field(message, 2).map((entry) => [String(field(entry, 1)[0]), String(field(entry, 2)[0] ?? '')]),
    ),
  }));
}

export function topicOf(publishRequest: Buffer): string {
  return String(field(publishRequest, 1)[0]).split('/').at(-1) ?? '';
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
