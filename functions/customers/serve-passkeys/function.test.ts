import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { passkeysFrom, passkeysPath } from '../../../shared/store/passkeys.ts';
import { anAuthenticator } from '../../../shared/testing/authenticator.ts';
import { aRequest, NOW } from '../../../shared/testing/builders.ts';
import { aDevice, devicesOf, json } from '../../../shared/testing/push-service.ts';
import { ALL_FAULTS, aWorld, STORMY } from '../../../shared/testing/world.ts';
import composeSecurityAlert from '../../notifications/compose-security-alert/function.ts';
import servePasskeys from './function.ts';

type Options = { readonly challenge: string };
type Begun = { readonly options: Options; readonly proof?: { readonly options: Options } };
type Sent = Parameters<ReturnType<typeof served>['post']>[0];

function served(settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  let now = NOW;
  const functions = [servePasskeys, composeSecurityAlert];
  const world = aWorld({ functions, env: { now: () => now }, ...settings });
  const ask = (method: string, path: string, uid = 'uid-ann', sent: ReturnType<typeof json> = {}) =>
    world.ask(servePasskeys, aRequest(method, `/v1/passkeys${path}`, uid, sent));
  const begin = async (uid?: string) => (await ask('POST', '/registration-options', uid)).body as Begun;
  const post = (body: object, uid?: string) => ask('POST', '', uid, json({ name: 'My phone', ...body }));
  return {
    world,
    ask,
    begin,
    post,
    atMinute: (minutes: number) => {
      now = new Date(NOW.getTime() + minutes * 60_000);
    },
    /** Registers it, proven by another where the customer has one. */
    async register(own = anAuthenticator(), by?: ReturnType<typeof anAuthenticator>, uid?: string) {
      const { options, proof } = await begin(uid);
      const proven = proof && by ? { proof: by.get(proof.options) } : {};
      return post({ attestation: own.create(options), ...proven }, uid);
    },
    items: async (uid?: string) => ((await ask('GET', '', uid)).body as { items: { id: string }[] }).items,
    kept: (uid = 'uid-ann') =>
      passkeysFrom({ path: '', fields: world.state()[passkeysPath(uid)], version: undefined }),
  };
}

const outcomeOf = ({ status, body }: { status: number; body?: unknown }) =>
  `${status} ${(body as { code?: string } | undefined)?.code}`;

describe('a first passkey', () => {
  test('is registered after a fresh sign-in, and is in the list without its key', async () => {
    const { register, items, kept } = served();
    const phone = anAuthenticator();
    const { status, body } = await register(phone);
    const view = { id: expect.stringMatching(/^pky_/), name: 'My phone', createdAt: NOW.toISOString() };
    expect({ status, body }).toEqual({ status: 201, body: view });
    expect(await items()).toEqual([view]);
    expect(kept()).toMatchObject([{ credentialId: phone.id, counter: 0n, transports: ['internal'] }]);
  });

  test('is asked for with its owner’s finger or PIN, on our domain', async () => {
    expect((await served().begin()).options).toMatchObject({
      rp: { id: 'localhost' },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required' },
      excludeCredentials: [],
      timeout: 300_000,
    });
  });

  test('whose maker signs it with its own key is one too', async () => {
    const { begin, post } = served();
    const attestation = anAuthenticator().create((await begin()).options, { format: 'packed' });
    expect((await post({ attestation })).status).toBe(201);
  });

  test('is told to every phone, once', async () => {
    const { register, world } = served({
      stored: devicesOf('uid-ann', aDevice(), aDevice({ id: 'tablet' })),
    });
    await register();
    const told = Object.entries(world.state()).filter(([path]) => path.includes('/notifications/'));
    expect(told.map(([, { title }]) => title)).toEqual(['En ny adgangsnøgle er tilføjet']);
    const pushed = world.events('notifications').map(({ data }) => (data as { deviceId: string }).deviceId);
    expect(pushed.toSorted()).toEqual(['phone', 'tablet']);
  });

  test('is nobody’s who signed in more than five minutes ago: so old is a stolen token', async () => {
    const { begin, ask, post, atMinute } = served();
    const { options } = await begin();
    atMinute(5);
    expect((await ask('POST', '/registration-options')).status).toBe(200);
    atMinute(5.01);
    const refused = await ask('POST', '/registration-options');
    expect(outcomeOf(refused)).toBe('401 sign-in.stale');
    expect(refused.headers).toMatchObject({
      'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="300"',
    });
    expect(outcomeOf(await post({ attestation: anAuthenticator().create(options) }))).toBe(
      '401 sign-in.stale',
    );
  });

  test('is nobody’s whose token does not say when they signed in', async () => {
    const identify = async () => ({ uid: 'uid-ann', isOperator: false });
    expect(outcomeOf(await served({ env: { identify } }).ask('POST', '/registration-options'))).toBe(
      '401 sign-in.stale',
    );
  });

  test('that is sent twice is registered once, and answered the same', async () => {
    const { begin, post, kept } = served();
    const attestation = anAuthenticator().create((await begin()).options);
    const [first, again] = [await post({ attestation }), await post({ attestation, name: 'Other' })];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(kept()).toHaveLength(1);
  });

  test('of two at once, on whatever day, is one', async () => {
    let registered = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const { begin, post, kept } = served({ seed, faults: ALL_FAULTS, weather: STORMY });
      const begun = await begin().catch(() => undefined);
      if (!begun?.options) continue;
      const { options } = begun;
      const both = [anAuthenticator(), anAuthenticator()].map((own) =>
        post({ attestation: own.create(options) }),
      );
      await Promise.allSettled(both);
      registered += kept().length;
      expect([seed, kept().length <= 1]).toEqual([seed, true]);
    }
    expect(registered).toBeGreaterThan(10);
  });
});

describe('a registration', () => {
  const other = anAuthenticator();
  test.each<[string, (options: Options) => object]>([
    ['of another challenge', () => other.create({ challenge: randomBytes(32).toString('base64url') })],
    ['from another origin', (options) => other.create(options, { origin: 'https://localhost.evil.example' })],
    ['for another domain', (options) => other.create(options, { rpId: 'evil.example' })],
    ['without the owner’s finger or PIN', (options) => other.create(options, { isUserVerified: false })],
    ['in a format that nobody checks', (options) => other.create(options, { format: 'tpm' })],
    [
      'under an id that is not signed',
      (options) => ({ ...other.create(options), id: 'abcd', rawId: 'abcd' }),
    ],
    [
      'that is an assertion',
      (options) => ({
        ...other.create(options),
        response: {
          ...other.create(options).response,
          clientDataJSON: other.get(options).response.clientDataJSON,
        },
      }),
    ],
  ])('%s is refused', async (_, made) => {
    const { begin, post, kept } = served();
    expect(outcomeOf(await post({ attestation: made((await begin()).options) }))).toBe('422 passkey.invalid');
    expect(kept()).toEqual([]);
  });

  test('is refused when its challenge was never given, was replaced, or is used up', async () => {
    const { begin, post, register } = served();
    const phone = anAuthenticator();
    const attestation = () => anAuthenticator().create({ challenge: 'abcd' });
    expect(outcomeOf(await post({ attestation: attestation() }))).toBe('409 passkey.challenge-expired');
    const replaced = await begin();
    await begin();
    const late = anAuthenticator().create(replaced.options);
    expect(outcomeOf(await post({ attestation: late }))).toBe('422 passkey.invalid');
    await register(phone);
    expect(outcomeOf(await post({ attestation: attestation() }))).toBe('409 passkey.challenge-expired');
  });

  test('is refused when five minutes have passed', async () => {
    let now = NOW;
    const identify = async () => ({ uid: 'uid-ann', isOperator: false, authenticatedAt: now });
    const { begin, post } = served({ env: { now: () => now, identify } });
    const attestation = anAuthenticator().create((await begin()).options);
    now = new Date(NOW.getTime() + 5 * 60_000);
    expect(outcomeOf(await post({ attestation }))).toBe('409 passkey.challenge-expired');
  });

  test.each<[string, ReturnType<typeof json>, string]>([
    ['no JSON', { rawBody: Buffer.from('{') }, '400 body.not-json'],
    ['nothing', json({}), '422 body.invalid'],
    ['no name', json({ attestation: other.create({ challenge: 'abcd' }), name: ' ' }), '422 body.invalid'],
    ['a credential that is none', json({ name: 'x', attestation: { id: 'x' } }), '422 body.invalid'],
    [
      'a field too many',
      json({ name: 'x', attestation: other.create({ challenge: 'a' }), uid: 'b' }),
      '422 body.invalid',
    ],
  ])('with %s in its body is refused', async (_, sent, outcome) => {
    expect(outcomeOf(await served().ask('POST', '', 'uid-ann', sent))).toBe(outcome);
  });

  test('of bytes that are no CBOR is refused, and is no failure of ours', async () => {
    const { begin, post } = served();
    const made = other.create((await begin()).options);
    for (const attestationObject of ['AAAA', 'oA', 'v_8', '-_-_'])
      expect(
        outcomeOf(
          await post({ attestation: { ...made, response: { ...made.response, attestationObject } } }),
        ),
      ).toBe('422 passkey.invalid');
  });

  test('is nobody’s without a token', async () => {
    expect(outcomeOf(await served().ask('POST', '/registration-options', ''))).toBe('401 token.missing');
  });
});

describe('a further passkey', () => {
  async function withPhone() {
    const phone = anAuthenticator();
    const world = served();
    await world.register(phone);
    return { ...world, phone };
  }

  test('is registered when one that the customer has proves it, and needs no fresh sign-in', async () => {
    const { phone, register, atMinute, kept } = await withPhone();
    atMinute(60);
    expect((await register(anAuthenticator(), phone)).status).toBe(201);
    expect(kept().map(({ counter }) => counter)).toEqual([1n, 0n]);
  });

  test('is refused to whoever has a token and no passkey', async () => {
    const { register, kept } = await withPhone();
    expect(outcomeOf(await register())).toBe('403 passkey.proof-missing');
    expect(kept()).toHaveLength(1);
  });

  test('is not proven by itself, nor by a stranger’s', async () => {
    const { register } = await withPhone();
    const own = anAuthenticator();
    expect(outcomeOf(await register(own, own))).toBe('422 passkey.proof-passkey-unknown');
    expect(outcomeOf(await register(own, anAuthenticator()))).toBe('422 passkey.proof-passkey-unknown');
  });

  test('is not proven by what was signed for another registration', async () => {
    const { phone, begin, post } = await withPhone();
    const before = await begin();
    const proof = phone.get(before.proof?.options ?? { challenge: '' });
    const { options } = await begin();
    expect(outcomeOf(await post({ attestation: anAuthenticator().create(options), proof }))).toBe(
      '422 passkey.proof-invalid',
    );
  });

  test('is not proven by a signature of its own challenge', async () => {
    const { phone, begin, post } = await withPhone();
    const { options } = await begin();
    const sent: Sent = { attestation: anAuthenticator().create(options), proof: phone.get(options) };
    expect(outcomeOf(await post(sent))).toBe('422 passkey.proof-invalid');
  });

  test('is one of at most ten', async () => {
    const { phone, register, ask } = await withPhone();
    for (let n = 2; n <= 10; n += 1) expect((await register(anAuthenticator(), phone)).status).toBe(201);
    expect(outcomeOf(await ask('POST', '/registration-options'))).toBe('422 passkey.too-many');
  });

  test('of a phone that has one already is not made anew', async () => {
    const { phone, begin } = await withPhone();
    expect((await begin()).options).toMatchObject({ excludeCredentials: [{ id: phone.id }] });
  });
});

describe('a passkey that is removed', () => {
  test('is gone, and then not found', async () => {
    const phone = anAuthenticator();
    const { register, ask, items } = served();
    await register(phone);
    await register(anAuthenticator(), phone);
    const [first, second] = await items();
    expect((await ask('DELETE', `/${first?.id}`)).status).toBe(204);
    expect(outcomeOf(await ask('DELETE', `/${first?.id}`))).toBe('404 passkey.not-found');
    expect(await items()).toEqual([second]);
  });

  test('is not the last: whoever signs in could add a first one of their own after it', async () => {
    const { register, ask, items } = served();
    await register();
    const [only] = await items();
    expect(outcomeOf(await ask('DELETE', `/${only?.id}`))).toBe('409 passkey.last');
    expect(await items()).toEqual([only]);
  });

  test('is the caller’s own', async () => {
    const { register, ask, items } = served();
    await register();
    const [anns] = await items();
    expect(outcomeOf(await ask('DELETE', `/${anns?.id}`, 'uid-bo'))).toBe('404 passkey.not-found');
    expect(await items('uid-bo')).toEqual([]);
  });
});
