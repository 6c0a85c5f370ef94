import type {
  AggregateFieldType,
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  AggregateQuery as FirestoreAggregate,
  Query as FirestoreQuery,
  QuerySnapshot,
  Timestamp,
  Transaction,
  WriteBatch,
} from '@google-cloud/firestore';
import type { PubSub } from '@google-cloud/pubsub';
import { assertCommittable } from '../store/commit.ts';
import type { Fields, Increments, Query, Stored, Value, Write } from '../store/document.ts';
import { NOWHERE, type Platform, type Reads, StoreError } from './platform.ts';

// The clients alone go on for minutes (600 s by their configuration, 60 s where nobody answers, and they take no
// other for a commit), long after Pub/Sub has delivered the message again. Five calls, the most that a handling
// without conflicts makes, fit into the 60 s that its push has.
const CALL_SECONDS = 10;
const DEADLINE_EXCEEDED = 4;

/** Firestore and Pub/Sub by Google's own clients. Each is loaded at its first use: most cold starts need one. */
export function googlePlatform({
  projectId,
  callSeconds = CALL_SECONDS,
}: {
  projectId: string;
  callSeconds?: number;
}): Platform {
  const firestore = once(() => openFirestore(projectId));
  const pubsub = once(() => openPubSub(projectId));
  return {
    ...reads(async (read) => inTime(read(directly(await firestore())))),
    snapshot: () => reads(asOfOneMoment()),
    async commit(writes) {
      assertCommittable(writes);
      const sdk = await import('@google-cloud/firestore');
      const db = await firestore();
      const batch = db.batch();
      for (const write of writes) add(sdk, db, batch, write);
      const [first] = await inTime(batch.commit());
      return first ? versionOf(first.writeTime) : '';
    },
    async publish(topic, messages) {
      // A batch of exactly these messages leaves at once, in one call.
      const publisher = (await pubsub()).topic(topic, { batching: { maxMessages: messages.length } });
      const published = messages.map(({ data, attributes }) =>
        publisher.publishMessage({ data: Buffer.from(data), attributes }),
      );
      await inTime(Promise.all(published));
    },
  };

  function reads(ask: Ask): Reads {
    return {
      async get(paths) {
        if (paths.length === 0) return [];
        const db = await firestore();
        const documents = await ask((from) => from.getAll(...paths.map((path) => db.doc(path))));
        return documents.map((document) => toStored(document.ref.path, document));
      },
      async query(query) {
        const wanted = toQuery(await firestore(), query);
        const { docs } = await ask((from) => from.get(wanted));
        return docs.map((document) => toStored(document.ref.path, document));
      },
      async aggregate(matching, sums) {
        const { AggregateField } = await import('@google-cloud/firestore');
        const summed = sums.map((field, n) => [`sum${n}`, AggregateField.sum(field)] as const);
        const wanted = toQuery(await firestore(), matching).aggregate({
          count: AggregateField.count(),
          ...Object.fromEntries(summed),
        });
        const found = await ask((from) => from.sum(wanted));
        const { count, ...totals } = found.data() as Record<string, unknown>;
        const total = (n: number) => {
          if (typeof totals[`sum${n}`] !== 'bigint') throw new Error('firestore.value-doubleValue');
          return totals[`sum${n}`] as bigint;
        };
        return {
          count: count as bigint,
          sums: Object.fromEntries(sums.map((field, n) => [field, total(n)])),
        };
      },
    };
  }

  /** The time is asked of a document that is not there, as over REST. */
  function asOfOneMoment(): Ask {
    let moment: Promise<Timestamp | undefined> | undefined;
    return async (read) => {
      const db = await firestore();
      moment ??= inTime(db.doc(NOWHERE).get()).then(({ readTime }) => readTime);
      const readTime = (await moment) as Timestamp;
      return inTime(db.runTransaction((from) => read(within(from)), { readOnly: true, readTime }));
    };
  }

  /**
   * The call's result, or its failure as a `StoreError`. What is given up here may still take effect later:
   * that is one more lost answer, and the inbox is there for those.
   */
  async function inTime<T>(call: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject({ code: DEADLINE_EXCEEDED }), callSeconds * 1000);
    });
    return Promise.race([call, deadline])
      .catch(fail)
      .finally(() => clearTimeout(timer));
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined; // what failed once is not failed for good
      throw error;
    });
    return opened;
  };
}

async function openFirestore(projectId: string): Promise<Firestore> {
  const { Firestore } = await import('@google-cloud/firestore');
  return new Firestore({ projectId, useBigInt: true });
}

async function openPubSub(projectId: string): Promise<PubSub> {
  const { PubSub } = await import('@google-cloud/pubsub');
  return new PubSub({ projectId });
}

type Aggregated = FirestoreAggregate<Record<string, AggregateFieldType>>;

/** What can be read from: the store as it is, or a transaction that sees it as it was. */
type Reader = {
  getAll(...at: DocumentReference[]): Promise<DocumentSnapshot[]>;
  get(query: FirestoreQuery): Promise<QuerySnapshot>;
  sum(query: Aggregated): Promise<Awaited<ReturnType<Aggregated['get']>>>;
};
type Ask = <T>(read: (from: Reader) => Promise<T>) => Promise<T>;

function directly(db: Firestore): Reader {
  return { getAll: (...at) => db.getAll(...at), get: (query) => query.get(), sum: (query) => query.get() };
}

function within(transaction: Transaction): Reader {
  return {
    getAll: (...at) => transaction.getAll(...at),
    get: (query) => transaction.get(query),
    sum: (query) => transaction.get(query),
  };
}

type Sdk = typeof import('@google-cloud/firestore');

function add({ FieldValue, Timestamp }: Sdk, db: Firestore, batch: WriteBatch, write: Write): void {
  if (write.do === 'create') batch.create(db.doc(write.path), write.fields);
  else if (write.do === 'increment') {
    const raised = Object.entries(write.atLeast ?? {}).map(([field, least]) => [
      field,
      FieldValue.maximum(Number(least)),
    ]);
    batch.set(
      db.doc(write.path),
      { ...transforms(write.by), ...Object.fromEntries(raised) },
      { merge: true },
    );
  } else {
    const lastUpdateTime = toTimestamp(write.read.version);
    if (write.do === 'delete') batch.delete(db.doc(write.read.path), { lastUpdateTime });
    else
      batch.update(
        db.doc(write.read.path),
        { ...gone(write.read.fields), ...write.fields },
        { lastUpdateTime },
      );
  }

  function transforms(by: Increments): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(by).map(([key, delta]) => [
        key,
        typeof delta === 'object' ? transforms(delta) : FieldValue.increment(Number(delta)),
      ]),
    );
  }

  // An update keeps fields that it does not name, and a replacement must not.
  function gone(fields: Fields | undefined) {
    return Object.fromEntries(Object.keys(fields ?? {}).map((field) => [field, FieldValue.delete()]));
  }

  function toTimestamp(version: string | undefined) {
    const [seconds, nanoseconds] = (version ?? '0.0').split('.').map(Number);
    return new Timestamp(seconds ?? 0, nanoseconds ?? 0);
  }
}

function toQuery(
  db: Firestore,
  { collection, everywhere, where = [], orderBy = [], startAfter, limit }: Query,
): FirestoreQuery {
  let query: FirestoreQuery = everywhere ? db.collectionGroup(collection) : db.collection(collection);
  for (const [field, operator, value] of where) query = query.where(field, operator, value);
  for (const [field, order] of orderBy) query = query.orderBy(field, order);
  if (startAfter) {
    const [last = '', ...values] = [...startAfter].reverse();
    const row = everywhere ? db.doc(last) : last;
    query = query.orderBy('__name__', orderBy.at(-1)?.[1] ?? 'asc').startAfter(...values.reverse(), row);
  }
  if (limit !== undefined) query = query.limit(limit);
  return query;
}

type Document = {
  data(): Record<string, unknown> | undefined;
  updateTime?: { seconds: number; nanoseconds: number } | undefined;
};

function toStored(path: string, document: Document): Stored {
  const fields = document.data();
  const { updateTime } = document;
  return {
    path,
    fields: fields && (toValue(fields) as Fields),
    version: updateTime && versionOf(updateTime),
  };
}

function versionOf({ seconds, nanoseconds }: { seconds: number; nanoseconds: number }): string {
  return `${seconds}.${nanoseconds}`;
}

function toValue(value: unknown): Value {
  if (value === null || typeof value !== 'object') return value as Value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(toValue);
  if ('toDate' in value && typeof value.toDate === 'function') return value.toDate() as Date;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toValue(inner)]));
}

function fail(error: unknown): never {
  const code = (error as { code?: unknown }).code;
  throw new StoreError(typeof code === 'number' ? code : 2, { cause: error });
}
