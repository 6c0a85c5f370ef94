import { isDeepStrictEqual } from 'node:util';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Topic } from '../events/event.ts';
import { assertCommittable } from '../store/commit.ts';
import {
  type Condition,
  type Fields,
  type Increments,
  lastId,
  type Query,
  type Stored,
  type Value,
  type Write,
} from '../store/document.ts';
import { CODES, type Message, type Platform, StoreError } from './platform.ts';

/** How often, of 1, each thing goes wrong at a call; nothing does by default. */
export type Faults = {
  /** The process dies: this call and all its later ones fail, whatever it had begun. */
  readonly crashBefore?: number;
  readonly crashAfter?: number;
  /** The call took effect, and its caller hears of a failure. */
  readonly lostAnswer?: number;
  /** The client itself tries again what had taken effect, as Google's does. */
  readonly clientRetry?: number;
  readonly unavailable?: number;
  readonly conflict?: number;
};

export type MemoryCloud = {
  /** One process's view; a crash ends this instance alone. */
  instance(): Platform;
  /** An integer from 0 to below `limit`, from the seed. */
  random(limit: number): number;
  /** What is stored now, by path. */
  documents(): ReadonlyMap<string, Fields>;
  /** Called with each message as it becomes durable. */
  onPublish(listener: (topic: Topic, message: Message) => void): void;
};

/** A store and topics in memory: deterministic from the seed, with the faults of networks and machines. */
export function memoryCloud({ seed = 1, faults = {} }: { seed?: number; faults?: Faults } = {}): MemoryCloud {
  const generator = xoroshiro128plus(seed);
  const documents = new Map<string, { fields: Fields; version: string }>();
  const listeners: ((topic: Topic, message: Message) => void)[] = [];
  let commits = 0;

  const random = (limit: number) => uniformInt(generator, 0, limit - 1);
  const strikes = (share = 0) => share > 0 && random(1_000_000) < share * 1_000_000;

  function instance(): Platform {
    let alive = true;
    const dies = (share: number | undefined) => {
      if (strikes(share)) alive = false;
      if (!alive) throw new Error('crashed');
    };

    async function call<T>(act: () => T, changes: 'store' | 'topic' | 'nothing'): Promise<T> {
      // Others have their turn before and after, as on a network; how many turns is the seed's choice.
      for (let turns = random(3); turns > 0; turns -= 1) await null;
      dies(faults.crashBefore);
      if (strikes(faults.unavailable)) throw new StoreError(CODES.unavailable);
      if (changes === 'store' && strikes(faults.conflict)) throw new StoreError(CODES.aborted);
      let result = act();
      if (changes !== 'nothing') dies(faults.crashAfter);
      if (changes !== 'nothing' && strikes(faults.clientRetry)) result = act();
      if (changes !== 'nothing' && strikes(faults.lostAnswer)) throw new StoreError(CODES.unavailable);
      for (let turns = random(3); turns > 0; turns -= 1) await null;
      return result;
    }

    return {
      get: (paths) => call(() => paths.map(read), 'nothing'),
      query: (query) => call(() => find(query), 'nothing'),
      commit: async (writes) => {
        assertCommittable(writes);
        await call(() => apply(writes), 'store');
      },
      publish: (topic, messages) =>
        call(() => {
          for (const message of messages) for (const listener of listeners) listener(topic, message);
        }, 'topic'),
    };
  }

  function read(path: string): Stored {
    const document = documents.get(path);
    return { path, fields: document && structuredClone(document.fields), version: document?.version };
  }

  function find({ collection, everywhere, where = [], orderBy = [], startAfter, limit }: Query): Stored[] {
    const order = [...orderBy, [ID, orderBy.at(-1)?.[1] ?? 'asc'] as const];
    const matching = [...documents.keys()]
      .filter((path) => {
        const of = path.slice(0, path.lastIndexOf('/'));
        return of === collection || (everywhere === true && of.endsWith(`/${collection}`));
      })
      .map(read)
      .filter(({ fields }) => orderBy.every(([field]) => fields?.[field] !== undefined))
      .filter(({ fields }) =>
        where.every(([field, operator, value]) => matches(fields?.[field], operator, value)),
      )
      .sort((a, b) => compareRows(order, keys(a), keys(b)));
    const after = startAfter
      ? matching.filter((row) => compareRows(order, keys(row), startAfter) > 0)
      : matching;
    return after.slice(0, limit);

    function keys(row: Stored) {
      const name = everywhere ? row.path : lastId(row.path);
      return order.map(([field]) => (field === ID ? name : row.fields?.[field]));
    }
  }

  function apply(writes: readonly Write[]): void {
    commits += 1;
    const changed = new Map<string, Fields | undefined>();
    for (const write of writes) {
      const path = 'path' in write ? write.path : write.read.path;
      const current = changed.has(path) ? changed.get(path) : documents.get(path)?.fields;
      if (write.do === 'create') {
        if (current) throw new StoreError(CODES.alreadyExists);
        changed.set(path, structuredClone(write.fields));
      } else if (write.do === 'increment') {
        const raised = Object.entries(write.atLeast ?? {}).map(([field, least]) => {
          const before = current?.[field];
          return [field, typeof before === 'bigint' && before > least ? before : least];
        });
        changed.set(path, { ...incremented(current ?? {}, write.by), ...Object.fromEntries(raised) });
      } else {
        if (!current) throw new StoreError(CODES.notFound);
        if (documents.get(path)?.version !== write.read.version)
          throw new StoreError(CODES.failedPrecondition);
        changed.set(path, write.do === 'delete' ? undefined : structuredClone(write.fields));
      }
    }
    for (const fields of changed.values()) {
      if (fields && sizeOf(fields) > DOCUMENT_BYTES_MAX) throw new StoreError(CODES.invalidArgument);
    }
    for (const [path, fields] of changed) {
      if (!fields) documents.delete(path);
      // As in Firestore, a write that changes nothing leaves the update time as it was.
      else if (!isDeepStrictEqual(documents.get(path)?.fields, fields))
        documents.set(path, { fields, version: String(commits) });
    }
  }

  return {
    instance,
    random,
    documents: () => new Map([...documents].map(([path, { fields }]) => [path, structuredClone(fields)])),
    onPublish: (listener) => {
      listeners.push(listener);
    },
  };
}

const ID = '__name__';
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

function matches(actual: Value | undefined, operator: Condition[1], value: string | boolean): boolean {
  if (operator === '==') return actual === value;
  if (operator === 'array-contains') return Array.isArray(actual) && actual.includes(value);
  if (typeof actual !== typeof value) return false; // a range is within one type
  return operator === '<=' ? (actual as string) <= value : (actual as string) >= value;
}

function compareRows(
  order: readonly (readonly [string, 'asc' | 'desc'])[],
  a: readonly (Value | undefined)[],
  b: readonly (Value | undefined)[],
): number {
  for (const [n, [, direction]] of order.entries()) {
    const [left = null, right = null] = [a[n], b[n]];
    if (left === right) continue;
    const isLess = left === null || (right !== null && left < right); // null comes before all else
    return isLess === (direction === 'asc') ? -1 : 1;
  }
  return 0;
}
