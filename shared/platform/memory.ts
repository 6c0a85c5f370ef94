import { isDeepStrictEqual } from 'node:util';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Topic } from '../events/event.ts';
import { assertCommittable } from '../store/commit.ts';
import {
  type Condition,
  collectionOf,
  type Fields,
  type Increments,
  pathOf,
  type Query,
  type Stored,
  type Value,
  type Write,
} from '../store/document.ts';
import { openIndexes } from './memory-index.ts';
import { type Aggregate, CODES, type Message, type Platform, type Reads, StoreError } from './platform.ts';

/** How often, of 1, each thing goes wrong at a call; nothing does by default, and never two at one call. */
export type Faults = { readonly [Fault in FaultKind]?: number };

/** What goes wrong, and at which calls. */
const CAN_MEET = {
  /** The process dies: this call and all its later ones fail, whatever it had begun. */
  crashBefore: ['get', 'query', 'aggregate', 'commit', 'publish'],
  crashAfter: ['get', 'query', 'aggregate', 'commit', 'publish'],
  /** The call took effect, and its caller hears of a failure. */
  lostAnswer: ['get', 'query', 'aggregate', 'commit', 'publish'],
  /** The client itself tries again what had taken effect, as Google's does. */
  clientRetry: ['commit', 'publish'],
  unavailable: ['get', 'query', 'aggregate', 'commit', 'publish'],
  conflict: ['commit'],
} as const satisfies Record<string, readonly (keyof Platform)[]>;
export type FaultKind = keyof typeof CAN_MEET;
export const FAULT_KINDS = Object.keys(CAN_MEET) as readonly FaultKind[];

/** What one commit did to one document. */
export type Change = {
  readonly path: string;
  readonly before: Fields | undefined;
  readonly after: Fields | undefined;
};

export type MemoryCloud = {
  /** One process's view; a crash ends this instance alone. Told of each call as it takes effect, or fails to. */
  instance(onCall?: OnCall): Platform;
  /** An integer from 0 to below `limit`, from the seed. */
  random(limit: number): number;
  /** What is stored now, by path. */
  documents(): ReadonlyMap<string, Fields>;
  /** Called with each message as it becomes durable. */
  onPublish(listener: (topic: Topic, message: Message) => void): void;
  /** Called with what each commit changed. */
  onCommit(listener: (changes: readonly Change[]) => void): void;
  /** From now on nothing goes wrong. */
  calm(): void;
};

/** What a process called, about what, and how it ended: well, with a fault, or refused with a code. */
export type OnCall = (call: keyof Platform, about: () => string, ended: FaultKind | number | 'well') => void;

type Document = { readonly fields: Fields; readonly version: string };

const RARELY = 64;
const PAUSE_TURNS_MAX = 200;

/**
 * A store and topics in memory, with the faults of networks and machines: all that happens follows from what `random`
 * answers, which is the seed's generator unless another is given. Its zero always stands for what is calm.
 */
export function memoryCloud({
  seed = 1,
  faults = {},
  random = fromSeed(seed),
  stored = new Map(),
}: {
  seed?: number;
  faults?: Faults;
  random?: (limit: number) => number;
  /** What is there from the start. */
  stored?: ReadonlyMap<string, Fields>;
} = {}): MemoryCloud {
  const collections: Collections = new Map();
  const now = viewOf(collections);
  const publishListeners: ((topic: Topic, message: Message) => void)[] = [];
  const commitListeners: ((changes: readonly Change[]) => void)[] = [];
  const shares = FAULT_KINDS.map((kind) => [kind, (faults[kind] ?? 0) * MILLION] as const).filter(
    ([, share]) => share > 0,
  );
  let commits = 0;
  let isCalm = false;

  for (const [path, fields] of stored) put(path, frozen(fields));

  /** Others have their turn first, as on a network: mostly a few, and now and then many, as when a machine pauses. */
  function turns(): number {
    const drawn = random(RARELY);
    return drawn === RARELY - 1 ? random(PAUSE_TURNS_MAX) : drawn % 3;
  }

  /** At most one fault a call, and only one that it can meet. */
  function strike(call: keyof Platform): FaultKind | undefined {
    if (isCalm || shares.length === 0) return undefined;
    let drawn = MILLION - 1 - random(MILLION);
    for (const [kind, share] of shares) {
      if (drawn < share)
        return (CAN_MEET[kind] as readonly (keyof Platform)[]).includes(call) ? kind : undefined;
      drawn -= share;
    }
    return undefined;
  }

  function instance(onCall: OnCall = () => {}): Platform {
    let alive = true;

    async function call<T>(name: keyof Platform, about: () => string, act: () => T): Promise<T> {
      for (let left = turns(); left > 0; left -= 1) await null;
      const fault = strike(name);
      if (!alive) throw new Error('crashed');
      if (fault !== undefined) onCall(name, about, fault);
      if (fault === 'conflict') throw new StoreError(CODES.aborted);
      if (fault === 'unavailable') throw new StoreError(CODES.unavailable);
      if (fault === 'crashBefore') return dies();
      const result = done(act);
      if (fault === 'crashAfter') return dies();
      if (fault === 'lostAnswer') throw new StoreError(CODES.unavailable);
      return fault === 'clientRetry' ? done(act) : result;

      function done(what: () => T): T {
        try {
          const answer = what();
          onCall(name, about, 'well');
          return answer;
        } catch (error) {
          onCall(name, about, (error as StoreError).code);
          throw error;
        }
      }
    }

    function readsOf(view: () => View): Reads {
      return {
        get: (paths) =>
          call(
            'get',
            () => paths.join(', '),
            () => paths.map(view().read),
          ),
        query: (query) =>
          call(
            'query',
            () => query.collection,
            () => view().find(query),
          ),
        aggregate: (matching, sums) =>
          call(
            'aggregate',
            () => matching.collection,
            () => aggregated(view().find(matching), sums),
          ),
      };
    }

    function dies(): never {
      alive = false;
      throw new Error('crashed');
    }

    return {
      ...readsOf(() => now),
      snapshot: () => {
        let then: View | undefined;
        return readsOf(() => {
          then ??= viewOf(copyOf(collections));
          return then;
        });
      },
      commit: async (writes) => {
        assertCommittable(writes);
        return call(
          'commit',
          () => writes.map((write) => `${write.do} ${pathOf(write)}`).join(', '),
          () => apply(writes),
        );
      },
      publish: (topic, messages) =>
        call(
          'publish',
          () => `${messages.map(({ attributes }) => attributes.type).join(', ')} to ${topic}`,
          () => {
            for (const message of messages) for (const listener of publishListeners) listener(topic, message);
          },
        ),
    };
  }

  function put(path: string, fields: Fields): void {
    const collection = collectionOf(path);
    const documents = collections.get(collection) ?? new Map<string, Document>();
    collections.set(collection, documents.set(path, { fields, version: String(commits) }));
  }

  function documentAt(path: string): Document | undefined {
    return documentIn(collections, path);
  }

  function apply(writes: readonly Write[]): string {
    commits += 1;
    const changed = new Map<string, Fields | undefined>();
    for (const write of writes) {
      const path = pathOf(write);
      const current = changed.has(path) ? changed.get(path) : documentAt(path)?.fields;
      if (write.do === 'create') {
        if (current) throw new StoreError(CODES.alreadyExists);
        changed.set(path, frozen(write.fields));
      } else if (write.do === 'increment') {
        const raised = Object.entries(write.atLeast ?? {}).map(([field, least]) => {
          const before = current?.[field];
          return [field, typeof before === 'bigint' && before > least ? before : least];
        });
        changed.set(path, frozen({ ...incremented(current ?? {}, write.by), ...Object.fromEntries(raised) }));
      } else {
        if (!current) throw new StoreError(CODES.notFound);
        if (documentAt(path)?.version !== write.read.version) throw new StoreError(CODES.failedPrecondition);
        changed.set(path, write.do === 'delete' ? undefined : frozen(write.fields));
      }
    }
    for (const fields of changed.values()) {
      if (fields && sizeOf(fields) > DOCUMENT_BYTES_MAX) throw new StoreError(CODES.invalidArgument);
    }
    const changes = [...changed].map(([path, after]) => ({ path, before: documentAt(path)?.fields, after }));
    for (const { path, before, after } of changes) {
      if (!after) collections.get(collectionOf(path))?.delete(path);
      // As in Firestore, a write that changes nothing leaves the update time as it was.
      else if (!before || !isDeepStrictEqual(before, after)) put(path, after);
    }
    for (const change of changes) now.indexes.follow(change);
    for (const listener of commitListeners) listener(changes);
    const [first] = writes;
    return (first && documentAt(pathOf(first))?.version) ?? String(commits);
  }

  return {
    instance,
    random,
    documents: () =>
      new Map(
        [...collections.values()].flatMap((documents) =>
          [...documents].map(([path, { fields }]) => [path, fields] as const),
        ),
      ),
    onPublish: (listener) => {
      publishListeners.push(listener);
    },
    onCommit: (listener) => {
      commitListeners.push(listener);
    },
    calm: () => {
      isCalm = true;
    },
  };
}

type Collections = Map<string, Map<string, Document>>;
type View = ReturnType<typeof viewOf>;

/** What can be read of documents. */
function viewOf(collections: Collections) {
  const indexes = openIndexes(collections);

  function read(path: string): Stored {
    const document = documentIn(collections, path);
    return { path, fields: document?.fields, version: document?.version };
  }

  function find({ collection, everywhere, where = [], orderBy = [], startAfter, limit }: Query): Stored[] {
    const paths = everywhere
      ? indexes.everywhere(collection, orderBy, startAfter)
      : indexes.of(collection, orderBy, startAfter);
    const found: Stored[] = [];
    for (const path of paths) {
      if (found.length === limit) break;
      const row = read(path);
      if (where.every(([field, operator, value]) => matches(valueAt(row.fields, field), operator, value)))
        found.push(row);
    }
    return found;
  }

  return { read, find, indexes };
}

function documentIn(collections: Collections, path: string): Document | undefined {
  return collections.get(collectionOf(path))?.get(path);
}

function copyOf(collections: Collections): Collections {
  return new Map([...collections].map(([name, documents]) => [name, new Map(documents)]));
}

function aggregated(all: readonly Stored[], sums: readonly string[]): Aggregate {
  // As Firestore does: a document without one of the fields is in none of the sums.
  const found = all.filter(({ fields }) => sums.every((field) => valueAt(fields, field) !== undefined));
  const total = (field: string) => {
    const values = found.map(({ fields }) => valueAt(fields, field));
    const sum = values.reduce<bigint>((sum, value) => sum + (typeof value === 'bigint' ? value : 0n), 0n);
    if (BigInt.asIntN(64, sum) !== sum) throw new Error('firestore.value-doubleValue');
    return sum;
  };
  return {
    count: BigInt(found.length),
    sums: Object.fromEntries(sums.map((field) => [field, total(field)])),
  };
}

const MILLION = 1_000_000;

/** All numbers that follow from a seed, each from 0 to below a limit. */
export function fromSeed(seed: number): (limit: number) => number {
  const generator = xoroshiro128plus(seed);
  return (limit) => uniformInt(generator, 0, limit - 1);
}

/** A copy that nobody can change, so that readers may share it; what was read and is written again is one already. */
function frozen<T extends Value>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Date) return new Date(value) as T;
  if (value instanceof Uint8Array) return value.slice() as T;
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as unknown as T;
  const copy: Record<string, Value> = {};
  for (const key of Object.keys(value)) copy[key] = frozen((value as Fields)[key] as Value);
  return Object.freeze(copy) as T;
}

const DOCUMENT_BYTES_MAX = 1_048_576;

/** Names and contents; Firestore's own few bytes a field left out. */
function sizeOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8;
  return Object.entries(value).reduce((bytes, [name, inner]) => bytes + name.length + sizeOf(inner), 0);
}

function incremented(fields: Fields, by: Increments): Fields {
  const changes = Object.entries(by).map(([key, delta]) => {
    const before = fields[key];
    if (typeof delta === 'bigint') return [key, (typeof before === 'bigint' ? before : 0n) + delta];
    const inner = typeof before === 'object' && before !== null ? (before as Fields) : {};
    return [key, incremented(inner, delta)];
  });
  return { ...fields, ...Object.fromEntries(changes) };
}

function valueAt(fields: Fields | undefined, field: string): Value | undefined {
  if (!field.includes('.')) return fields?.[field];
  return field
    .split('.')
    .reduce<Value | undefined>((value, name) => (value as Fields | undefined)?.[name], fields);
}

function matches(actual: Value | undefined, operator: Condition[1], value: string | boolean): boolean {
  if (operator === '==') return actual === value;
  if (operator === 'array-contains') return Array.isArray(actual) && actual.includes(value);
  if (typeof actual !== typeof value) return false; // a range is within one type
  return operator === '<=' ? (actual as string) <= value : (actual as string) >= value;
}
