import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FcmStandIn, startFcm } from './fcm.ts';

let fcm: FcmStandIn;
beforeAll(async () => {
  fcm = await startFcm(0);
});
afterAll(() => fcm.stop());

const message = {
  message: {
    token: 'a token/1',
    notification: { title: 'Kaffebaren', body: '-32,00 kr.' },
    data: {},
    android: { priority: 'HIGH', notification: { tag: 'ntf_1' } },
    apns: { headers: { 'apns-collapse-id': 'ntf_1' } },
  },
};
const TOKEN = encodeURIComponent('a token/1');

function call(path: string, options: RequestInit = {}): Promise<Response> {
  return fetch(fcm.url + path, options);
}

function send(authorization = 'Bearer owner', body = JSON.stringify(message)): Promise<Response> {
  return call('/v1/projects/demo/messages:send', { method: 'POST', headers: { authorization }, body });
}

test('takes a message as FCM does, and shows it on the phone', async () => {
  const answer = await send();
  expect(answer.status).toBe(200);
  expect(await answer.json()).toHaveProperty('name');
  expect(await (await call(`/_phones/${TOKEN}`)).json()).toMatchObject({
    arrived: 1,
    shows: [{ tag: 'ntf_1', title: 'Kaffebaren', body: '-32,00 kr.' }],
  });
});

test('breaks the connection once it has taken the message, when it is told to', async () => {
  await call(`/_answers/${TOKEN}`, {
    method: 'PUT',
    body: JSON.stringify(['cut', { status: 503, retryAfter: 5 }]),
  });
  await expect(send()).rejects.toThrow('fetch failed');
  const second = await send();
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await (await call(`/_phones/${TOKEN}`)).json()).toMatchObject({ arrived: 2 });
});

test.each([
  ['another’s token', () => send('Bearer somebody'), 401],
  ['what is no JSON', () => send('Bearer owner', '{'), 400],
  ['another address', () => call('/v1/projects/demo/messages'), 404],
  [
    'an answer that is none',
    () => call(`/_answers/${TOKEN}`, { method: 'PUT', body: '[{"status":"no"}]' }),
    400,
  ],
])('refuses %s', async (_, act, status) => {
  expect((await act()).status).toBe(status);
});
