import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openTokens } from './token.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const HOUR_MS = 3_600_000;

let asked: { url: string | undefined; flavor: string | string[] | undefined }[];
let answer: (n: number) => { status?: number; body: unknown; afterMs?: number };
let server: ReturnType<typeof createServer>;
let nowMs: number;

/** The metadata server, as Google's machines have it. */
beforeEach(async () => {
  asked = [];
  answer = (n) => ({ body: { access_token: `token-${n}`, expires_in: 3600, token_type: 'Bearer' } });
  server = createServer((request, response) => {
    asked.push({ url: request.url, flavor: request.headers['metadata-flavor'] });
    const { status = 200, body, afterMs = 0 } = answer(asked.length);
    setTimeout(() => response.writeHead(status).end(JSON.stringify(body)), afterMs);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  nowMs = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  server.close().closeAllConnections();
});

const tokens = () =>
  openTokens({
    K_SERVICE: 'record-transaction',
    GCE_METADATA_HOST: `127.0.0.1:${(server.address() as AddressInfo).port}`,
  });

test('a token is asked for once, by as many as want it, and kept', async () => {
  const { token } = tokens();
  expect(await Promise.all([token(SCOPE), token(SCOPE), token(SCOPE)])).toEqual(Array(3).fill('token-1'));
  nowMs += HOUR_MS - 6 * 60_000;
  expect(await token(SCOPE)).toBe('token-1');
  expect(asked).toEqual([
    { url: '/computeMetadata/v1/instance/service-accounts/default/token', flavor: 'Google' },
  ]);
});

test('it is renewed while it is still good, and nobody waits for that', async () => {
  const { token } = tokens();
  await token(SCOPE);
  nowMs += HOUR_MS - 4 * 60_000;
  answer = (n) => ({ body: { access_token: `token-${n}`, expires_in: 3600 }, afterMs: 50 });
  expect(await token(SCOPE)).toBe('token-1');
  await vi.waitFor(async () => expect(await token(SCOPE)).toBe('token-2'));
  expect(asked).toHaveLength(2);
});

test('while the token server is out of order the one that is still good is used', async () => {
  const { token } = tokens();
  await token(SCOPE);
  nowMs += HOUR_MS - 4 * 60_000;
  answer = () => ({ status: 500, body: {} });
  for (let n = 0; n < 3; n += 1) expect(await token(SCOPE)).toBe('token-1');
  nowMs += 4 * 60_000;
  await expect(token(SCOPE)).rejects.toThrow('metadata.status-500');
});

test('one that has expired is waited for, whatever the clock on the wall says', async () => {
  const { token } = tokens();
  await token(SCOPE);
  vi.useFakeTimers({ now: new Date('2001-01-01'), toFake: ['Date'] });
  expect(await token(SCOPE)).toBe('token-1');
  vi.useRealTimers();
  nowMs += HOUR_MS;
  expect(await token(SCOPE)).toBe('token-2');
});

test('one that was dropped is not given again', async () => {
  const { token, drop } = tokens();
  await token(SCOPE);
  drop();
  expect(await token(SCOPE)).toBe('token-2');
});

test.each([[{}], [{ access_token: 7, expires_in: 3600 }], ['<html>']])('%j is no token', async (body) => {
  answer = () => ({ body });
  await expect(tokens().token(SCOPE)).rejects.toThrow('metadata.unreadable');
});
