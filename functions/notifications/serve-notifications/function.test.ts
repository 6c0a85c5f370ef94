import { describe, expect, test } from 'vitest';
import type { TransactionNews } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { devicesFrom, devicesPath, tokenPath } from '../../../shared/store/devices.ts';
import { notificationPath, writeMoved, writeNotification } from '../../../shared/store/notifications.ts';
import { aRequest, NOW } from '../../../shared/testing/builders.ts';
import { json } from '../../../shared/testing/push-service.ts';
import { ALL_FAULTS, aWorld, STORMY } from '../../../shared/testing/world.ts';
import serveNotifications from './function.ts';

type Item = Readonly<Record<string, unknown>> & { readonly id: string };
type Page = { readonly items: readonly Item[]; readonly nextCursor?: string };

const nothing = { fields: undefined, version: undefined };
const news: TransactionNews = {
  kind: 'spending',
  means: 'card',
  status: 'pending',
  direction: 'debit',
  amountMinor: 3_200n,
  currency: 'DKK',
  description: 'Kaffebaren',
};

function served(settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const world = aWorld({ functions: [serveNotifications], ...settings });
  const ask = (method: string, path: string, uid = 'uid-ann', sent: ReturnType<typeof json> = {}) =>
    world.ask(serveNotifications, aRequest(method, `/v1${path}`, uid, sent));
  return {
    world,
    ask,
    put: (path: string, body: unknown, uid?: string) => ask('PUT', path, uid, json(body)),
    page: async (path: string, headers = {}) => (await ask('GET', path, 'uid-ann', { headers })).body as Page,
    /** Of `uid-ann`'s, at this minute of the hour. */
    tell: (id: string, minute = 0, uid = 'uid-ann') =>
      world.store.commit([
        writeNotification(
          { path: notificationPath(uid, id), ...nothing },
          {
            id,
            ...textOf(news, 'da-DK'),
            news,
            occurredAt: new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString(),
            latestAt: new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString(),
            read: false,
            accountId: 'acct-1',
            transactionId: 'txn_1',
          },
        ),
      ]),
    registered: () =>
      new Set(world.events('customers').map(({ id, data }) => `${id} ${JSON.stringify(data)}`)).size,
    paths: () => Object.keys(world.state()),
  };
}

const problemOf = ({ status, body }: { status: number; body?: unknown }) =>
  `${status} ${(body as { code?: string } | undefined)?.code}`;

describe('the list of notifications', () => {
  test('shows what, of which transaction, and whether it was read', async () => {
    const { tell, page } = served();
    await tell('ntf_1');
    expect(await page('/notifications')).toEqual({
      items: [
        {
          id: 'ntf_1',
          kind: 'spending',
          title: 'Kaffebaren',
          body: '-32,00\u00a0kr.',
          occurredAt: '2026-11-23T09:00:00.000Z',
          read: false,
          accountId: 'acct-1',
          transactionId: 'txn_1',
        },
      ],
    });
  });

  test('is newest first, page by page, with nothing twice and nothing left out', async () => {
    const { tell, page } = served();
    for (let n = 1; n <= 5; n += 1) await tell(`ntf_${n}`, Math.floor(n / 2)); // some at the same moment
    const first = await page('/notifications?limit=2');
    const second = await page(`/notifications?limit=2&cursor=${first.nextCursor}`);
    const third = await page(`/notifications?limit=2&cursor=${second.nextCursor}`);
    expect([first, second, third].map(({ items }) => items.map(({ id }) => id))).toEqual([
      ['ntf_5', 'ntf_4'],
      ['ntf_3', 'ntf_2'],
      ['ntf_1'],
    ]);
    expect(third.nextCursor).toBeUndefined();
  });

  test.each([
    ['da;q=0.5, sv-SE', '−32,00 Dkr'],
    ['fr, en-GB;q=0.8', '-DKK 32.00'],
    ['fr, de', '-32,00 kr.'],
    ['sv;q=0', '-32,00 kr.'],
    ['*', '-32,00 kr.'],
    ['\u0000;;,,q=', '-32,00 kr.'],
  ])('is in the language asked for, else as it was told: %j', async (language, body) => {
    const { tell, page } = served();
    await tell('ntf_1');
    const { items } = await page('/notifications', { 'accept-language': language });
    expect(String(items[0]?.body).replace(/\s/g, ' ')).toBe(body);
  });

  test('leaves out what turned out to be another’s', async () => {
    const { tell, page, world } = served();
    await tell('ntf_1');
    await world.store.commit([
      writeMoved({ path: notificationPath('uid-ann', 'ntf_0'), ...nothing }, 'ntf_1'),
    ]);
    expect((await page('/notifications')).items).toHaveLength(1);
  });

  test('is empty for who has none, and another’s is not in it', async () => {
    const { tell, page } = served();
    await tell('ntf_1', 0, 'uid-bo');
    expect(await page('/notifications')).toEqual({ items: [] });
  });

  test.each(['limit=0', 'limit=101', 'limit=ten', 'cursor=', 'cursor=abc', `cursor=${txnCursor()}`])(
    'is refused for %s',
    async (query) => {
      expect((await served().ask('GET', `/notifications?${query}`)).status).toBe(400);
    },
  );

  test('is nobody’s without a token', async () => {
    expect(problemOf(await served().ask('GET', '/notifications', ''))).toBe('401 token.missing');
  });
});

/** A cursor of another list. */
function txnCursor(): string {
  return Buffer.from(JSON.stringify(['2026-11-23T09:00:00.000Z', 'txn_1'])).toString('base64url');
}

describe('a notification', () => {
  test('is read once, however often it is said to be', async () => {
    const { tell, ask, page } = served();
    await tell('ntf_1');
    for (let n = 0; n < 2; n += 1) expect((await ask('PUT', '/notifications/ntf_1/read')).status).toBe(204);
    expect((await page('/notifications')).items).toMatchObject([{ read: true }]);
  });

  test('that has moved is read where it went', async () => {
    const { tell, ask, page, world } = served();
    await tell('ntf_1');
    await world.store.commit([
      writeMoved({ path: notificationPath('uid-ann', 'ntf_0'), ...nothing }, 'ntf_1'),
    ]);
    expect((await ask('PUT', '/notifications/ntf_0/read')).status).toBe(204);
    expect((await page('/notifications')).items).toMatchObject([{ id: 'ntf_1', read: true }]);
  });

  test.each(['ntf_2', 'ntf_none', 'a.b', 'txn_1', '%2E%2E%2Finbox', 'ntf_%00'])(
    'that is not the caller’s, or is none, is not found: %s',
    async (id) => {
      const { tell, ask, paths } = served();
      await tell('ntf_2', 0, 'uid-bo');
      const before = paths();
      expect(problemOf(await ask('PUT', `/notifications/${id}/read`))).toBe('404 notification.not-found');
      expect(paths()).toEqual(before);
    },
  );
});

describe('a device', () => {
  const mine = { fcmToken: 'token-1', locale: 'da-DK' };

  test('is registered, and is told to others once', async () => {
    const { put, page, registered } = served();
    const { status, body } = await put('/devices/phone', mine);
    const view = { id: 'phone', locale: 'da-DK', registeredAt: NOW.toISOString() };
    expect({ status, body }).toEqual({ status: 200, body: view });
    expect((await page('/devices')).items).toEqual([view]);
    expect(registered()).toBe(1);
  });

  test('that registers again as it was is the same device; with another language, too', async () => {
    const { put, page, registered } = served();
    await put('/devices/phone', mine);
    await put('/devices/phone', mine);
    await put('/devices/phone', { ...mine, locale: 'sv-SE' });
    expect((await page('/devices')).items).toEqual([
      { id: 'phone', locale: 'sv-SE', registeredAt: NOW.toISOString() },
    ]);
    expect(registered()).toBe(1);
  });

  test('with another token was registered later, also within a moment, and its old token is nobody’s', async () => {
    const { put, page, registered, paths } = served();
    await put('/devices/phone', mine);
    await put('/devices/phone', { ...mine, fcmToken: 'token-2' });
    expect((await page('/devices')).items).toMatchObject([{ registeredAt: '2026-11-23T10:00:00.001Z' }]);
    // Told each time: under a known name it may be another phone.
    expect(registered()).toBe(2);
    expect(paths()).toContain(tokenPath('token-2'));
    expect(paths()).not.toContain(tokenPath('token-1'));
  });

  test('whose phone changes hands is the new customer’s alone', async () => {
    const { put, ask, page } = served();
    await put('/devices/phone', mine);
    await put('/devices/phone', mine, 'uid-bo');
    expect((await page('/devices')).items).toEqual([]);
    expect((await ask('GET', '/devices', 'uid-bo')).body).toMatchObject({ items: [{ id: 'phone' }] });
  });

  test('that two customers register at once, on whatever day, is one’s', async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const { put, world } = served({ seed, faults: ALL_FAULTS, weather: STORMY });
      await Promise.allSettled([
        put('/devices/a', mine),
        put('/devices/b', mine, 'uid-bo'),
        put('/devices/c', mine),
      ]);
      const devices = ['uid-ann', 'uid-bo'].flatMap((customerId) =>
        devicesFrom({ path: '', fields: world.state()[devicesPath(customerId)], version: undefined }).map(
          ({ id: deviceId }) => ({ customerId, deviceId }),
        ),
      );
      expect([seed, devices.length <= 1]).toEqual([seed, true]);
      const holder = world.state()[tokenPath('token-1')];
      if (holder)
        expect(devices).toMatchObject([{ customerId: holder.customerId, deviceId: holder.deviceId }]);
    }
  });

  test('that is signed out is forgotten with its token, and then not found', async () => {
    const { put, ask, paths } = served();
    await put('/devices/phone', mine);
    expect((await ask('DELETE', '/devices/phone')).status).toBe(204);
    expect(paths().filter((path) => /devices|pushTokens/.test(path))).toEqual([]);
    expect(problemOf(await ask('DELETE', '/devices/phone'))).toBe('404 device.not-found');
  });

  test('of another is not the caller’s to sign out', async () => {
    const { put, ask, paths } = served();
    await put('/devices/phone', mine, 'uid-bo');
    const before = paths();
    expect(problemOf(await ask('DELETE', '/devices/phone'))).toBe('404 device.not-found');
    expect(paths()).toEqual(before);
  });

  test('is one of twenty at most, also when thirty come at once', async () => {
    const { put, page, ask } = served();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => put(`/devices/d${n}`, { ...mine, fcmToken: `token-${n}` })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(new Set(answers.map(problemOf))).toEqual(new Set(['200 undefined', '422 device.too-many']));
    const [known] = (await page('/devices')).items;
    expect((await put(`/devices/${known?.id}`, { ...mine, fcmToken: 'another' })).status).toBe(200);
    await ask('DELETE', `/devices/${known?.id}`);
    expect((await put('/devices/one-more', { ...mine, fcmToken: 'one-more' })).status).toBe(200);
  });

  test('on a phone that had another id takes its place, also as the twentieth', async () => {
    const { put, page } = served();
    for (let n = 0; n < 20; n += 1) await put(`/devices/d${n}`, { ...mine, fcmToken: `token-${n}` });
    expect((await put('/devices/reinstalled', { ...mine, fcmToken: 'token-7' })).status).toBe(200);
    const ids = (await page('/devices')).items.map(({ id }) => id);
    expect(ids).toHaveLength(20);
    expect(ids).not.toContain('d7');
  });

  test.each<[string, unknown, string]>([
    ['no token', { locale: 'da' }, 'fcmToken'],
    ['a token with spaces', { ...mine, fcmToken: 'se cret' }, 'fcmToken'],
    ['a token that is too long', { ...mine, fcmToken: 'x'.repeat(4097) }, 'fcmToken'],
    ['no locale', { fcmToken: 'secret' }, 'locale'],
    ['a locale that is none', { fcmToken: 'secret', locale: 'secret_locale' }, 'locale'],
    ['a field too many', { ...mine, urgent: 'secret' }, 'The body: a field that is not known, urgent'],
    ['a list', [], 'The body'],
  ])('with %s is refused, with where and why, and without what was sent', async (_, body, where) => {
    const { put, paths } = served();
    const answer = await put('/devices/phone', body);
    expect(problemOf(answer)).toBe('422 body.invalid');
    expect((answer.body as { detail: string }).detail).toContain(where);
    expect(JSON.stringify(answer)).not.toMatch(/secret|se cret|xxxx/);
    expect(paths()).toEqual([]);
  });

  test('in what is no JSON is refused', async () => {
    const { ask, paths } = served();
    for (const rawBody of [Buffer.from('{'), Buffer.from([0xff, 0xfe]), Buffer.alloc(0)]) {
      expect(problemOf(await ask('PUT', '/devices/phone', 'uid-ann', { rawBody }))).toBe('400 body.not-json');
    }
    expect(paths()).toEqual([]);
  });

  test.each(['a%20b', 'x'.repeat(65), 'a.b', 'a%2Fb'])('has a plain id: not %s', async (id) => {
    expect(problemOf(await served().put(`/devices/${id}`, mine))).toBe('422 device.id-invalid');
  });
});

describe('a customer’s wishes', () => {
  const wishes = {
    timeZone: 'America/New_York',
    quietHours: { from: '22:00', to: '07:00' },
    push: { spending: true, income: false, declined: true },
  };

  test('are everything at any time, on Copenhagen’s clock, until they say otherwise', async () => {
    const { status, body } = await served().ask('GET', '/preferences');
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        timeZone: 'Europe/Copenhagen',
        quietHours: null,
        push: { spending: true, income: true, declined: true },
      },
    });
  });

  test('are replaced whole, and are their own', async () => {
    const { put, ask } = served();
    expect((await put('/preferences', wishes)).status).toBe(200);
    expect((await ask('GET', '/preferences')).body).toEqual(wishes);
    await put('/preferences', { ...wishes, quietHours: null });
    expect((await ask('GET', '/preferences')).body).toEqual({ ...wishes, quietHours: null });
    expect((await ask('GET', '/preferences', 'uid-bo')).body).toMatchObject({
      timeZone: 'Europe/Copenhagen',
    });
  });

  test.each<[string, object, string]>([
    ['a zone that is none', { ...wishes, timeZone: 'Secret/Place' }, 'timeZone: an IANA time zone'],
    ['an offset', { ...wishes, timeZone: '+01:00' }, 'timeZone: an IANA time zone'],
    [
      'a quarter past 24',
      { ...wishes, quietHours: { from: '24:15', to: '07:00' } },
      'quietHours.from: a time as in 22:00',
    ],
    [
      'hours that are none or all',
      { ...wishes, quietHours: { from: '07:00', to: '07:00' } },
      'quietHours: from and to differ',
    ],
    [
      'security switched off',
      { ...wishes, push: { ...wishes.push, security: false } },
      'push: a field that is not known',
    ],
    ['half of them', { timeZone: 'UTC' }, 'quietHours'],
  ])('with %s are refused, and stay as they were', async (_, body, detail) => {
    const { put, ask } = served();
    await put('/preferences', wishes);
    const answer = await put('/preferences', body);
    expect(problemOf(answer)).toBe('422 body.invalid');
    expect((answer.body as { detail: string }).detail).toContain(detail);
    expect(JSON.stringify(answer)).not.toMatch(/Secret|24:15/);
    expect((await ask('GET', '/preferences')).body).toEqual(wishes);
  });
});
