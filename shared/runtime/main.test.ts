import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { accountChanged } from '../events/customers.ts';
import { aMessage, WEBHOOK_SECRET } from '../testing/builders.ts';

const SERVE_ACCOUNTS = 'ledger/serve-accounts';
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
  return run(`import fn from './functions/${fn}/function.ts';`, variables);
}

function run(fn: string, variables: Record<string, string>): Running {
  const source = `import { serve } from './shared/runtime/main.ts';
    ${fn}
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

async function listening(fn: string, variables: Record<string, string>, start = started) {
  const PORT = String(await freePort());
  const { stop, output, ended } = start(fn, { PORT, ...PROJECT, ...variables });
  const url = `http://127.0.0.1:${PORT}`;
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (hasEnded) throw new Error(output.stderr);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  return { url, stop, output };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
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

  test.each(['', 'hunter2', '0x1f90', '8e3', '-1', '80.5', ' 8080', '65536', '123456'])(
    'a port of %j is none',
    async (PORT) => {
      const { code, message } = await refusal(RECEIVE_BANK_WEBHOOK, { ...PROJECT, ...SECRETS, PORT });
      expect(code).toBe(1);
      expect(message).toMatch(/: PORT$/);
    },
  );

  test('who checks the push token is named where it is nobody that we know', async () => {
    const { message } = await refusal(RECORD_TRANSACTION, { ...PROJECT, PUSH_TOKEN_CHECKED_BY: 'hunter2' });
    const wrong = message.replace(/^.*: /, '').split(', ');
    expect(wrong).toContain('PUSH_TOKEN_CHECKED_BY');
    expect(message).not.toContain('hunter');
  });

  test('nor does one that is checked by nobody that we know start because all else is there', async () => {
    const { message } = await refusal(RECORD_TRANSACTION, {
      ...PROJECT,
      PUSH_TOKEN_CHECKED_BY: 'nobody',
      PUSH_TOKEN_AUDIENCE: 'https://record-transaction',
      PUSH_TOKEN_EMAIL: 'push@demo-counterfoil.iam.gserviceaccount.com',
    });
    expect(message).toMatch(/: PUSH_TOKEN_CHECKED_BY$/);
  });

  test('a secret that is missing is named', async () => {
    const { message } = await refusal(RECEIVE_BANK_WEBHOOK, { ...PROJECT, ...PROCESSOR });
    expect(message).toMatch(/: SANDBOX_WEBHOOK_SECRETS$/);
  });

  test.each([
    ['an empty secret in a list', `${WEBHOOK_SECRET},`],
    ['a secret that is too short', 'whsec_YQ=='],
    ['a secret without its prefix', WEBHOOK_SECRET.replace('whsec_', '')],
  ])('%s is refused, and by its variable’s name', async (_, secrets) => {
    const variables = { ...PROJECT, ...PROCESSOR, SANDBOX_WEBHOOK_SECRETS: secrets };
    const { message } = await refusal(RECEIVE_BANK_WEBHOOK, variables);
    expect(message).toMatch(/: SANDBOX_WEBHOOK_SECRETS$/);
  });

  test.each([
    'FIRESTORE_EMULATOR_HOST',
    'PUBSUB_EMULATOR_HOST',
    'FIREBASE_AUTH_EMULATOR_HOST',
    'FCM_EMULATOR_HOST',
    'NEW_EMULATOR_HOST',
  ])('in production %s must not be there', async (emulator) => {
    const variables = {
      ...PROJECT,
      ...CHECKED,
      K_SERVICE: 'record-transaction',
      [emulator]: '127.0.0.1:8480',
    };
    const { code, message } = await refusal(RECORD_TRANSACTION, variables);
    expect(code).toBe(1);
    expect(message).toMatch(new RegExp(`: ${emulator}$`));
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

  test('hands on a push without data or attributes, and answers a failure with a status and nothing more', async () => {
    // Says what it is given, and fails where that is something.
    const fn = `import { z } from 'zod';
      const start = () => async ({ data, attributes }) => {
        console.log(JSON.stringify({ bytes: data.length, attributes }));
        if (data.length > 0) throw new Error('of DK5000400440116243');
      };
      const fn = { name: 'say-things', trigger: 'event', config: z.object({}), publishes: [], start };`;
    const { url, output } = await listening(fn, CHECKED, run);
    const push = (message: object) =>
      fetch(url, {
        method: 'POST',
        body: JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' }),
        headers: { 'content-type': 'application/json' },
      });
    expect((await push({ messageId: '1' })).status).toBe(204);
    expect((await push({ messageId: '2', attributes: { type: 'a.b' }, data: '' })).status).toBe(204);
    const failed = await push({ messageId: '3', data: 'YQ==' });
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('DK50');
    expect(output.stdout).toContain('{"bytes":0,"attributes":{}}');
    expect(output.stdout).toContain('{"bytes":0,"attributes":{"type":"a.b"}}');
    expect(output.stdout).toContain('{"bytes":1,"attributes":{}}');
    expect(output.stderr).toBe('');
  });

  test('asks for the push token where nobody else does', async () => {
    const { url } = await listening(RECORD_TRANSACTION, {
      PUSH_TOKEN_AUDIENCE: 'https://record-transaction',
      PUSH_TOKEN_EMAIL: 'push@demo-counterfoil.iam.gserviceaccount.com',
    });
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  test('takes no unsigned token because the variable of an emulator is there, but empty', async () => {
    const { url } = await listening(SERVE_ACCOUNTS, {
      K_SERVICE: 'serve-accounts',
      FIREBASE_AUTH_EMULATOR_HOST: '',
    });
    const token = new UnsecuredJWT({}).setSubject('uid-ann').setAudience('demo-counterfoil').setIssuedAt();
    token.setIssuer('https://securetoken.google.com/demo-counterfoil').setExpirationTime('1h');
    const answer = await fetch(`${url}/v1/accounts`, {
      headers: { authorization: `Bearer ${token.encode()}` },
      signal: AbortSignal.timeout(5000),
    });
    expect(answer.status).toBe(401);
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
