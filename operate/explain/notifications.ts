import { notificationDelivered, notificationRequested } from '../../shared/events/notifications.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { accountFrom, accountPath } from '../../shared/store/accounts.ts';
import type { Stored } from '../../shared/store/document.ts';
import { notificationFrom, notificationIdOf, notificationPath } from '../../shared/store/notifications.ts';
import type { ExplainedNotification } from './explanation.ts';
import type { Found, Story } from './story.ts';
import type { Handling } from './walk.ts';

/** What the owners are told of these transactions, or by these documents, and what came of each push. */
export async function notificationsIn(
  reads: Reads,
  { handlings }: Story,
  about: readonly Found[],
  others: readonly Stored[],
): Promise<ExplainedNotification[]> {
  const accounts = await reads.get(about.map(({ accountId }) => accountPath(accountId)));
  const named = about.flatMap(({ transaction }, n) => {
    const ids = [transaction.id, ...transaction.aliases].map((id) => notificationIdOf(id));
    const owners = (accounts[n] && accountFrom(accounts[n])?.ownerIds) ?? [];
    return owners.map((customerId) => ({ customerId, ids }));
  });
  const documents = await reads.get(
    named.map(({ customerId, ids }) => notificationPath(customerId, ids[0] ?? '')),
  );
  return [...documents, ...others].flatMap((document, n) => {
    const notification = notificationFrom(document);
    if (!notification) return [];
    const { id, title, body } = notification;
    const customerId = decodeURIComponent(document.path.split('/')[1] ?? '');
    const { ids } = named[n] ?? { ids: [id] };
    const pushes = handlings.filter(({ event: { type, data } }) => {
      const asked = data as { customerId?: string; notificationId?: string };
      const isOf = asked.customerId === customerId && ids.includes(asked.notificationId ?? '');
      return type === notificationRequested.type && isOf;
    });
    return [{ id, customerId, title, body, pushes: pushes.map(pushed) }];
  });
}

function pushed({ event, done, parked }: Handling): ExplainedNotification['pushes'][number] {
  const { deviceId } = event.data as { deviceId: string };
  const [told] = done?.events ?? [];
  const { reason } = (told?.event.data ?? {}) as { reason?: string };
  const undone = parked ? `parked: ${parked.reason}` : 'not sent yet';
  const outcome = told?.event.type === notificationDelivered.type ? 'delivered' : (reason ?? undone);
  return { deviceId, outcome, at: done?.handledAt.toISOString() };
}
