import { phones } from '../../local/phones.ts';
import type { RawRequest } from '../runtime/declared.ts';
import { type Device, devicesPath, tokenPath, writeDevices, writeHolder } from '../store/devices.ts';
import type { Fields, Write } from '../store/document.ts';
import { NO_BANK, NOW } from './builders.ts';

/** A phone of `uid-ann`'s in Danish, registered an hour ago, unless told otherwise. */
export function aDevice(changes: Partial<Device> = {}): Device {
  const { id = 'phone' } = changes;
  const registeredAt = new Date(NOW.getTime() - 3_600_000).toISOString();
  return { id, locale: 'da-DK', registeredAt, fcmToken: `token-of-${id}`, ...changes };
}

/** The writes that register these devices, behind the API's back. */
export function registered(customerId: string, ...devices: readonly Device[]): Write[] {
  return [...devicesOf(customerId, ...devices)].map(([path, fields]) => ({ do: 'create', path, fields }));
}

/** The documents of these devices. */
export function devicesOf(customerId: string, ...devices: readonly Device[]): Map<string, Fields> {
  const nothing = { fields: undefined, version: undefined };
  const writes = [
    writeDevices({ path: devicesPath(customerId), ...nothing }, devices),
    ...devices.map(({ id, fcmToken }) =>
      writeHolder({ path: tokenPath(fcmToken), ...nothing }, { customerId, deviceId: id }),
    ),
  ];
  return new Map(writes.flatMap((write) => (write.do === 'create' ? [[write.path, write.fields]] : [])));
}

/** The push service and every phone behind it, in memory: its `fetch` takes the place of Node's. */
export function aPushService() {
  const service = phones();
  const calls: { url: string; authorization: string | null; message: unknown }[] = [];

  async function fetch(url: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response> {
    // A bank that knows nobody: there is nothing to compare.
    if (String(url).startsWith(NO_BANK)) return { status: 404, text: async () => '' } as Response;
    const message = JSON.parse(String(init?.body)) as unknown;
    calls.push({ url: String(url), authorization: new Headers(init?.headers).get('authorization'), message });
    const answer = service.send(message, NOW);
    if (answer === 'cut') throw new TypeError('fetch failed');
    const { status, body } = answer;
    // Read without a stream, so that a world that counts its turns need not wait for one.
    return {
      status,
      headers: new Headers(answer.headers),
      text: async () => JSON.stringify(body),
    } as Response;
  }

  return { ...service, fetch, calls: calls as readonly (typeof calls)[number][] };
}

/** A body as an app sends it. */
export function json(body: unknown): Partial<Pick<RawRequest, 'headers' | 'rawBody'>> {
  return { headers: { 'content-type': 'application/json' }, rawBody: Buffer.from(JSON.stringify(body)) };
}
