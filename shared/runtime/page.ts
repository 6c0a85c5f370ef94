import * as z from 'zod';
import { PublicError } from '../errors.ts';
import { instant } from '../events/event.ts';

/** What a list is ordered by, newest first: the time, and of the same time the id. */
type Place = { readonly occurredAt: string; readonly id: string };

export const LIMIT_MAX = 100;
export const LIMIT_DEFAULT = 20;

// Firestore refuses what cannot be a document's id, such as `..`, only after it has tried for seconds.
const cursor = z.tuple([instant, z.string().regex(/^[a-z]+_[A-Za-z0-9_-]{1,64}$/)]);

/** How many items a page has: `limit`, 1 to 100, 20 when absent. */
export function readLimit(query: URLSearchParams): number {
  const asked = query.get('limit');
  if (asked === null) return LIMIT_DEFAULT;
  const limit = /^[0-9]{1,3}$/.test(asked) ? Number(asked) : 0;
  if (limit < 1 || limit > LIMIT_MAX)
    throw new PublicError(400, 'limit.invalid', `limit is 1 to ${LIMIT_MAX}.`);
  return limit;
}

/** Where the page starts; a cursor is opaque to its user, and names the last item seen, by an id of this kind. */
export function readCursor(
  query: URLSearchParams,
  prefix: string,
): readonly [occurredAt: string, id: string] | undefined {
  const given = query.get('cursor');
  if (given === null) return undefined;
  try {
    const [occurredAt, id] = cursor.parse(JSON.parse(Buffer.from(given, 'base64url').toString()));
    if (id.startsWith(`${prefix}_`)) return [occurredAt, id];
  } catch {} // told below
  throw new PublicError(400, 'cursor.invalid', 'Send nextCursor as it was received.');
}

export function cursorAfter({ occurredAt, id }: Place): string {
  return Buffer.from(JSON.stringify([occurredAt, id])).toString('base64url');
}
