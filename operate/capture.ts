import type { Topic } from '../shared/events/event.ts';
import { CODES, type Message, type Platform, StoreError } from '../shared/platform/platform.ts';
import { assertCommittable } from '../shared/store/commit.ts';
import {
  type Fields,
  type Increments,
  pathOf,
  type Stored,
  type Value,
  type Write,
} from '../shared/store/document.ts';

/** What one document would have become; there is no `before` of a new one, and no `after` of one that goes. */
export type Change = {
  readonly path: string;
  readonly before: Fields | undefined;
  readonly after: Fields | undefined;
};

/**
 * A platform that reads what is there and keeps to itself what would be written and published. It refuses what the
 * store would refuse: a document that is there already, or is not as it was read.
 */
export function capturing(reads: Platform) {
  const commits: (readonly Change[])[] = [];
  const published: { readonly topic: Topic; readonly message: Message }[] = [];
  const platform: Platform = {
    get: reads.get,
    query: reads.query,
    aggregate: reads.aggregate,
    snapshot: reads.snapshot,
    async commit(writes) {
      assertCommittable(writes);
      const paths = [...new Set(writes.map(pathOf))];
      const present = new Map((await reads.get(paths)).map((stored) => [stored.path, stored]));
      const after = new Map([...present].map(([path, { fields }]) => [path, fields]));
      for (const write of writes) {
        const path = pathOf(write);
        refuse(write, present.get(path));
        after.set(path, applied(write, after.get(path)));
      }
      commits.push(
        paths.map((path) => ({ path, before: present.get(path)?.fields, after: after.get(path) })),
      );
      return '';
    },
    async publish(topic, messages) {
      published.push(...messages.map((message) => ({ topic, message })));
    },
  };
  return { platform, commits, published };
}

function refuse(write: Write, present: Stored | undefined): void {
  if (write.do === 'create' && present?.fields) throw new StoreError(CODES.alreadyExists);
  if ('read' in write && !present?.fields) throw new StoreError(CODES.notFound);
  if ('read' in write && present?.version !== write.read.version)
    throw new StoreError(CODES.failedPrecondition);
}

function applied(write: Write, before: Fields | undefined): Fields | undefined {
  if (write.do === 'delete') return undefined;
  if (write.do !== 'increment') return write.fields;
  const raised = Object.entries(write.atLeast ?? {}).map(([field, least]) => {
    const present = before?.[field];
    return [field, typeof present === 'bigint' && present > least ? present : least] as const;
  });
  return { ...incremented(before, write.by), ...Object.fromEntries(raised) };
}

function incremented(before: Value | undefined, by: Increments): Fields {
  const fields = typeof before === 'object' && before !== null ? (before as Fields) : {};
  const changed = Object.entries(by).map(([key, delta]) => {
    const present = fields[key];
    if (typeof delta !== 'bigint') return [key, incremented(present, delta)];
    return [key, (typeof present === 'bigint' ? present : 0n) + delta];
  });
  return { ...fields, ...Object.fromEntries(changed) };
}
