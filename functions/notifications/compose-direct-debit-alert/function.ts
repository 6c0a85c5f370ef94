import * as z from 'zod';
import { type Collection, collectionState, latestWord } from '../../../shared/domain/direct-debit.ts';
import { type DirectDebitNews, isFresh, shortened } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { notificationRequested } from '../../../shared/events/notifications.ts';
import { directDebitChanged } from '../../../shared/events/payments.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { type Decision, onEvent } from '../../../shared/runtime/on-event.ts';
import { tellEach, together } from '../../../shared/runtime/tell.ts';
import { accountPath, openedAccountFrom } from '../../../shared/store/accounts.ts';
import { devicesFrom, devicesPath, localeOf, pushesTo } from '../../../shared/store/devices.ts';
import { directDebitFrom, directDebitPath } from '../../../shared/store/direct-debits.ts';
import type { Stored } from '../../../shared/store/document.ts';
import {
  type Notification,
  notificationFrom,
  notificationIdOf,
  notificationPath,
  writeNotification,
} from '../../../shared/store/notifications.ts';

// That it was collected is told with the transaction that books it.
const TOLD = ['announced', 'refused', 'returned'] as const;

/** Tells customers that a direct debit will be collected while they can refuse it, that one was not, and that one came back. */
export default onEvent({
  name: 'compose-direct-debit-alert',
  on: [directDebitChanged],
  prefix: 'direct-debit.changed',
  publishes: [notificationRequested],
  impact: 'Customers are not told of direct debits before they are collected, when they could refuse them.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ id: eventId, traceparent, data }, { deps, now }) {
    const { accountId, directDebitId } = data;
    const [read, document] = (await deps.get([
      accountPath(accountId),
      directDebitPath(accountId, directDebitId),
    ])) as [Stored, Stored];
    const { ownerIds } = openedAccountFrom(read);
    const directDebit = directDebitFrom(document);
    if (!directDebit) throw new PermanentError('direct-debit.not-found', { directDebitId });
    const arrival = { eventId, traceparent };
    return tellEach(ownerIds, (customerId) => tell(deps, { customerId, directDebit, arrival }, now));
  },
});

type Telling = {
  readonly customerId: string;
  readonly directDebit: Collection;
  readonly arrival: Notification['arrival'];
};

/**
 * One for each state that the bank told of: in whatever order they come, the list is the same in the end. Only what it
 * still is goes to the phones, once.
 */
async function tell(
  reads: Reads,
  { customerId, directDebit, arrival }: Telling,
  now: Date,
): Promise<Decision<typeof notificationRequested>> {
  const { id: directDebitId, accountId, words } = directDebit;
  const said = TOLD.flatMap((status) => words[status] ?? []);
  const ids = said.map(({ kind }) => notificationIdOf(directDebitId, kind));
  const [registered, ...documents] = (await reads.get([
    devicesPath(customerId),
    ...ids.map((id) => notificationPath(customerId, id)),
  ])) as [Stored, ...Stored[]];
  const devices = devicesFrom(registered);
  const told = said.map(({ kind, at }, n): Decision<typeof notificationRequested> => {
    const [id, document] = [ids[n] as string, documents[n] as Stored];
    const before = notificationFrom(document);
    const news = newsOf(directDebit, kind as DirectDebitNews['status']);
    const text = textOf(news, localeOf(devices));
    const isSame = before?.occurredAt === at && before.title === text.title && before.body === text.body;
    if (isSame) return {};
    const own = { id, ...text, news, accountId, directDebitId, occurredAt: at, latestAt: at };
    const isNews = before === undefined && kind === collectionState(directDebit) && isFresh(at, now);
    return {
      writes: [writeNotification(document, { arrival, read: false, ...before, ...own })],
      events: isNews ? pushesTo(devices, { customerId, notificationId: id }) : [],
    };
  });
  return together(told);
}

function newsOf({ words }: Collection, status: DirectDebitNews['status']): DirectDebitNews {
  const { amountMinor = 0n, currency = '', creditorName = '', dueOn = '' } = latestWord(words) ?? {};
  return { kind: 'direct-debit', status, amountMinor, currency, description: shortened(creditorName), dueOn };
}
