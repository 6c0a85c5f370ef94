import { z } from 'zod';
import { type Draft, draft } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import { notificationRequested } from '../events/notifications.ts';
import { path, type Query, type Stored, type Write, write } from './document.ts';

/** A phone, or whatever else shows a customer's pushes. */
export type Device = {
  readonly id: string;
  /** A BCP 47 tag, as in `da-DK`. */
  readonly locale: string;
  /** When its present token was registered; another token has a later time. */
  readonly registeredAt: string;
  /** Firebase Cloud Messaging's address of it. */
  readonly fcmToken: string;
};

export const DEVICES_MAX = 20;

const stored = z.object({
  id: z.string(),
  locale: z.string(),
  registeredAt: z.string(),
  _fcmToken: z.string(),
});

export function devicePath(customerId: string, deviceId: string): string {
  return path('customers', customerId, 'devices', deviceId);
}

export function deviceFrom({ fields }: Stored): Device | undefined {
  if (!fields) return undefined;
  const { _fcmToken, ...plain } = stored.parse(fields);
  return { ...plain, fcmToken: _fcmToken };
}

export function writeDevice(read: Stored, { fcmToken, ...plain }: Device): Write {
  return write(read, { schema: 1n, ...plain, _fcmToken: fcmToken });
}

export function devicesOf(customerId: string): Query {
  return { collection: path('customers', customerId, 'devices') };
}

/** The language of whom nobody asks is that of the device that they registered last. */
export function localeOf(devices: readonly Device[]): string | undefined {
  return devices.toSorted((a, b) => (a.registeredAt < b.registeredAt ? 1 : -1))[0]?.locale;
}

/** A push of the notification to each of these devices. */
export function pushesTo(
  devices: readonly Device[],
  notification: { readonly customerId: string; readonly notificationId: string },
): Draft<typeof notificationRequested>[] {
  return devices.map(({ id, registeredAt }) =>
    draft(notificationRequested, {
      subject: notification.notificationId,
      data: { ...notification, deviceId: id, registeredAt },
    }),
  );
}

/** Whose device a token is: one customer's at most, so that a phone that changes hands shows nothing of the other. */
export type TokenHolder = { readonly customerId: string; readonly deviceId: string };

export function tokenPath(fcmToken: string): string {
  return path('pushTokens', idFrom('ptk', fcmToken));
}

export function holderFrom({ fields }: Stored): TokenHolder | undefined {
  if (!fields) return undefined;
  return { customerId: fields.customerId as string, deviceId: fields.deviceId as string };
}

export function writeHolder(read: Stored, holder: TokenHolder): Write {
  return write(read, { schema: 1n, ...holder });
}

/** What goes when a device goes: the device, and its token where that is still its own. */
export function deleteDevice(device: Stored, token: Stored): Write[] {
  return [
    { do: 'delete', read: device },
    ...(isHeldBy(token, device) ? [{ do: 'delete', read: token } as const] : []),
  ];
}

export function isHeldBy(token: Stored, device: Pick<Stored, 'path'>): boolean {
  const holder = holderFrom(token);
  return holder !== undefined && devicePath(holder.customerId, holder.deviceId) === device.path;
}

/** Which device a customer registered last: who registers one writes it, so that two at once cannot both be the twentieth. */
export function lastRegisteredPath(customerId: string): string {
  return path('customers', customerId, 'registrations', 'last');
}

export function writeLastRegistered(read: Stored, { id, registeredAt }: Device): Write {
  return write(read, { schema: 1n, deviceId: id, registeredAt });
}
