import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './gateway.ts';
import { freePort } from './ports.ts';

const scheduler = { tick: async () => undefined, hold: async () => {}, goOn: () => {}, stop: async () => {} };

let gateway: Gateway;
let address: string;

beforeAll(async () => {
  const port = await freePort();
  gateway = await startGateway({ port, functions: [], isQuiet: async () => true, scheduler });
  address = `http://127.0.0.1:${port}`;
});
afterAll(() => gateway.stop());

test('whoever writes an app finds the API where the API is', async () => {
  const answer = await fetch(`${address}/v1/openapi.json`);
  expect(answer.headers.get('content-type')).toBe('application/json');
  const document = (await answer.json()) as { openapi: string; paths: object };
  expect(document).toEqual(JSON.parse(await readFile('docs/openapi.json', 'utf8')));
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.paths).toHaveProperty(['/v1/payments', 'post', 'operationId'], 'orderPayment');
});

test('and nobody changes it there', async () => {
  const answer = await fetch(`${address}/v1/openapi.json`, { method: 'PUT', body: '{}' });
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'route.not-found' }]);
});
