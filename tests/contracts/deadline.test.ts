import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { googlePlatform } from '../../shared/platform/google.ts';
import { googleRestPlatform } from '../../shared/platform/google-rest.ts';
import type { Platform } from '../../shared/platform/platform.ts';

// A machine that accepts every connection and never says a word, as behind a broken network.
let silent: Server;
const platforms = new Map<string, Platform>();

beforeAll(async () => {
  silent = createServer();
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    FIRESTORE_EMULATOR_HOST: host,
    PUBSUB_EMULATOR_HOST: host,
    METADATA_SERVER_DETECTION: 'none',
  });
  platforms.set('Google’s clients', googlePlatform({ projectId: 'demo-silence', callSeconds: 1 }));
  platforms.set('REST', googleRestPlatform({ projectId: 'demo-silence', callSeconds: 1 }));
});

afterAll(() => {
  silent.close();
});

const CALLS: Readonly<Record<string, (platform: Platform) => Promise<unknown>>> = {
  'a commit': (platform) => platform.commit([{ do: 'create', path: 'a/1', fields: {} }]),
  'a get': (platform) => platform.get(['a/1']),
  'a query': (platform) => platform.query({ collection: 'a' }),
  'a publish': (platform) => platform.publish('bank-facts', [{ data: Buffer.from('x'), attributes: {} }]),
};

describe.each(['Google’s clients', 'REST'])('by %s', (transport) => {
  test.each(Object.entries(CALLS))(
    '%s that nobody answers is given up in time, with the code of a deadline',
    async (_, call) => {
      const platform = platforms.get(transport);
      if (!platform) throw new Error(`no ${transport}`);
      await expect(call(platform)).rejects.toMatchObject({ name: 'StoreError', code: 4 });
    },
  );
});
