import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';
import { startSandboxBank } from './server.ts';
import { aSender, aSubscriber, secrets } from './testing-subscriber.ts';

const wait = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

async function aBank(options: { heartbeatMs?: number; answers?: number[] } = {}) {
  const { url: subscriberUrl, tries } = await aSubscriber(options.answers);
  const bank = await startSandboxBank({ port: 0, subscriberUrl, secrets, heartbeatMs: options.heartbeatMs });
  onTestFinished(() => bank.stop());
  const ask = async (method: string, path: string, body?: object) =>
    (await (
      await fetch(bank.url + path, { method, ...(body && { body: JSON.stringify(body) }) })
    ).json()) as {
      items: unknown[];
    };
  return { bank, tries, ask };
}

test('a bank says again and again that it is there, signed and as its schema says', async () => {
  const { bank, tries } = await aBank({ heartbeatMs: 40 });
  await vi.waitFor(() => expect(tries.length).toBeGreaterThan(2));
  const published = readFileSync(new URL('delivery.schema.json', import.meta.url), 'utf8');
  const schema = z.fromJSONSchema(JSON.parse(published));
  for (const { secret, body } of tries) {
    expect(secret).toBe(secrets[0]);
    expect(schema.safeParse(body).error).toBeUndefined();
    const id = expect.stringMatching(/^evt_/);
    const occurredAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(body.events).toEqual([{ id, type: 'bank.heartbeat', occurredAt, data: {} }]);
  }
  expect(new Set(tries.flatMap(({ eventIds }) => eventIds)).size).toBe(tries.length);
  await bank.stop();
  const told = tries.length;
  await wait(120);
  expect(tries).toHaveLength(told);
});

test('a heartbeat is in no list and not in the books, and nobody waits for one', async () => {
  const { bank, tries, ask } = await aBank({ heartbeatMs: 40, answers: Array(100).fill(503) });
  await vi.waitFor(() => expect(tries.length).toBeGreaterThan(2));
  expect(bank.pending()).toBe(0);
  expect(await ask('GET', '/_sandbox/pending')).toEqual({ pending: 0 });
  expect(await ask('GET', '/events')).toEqual({ items: [], asOf: expect.any(String) });
  expect(bank.kept()).toEqual({ entries: [], unacknowledged: [] });
});

test('a bank that was not asked for heartbeats sends none, and one that is silent neither', async () => {
  const calm = await aBank();
  const silent = await aBank({ heartbeatMs: 40 });
  await silent.ask('PUT', '/faults', { silent: true });
  await wait(50);
  silent.tries.length = 0;
  await wait(200);
  expect([...calm.tries, ...silent.tries]).toEqual([]);
  await silent.ask('PUT', '/faults', {});
  await vi.waitFor(() => expect(silent.tries.length).toBeGreaterThan(0));
});

test('a heartbeat that was refused is sent again as any other event', async () => {
  const { deliveries, tries } = await aSender({ answers: [503] });
  deliveries.send({ id: 'evt_1', type: 'bank.heartbeat', occurredAt: '2026-02-28T09:30:00.000Z', data: {} });
  await vi.waitFor(() => expect(tries.map(({ eventIds }) => eventIds)).toEqual([['evt_1'], ['evt_1']]));
});

test('from the command line a bank says so as often as it is told to, and ends when it is stopped', async () => {
  const { url, tries } = await aSubscriber();
  const server = fileURLToPath(new URL('server.ts', import.meta.url));
  const bank = spawn(
    process.execPath,
    ['--import', 'tsx', server, '--port', '0', '--subscriber', url, '--heartbeat-ms', '40'],
    { env: { ...process.env, SANDBOX_WEBHOOK_SECRETS: secrets.join(',') } },
  );
  onTestFinished(() => void bank.kill('SIGKILL'));
  await vi.waitFor(() => expect(tries.length).toBeGreaterThan(1), { timeout: 20_000 });
  bank.kill('SIGTERM');
  const [code] = await once(bank, 'exit', { signal: AbortSignal.timeout(5000) });
  expect(code).toBe(0);
});
