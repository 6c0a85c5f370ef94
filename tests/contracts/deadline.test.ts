import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { googlePlatform } from '../../shared/platform/google.ts';
import type { Platform } from '../../shared/platform/platform.ts';

// A machine that accepts every connection and never says a word, as behind a broken network.
let silent: Server;
let platform: Platform;

beforeAll(async () => {
  silent = createServer();
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    FIRESTORE_EMULATOR_HOST: host,
    PUBSUB_EMULATOR_HOST: host,
    METADATA_SERVER_DETECTION: 'none',
  });
  platform = googlePlatform({ projectId: 'demo-silence', callSeconds: 1 });
});

afterAll(() => {
  silent.close();
});

test.each<[string, () => Promise<unknown>]>([
  ['a commit', () => platform.commit([{ do: 'create', path: 'a/1', fields: {} }])],
  ['a get', () => platform.get(['a/1'])],
  ['a query', () => platform.query({ collection: 'a' })],
  ['a publish', () => platform.publish('bank-facts', [{ data: Buffer.from('x'), attributes: {} }])],
])('%s that nobody answers is given up in time, with the code of a deadline', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ name: 'StoreError', code: 4 });
});
