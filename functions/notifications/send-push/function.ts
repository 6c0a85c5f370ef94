import * as z from 'zod';
import { isFresh, switchOf } from '../../../shared/domain/notification.ts';
import { isQuiet, type PushPreferences } from '../../../shared/domain/notification-hours.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { draft } from '../../../shared/events/event.ts';
import {
  notificationDelivered,
  notificationFailed,
  notificationRequested,
} from '../../../shared/events/notifications.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { type Device, devicesFrom, devicesPath } from '../../../shared/store/devices.ts';
import type { Stored } from '../../../shared/store/document.ts';
import {
  movedTo,
  type Notification,
  notificationFrom,
  notificationPath,
} from '../../../shared/store/notifications.ts';
import { preferencesFrom, preferencesPath } from '../../../shared/store/preferences.ts';
import { FCM_SCOPE, openFcm, type Push } from './fcm.ts';

/** Sends one push to one device, as notification, device and wishes are at this moment; the list has it anyway. */
export default onEvent({
  name: 'send-push',
  on: [notificationRequested],
  prefix: 'notification.requested',
  publishes: [notificationDelivered, notificationFailed],
  impact: 'Phones show nothing of what happens; it is all in the list.',
  config: z.object({}),
  scopes: [FCM_SCOPE],
  connect: ({ reads, accessToken, fcm, measures }) => ({
    reads,
    measures,
    send: openFcm({ accessToken, fcm }),
  }),
  async deliver({ data, subject }, { deps, now }) {
    const { notification, device, preferences } = await read(deps.reads, data);
    const failed = (reason: string, sent = data) => {
      deps.measures.pushes.add(1, { outcome: reason });
      return [draft(notificationFailed, { subject, data: { ...sent, reason } })];
    };

    if (!notification) return failed('notification-gone');
    if (!device) return failed('device-gone');
    const reason = unwanted(notification, preferences, now);
    if (reason) return failed(reason);
    const outcome = await deps.send(pushOf(notification, device), now);
    // Of the token that it has now, which may be another than when this was asked for.
    const sent = { ...data, registeredAt: device.registeredAt };
    if (outcome !== 'delivered') return failed(outcome, sent);
    const ageMs = now.getTime() - Date.parse(notification.latestAt);
    deps.measures.pushes.add(1, { outcome });
    deps.measures.pushAge.record(Math.max(0, ageMs) / 1000, {});
    return [draft(notificationDelivered, { subject, data: sent })];
  },
});

type Ids = { readonly customerId: string; readonly notificationId: string; readonly deviceId: string };

async function read(reads: Reads, { customerId, notificationId, deviceId }: Ids) {
  const [notification, devices, preferences] = (await reads.get([
    notificationPath(customerId, notificationId),
    devicesPath(customerId),
    preferencesPath(customerId),
  ])) as [Stored, Stored, Stored];
  return {
    notification: await follow(reads, customerId, notification),
    device: devicesFrom(devices).find(({ id }) => id === deviceId),
    preferences: preferencesFrom(preferences),
  };
}

/** What has moved meanwhile is told as what it turned out to be. */
async function follow(reads: Reads, customerId: string, document: Stored): Promise<Notification | undefined> {
  const target = movedTo(document);
  if (target === undefined) return notificationFrom(document);
  return follow(reads, customerId, await readOne(reads, notificationPath(customerId, target)));
}

/** Why the customer does not want this push now; security has no switch and no hours. */
function unwanted(
  { news, latestAt }: Notification,
  preferences: PushPreferences,
  now: Date,
): string | undefined {
  if (news.kind === 'security') return undefined;
  // It waited out an outage of the push service, or a redrive: the customer has long seen it.
  if (!isFresh(latestAt, now)) return 'stale';
  if (!preferences.push[switchOf(news)]) return 'switched-off';
  return isQuiet(now, preferences) ? 'quiet-hours' : undefined;
}

/** In the phone's own language. */
function pushOf(
  { id, news, accountId, transactionId, directDebitId, paymentId }: Notification,
  { fcmToken, locale }: Device,
): Push {
  const { title, body } = textOf(news, locale);
  return {
    token: fcmToken,
    tag: id,
    title,
    body,
    ids: {
      notificationId: id,
      ...(accountId && { accountId }),
      ...(transactionId && { transactionId }),
      ...(directDebitId && { directDebitId }),
      ...(paymentId && { paymentId }),
    },
  };
}
