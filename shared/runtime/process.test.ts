import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../../local/ports.ts';
import { accountChanged } from '../events/customers.ts';
import { aMessage, WEBHOOK_SECRET } from '../testing/builders.ts';

const RECORD_TRANSACTION = 'ledger/record-transaction';
const RECEIVE_BANK_WEBHOOK = 'bank/receive-bank-webhook';

const PROJECT = { GOOGLE_CLOUD_PROJECT: 'demo-counterfoil' };
const PROCESSOR = { SANDBOX_PROCESSOR_WEBHOOK_SECRETS: WEBHOOK_SECRET };
const SECRETS = { SANDBOX_WEBHOOK_SECRETS: WEBHOOK_SECRET, ...PROCESSOR };
const CHECKED = { PUSH_TOKEN_CHECKED_BY: 'cloud-run' };

type Running = {
  output: { stdout: string; stderr: string };
  ended: Promise<number | null>;
  stop(signal: NodeJS.Signals): Promise<number | null>;
};
const running: Running[] = [];

afterEach(async () => {
  for (const { stop } of running.splice(0)) await stop('SIGKILL');
});

/** The function's own process, with these environment variables and no others. */
function started(fn: string, variables: Record<string, string>): Running {
  const source = `import { serve } from './shared/runtime/main.ts';
    import fn from './functions/${fn}/function.ts';
    serve(fn);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source];
  const child = spawn(process.execPath, args, { env: { HOST: '127.0.0.1', ...variables } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (output.stdout += text));
  child.stderr.on('data', (text: Buffer) => (output.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  running.push({ output, ended, stop });
  return { output, ended, stop };
}

async function refusal(fn: string, variables: Record<string, string>) {
  const { ended, output } = started(fn, variables);
  return { code: await ended, ...(JSON.parse(output.stderr) as { severity: string; message: string }) };
}

async function listening(fn: string, variables: Record<string, string>) {
  const PORT = String(await freePort());
  const { stop, output, ended } = started(fn, { PORT, ...PROJECT, ...variables });
  const url = `http://127.0.0.1:${PORT}`;
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (hasEnded) throw new Error(output.stderr);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  return { url, stop, output };
}

describe('a process that is configured wrongly does not start', () => {
  test('it names every wrong variable and shows no value', async () => {
    const { code, severity, message } = await refusal(RECORD_TRANSACTION, {
      PORT: 'hunter2',
      BALANCE_SHARDS: 'hunter3',
    });
    expect({ code, severity }).toEqual({ code: 1, severity: 'CRITICAL' });
    const wrong = message.replace(/^.*: /, '').split(', ').sort();
    expect(wrong).toEqual([
      'BALANCE_SHARDS',
      'GOOGLE_CLOUD_PROJECT',
      'PORT',
      'PUSH_TOKEN_AUDIENCE',
      'PUSH_TOKEN_EMAIL',
    ]);
    expect(message).not.toContain('hunter');
  });

  test('nor does one of Cloud Run or Knative that is given the address of an emulator', async () => {
    const { code, message } = await refusal(RECORD_TRANSACTION, {
      ...PROJECT,
      ...CHECKED,
      K_SERVICE: 'record-transaction',
      FIRESTORE_EMULATOR_HOST: '127.0.0.1:8480',
    });
    expect(code).toBe(1);
    expect(message).toMatch(/: FIRESTORE_EMULATOR_HOST$/);
  });
});

describe('where nobody else asks for the token of a push', () => {
  const AUDIENCE = 'record-transaction';
  const EMAIL = 'push@demo-counterfoil.iam.gserviceaccount.com';
  const ISSUER = 'https://accounts.google.com';
  type Claims = { aud?: string; iss?: string; email?: string; exp?: string };

  test('it has to be its own, of the right account, of Google and of now; else nothing happens', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256' }] };
    const published: string[] = [];
    // Google's keys, and a Pub/Sub that counts what reaches it.
    const cloud = createServer(({ url: asked = '' }, response) => {
      if (asked !== '/keys') published.push(asked);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(asked === '/keys' ? keys : { messageIds: ['1'] }));
    });
    await new Promise<void>((open) => cloud.listen(0, '127.0.0.1', open));
    try {
      const address = `127.0.0.1:${(cloud.address() as AddressInfo).port}`;
      const { url } = await listening(RECORD_TRANSACTION, {
        PUSH_TOKEN_AUDIENCE: AUDIENCE,
        PUSH_TOKEN_EMAIL: EMAIL,
        PUSH_TOKEN_KEYS_URL: `http://${address}/keys`,
        PUBSUB_EMULATOR_HOST: address,
      });
      const signed = (
        { aud = AUDIENCE, iss = ISSUER, email = EMAIL, exp = '1h' }: Claims,
        key = privateKey,
      ) =>
        new SignJWT({ email, email_verified: true })
          .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
          .setAudience(aud)
          .setIssuer(iss)
          .setExpirationTime(exp)
          .sign(key);
      // Nobody can read it, so whoever may come in has it parked: published as a dead letter.
      const attributes = { type: 'transaction.booked' };
      const message = { data: Buffer.from('{}').toString('base64'), attributes, messageId: '1' };
      const push = async (token?: string) => {
        const { status } = await fetch(url, {
          method: 'POST',
          body: JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' }),
          headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        });
        return status;
      };
      const stranger = await generateKeyPair('RS256');
      const wrong = [
        undefined,
        'no-token',
        await signed({ aud: 'track-account' }),
        await signed({ iss: 'https://accounts.example' }),
        await signed({ email: 'another@demo-counterfoil.iam.gserviceaccount.com' }),
        await signed({ exp: '-2 minutes' }),
        await signed({}, stranger.privateKey),
      ];
      const answers: number[] = [];
      for (const token of wrong) answers.push(await push(token));
      expect(answers).toEqual(wrong.map(() => 401));
      expect(published).toEqual([]);

      expect(await push(await signed({}))).toBe(204);
      expect(published).toEqual([expect.stringContaining('dead-letters')]);
    } finally {
      cloud.closeAllConnections();
      await new Promise((closed) => cloud.close(closed));
    }
  });
});

describe('a process that listens', () => {
  test('answers what is not its business as problem details, never as HTML', async () => {
    const { url } = await listening(RECEIVE_BANK_WEBHOOK, SECRETS);
    const answers = [
      await fetch(`${url}/webhooks/sandbox`),
      await fetch(`${url}/webhooks/elsewhere`, { method: 'POST', body: '{}' }),
      await fetch(`${url}/webhooks/sandbox`, { method: 'POST', body: '{"events":[]}' }),
      await fetch(`${url}/webhooks/sandbox`, {
        method: 'POST',
        body: '{"events":',
        headers: { 'content-type': 'application/json' },
      }),
      await fetch(`${url}/webhooks/sandbox`, { method: 'POST', body: Buffer.alloc(1024 * 1024 + 1) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([405, 404, 401, 401, 413]);
    expect(answers[0]?.headers.get('allow')).toBe('POST');
    for (const { headers } of answers) expect(headers.get('content-type')).toBe('application/problem+json');
  });

  test('takes a push, and refuses what is none without telling why', async () => {
    const { url } = await listening(RECORD_TRANSACTION, CHECKED);
    const push = (body: object | string) =>
      fetch(`${url}/projects/demo-counterfoil/topics/bank-facts`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    // A kind that it does not list is acknowledged, and needs no store.
    const data = { accountId: 'acct-1', status: 'open' as const, opened: true };
    const message = aMessage([accountChanged], { type: 'account.changed', subject: 'acct-1', data });
    const { attributes } = message;
    const pushed = { data: Buffer.from(message.data).toString('base64'), attributes, messageId: '1' };
    expect((await push({ message: pushed, subscription: 'projects/p/subscriptions/s' })).status).toBe(204);

    for (const wrong of [
      '{"message":',
      { message: 7 },
      { message: { data: 'not base64!', messageId: '1' } },
      {},
      'null',
    ]) {
      const answer = await push(wrong);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.text()).not.toMatch(/<html|node_modules| at /);
    }
  });

  test('on SIGTERM ends what it has begun, takes nothing new, and ends', async () => {
    const { url, stop, output } = await listening(RECEIVE_BANK_WEBHOOK, SECRETS);
    const begun = request(`${url}/webhooks/sandbox`, { method: 'POST', headers: { 'content-length': '4' } });
    const answer = new Promise<number | undefined>((resolve, reject) => {
      begun.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject);
    });
    await new Promise((written) => begun.write('{}', written));
    await fetch(`${url}/healthz`); // it came second, so the first has been let in
    const code = stop('SIGTERM');
    while (
      await fetch(`${url}/healthz`).then(
        () => true,
        () => false,
      )
    );
    begun.end('  ');
    expect(await answer).toBe(401);
    expect(await code).toBe(0);
    expect(output.stdout).toContain('"message":"drained"');
  });
});
