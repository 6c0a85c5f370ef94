import * as z from 'zod';
import { isFresh } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { noticeOf } from '../../../shared/domain/payment-news.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { notificationRequested } from '../../../shared/events/notifications.ts';
import { paymentChanged } from '../../../shared/events/payments.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { type Decision, onEvent } from '../../../shared/runtime/on-event.ts';
import { tellEach } from '../../../shared/runtime/tell.ts';
import { accountPath, openedAccountFrom } from '../../../shared/store/accounts.ts';
import { devicesFrom, devicesPath, localeOf, pushesTo } from '../../../shared/store/devices.ts';
import type { Stored } from '../../../shared/store/document.ts';
import {
  type Notification,
  notificationFrom,
  notificationIdOf,
  notificationPath,
  writeNotification,
} from '../../../shared/store/notifications.ts';
import { paymentFrom, paymentPath } from '../../../shared/store/payments.ts';

/** Tells customers of a payment that was not paid, and why, and of one that came back. What was sent is told with its transaction. */
export default onEvent({
  name: 'compose-payment-notice',
  on: [paymentChanged],
  prefix: 'payment.changed',
  publishes: [notificationRequested],
  impact: 'Customers are not told that a payment was refused, and take their rent for paid.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ id: eventId, traceparent, data }, { deps, now }) {
    const { accountId, paymentId } = data;
    const { ownerIds } = openedAccountFrom(await readOne(deps, accountPath(accountId)));
    const arrival = { eventId, traceparent };
    return tellEach(ownerIds, (customerId) => tell(deps, { customerId, paymentId, arrival }, now));
  },
});

type Telling = {
  readonly customerId: string;
  readonly paymentId: string;
  readonly arrival: Notification['arrival'];
};

/** One for a payment, as the payment is now; whoever was told it was refused hears it when the bank pays it after all. */
async function tell(
  reads: Reads,
  { customerId, paymentId, arrival }: Telling,
  now: Date,
): Promise<Decision<typeof notificationRequested>> {
  const id = notificationIdOf(paymentId);
  // Of one moment, or a slow try would put an older state over a newer one.
  const [found, registered, document] = (await reads.get([
    paymentPath(paymentId),
    devicesPath(customerId),
    notificationPath(customerId, id),
  ])) as [Stored, Stored, Stored];
  const payment = paymentFrom(found);
  if (!payment) throw new PermanentError('payment.not-found', { paymentId });
  const { accountId } = payment;
  const notice = noticeOf(payment);
  const before = notificationFrom(document);
  if (!notice) return {};

  const { news, at } = notice;
  const devices = devicesFrom(registered);
  const text = textOf(news, localeOf(devices));
  const isNews = !before || toldIn(before.news) !== toldIn(news);
  if (!isNews && before.body === text.body && before.occurredAt === at) return {};
  const own = { id, ...text, news, accountId, paymentId, occurredAt: at, latestAt: at };
  // Nobody who has not been told otherwise need hear that it is paid.
  const isPushed = isNews && isFresh(at, now) && (before || news.status !== 'paid-after-all');
  return {
    writes: [
      writeNotification(document, {
        ...own,
        arrival: before?.arrival ?? arrival,
        read: !isNews && before.read,
      }),
    ],
    events: isPushed ? pushesTo(devices, { customerId, notificationId: id }) : [],
  };
}

/** What makes it other news than before; that there is a better reason for the same is none. */
function toldIn(news: Notification['news']): string {
  return news.kind === 'payment' ? `${news.status} ${news.amountMinor}` : news.kind;
}
