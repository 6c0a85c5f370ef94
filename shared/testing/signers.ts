import type { RequestFunction } from '../runtime/declared.ts';
import { passkeysFrom, passkeysPath } from '../store/passkeys.ts';
import { anAuthenticator } from './authenticator.ts';
import { aRequest, CONFIG, NOW } from './builders.ts';
import { json } from './push-service.ts';
import { aWorld } from './world.ts';

export type Body = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly authorisation?: { readonly options: { readonly challenge: string }; readonly code?: string };
};

export const LANDLORD = {
  name: 'Udlejer',
  accountNumber: { registrationNumber: '5000', accountNumber: '400440116' },
};

/**
 * Customers who order something and authorise it by their passkeys, at an hour that is set: a bearer token is its own uid, and
 * has just signed in. `things` is what is ordered, by its path: `/payments`.
 */
export function signers(
  { orders, passkeys, things }: { orders: RequestFunction; passkeys: RequestFunction; things: string },
  settings: Partial<Parameters<typeof aWorld>[0]> = {},
) {
  let now = NOW;
  let keys = 0;
  const identify = async (authorization?: string) => ({
    uid: authorization?.replace('Bearer ', '') ?? '',
    isOperator: false,
    authenticatedAt: now,
  });
  const world = aWorld({ functions: [], config: CONFIG, env: { now: () => now, identify }, ...settings });

  async function ask(method: string, path: string, uid: string, body?: unknown, key?: string) {
    keys += 1;
    const sent = body === undefined ? {} : json(body);
    const headers = { ...sent.headers, 'idempotency-key': key ?? `key-${keys}` };
    const fn = path.startsWith('/passkeys') ? passkeys : orders;
    const answer = await world.ask(fn, aRequest(method, `/v1${path}`, uid, { ...sent, headers }));
    return { ...answer, body: answer.body as Body };
  }

  return {
    world,
    ask,
    at: (instant: string) => {
      now = new Date(instant);
    },
    /** A phone of theirs whose passkey is known from now on. */
    async registered(uid = 'uid-ann') {
      const own = anAuthenticator();
      const begun = await ask('POST', '/passkeys/registration-options', uid, {});
      const { options } = begun.body as unknown as { options: { challenge: string } };
      await ask('POST', '/passkeys', uid, { name: 'My phone', attestation: own.create(options) });
      return own;
    },
    authorise: (id: string, assertion: unknown, uid = 'uid-ann', key?: string) =>
      ask('POST', `${things}/${id}/authorisation`, uid, { assertion }, key),
    challenge: (id: string, uid = 'uid-ann') => ask('POST', `${things}/${id}/challenge`, uid, {}),
    /** How often Ann's passkeys have signed. */
    counters: () =>
      passkeysFrom({ path: '', fields: world.state()[passkeysPath('uid-ann')], version: undefined }).map(
        ({ counter }) => counter,
      ),
  };
}

export const outcomeOf = ({ status, body }: { status: number; body?: unknown }) =>
  `${status} ${(body as { code?: string } | undefined)?.code}`;
export const optionsOf = ({ body }: { body: Body }) => body.authorisation?.options ?? { challenge: '' };

/** What was signed, bent in one bit: of each part once. */
export function bentInOneBit(signed: ReturnType<ReturnType<typeof anAuthenticator>['get']>) {
  return (['signature', 'authenticatorData', 'clientDataJSON'] as const).map((part) => {
    const bytes = Buffer.from(signed.response[part], 'base64url');
    bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
    return { ...signed, response: { ...signed.response, [part]: bytes.toString('base64url') } };
  });
}
