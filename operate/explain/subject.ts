import type { Drift } from '../../shared/domain/drift.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { readOne } from '../../shared/platform/platform.ts';
import { accountPath } from '../../shared/store/accounts.ts';
import type { Delivery } from '../../shared/store/deliveries.ts';
import type { Stored } from '../../shared/store/document.ts';
import { driftFrom, driftPath } from '../../shared/store/drifts.ts';
import { notificationsCalled } from '../../shared/store/notifications.ts';
import { paymentPath } from '../../shared/store/payments.ts';
import { transactionFrom, transactionPath, transactionsNamed } from '../../shared/store/transactions.ts';
import { readDeliveries } from './deliveries.ts';
import type { Found } from './story.ts';

/** What an id names. */
export type Subject =
  | { readonly kind: 'transaction'; readonly found: readonly Found[] }
  | { readonly kind: 'notification'; readonly documents: readonly Stored[] }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'payment'; readonly paymentId: string }
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'drift'; readonly drift: Drift }
  /** Whatever is nothing else: only who has handled it can tell. */
  | { readonly kind: 'event'; readonly eventId: string };

/** An id of ours, or the bank's own of an account or of an entry. */
export async function subjectOf(reads: Reads, id: string): Promise<Subject> {
  const [delivery] = id.startsWith('dlv_') ? await readDeliveries(reads, [id]) : [];
  if (delivery) return { kind: 'delivery', delivery };
  if (id.startsWith('ntf_')) {
    const documents = await reads.query(notificationsCalled(id));
    if (documents.length > 0) return { kind: 'notification', documents };
  }
  const drift = id.startsWith('drf_') ? driftFrom(await readOne(reads, driftPath(id))) : undefined;
  if (drift) return { kind: 'drift', drift };
  const payment = id.startsWith('pay_') ? await readOne(reads, paymentPath(id)) : undefined;
  if (payment?.fields) return { kind: 'payment', paymentId: id };
  const account = await readOne(reads, accountPath(id));
  if (account.fields) return { kind: 'account', accountId: id };
  for (const field of ['id', '_aliases', 'bankIds'] as const) {
    const found = foundIn(await reads.query(transactionsNamed(id, field)));
    if (found.length > 0) return { kind: 'transaction', found };
  }
  return { kind: 'event', eventId: id };
}

/** The transaction of this account, where there is one. */
export async function readTransaction(
  reads: Reads,
  accountId: string,
  transactionId: string,
): Promise<Found[]> {
  return foundIn([await readOne(reads, transactionPath(accountId, transactionId))]);
}

export function foundIn(documents: readonly Stored[]): Found[] {
  return documents.flatMap((document) => {
    const transaction = transactionFrom(document);
    const accountId = decodeURIComponent(document.path.split('/')[1] ?? '');
    return transaction ? [{ accountId, transaction }] : [];
  });
}
