import { z } from 'zod';
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
  deviceFrom,
  devicePath,
  devicesOf,
  holderFrom,
  isHeldBy,
  lastRegisteredPath,
  tokenPath,
  writeDevice,
  writeHolder,
  writeLastRegistered,
} from '../../../shared/store/devices.ts';
import type { Stored, Write } from '../../../shared/store/document.ts';

type Context = { readonly deps: Reads; readonly now: Date };

const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;

const registration = z.strictObject({
  fcmToken: z.string().regex(/^[\x21-\x7e]{1,4096}$/, 'a registration token of FCM'),
  locale: z.string().max(35).refine(isLocale, 'a BCP 47 tag, as in da-DK'),
});

export async function listDevices({ uid }: Request, { deps }: Context) {
  const devices = (await deps.query(devicesOf(uid))).flatMap((document) => deviceFrom(document) ?? []);
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
  const [document, token, last] = (await deps.get([
    devicePath(uid, id),
    tokenPath(fcmToken),
    lastRegisteredPath(uid),
  ])) as [Stored, Stored, Stored];
  const before = deviceFrom(document);
  const isSame = before?.fcmToken === fcmToken && isHeldBy(token, document);
  const device = { id, locale, fcmToken, registeredAt: isSame ? before.registeredAt : later(now, before) };
  const reply = { status: 200, body: view(device) };
  if (isSame) return before.locale === locale ? reply : { ...reply, writes: [writeDevice(document, device)] };

  const writes = [
    writeDevice(document, device),
    writeHolder(token, { customerId: uid, deviceId: id }),
    ...(await tokenGivenUp(deps, document, before)),
    ...(await deviceReplaced(deps, document, token)),
  ];
  // A new token under a known name is told as well: it may be another phone.
  const registered = draft(deviceRegistered, { subject: id, data: { customerId: uid, deviceId: id } });
  if (before) return { ...reply, writes, events: [registered] };
  await assertRoom(deps, uid, writes);
  return { ...reply, writes: [...writes, writeLastRegistered(last, device)], events: [registered] };
}

export async function deleteOwnDevice({ uid, params }: Request, { deps }: Context) {
  const { deviceId = '' } = params;
  const document = DEVICE_ID.test(deviceId) ? await readOne(deps, devicePath(uid, deviceId)) : undefined;
  const device = document && deviceFrom(document);
  if (!device) throw new PublicError(404, 'device.not-found');
  return { status: 204, writes: deleteDevice(document, await readOne(deps, tokenPath(device.fcmToken))) };
}

/** Never the token, which is all that one needs to push to the phone. */
function view({ id, locale, registeredAt }: Device) {
  return { id, locale, registeredAt };
}

/** The token that the device had before. */
async function tokenGivenUp(reads: Reads, document: Stored, before: Device | undefined): Promise<Write[]> {
  const token = before && (await readOne(reads, tokenPath(before.fcmToken)));
  return token && isHeldBy(token, document) ? [{ do: 'delete', read: token }] : [];
}

/** The device that had the token before. */
async function deviceReplaced(reads: Reads, document: Stored, token: Stored): Promise<Write[]> {
  const holder = holderFrom(token);
  if (!holder || isHeldBy(token, document)) return [];
  const other = await readOne(reads, devicePath(holder.customerId, holder.deviceId));
  return other.fields ? [{ do: 'delete', read: other }] : [];
}

/** Read after what every registration writes, so that a registration in between is either counted or a conflict. */
async function assertRoom(reads: Reads, uid: string, writes: readonly Write[]): Promise<void> {
  const replaced = writes.flatMap((write) => (write.do === 'delete' ? [write.read.path] : []));
  const others = (await reads.query(devicesOf(uid))).filter(({ path }) => !replaced.includes(path));
  if (others.length < DEVICES_MAX) return;
  throw new PublicError(422, 'device.too-many', `At most ${DEVICES_MAX} devices. Delete one first.`);
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
