import type { Unreadable } from '../banks/bank.ts';
import { deliveryIdOf } from '../events/delivery.ts';
import type { Reads } from '../platform/platform.ts';
import { inboxPath } from '../store/inbox.ts';
import { parkedPath } from '../store/parked.ts';
import { parkedIdOf } from './dead-letter.ts';

// As many documents as one read of Firestore's may ask for, and still be answered at once.
const PATHS_MAX = 300;

/** The function that keeps what a fact of this type says; each fact of a bank has one. */
export function keeperOf(type: string): string {
  if (type === 'account.balance-updated') return 'track-balance';
  if (type === 'account.pending-listed') return 'track-pending';
  if (type === 'account.brought-forward') return 'record-transaction';
  if (type.startsWith('payment.')) return 'track-payment';
  if (type.startsWith('direct-debit.')) return 'track-direct-debit';
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

/** Those that translate-delivery has not parked: by the id under which it parks them, whatever delivery they came in. */
export async function unparked(
  reads: Pick<Reads, 'get'>,
  bank: string,
  unreadable: readonly Unreadable[],
): Promise<Unreadable[]> {
  const paths = unreadable.map(({ body }) => {
    return parkedPath(parkedIdOf('translate-delivery', { id: deliveryIdOf(bank, body) }));
  });
  const parked = await reads.get(paths);
  return unreadable.filter((_, place) => parked[place]?.fields === undefined);
}
