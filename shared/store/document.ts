import { PermanentError } from '../errors.ts';

/** What a document holds. Integers are bigints both ways, so that 64 bits survive; there are no doubles. */
export type Value =
  | null
  | boolean
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Fields = { readonly [field: string]: Value };

/** A document as it was read. `version` is its update time, opaque; both are undefined where there is none. */
export type Stored = {
  readonly path: string;
  readonly fields: Fields | undefined;
  readonly version: string | undefined;
};

/** By how much integers change, at any depth: `{ DKK: { booked: -3200n } }`. */
export type Increments = { readonly [key: string]: bigint | Increments };

/** One write of a commit. What was read and is written carries what was read: it must be unchanged. */
export type Write =
  | { readonly do: 'create'; readonly path: string; readonly fields: Fields }
  | { readonly do: 'replace'; readonly read: Stored; readonly fields: Fields }
  | { readonly do: 'delete'; readonly read: Stored }
  | {
      readonly do: 'increment';
      readonly path: string;
      readonly by: Increments;
      /** Integer fields raised to at least this value. */
      readonly atLeast?: Readonly<Record<string, bigint>>;
    };

/** A range is over the first field that is ordered by. A dot goes into a map. */
export type Condition = readonly [
  field: string,
  operator: '==' | 'array-contains' | '<=' | '>=',
  value: string | boolean,
];

/** A query over one collection; equal rows are ordered by document id, in the direction of the last field. */
export type Query = {
  readonly collection: string;
  /** All collections of that name, wherever they are; the last row seen is then named by its path. */
  readonly everywhere?: boolean;
  readonly where?: readonly Condition[];
  readonly orderBy?: readonly (readonly [field: string, direction: 'asc' | 'desc'])[];
  /** The ordered fields' values and the document id of the last row seen. */
  readonly startAfter?: readonly [...values: string[], id: string];
  readonly limit?: number;
};

/** Replaces what was read, or creates it where nothing was. */
export function write(read: Stored, fields: Fields): Write {
  return read.fields ? { do: 'replace', read, fields } : { do: 'create', path: read.path, fields };
}

/**
 * A document's path from collection names and ids in turn. Ids come from outside, and a slash or a dot would
 * silently nest, so each is encoded.
 */
export function path(...segments: readonly string[]): string {
  return segments.map((segment, n) => (n % 2 === 0 ? segment : encodeId(segment))).join('/');
}

// Firestore takes 1,500 bytes, of an id as of a map's key, and a key of ours has its kind before the id.
const ID_LENGTH_MAX = 1400;

/** An id as it stands in a path or as a map's key: no slash, no dot, not empty, not reserved (`__x__`). */
export function encodeId(id: string): string {
  const encoded = id.isWellFormed()
    ? encodeURIComponent(id).replaceAll('%3A', ':').replaceAll('.', '%2E').replace(/^__/, '%5F_')
    : '';
  if (encoded === '' || encoded.length > ID_LENGTH_MAX)
    throw new PermanentError('id.unusable', { length: id.length });
  return encoded;
}

/** The path of the collection that a document is in. */
export function collectionOf(documentPath: string): string {
  return documentPath.slice(0, documentPath.lastIndexOf('/'));
}

/** The path of the document that it writes. */
export function pathOf(write: Write): string {
  return 'path' in write ? write.path : write.read.path;
}

export function lastId(documentPath: string): string {
  return documentPath.slice(documentPath.lastIndexOf('/') + 1);
}

/** Fields without those that are undefined, at any depth. */
export function defined(fields: { readonly [key: string]: unknown }): Fields {
  return clean(fields) as Fields;
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, clean(inner)]])),
  );
}
