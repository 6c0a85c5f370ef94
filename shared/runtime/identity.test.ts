import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PublicError } from '../errors.ts';
import type { Caller } from './env.ts';
import { firebaseIdentity, pushIdentity } from './identity.ts';

const PROJECT = 'demo-counterfoil';
const ISSUER = `https://securetoken.google.com/${PROJECT}`;

let keyServer: Server;
let keysUrl: string;
let fetches: number;
/** What the key server answers; JSON unless it is text. */
let published: { status: number; body: unknown };
let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let keySet: { keys: object[] };

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  keySet = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }] };
  keyServer = createServer((_, response) => {
    fetches += 1;
    response.writeHead(published.status, { 'content-type': 'application/json' });
    response.end(typeof published.body === 'string' ? published.body : JSON.stringify(published.body));
  });
  await new Promise<void>((listening) => keyServer.listen(0, '127.0.0.1', listening));
  keysUrl = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`;
});

afterAll(() => new Promise((closed) => keyServer.close(closed)));

afterEach(() => {
  vi.restoreAllMocks();
});

beforeEach(() => {
  fetches = 0;
  published = { status: 200, body: keySet };
});

type Claims = {
  issuer?: string;
  audience?: string;
  expires?: string;
  issuedAt?: number;
  sub?: string | null;
  extra?: object;
};

function claims({
  issuer = ISSUER,
  audience = PROJECT,
  expires = '1h',
  issuedAt,
  sub = 'uid-ann',
  extra = {},
}: Claims) {
  const token = new SignJWT({ ...extra, ...(sub !== null && { sub }) });
  return token.setIssuer(issuer).setAudience(audience).setIssuedAt(issuedAt).setExpirationTime(expires);
}

function signed(changes: Claims = {}, key: CryptoKey = keys.privateKey): Promise<string> {
  return claims(changes).setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(key);
}

function unsigned({ audience = PROJECT, issuer = ISSUER, expires = '1h' }: Claims = {}): string {
  const token = new UnsecuredJWT({}).setSubject('uid-ann').setIssuer(issuer).setAudience(audience);
  return token.setIssuedAt().setExpirationTime(expires).encode();
}

function identify(authorization: string | undefined, { emulator = false } = {}): Promise<Caller> {
  return firebaseIdentity({ projectId: PROJECT, emulator, keysUrl })(authorization);
}

/** How it ended: the uid, or the status and code of the refusal, or `outage`. */
async function outcome(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: unknown) =>
    error instanceof PublicError ? `${error.status} ${error.code}` : 'outage',
  );
}

describe('a customer', () => {
  test('is who their signed token says', async () => {
    expect(await identify(`Bearer ${await signed()}`)).toMatchObject({ uid: 'uid-ann', isOperator: false });
    expect(await identify(`bearer ${await signed({ sub: 'uid-bo' })}`)).toMatchObject({
      uid: 'uid-bo',
      isOperator: false,
    });
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic YW5uOmh1bnRlcjI=',
    'uid-ann',
    'Bearer a b',
    'NoBearer a',
  ])('without a bearer token is nobody: %j', async (authorization) => {
    expect(await outcome(identify(authorization))).toBe('401 token.missing');
  });

  test('who is nobody hears what to do about it', async () => {
    const refusals = ['', 'Bearer x', `Bearer ${await signed({ sub: '' })}`].map((authorization) =>
      identify(authorization).catch((error: unknown) => error),
    );
    expect(await Promise.all(refusals)).toMatchObject([
      { detail: 'Send a Firebase ID token: Authorization: Bearer <token>.' },
      { detail: 'The token is not valid for this project, or has expired. Sign in again.' },
      { detail: 'The token names nobody.' },
    ]);
    for (const refusal of await Promise.all(refusals))
      expect(refusal).toMatchObject({ headers: { 'www-authenticate': 'Bearer' } });
  });

  test('is an operator by that very role alone', async () => {
    const roles = ['operator', 'Operator', 'admin', true, ['operator'], undefined];
    const callers = roles.map(async (role) => identify(`Bearer ${await signed({ extra: { role } })}`));
    const isOperator = (await Promise.all(callers)).map((caller) => caller.isOperator);
    expect(isOperator).toEqual([true, false, false, false, false, false]);
  });

  test('whose clock is half a minute behind the one that signed is let in', async () => {
    const soon = Math.floor(Date.now() / 1000) + 30;
    expect(await identify(`Bearer ${await signed({ extra: { auth_time: soon } })}`)).toMatchObject({
      uid: 'uid-ann',
    });
    expect(await identify(`Bearer ${await signed({ issuedAt: soon })}`)).toMatchObject({ uid: 'uid-ann' });
  });

  test('signed in when the token says, however often it was renewed since', async () => {
    const signedIn = Date.UTC(2026, 10, 23, 9, 58) / 1000;
    const token = await signed({ extra: { auth_time: signedIn } });
    expect((await identify(`Bearer ${token}`)).authenticatedAt).toEqual(new Date('2026-11-23T09:58:00Z'));
    expect((await identify(`Bearer ${await signed()}`)).authenticatedAt).toBeUndefined();
  });

  test('may have an id of 128 characters', async () => {
    const sub = 'u'.repeat(128);
    expect(await identify(`Bearer ${await signed({ sub })}`)).toMatchObject({ uid: sub });
  });

  const hour = 3600;
  test.each<[string, () => Claims]>([
    ['was issued in the future', () => ({ issuedAt: Date.now() / 1000 + hour })],
    ['is of a sign-in in the future', () => ({ extra: { auth_time: Date.now() / 1000 + hour } })],
    ['is of a sign-in at no time', () => ({ extra: { auth_time: '' } })],
    ['names half a character', () => ({ sub: 'uid-\ud83d' })],
    ['names somebody at length', () => ({ sub: 'u'.repeat(129) })],
    ['names a number', () => ({ sub: null, extra: { sub: 7 } })],
    ['names several', () => ({ sub: null, extra: { sub: ['uid-ann', 'uid-bo'] } })],
  ])('is nobody when the token %s', async (_, changes) => {
    expect(await outcome(identify(`Bearer ${await signed(changes())}`))).toBe('401 token.invalid');
  });

  test.each<[string, Claims]>([
    ['has expired', { expires: '-1s' }],
    ['is of another project', { issuer: 'https://securetoken.google.com/other', audience: 'other' }],
    ['has another issuer', { issuer: 'https://accounts.google.com' }],
    ['is for another audience', { audience: 'other' }],
    ['names nobody', { sub: null }],
    ['names nobody, in so many words', { sub: '' }],
  ])('is nobody when the token %s', async (_, changes) => {
    expect(await outcome(identify(`Bearer ${await signed(changes)}`))).toBe('401 token.invalid');
  });

  test('is nobody when the token does not say until when it is valid', async () => {
    const token = new SignJWT({ sub: 'uid-ann' }).setIssuer(ISSUER).setAudience(PROJECT);
    const forEver = await token.setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(keys.privateKey);
    expect(await outcome(identify(`Bearer ${forEver}`))).toBe('401 token.invalid');
  });

  test('is nobody when one character of the signature is bent', async () => {
    const token = await signed();
    const at = token.lastIndexOf('.') + 20;
    const bent = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(await outcome(identify(`Bearer ${bent}`))).toBe('401 token.invalid');
  });

  test('is nobody when what is signed was changed', async () => {
    const [header, , signature] = (await signed()).split('.');
    const [, other] = (await signed({ sub: 'uid-bo' })).split('.');
    expect(await outcome(identify(`Bearer ${header}.${other}.${signature}`))).toBe('401 token.invalid');
  });

  test('is nobody when somebody else’s key signed', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await outcome(identify(`Bearer ${await signed({}, privateKey)}`))).toBe('401 token.invalid');
    const unknown = await claims({}).setProtectedHeader({ alg: 'RS256', kid: 'key-9' }).sign(keys.privateKey);
    expect(await outcome(identify(`Bearer ${unknown}`))).toBe('401 token.invalid');
  });

  test('is nobody when our public key served as the secret of an HMAC', async () => {
    for (const secret of [await exportSPKI(keys.publicKey), JSON.stringify(keySet.keys[0])]) {
      const header = { alg: 'HS256', kid: 'key-1' };
      const token = await claims({}).setProtectedHeader(header).sign(new TextEncoder().encode(secret));
      expect(await outcome(identify(`Bearer ${token}`))).toBe('401 token.invalid');
    }
  });

  test('is nobody when the token is no token, whatever it is: never a failure of ours', async () => {
    const part = fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((text) => Buffer.from(text).toString('base64url'));
    const token = fc.oneof(
      fc.stringMatching(/^[!-~]{1,60}$/),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.') || '.'),
      fc.json().map((json) => `${Buffer.from(json).toString('base64url')}.e30.`),
    );
    await fc.assert(
      fc.asyncProperty(token, fc.boolean(), async (text, emulator) => {
        expect(await outcome(identify(`Bearer ${text}`, { emulator }))).toBe('401 token.invalid');
      }),
    );
  });
});

describe('an unsigned token, as the Auth emulator makes them', () => {
  test('is refused, as long as no emulator is configured', async () => {
    expect(await outcome(identify(`Bearer ${unsigned()}`))).toBe('401 token.invalid');
  });

  test('is taken where one is', async () => {
    expect(await identify(`Bearer ${unsigned()}`, { emulator: true })).toMatchObject({
      uid: 'uid-ann',
      isOperator: false,
    });
  });

  test('is alone taken there: a signed one is refused, though nobody serves the keys', async () => {
    const token = await signed();
    expect(await outcome(identify(`Bearer ${token}`, { emulator: true }))).toBe('401 token.invalid');
    const keysUrl = 'http://127.0.0.1:1/keys';
    const offline = firebaseIdentity({ projectId: PROJECT, emulator: true, keysUrl });
    expect(await outcome(offline(`Bearer ${token}`))).toBe('401 token.invalid');
    expect(fetches).toBe(0);
  });

  test.each<[string, Claims]>([
    ['expired', { expires: '-1s' }],
    ['for another project', { audience: 'other' }],
    ['of another issuer', { issuer: 'https://securetoken.google.com/other' }],
  ])('is refused also there when it is %s', async (_, changes) => {
    expect(await outcome(identify(`Bearer ${unsigned(changes)}`, { emulator: true }))).toBe(
      '401 token.invalid',
    );
  });
});

test('an unsigned token that does not say until when it is valid is refused, beside an emulator too', async () => {
  const forEver = new UnsecuredJWT({}).setSubject('uid-ann').setIssuer(ISSUER).setAudience(PROJECT).encode();
  expect(await outcome(identify(`Bearer ${forEver}`, { emulator: true }))).toBe('401 token.invalid');
});

describe('the published keys', () => {
  test('are fetched once for many tokens', async () => {
    const identify = firebaseIdentity({ projectId: PROJECT, emulator: false, keysUrl });
    for (let n = 0; n < 5; n += 1) await identify(`Bearer ${await signed()}`);
    expect(fetches).toBe(1);
  });

  test.each<[string, { status: number; body: unknown }]>([
    ['are down', { status: 503, body: 'come back later' }],
    ['are not found', { status: 404, body: {} }],
    ['are no JSON', { status: 200, body: '<html>' }],
    ['are no keys', { status: 200, body: { error: 'internal' } }],
  ])('that %s are our trouble: the customer is not told to sign in again', async (_, answer) => {
    published = answer;
    expect(await outcome(identify(`Bearer ${await signed()}`))).toBe('outage');
  });

  test('are those of Google, unless others are named', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(keySet));
    const identify = firebaseIdentity({ projectId: PROJECT, emulator: false });
    expect(await identify(`Bearer ${await signed()}`)).toMatchObject({ uid: 'uid-ann' });
    expect(String(fetched.mock.calls[0]?.[0])).toBe(
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    );
  });

  test('that do not come in time are our trouble too', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new DOMException('', 'TimeoutError'));
    expect(await outcome(identify(`Bearer ${await signed()}`))).toBe('outage');
  });

  test('that nobody serves are our trouble too', async () => {
    const nowhere = firebaseIdentity({
      projectId: PROJECT,
      emulator: false,
      keysUrl: 'http://127.0.0.1:1/keys',
    });
    expect(await outcome(nowhere(`Bearer ${await signed()}`))).toBe('outage');
  });

  test('are asked again once they are back', async () => {
    const identify = firebaseIdentity({ projectId: PROJECT, emulator: false, keysUrl });
    published = { status: 503, body: '' };
    expect(await outcome(identify(`Bearer ${await signed()}`))).toBe('outage');
    published = { status: 200, body: keySet };
    expect(await identify(`Bearer ${await signed()}`)).toMatchObject({ uid: 'uid-ann', isOperator: false });
  });
});

describe('a push', () => {
  const email = 'push@demo-counterfoil.iam.gserviceaccount.com';
  const audience = 'https://record-transaction';
  const issuer = 'https://accounts.google.com';
  const good: Claims = { issuer, audience, extra: { email, email_verified: true } };
  const admit = async (changes: Claims) => {
    const token = await signed({ ...good, ...changes });
    return outcome(pushIdentity({ audience, issuer, email, keysUrl })(`Bearer ${token}`));
  };

  test('of our own service account is let in', async () => {
    expect(await admit({})).toBeUndefined();
  });

  test.each<[string, Claims]>([
    ['of another service account', { extra: { email: 'eve@evil.example', email_verified: true } }],
    ['of an account that Google has not verified', { extra: { email, email_verified: false } }],
    ['that does not say whose it is', { extra: {} }],
    ['for another function', { audience: 'https://archive-delivery' }],
    ['of another issuer', { issuer: 'https://evil.example' }],
    ['that has expired', { expires: '-1s' }],
  ])('%s is not', async (_, changes) => {
    expect(await admit(changes)).toBe('401 push-token.invalid');
  });

  test('that does not say until when it is valid is not', async () => {
    const token = new SignJWT({ email, email_verified: true }).setIssuer(issuer).setAudience(audience);
    const forEver = await token.setProtectedHeader({ alg: 'RS256', kid: 'key-1' }).sign(keys.privateKey);
    const admit = pushIdentity({ audience, issuer, email, keysUrl });
    expect(await outcome(admit(`Bearer ${forEver}`))).toBe('401 push-token.invalid');
  });

  test('without a token is not, and one that nobody can check now is tried again', async () => {
    const admit = pushIdentity({ audience, issuer, email, keysUrl });
    expect(await outcome(admit(undefined))).toBe('401 push-token.invalid');
    const token = await signed(good);
    expect(await outcome(admit(`NoBearer ${token}`))).toBe('401 push-token.invalid');
    expect(await outcome(admit(`Bearer ${token} b`))).toBe('401 push-token.invalid');
    published = { status: 503, body: '' };
    expect(await outcome(admit(`Bearer ${await signed(good)}`))).toBe('outage');
  });
});
