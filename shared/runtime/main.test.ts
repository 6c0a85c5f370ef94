import type { Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import receiveBankWebhook from '../../functions/bank/receive-bank-webhook/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { PublicError } from '../errors.ts';
import { kind } from '../events/event.ts';
import { openPlatform } from '../platform/transport.ts';
import { silentLog, TRACEPARENT, WEBHOOK_SECRET } from '../testing/builders.ts';
import type { DeclaredFunction, EventFunction, RequestFunction, ScheduleFunction } from './declared.ts';
import type { Env } from './env.ts';
import { pushIdentity } from './identity.ts';
import { openLog } from './log.ts';
import { serve } from './main.ts';

vi.mock('./log.ts', { spy: true });
vi.mock('./identity.ts', { spy: true });
vi.mock('../platform/transport.ts', { spy: true });

const PROJECT = { GOOGLE_CLOUD_PROJECT: 'demo-counterfoil' };
const PROCESSOR = { SANDBOX_PROCESSOR_WEBHOOK_SECRETS: WEBHOOK_SECRET };
const SECRETS = { SANDBOX_WEBHOOK_SECRETS: WEBHOOK_SECRET, ...PROCESSOR };
const CHECKED = { PUSH_TOKEN_CHECKED_BY: 'cloud-run' };
const OWN_TOKEN = {
  PUSH_TOKEN_AUDIENCE: 'https://say-things',
  PUSH_TOKEN_EMAIL: 'push@demo-counterfoil.iam.gserviceaccount.com',
};

const running: Server[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What a process that starts so says of it before it ends; in this one, so that many can be tried. */
function refused(fn: DeclaredFunction, variables: Record<string, string>): string[] {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`ended with ${code}`);
  });
  expect(() => serve(fn, variables)).toThrow('ended with 1');
  const { severity, message } = JSON.parse(String(said.mock.lastCall?.[0])) as {
    severity: string;
    message: string;
  };
  expect(severity).toBe('CRITICAL');
  return message.replace('These environment variables are missing or wrong: ', '').split(', ').sort();
}

/** The function behind its server, as in a process of its own. */
async function listening(fn: DeclaredFunction, variables: NodeJS.ProcessEnv = {}) {
  const lines: object[] = [];
  vi.mocked(openLog).mockReturnValue({ ...silentLog, info: (...line) => lines.push(line) });
  vi.spyOn(process, 'once').mockReturnValue(process); // nobody's SIGTERM is ours
  const listen = vi.spyOn(NetServer.prototype, 'listen');
  serve(fn, { PORT: '0', HOST: '127.0.0.1', ...PROJECT, ...CHECKED, ...variables });
  const server = listen.mock.contexts.at(-1) as Server;
  running.push(server);
  await vi.waitFor(() => expect(server.listening).toBe(true));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lines };
}

const declared = { publishes: [], impact: 'None: a test.', config: z.object({}) };

function asking(respond: ReturnType<RequestFunction['start']>, name = 'serve-things'): RequestFunction {
  return {
    ...declared,
    name,
    trigger: 'request',
    caller: 'bank',
    routes: [],
    onceRoutes: [],
    start: () => respond,
  };
}

function hearing(receive: ReturnType<EventFunction['start']>, name = 'say-things'): EventFunction {
  const on = [kind('thing.happened', 'customers', z.object({}))] as const;
  return { ...declared, name, trigger: 'event', on, prefix: undefined, start: () => receive };
}

/** What the runtime gives to a function's handlers. */
async function given(variables: Record<string, string>): Promise<Env> {
  let env: Env | undefined;
  const fn = {
    ...asking(async () => ({ status: 204 }), 'serve-env'),
    start(given: Env) {
      env = given;
      return async () => ({ status: 204 });
    },
  };
  await listening(fn, variables);
  if (!env) throw new Error('it was not started');
  return env;
}

describe('a process that is configured wrongly does not start', () => {
  test('it names every wrong variable once', () => {
    expect(refused(recordTransaction, { PORT: 'hunter2', BALANCE_SHARDS: 'hunter3' })).toEqual([
      'BALANCE_SHARDS',
      'GOOGLE_CLOUD_PROJECT',
      'PORT',
      'PUSH_TOKEN_AUDIENCE',
      'PUSH_TOKEN_EMAIL',
    ]);
  });

  test.each(['', 'hunter2', '0x1f90', '8e3', '-1', '80.5', ' 8080', '8080 ', '65536', '123456'])(
    'a port of %j is none',
    (PORT) => {
      expect(refused(receiveBankWebhook, { ...PROJECT, ...SECRETS, PORT })).toEqual(['PORT']);
    },
  );

  test.each([
    ['GOOGLE_CLOUD_PROJECT', ''],
    ['PUSH_TOKEN_AUDIENCE', ''],
    ['PUSH_TOKEN_EMAIL', 'hunter2'],
    ['PUSH_TOKEN_KEYS_URL', 'hunter2'],
  ])('%s of %j is none', (name, value) => {
    expect(refused(recordTransaction, { ...PROJECT, ...OWN_TOKEN, [name]: value })).toEqual([name]);
  });

  test('nor does one whose push token is checked by nobody that we know', () => {
    const variables = { ...PROJECT, PUSH_TOKEN_CHECKED_BY: 'nobody' };
    expect(refused(recordTransaction, variables)).toContain('PUSH_TOKEN_CHECKED_BY');
    expect(refused(recordTransaction, { ...variables, ...OWN_TOKEN })).toEqual(['PUSH_TOKEN_CHECKED_BY']);
  });

  test('a secret that is missing is named', () => {
    expect(refused(receiveBankWebhook, { ...PROJECT, ...PROCESSOR })).toEqual(['SANDBOX_WEBHOOK_SECRETS']);
  });

  test.each([
    ['an empty secret in a list', `${WEBHOOK_SECRET},`],
    ['a secret that is too short', 'whsec_YQ=='],
    ['a secret without its prefix', WEBHOOK_SECRET.replace('whsec_', '')],
  ])('%s is refused, and by its variable’s name', (_, secrets) => {
    const variables = { ...PROJECT, ...PROCESSOR, SANDBOX_WEBHOOK_SECRETS: secrets };
    expect(refused(receiveBankWebhook, variables)).toEqual(['SANDBOX_WEBHOOK_SECRETS']);
  });

  test.each([
    'FIRESTORE_EMULATOR_HOST',
    'PUBSUB_EMULATOR_HOST',
    'FIREBASE_AUTH_EMULATOR_HOST',
    'FCM_EMULATOR_HOST',
    'NEW_EMULATOR_HOST',
  ])('in production %s must not be there', (emulator) => {
    const production = { ...PROJECT, ...CHECKED, K_SERVICE: 'record-transaction' };
    expect(refused(recordTransaction, { ...production, [emulator]: '127.0.0.1:8480' })).toEqual([emulator]);
  });
});

describe('a process that listens', () => {
  test('does so on 8080 for everybody, as its platform expects, and logs under its name and revision', () => {
    const listen = vi.spyOn(NetServer.prototype, 'listen').mockReturnThis();
    vi.spyOn(process, 'once').mockReturnValue(process);
    serve(
      asking(async () => ({ status: 204 })),
      PROJECT,
    );
    expect(listen.mock.calls[0]?.slice(0, 2)).toEqual([8080, '0.0.0.0']);
    expect(openPlatform).toHaveBeenLastCalledWith(expect.objectContaining({ projectId: 'demo-counterfoil' }));
    const names = { project: 'demo-counterfoil', function: 'serve-things', revision: 'local' };
    expect(openLog).toHaveBeenLastCalledWith(names);
  });

  test('does so on the port that it is told', () => {
    const listen = vi.spyOn(NetServer.prototype, 'listen').mockReturnThis();
    vi.spyOn(process, 'once').mockReturnValue(process);
    serve(
      asking(async () => ({ status: 204 })),
      { ...PROJECT, PORT: '65535' },
    );
    expect(listen.mock.calls[0]?.[0]).toBe(65_535);
  });

  test('says so, once', async () => {
    const { lines } = await listening(asking(async () => ({ status: 204 })));
    expect(lines).toEqual([[{ port: 0 }, 'listening']]);
  });

  test('in production, with the variable of an emulator there but empty, takes no unsigned token', async () => {
    const { identify } = await given({ K_SERVICE: 'serve-env', FIREBASE_AUTH_EMULATOR_HOST: '' });
    await expect(identify(`Bearer ${unsignedToken()}`)).rejects.toThrow('token.invalid');
  });

  test('beside an Auth emulator takes its unsigned tokens, for its own project', async () => {
    const { identify } = await given({ FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' });
    expect(await identify(`Bearer ${unsignedToken()}`)).toMatchObject({ uid: 'uid-ann' });
    await expect(identify(`Bearer ${unsignedToken('other')}`)).rejects.toThrow('token.invalid');
  });

  test('sends pushes to Google’s own address, or to the stand-in that it is told of', async () => {
    const path = '/v1/projects/demo-counterfoil/messages:send';
    const [real, standIn] = [await given({}), await given({ FCM_EMULATOR_HOST: '127.0.0.1:8460' })];
    expect(real.fcm).toEqual({ sendUrl: `https://fcm.googleapis.com${path}`, isEmulated: false });
    expect(standIn.fcm).toEqual({ sendUrl: `http://127.0.0.1:8460${path}`, isEmulated: true });
  });

  test('has the clock of its machine, and waits as long as it is asked to', async () => {
    const { now, sleep } = await given({});
    vi.useFakeTimers({ now: new Date('2026-11-23T10:00:00.000Z') });
    const woken = sleep(1500).then(() => now().toISOString());
    await vi.advanceTimersByTimeAsync(1500);
    expect(await woken).toBe('2026-11-23T10:00:01.500Z');
  });
});

function unsignedToken(project = 'demo-counterfoil') {
  const token = new UnsecuredJWT({}).setSubject('uid-ann').setAudience(project).setIssuedAt();
  return token.setIssuer(`https://securetoken.google.com/${project}`).setExpirationTime('1h').encode();
}

describe('a request', () => {
  test('reaches its function as it was sent: method, address, headers, bytes, and its trace', async () => {
    const respond = vi.fn(async () => ({ status: 201, headers: { location: '/things/1' }, body: { id: 1 } }));
    const { url } = await listening(asking(respond));
    const answer = await fetch(`${url}/v1/things?name=%C3%A5`, {
      method: 'PUT',
      headers: [
        ['X-Name', 'Ann'],
        ['traceparent', TRACEPARENT],
      ],
      body: ' {"a": 1}',
    });
    expect(respond).toHaveBeenCalledWith({
      method: 'PUT',
      url: '/v1/things?name=%C3%A5',
      headers: expect.objectContaining({ 'x-name': 'Ann', traceparent: TRACEPARENT }),
      rawBody: Buffer.from(' {"a": 1}'),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/things/1');
    expect(await answer.json()).toEqual({ id: 1 });
  });

  test('may have 1 MiB and not a byte more, and needs no push token', async () => {
    const { url } = await listening(
      asking(async () => ({ status: 204 })),
      { PUSH_TOKEN_CHECKED_BY: 'nobody' },
    );
    const sent = (bytes: number) => fetch(url, { method: 'POST', body: Buffer.alloc(bytes) });
    expect((await sent(1_048_576)).status).toBe(204);
    expect((await sent(1_048_577)).status).toBe(413);
  });
});

describe('a push', () => {
  const pushed = (url: string, body: object | string, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });

  test('is handed on with its bytes and attributes, also without either', async () => {
    const receive = vi.fn(async () => {});
    const { url } = await listening(hearing(receive));
    const publishTime = '2026-11-23T09:59:58.500Z';
    const message = { messageId: '1', data: 'YQ==', attributes: { type: 'a.b' }, publishTime };
    expect((await pushed(url, { message, subscription: 's', deliveryAttempt: 3 })).status).toBe(204);
    const bent = { messageId: '2', publishTime: 'soon' };
    expect((await pushed(url, { message: bent, deliveryAttempt: 'often' })).status).toBe(204);
    expect(receive.mock.calls).toEqual([
      [
        {
          data: Buffer.from('a'),
          attributes: { type: 'a.b' },
          publishedAt: new Date(publishTime),
          deliveryAttempt: 3,
        },
      ],
      [{ data: Buffer.alloc(0), attributes: {} }],
    ]);
  });

  test.each([
    ['no JSON', '{"message":'],
    ['nothing', 'null'],
    ['without a message', {}],
    ['with another message', { message: 7 }],
    ['with bytes in no base64', { message: { data: 'not base64!' } }],
  ])('that is %s is refused, without telling why', async (_, body) => {
    const receive = vi.fn(async () => {});
    const { url } = await listening(hearing(receive));
    const answer = await pushed(url, body);
    expect({ status: answer.status, ...((await answer.json()) as object) }).toMatchObject({
      status: 400,
      code: 'push.invalid',
      title: 'Bad Request',
    });
    expect(receive).not.toHaveBeenCalled();
  });

  test('that fails comes again: a 500 that says nothing of it', async () => {
    const { url } = await listening(
      hearing(async () => {
        throw new PublicError(404, 'of DK5000400440116243');
      }),
    );
    const answer = await pushed(url, { message: { data: '' } });
    expect({ status: answer.status, ...((await answer.json()) as object) }).toEqual({
      status: 500,
      code: 'internal',
      title: 'Internal Server Error',
      type: 'urn:counterfoil:problem:internal',
    });
  });

  test('may have 16 MiB, since a delivery of 1 MiB grows on its way, and not a byte more', async () => {
    const { url } = await listening(hearing(async () => {}));
    const sent = (bytes: number) => fetch(url, { method: 'POST', body: Buffer.alloc(bytes) });
    expect((await sent(16_777_216)).status).toBe(400);
    expect((await sent(16_777_217)).status).toBe(413);
  });

  test('must be of Google, unless the process is told of another', async () => {
    await listening(
      hearing(async () => {}),
      { PUSH_TOKEN_CHECKED_BY: undefined, ...OWN_TOKEN },
    );
    expect(pushIdentity).toHaveBeenLastCalledWith({
      audience: OWN_TOKEN.PUSH_TOKEN_AUDIENCE,
      email: OWN_TOKEN.PUSH_TOKEN_EMAIL,
      issuer: 'https://accounts.google.com',
      keysUrl: 'https://www.googleapis.com/oauth2/v3/certs',
    });
  });

  test('needs the token of its own account where nobody else asks for it, by the keys that it is told of', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256' }] };
    const keyServer = await listening(
      asking(async () => ({ status: 200, body: keys }), 'serve-keys'),
      {},
    );
    const { url } = await listening(
      hearing(async () => {}),
      { PUSH_TOKEN_CHECKED_BY: undefined, ...OWN_TOKEN, PUSH_TOKEN_KEYS_URL: keyServer.url },
    );
    const token = new SignJWT({ email: OWN_TOKEN.PUSH_TOKEN_EMAIL, email_verified: true })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
      .setAudience(OWN_TOKEN.PUSH_TOKEN_AUDIENCE)
      .setIssuer('https://accounts.google.com')
      .setExpirationTime('1h');
    const authorization = `Bearer ${await token.sign(privateKey)}`;
    expect((await pushed(url, { message: {} }, { authorization })).status).toBe(204);
    expect((await pushed(url, { message: {} })).status).toBe(401);
  });
});

describe('a tick', () => {
  function ticking(run: ReturnType<ScheduleFunction['start']>): ScheduleFunction {
    return { ...declared, name: 'sweep-things', trigger: 'schedule', everyMinutes: 5, start: () => run };
  }

  test('is the time that it was planned for, or else the last time that it could have been', async () => {
    const run = vi.fn(async () => {});
    const { url } = await listening(ticking(run));
    vi.useFakeTimers({ now: new Date('2026-11-23T10:04:59.999Z'), toFake: ['Date'] });
    const headers = { 'x-cloudscheduler-scheduletime': '2026-11-23T09:55:00Z', traceparent: TRACEPARENT };
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(204);
    expect((await fetch(url, { method: 'POST' })).status).toBe(204);
    expect(run.mock.calls).toEqual([
      ['2026-11-23T09:55:00Z', TRACEPARENT],
      ['2026-11-23T10:00:00.000Z', undefined],
    ]);
  });

  test('that fails is repeated by its scheduler: a 500 that says nothing of it', async () => {
    const { url } = await listening(
      ticking(async () => {
        throw new Error('of DK5000400440116243');
      }),
    );
    const answer = await fetch(url, { method: 'POST' });
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('"code":"internal"');
  });
});
