import type { Reads } from '../platform/platform.ts';
import { inboxPath } from '../store/inbox.ts';

// As many documents as one read of Firestore's may ask for, and still be answered at once.
const PATHS_MAX = 300;

/** The function that keeps what a fact of this type says; each fact of a bank has one. */
export function keeperOf(type: string): string {
  if (type === 'account.balance-updated') return 'track-balance';
  if (type === 'account.pending-listed') return 'track-pending';
  if (type === 'account.brought-forward') return 'record-transaction';
  return type.startsWith('account.') ? 'track-account' : 'record-transaction';
}

/** Those that their keeper has not handled within the last weeks, by its inbox. */
export async function unhandled<F extends { readonly id?: string | undefined; readonly type: string }>(
  reads: Pick<Reads, 'get'>,
  facts: readonly F[],
): Promise<F[]> {
  const found: F[] = [];
  for (let n = 0; n < facts.length; n += PATHS_MAX) {
    const some = facts.slice(n, n + PATHS_MAX);
    const entries = await reads.get(some.map(({ id = '', type }) => inboxPath(keeperOf(type), id)));
    found.push(...some.filter((_, place) => entries[place]?.fields === undefined));
  }
  return found;
}
