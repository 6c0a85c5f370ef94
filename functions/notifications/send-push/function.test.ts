import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { News, TransactionNews } from '../../../shared/domain/notification.ts';
import type { PushPreferences } from '../../../shared/domain/notification-hours.ts';
import { DEFAULT_PREFERENCES } from '../../../shared/domain/notification-hours.ts';
import { notificationRequested } from '../../../shared/events/notifications.ts';
import type { Env } from '../../../shared/runtime/env.ts';
import { noTelemetry } from '../../../shared/runtime/telemetry.ts';
import { notificationPath, writeMoved, writeNotification } from '../../../shared/store/notifications.ts';
import { preferencesPath, writePreferences } from '../../../shared/store/preferences.ts';
import { aMessage, anEnv, NOW } from '../../../shared/testing/builders.ts';
import { aDevice, aPushService, registered } from '../../../shared/testing/push-service.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import forgetDevice from '../forget-device/function.ts';
import sendPush from './function.ts';

const phone = aDevice();
const purchase: TransactionNews = {
  kind: 'spending',
  means: 'card',
  status: 'pending',
  direction: 'debit',
  amountMinor: 3_200n,
  currency: 'DKK',
  description: 'Kaffebaren',
};
const frozen: News = { kind: 'security', status: 'frozen' };
const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

let service: ReturnType<typeof aPushService>;
beforeEach(() => {
  service = aPushService();
  vi.stubGlobal('fetch', service.fetch);
});
afterEach(() => void vi.unstubAllGlobals());

type Situation = {
  readonly news?: News;
  readonly preferences?: Partial<PushPreferences>;
  readonly device?: typeof phone | undefined;
  readonly now?: string;
  readonly env?: Partial<Env>;
};

const nothing = { fields: undefined, version: undefined };

/** Ann's notification, her phone and her wishes, before anything is sent. */
async function aSituation({
  news = purchase,
  preferences,
  now = NOW.toISOString(),
  env,
  ...own
}: Situation = {}) {
  const device = 'device' in own ? own.device : phone;
  const world = aWorld({
    functions: [sendPush, forgetDevice],
    env: { now: () => new Date(now), ...env },
  });
  const path = notificationPath('uid-ann', 'ntf_1');
  const notification = {
    id: 'ntf_1',
    title: 'A coffee',
    body: 'In whichever language',
    language: 'en',
    news,
    occurredAt: '2026-11-23T09:00:00.000Z',
    latestAt: '2026-11-23T09:00:00.000Z',
    read: false,
    accountId: 'acct-1',
    transactionId: 'txn_1',
  } as const;
  await world.store.commit([
    writeNotification({ path, ...nothing }, notification),
    ...(device ? registered('uid-ann', device) : []),
    ...(preferences
      ? [
          writePreferences(
            { path: preferencesPath('uid-ann'), ...nothing },
            { ...DEFAULT_PREFERENCES, ...preferences },
          ),
        ]
      : []),
  ]);
  return world;
}

function aRequested(changes: { id?: string; registeredAt?: string; notificationId?: string } = {}) {
  const { id = 'evt-1', ...own } = changes;
  const data = {
    customerId: 'uid-ann',
    notificationId: 'ntf_1',
    deviceId: 'phone',
    registeredAt: phone.registeredAt,
    ...own,
  };
  return aMessage([notificationRequested], { type: 'notification.requested', subject: 'ntf_1', id, data });
}

/** What became of one push: what was told, what was parked, what was tried again, and whether the phone is still known. */
async function sent(situation: Situation = {}, requested = aRequested()) {
  const world = await aSituation(situation);
  await world.deliver('notifications', requested);
  return outcomeOf(world);
}

function outcomeOf(world: Awaited<ReturnType<typeof aSituation>>) {
  const told = world
    .events('notifications')
    .map(({ type, data }) => [type, (data as { reason?: string }).reason].filter(Boolean).join(' '));
  return {
    told,
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
    failures: world.failures.map(({ message }) => message),
    hasDevice: 'customers/uid-ann/devices/all' in world.state(),
    phone: service.phone(phone.fcmToken),
    calls: service.calls.length,
  };
}

describe('a push', () => {
  test('is counted by what came of it, and how old its news was when the phone was told', async () => {
    const measured: unknown[][] = [];
    const pushes = { add: (...told: unknown[]) => void measured.push(told) };
    const pushAge = { record: (...told: unknown[]) => void measured.push(told) };
    const telemetry = { ...noTelemetry, measures: { ...noTelemetry.measures, pushes, pushAge } };
    await sent({ env: { telemetry } });
    await sent({
      env: { telemetry },
      preferences: { push: { spending: false, income: true, declined: true } },
    });
    await sent({ env: { telemetry }, device: undefined });
    expect(measured).toEqual([
      [1, { outcome: 'delivered' }],
      [3600, {}],
      [1, { outcome: 'switched-off' }],
      [1, { outcome: 'device-gone' }],
    ]);
  });

  test('shows the news in the phone’s language, whatever the list is in', async () => {
    const { told, phone: shown } = await sent();
    expect(told).toEqual(['notification.delivered']);
    expect(shown).toMatchObject({ arrived: 1, shows: [{ tag: 'ntf_1', title: 'Kaffebaren' }] });
    expect(shown.shows[0]?.body.replace(/\s/g, ' ')).toBe('-32,00 kr.');
  });

  test('carries ids alone as data, and is the same thing on either phone when it comes again', async () => {
    await sent();
    expect(service.calls).toEqual([
      {
        url: 'https://fcm.googleapis.com/v1/projects/demo-test/messages:send',
        authorization: 'Bearer token-of-our-own',
        message: {
          message: {
            token: 'token-of-phone',
            notification: { title: 'Kaffebaren', body: expect.any(String) },
            data: { notificationId: 'ntf_1', accountId: 'acct-1', transactionId: 'txn_1' },
            android: { priority: 'HIGH', notification: { tag: 'ntf_1' } },
            apns: { headers: { 'apns-collapse-id': 'ntf_1' } },
          },
        },
      },
    ]);
  });

  test('beside a stand-in takes the stand-in’s token, and asks Google for none', async () => {
    const accessToken = vi.fn(async () => 'secret');
    await sent({ env: { accessToken, fcm: { sendUrl: 'http://127.0.0.1:9/send', isEmulated: true } } });
    expect(service.calls).toMatchObject([{ url: 'http://127.0.0.1:9/send', authorization: 'Bearer owner' }]);
    expect(accessToken).not.toHaveBeenCalled();
  });

  test('requested by one event twice is sent once', async () => {
    const world = await aSituation();
    await world.deliver('notifications', aRequested(), aRequested());
    expect(outcomeOf(world)).toMatchObject({ calls: 1, phone: { arrived: 1 } });
  });

  test('that the push service took before we died is sent again, and the phone shows one', async () => {
    const world = await aSituation();
    service.answer(phone.fcmToken, ['cut']);
    await world.deliver('notifications', aRequested());
    expect(outcomeOf(world)).toMatchObject({
      told: ['notification.delivered'],
      phone: { arrived: 2, shows: [{ tag: 'ntf_1' }] },
    });
  });

  test('of what turned out to be another transaction tells that one, under its tag', async () => {
    const world = await aSituation();
    await world.store.commit([
      writeMoved({ path: notificationPath('uid-ann', 'ntf_0'), ...nothing }, 'ntf_1'),
    ]);
    await world.deliver('notifications', aRequested({ notificationId: 'ntf_0' }));
    expect(outcomeOf(world).phone.shows).toMatchObject([{ tag: 'ntf_1', title: 'Kaffebaren' }]);
  });

  test('of a notification that is gone is not sent', async () => {
    expect(await sent({}, aRequested({ notificationId: 'ntf_none' }))).toMatchObject({
      told: ['notification.failed notification-gone'],
      calls: 0,
    });
  });

  test('that is no push is parked, and the next one is sent', async () => {
    const world = await aSituation();
    const { data, attributes } = aRequested();
    const bent = {
      attributes,
      data: Buffer.from(
        Buffer.from(data)
          .toString()
          .replace('uid-ann', '\\u0000')
          .replace('"deviceId":"phone"', '"deviceId":7'),
      ),
    };
    await world.deliver('notifications', bent, aRequested({ id: 'evt-2' }));
    expect(outcomeOf(world)).toMatchObject({ parked: ['event.invalid'], phone: { arrived: 1 } });
  });
});

describe('a phone that is no longer there', () => {
  test('since the customer signed out is not pushed to', async () => {
    const outcome = await sent({ device: undefined }, aRequested());
    expect(outcome).toMatchObject({ told: ['notification.failed device-gone'], calls: 0 });
  });
});

test('a phone with another token by now is pushed to by that, and only that can be forgotten for it', async () => {
  const asked = aRequested({ registeredAt: '2026-11-23T08:59:59.999Z' });
  expect(await sent({}, asked)).toMatchObject({ told: ['notification.delivered'], calls: 1 });
});

describe('what is no news any more', () => {
  // It occurred at nine in the morning of the 23rd.
  test('is not pushed, however long the push service was away, and stays in the list', async () => {
    const outcome = await sent({ now: '2026-11-24T09:00:01.000Z' });
    expect(outcome).toMatchObject({ told: ['notification.failed stale'], calls: 0, hasDevice: true });
    expect((await sent({ now: '2026-11-24T09:00:00.000Z' })).told).toEqual(['notification.delivered']);
  });

  test('is pushed all the same where it is about security', async () => {
    expect((await sent({ news: frozen, now: '2026-11-26T09:00:00.000Z' })).told).toEqual([
      'notification.delivered',
    ]);
  });
});

describe('what the customer does not want', () => {
  const night = { quietHours: { from: '22:00', to: '07:00' } };
  const atNight = '2026-11-23T23:00:00.000Z'; // midnight in Copenhagen

  test('in quiet hours is not pushed, and stays in the list', async () => {
    const outcome = await sent({ preferences: night, now: atNight });
    expect(outcome).toMatchObject({ told: ['notification.failed quiet-hours'], calls: 0, hasDevice: true });
  });

  test('goes by their own clock: who has moved to New York is pushed to', async () => {
    const preferences = { ...night, timeZone: 'America/New_York' };
    expect((await sent({ preferences, now: atNight })).told).toEqual(['notification.delivered']);
    const later = '2026-11-24T03:00:00.000Z';
    expect((await sent({ preferences, now: later })).told).toEqual(['notification.failed quiet-hours']);
  });

  test('is looked at when it is sent: who changed zone a moment ago is asked by the new one', async () => {
    const world = await aSituation({ preferences: night, now: atNight });
    const [document] = await world.store.get([preferencesPath('uid-ann')]);
    if (!document) throw new Error('no preferences');
    await world.store.commit([
      writePreferences(document, { ...DEFAULT_PREFERENCES, ...night, timeZone: 'America/New_York' }),
    ]);
    await world.deliver('notifications', aRequested());
    expect(outcomeOf(world).told).toEqual(['notification.delivered']);
  });

  test.each(['spending', 'income', 'declined'] as const)(
    '%s can be switched off, and the others are pushed',
    async (kind) => {
      const preferences = { push: { ...DEFAULT_PREFERENCES.push, [kind]: false } };
      for (const other of ['spending', 'income', 'declined'] as const) {
        const { told } = await sent({ preferences, news: { ...purchase, kind: other } });
        expect(told).toEqual([
          kind === other ? 'notification.failed switched-off' : 'notification.delivered',
        ]);
      }
    },
  );

  test.each([
    ['announced', 'spending'],
    ['refused', 'declined'],
    ['returned', 'income'],
  ] as const)('of a direct debit that is %s goes by the switch of %s', async (status, kind) => {
    const direct = { kind: 'direct-debit', status, description: 'Elnet', dueOn: '2026-12-01' } as const;
    const news = { ...direct, amountMinor: 100n, currency: 'DKK' };
    const others = { spending: true, income: true, declined: true };
    const off = { push: { ...others, [kind]: false } };
    expect((await sent({ news, preferences: off })).told).toEqual(['notification.failed switched-off']);
    const on = { push: { spending: false, income: false, declined: false, [kind]: true } };
    expect((await sent({ news, preferences: on })).told).toEqual(['notification.delivered']);
  });

  test.each([
    ['rejected', 'declined'],
    ['returned', 'income'],
    ['paid-after-all', 'spending'],
  ] as const)('of a payment that is %s goes by the switch of %s', async (status, kind) => {
    const news = { kind: 'payment', status, description: 'Bo', amountMinor: 1n, currency: 'DKK' } as const;
    const others = { spending: true, income: true, declined: true };
    const off = { push: { ...others, [kind]: false } };
    expect((await sent({ news, preferences: off })).told).toEqual(['notification.failed switched-off']);
    const on = { push: { spending: false, income: false, declined: false, [kind]: true } };
    expect((await sent({ news, preferences: on })).told).toEqual(['notification.delivered']);
  });

  test('is nothing where security is concerned: it is pushed at night, and whatever is switched off', async () => {
    const preferences = { ...night, push: { spending: false, income: false, declined: false } };
    expect((await sent({ preferences, news: frozen, now: atNight })).told).toEqual([
      'notification.delivered',
    ]);
  });
});

describe('what the push service answers', () => {
  test('unregistered: the device is forgotten', async () => {
    service.answer(phone.fcmToken, [{ status: 404, errorCode: 'UNREGISTERED' }]);
    const outcome = await sent();
    expect(outcome).toMatchObject({
      told: ['notification.failed unregistered'],
      parked: [],
      hasDevice: false,
      phone: { arrived: 0 },
    });
  });

  test.each<[string, { status: number; errorCode?: string }, string]>([
    ['404 without its own word for a token that is gone', { status: 404 }, 'fcm.not-found'],
    ['400', { status: 400, errorCode: 'INVALID_ARGUMENT' }, 'fcm.invalid-argument'],
    ['400 without details', { status: 400 }, 'fcm.invalid-argument'],
    ['403 for another sender', { status: 403, errorCode: 'SENDER_ID_MISMATCH' }, 'fcm.sender-id-mismatch'],
  ])('%s: the push is parked, and the device stays', async (_, answer, reason) => {
    service.answer(phone.fcmToken, [answer]);
    expect(await sent()).toMatchObject({ told: [], parked: [reason], hasDevice: true, calls: 1 });
  });

  test('400 for the token itself: it failed, is no work for an operator, and the device stays', async () => {
    service.answer(phone.fcmToken, [
      { status: 400, errorCode: 'INVALID_ARGUMENT', field: 'message.token' },
      { status: 400, errorCode: 'INVALID_ARGUMENT', field: 'message.data' },
    ]);
    expect(await sent()).toMatchObject({
      told: ['notification.failed invalid-token'],
      parked: [],
      hasDevice: true,
    });
    expect(await sent()).toMatchObject({ parked: ['fcm.invalid-argument'], hasDevice: true });
  });

  test.each<[string, { status: number; errorCode?: string } | 'cut', string]>([
    ['401, our own token', { status: 401 }, 'fcm.status-401'],
    ['401, Apple’s key', { status: 401, errorCode: 'THIRD_PARTY_AUTH_ERROR' }, 'fcm.status-401'],
    ['403, a right that we lack', { status: 403 }, 'fcm.status-403'],
    ['500', { status: 500, errorCode: 'INTERNAL' }, 'fcm.status-500'],
    ['503', { status: 503, errorCode: 'UNAVAILABLE' }, 'fcm.status-503'],
    ['502', { status: 502 }, 'fcm.status-502'],
    ['a connection that breaks', 'cut', 'fcm.unreachable'],
  ])('%s: the push is tried again, and arrives', async (_, answer, failure) => {
    service.answer(phone.fcmToken, [answer]);
    expect(await sent()).toMatchObject({
      told: ['notification.delivered'],
      parked: [],
      failures: [failure],
      hasDevice: true,
      calls: 2,
    });
  });

  test.each([
    ['a page of a proxy’s', 200, '<html>Welcome</html>', 'fcm.unreadable-200'],
    ['half an answer', 200, '{"name": "proj', 'fcm.unreadable-200'],
    ['a proxy’s own 404', 404, 'Not Found', 'fcm.unreadable-404'],
    ['a 404 that only looks like ours', 404, '{"errorCode":"UNREGISTERED"}', 'fcm.unreadable-404'],
  ])('%s: the push is tried again, and no device goes', async (_, status, body, failure) => {
    const answers = [{ status, headers: new Headers(), text: async () => body } as Response];
    vi.stubGlobal(
      'fetch',
      async (...call: Parameters<typeof fetch>) => answers.shift() ?? service.fetch(...call),
    );
    expect(await sent()).toMatchObject({
      told: ['notification.delivered'],
      failures: [failure],
      hasDevice: true,
    });
  });

  test('unregistered in another’s words removes no device', async () => {
    const details = [{ '@type': FCM_ERROR.replace('FcmError', 'Other'), errorCode: 'UNREGISTERED' }];
    const body = JSON.stringify({ error: { code: 404, status: 'NOT_FOUND', details } });
    vi.stubGlobal('fetch', async () => ({ status: 404, headers: new Headers(), text: async () => body }));
    expect(await sent()).toMatchObject({ told: [], parked: ['fcm.not-found'], hasDevice: true });
  });

  test('nothing of what it says, and no token, stands in an error or an event', async () => {
    service.answer(phone.fcmToken, [{ status: 500 }, { status: 400, errorCode: 'INVALID_ARGUMENT' }]);
    const world = await aSituation();
    await world.deliver('notifications', aRequested());
    const told = JSON.stringify([
      world.events('notifications'),
      world.failures.map((error) => [error.message, { ...error }]),
    ]);
    expect(told).not.toMatch(/token-of|Kaffebaren|stand-in/);
  });
});

describe('a push service that asks for a pause', () => {
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

  /** Two pushes by one instance, the second so many seconds after the first was refused: whether it was tried. */
  async function isTriedAfter(
    seconds: number,
    answer: { status: number; retryAfter?: number | string },
  ): Promise<boolean> {
    let now = NOW;
    const { store } = await aSituation({ news: frozen });
    const receive = sendPush.start(anEnv({ platform: store, now: () => now }), {});
    service.answer(phone.fcmToken, [answer]);
    await expect(receive(aRequested())).rejects.toThrow(`fcm.status-${answer.status}`);
    const before = service.calls.length;
    now = at(seconds);
    await receive(aRequested({ id: 'evt-2' })).catch((error: Error) =>
      expect(error.message).toBe('fcm.paused'),
    );
    return service.calls.length > before;
  }

  test.each<[string, { status: number; retryAfter?: number | string }, number, boolean]>([
    ['30 seconds', { status: 429, retryAfter: 30 }, 29, false],
    ['30 seconds', { status: 429, retryAfter: 30 }, 31, true],
    ['30 seconds, unavailable', { status: 503, retryAfter: 30 }, 29, false],
    [
      'until a date',
      { status: 503, retryAfter: new Date(NOW.getTime() + 120_000).toUTCString() },
      119,
      false,
    ],
    ['until a date', { status: 503, retryAfter: new Date(NOW.getTime() + 120_000).toUTCString() }, 121, true],
    ['a quota that names no pause', { status: 429 }, 59, false],
    ['a quota that names no pause', { status: 429 }, 61, true],
    ['no pause at all, unavailable', { status: 503 }, 1, true],
    ['years, which are a day', { status: 429, retryAfter: 99_999_999 }, 86_402, true],
    ['a header that is none', { status: 429, retryAfter: 'soon' }, 59, false],
  ])('%s: %j, and after %i s it is called: %s', async (_, answer, seconds, is) => {
    expect(await isTriedAfter(seconds, answer)).toBe(is);
  });
});

test('a push service that does not answer is given up after ten seconds, and so is our own token', async () => {
  vi.useFakeTimers();
  try {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException('late', 'TimeoutError')), milliseconds);
      return controller.signal;
    });
    const never = async (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });
    for (const [fetch, env, code] of [
      [never, {}, 'fcm.unreachable'],
      [service.fetch, { accessToken: () => new Promise<string>(() => {}) }, 'fcm.no-access-token'],
    ] as const) {
      vi.stubGlobal('fetch', fetch);
      const world = await aSituation();
      const receiving = sendPush.start(anEnv({ platform: world.store, ...env }), {})(aRequested());
      const failed = expect(receiving).rejects.toThrow(code);
      await vi.advanceTimersByTimeAsync(10_000);
      await failed;
    }
    timeout.mockRestore();
  } finally {
    vi.useRealTimers();
  }
});

test('a push that is delivered twice at once arrives once', async () => {
  const world = await aSituation();
  const receive = sendPush.start(anEnv({ platform: world.store }), {});
  const requested = aRequested();
  await Promise.all([receive(requested), receive(requested)]);
  expect(service.phone(phone.fcmToken).arrived).toBe(1);
});
