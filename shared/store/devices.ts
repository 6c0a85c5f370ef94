import * as z from 'zod';
import { type Draft, draft } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import { notificationRequested } from '../events/notifications.ts';
import { encodeId, path, type Stored, type Write, write } from './document.ts';

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
  devices: z.record(
    z.string(),
    z.object({ id: z.string(), locale: z.string(), registeredAt: z.string(), _fcmToken: z.string() }),
  ),
});

/**
 * All of a customer's devices: one document, so that whoever tells them something reads it with the rest, and of two
 * registrations at once not both can be the twentieth.
 */
export function devicesPath(customerId: string): string {
  return path('customers', customerId, 'devices', 'all');
}

export function devicesFrom({ fields }: Stored): Device[] {
  if (!fields) return [];
  return Object.values(stored.parse(fields).devices)
    .map(({ _fcmToken, ...plain }) => ({ ...plain, fcmToken: _fcmToken }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function writeDevices(read: Stored, devices: readonly Device[]): Write {
  const entries = devices.map(({ fcmToken, ...plain }) => [
    encodeId(plain.id),
    { ...plain, _fcmToken: fcmToken },
  ]);
  return write(read, { schema: 1n, devices: Object.fromEntries(entries) });
}

/** The customer's devices without this one. */
export function withoutDevice(read: Stored, deviceId: string): Write {
  const left = devicesFrom(read).filter(({ id }) => id !== deviceId);
  return left.length > 0 ? writeDevices(read, left) : { do: 'delete', read };
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

export function isHeldBy(token: Stored, { customerId, deviceId }: TokenHolder): boolean {
  const holder = holderFrom(token);
  return holder?.customerId === customerId && holder.deviceId === deviceId;
}

/** What goes when a device goes: the device, and its token where that is still its own. */
export function deleteDevice(devices: Stored, token: Stored, holder: TokenHolder): Write[] {
  const own = isHeldBy(token, holder) ? [{ do: 'delete', read: token } as const] : [];
  return [withoutDevice(devices, holder.deviceId), ...own];
}
