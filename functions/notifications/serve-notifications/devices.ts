import * as z from 'zod';
import { PublicError } from '../../../shared/errors.ts';
import { deviceRegistered } from '../../../shared/events/customers.ts';
import { draft } from '../../../shared/events/event.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import {
  DEVICES_MAX,
  type Device,
  deleteDevice,
  devicesFrom,
  devicesPath,
  holderFrom,
  isHeldBy,
  type TokenHolder,
  tokenPath,
  withoutDevice,
  writeDevices,
  writeHolder,
} from '../../../shared/store/devices.ts';
import type { Stored, Write } from '../../../shared/store/document.ts';

type Context = { readonly deps: Reads; readonly now: Date };

const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The body of a registration. */
export const registration = z.strictObject({
  fcmToken: z.string().regex(/^[\x21-\x7e]{1,4096}$/, 'a registration token of FCM'),
  locale: z.string().max(35).refine(isLocale, 'a BCP 47 tag, as in da-DK'),
});

export async function listDevices({ uid }: Request, { deps }: Context) {
  const devices = devicesFrom(await readOne(deps, devicesPath(uid)));
  return { status: 200, body: { items: devices.map(view) } };
}

/**
 * Registers a device, or its new token or language. A token belongs to one device: whoever had it before, perhaps
 * another customer on the same phone, loses that device in the same commit.
 */
export async function putDevice({ uid, params, rawBody }: Request, { deps, now }: Context) {
  const { deviceId: id = '' } = params;
  if (!DEVICE_ID.test(id))
    throw new PublicError(422, 'device.id-invalid', 'deviceId: 1 to 64 of A-Z a-z 0-9 _ -.');
  const { fcmToken, locale } = readBody(registration, rawBody);
  const [document, token] = (await deps.get([devicesPath(uid), tokenPath(fcmToken)])) as [Stored, Stored];
  const devices = devicesFrom(document);
  const before = devices.find((device) => device.id === id);
  const self = { customerId: uid, deviceId: id };
  const isSame = before?.fcmToken === fcmToken && isHeldBy(token, self);
  const device = { id, locale, fcmToken, registeredAt: isSame ? before.registeredAt : later(now, before) };
  const reply = { status: 200, body: view(device) };
  if (isSame && before.locale === locale) return reply;

  const holder = holderFrom(token);
  const replaced = holder?.customerId === uid ? holder.deviceId : undefined;
  const others = devices.filter((other) => other.id !== id && other.id !== replaced);
  if (others.length >= DEVICES_MAX) {
    throw new PublicError(422, 'device.too-many', `At most ${DEVICES_MAX} devices. Delete one first.`);
  }
  const written = writeDevices(document, [...others, device]);
  if (isSame) return { ...reply, writes: [written] };
  const writes = [
    written,
    writeHolder(token, self),
    ...(await tokenGivenUp(deps, self, before)),
    ...(holder && holder.customerId !== uid ? await lostBy(deps, holder) : []),
  ];
  // A new token under a known name is told as well: it may be another phone.
  const registered = draft(deviceRegistered, { subject: id, data: { customerId: uid, deviceId: id } });
  return { ...reply, writes, events: [registered] };
}

export async function deleteOwnDevice({ uid, params }: Request, { deps }: Context) {
  const { deviceId = '' } = params;
  const document = await readOne(deps, devicesPath(uid));
  const device = devicesFrom(document).find(({ id }) => id === deviceId);
  if (!device) throw new PublicError(404, 'device.not-found');
  const token = await readOne(deps, tokenPath(device.fcmToken));
  return { status: 204, writes: deleteDevice(document, token, { customerId: uid, deviceId }) };
}

/** Never the token, which is all that one needs to push to the phone. */
function view({ id, locale, registeredAt }: Device) {
  return { id, locale, registeredAt };
}

/** The token that the device had before. */
async function tokenGivenUp(reads: Reads, self: TokenHolder, before: Device | undefined): Promise<Write[]> {
  const token = before && (await readOne(reads, tokenPath(before.fcmToken)));
  return token && isHeldBy(token, self) ? [{ do: 'delete', read: token }] : [];
}

/** Another customer's device that had the token before. */
async function lostBy(reads: Reads, { customerId, deviceId }: TokenHolder): Promise<Write[]> {
  const document = await readOne(reads, devicesPath(customerId));
  return devicesFrom(document).some(({ id }) => id === deviceId) ? [withoutDevice(document, deviceId)] : [];
}

/** Two tokens of one device have two times, also within a millisecond. */
function later(now: Date, before: Device | undefined): string {
  return new Date(Math.max(now.getTime(), before ? Date.parse(before.registeredAt) + 1 : 0)).toISOString();
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
