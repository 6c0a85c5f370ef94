import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../shared/events/event.ts';
import type { Fields, Value } from '../../shared/store/document.ts';
import { collectionNameOf } from './collections.ts';

const FOLDER = 'tests/fixtures';

/** What one day's code published and stored, as it was on the wire and in the store. */
export type Recorded = {
  readonly date: string;
  readonly events: readonly Event[];
  readonly documents: readonly { readonly path: string; readonly fields: Fields }[];
};

/** All that was ever recorded, the oldest first. */
export function everRecorded(): Recorded[] {
  const dates = existsSync(FOLDER) ? readdirSync(FOLDER).sort() : [];
  return dates.map((date) => {
    const read = (name: string) => readFileSync(join(FOLDER, date, name), 'utf8');
    return {
      date,
      events: JSON.parse(read('events.json')) as Event[],
      documents: JSON.parse(read('documents.json'), revived) as Recorded['documents'],
    };
  });
}

/**
 * Records of each kind of event, and of each collection, one with each set of fields that no set before has: in a set of its
 * own, beside those that are there, none of which ever changes. Answers its name, or undefined where nothing is new.
 */
export function record(
  date: string,
  { events, documents }: { events: readonly Event[]; documents: ReadonlyMap<string, Fields> },
): string | undefined {
  const known = everRecorded();
  const stored = [...documents].map(([path, fields]) => ({ path, fields }));
  const newEvents = ofNewShape(
    events,
    known.flatMap((set) => set.events),
    ({ type, data }) => [type, data as object],
  );
  const newDocuments = ofNewShape(
    stored,
    known.flatMap((set) => set.documents),
    ({ path, fields }) => [collectionNameOf(path), fields],
  );
  if (newEvents.length + newDocuments.length === 0) return undefined;
  const sameDay = known.filter((set) => set.date.startsWith(date)).length;
  const name = sameDay === 0 ? date : `${date}.${sameDay + 1}`;
  mkdirSync(join(FOLDER, name), { recursive: true });
  const write = (file: string, all: readonly unknown[]) =>
    writeFileSync(join(FOLDER, name, file), `${JSON.stringify(all, replaced, 2)}\n`);
  write('events.json', newEvents);
  write('documents.json', newDocuments);
  return name;
}

/** Fields as they are recorded, to be compared: bytes are the same in whatever class. */
export function asRecorded(fields: Fields): object {
  return JSON.parse(JSON.stringify(fields, replaced)) as object;
}

/** The first of each shape among these, the known ones left out: their names, and what fields they have. */
function ofNewShape<T>(
  all: readonly T[],
  known: readonly T[],
  of: (one: T) => readonly [name: string, fields: object],
): T[] {
  const shapeOf = (one: T) => {
    const [name, fields] = of(one);
    return [name, ...Object.keys(fields).sort()].join(' ');
  };
  const before = new Set(known.map(shapeOf));
  const first = new Map<string, T>();
  for (const one of all) if (!first.has(shapeOf(one))) first.set(shapeOf(one), one);
  const found = [...first].filter(([shape]) => !before.has(shape));
  return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

// What JSON has no word for is an object with one key that no document has.
function replaced(this: unknown, key: string, value: unknown): unknown {
  const own = (this as Record<string, Value>)[key]; // a date is a text already by the time that it is `value`
  if (typeof own === 'bigint') return { $integer: String(own) };
  if (own instanceof Date) return { $instant: own.toISOString() };
  if (own instanceof Uint8Array) return { $bytes: Buffer.from(own).toString('base64') };
  return value;
}

function revived(_key: string, value: unknown): unknown {
  const { $integer, $instant, $bytes } = (value ?? {}) as Readonly<Record<string, string | undefined>>;
  if ($integer !== undefined) return BigInt($integer);
  if ($instant !== undefined) return new Date($instant);
  if ($bytes !== undefined) return new Uint8Array(Buffer.from($bytes, 'base64'));
  return value;
}
