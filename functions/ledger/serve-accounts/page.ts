import { z } from 'zod';
import { PublicError } from '../../../shared/errors.ts';
import { instant } from '../../../shared/events/event.ts';
import type { Transaction } from '../../../shared/store/transactions.ts';

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

// Firestore refuses what cannot be a document's id, such as `..`, only after it has tried for seconds.
const cursor = z.tuple([instant, z.string().regex(/^txn_[A-Za-z0-9_-]{1,64}$/)]);

/** How many items a page has: `limit`, 1 to 100, 20 when absent. */
export function readLimit(query: URLSearchParams): number {
  const asked = query.get('limit');
  if (asked === null) return LIMIT_DEFAULT;
  const limit = /^[0-9]{1,3}$/.test(asked) ? Number(asked) : 0;
  if (limit < 1 || limit > LIMIT_MAX)
    throw new PublicError(400, 'limit.invalid', `limit is 1 to ${LIMIT_MAX}.`);
  return limit;
}

/** Where the page starts; a cursor is opaque to its user, and names the last item seen. */
export function readCursor(query: URLSearchParams): readonly [occurredAt: string, id: string] | undefined {
  const given = query.get('cursor');
  if (given === null) return undefined;
  try {
    return cursor.parse(JSON.parse(Buffer.from(given, 'base64url').toString()));
  } catch {
    throw new PublicError(400, 'cursor.invalid', 'Send nextCursor as it was received.');
  }
}

export function cursorAfter({ id, summary }: Transaction): string {
  return Buffer.from(JSON.stringify([summary.occurredAt, id])).toString('base64url');
}
