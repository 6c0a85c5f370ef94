import * as z from 'zod';
import { instant, kind } from './event.ts';

/** One push to one device: ids alone, since what it says is read when it goes out. */
const push = z.object({
  customerId: z.string(),
  notificationId: z.string(),
  deviceId: z.string(),
  /** When the device's present token was registered: a later one is another token. */
  registeredAt: instant,
});

export const notificationRequested = kind('notification.requested', 'notifications', push);
export const notificationDelivered = kind('notification.delivered', 'notifications', push);
/** Not sent, and never to be: `reason` is the push service's code, or ours, as in `quiet-hours`. */
export const notificationFailed = kind(
  'notification.failed',
  'notifications',
  push.extend({ reason: z.string() }),
);
