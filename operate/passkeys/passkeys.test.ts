import { expect, test } from 'vitest';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { type Passkey, passkeysPath, writePasskeys } from '../../shared/store/passkeys.ts';
import { linesOf, passkeysAsked, readPasskeys, removePasskeys } from './passkeys.ts';

const BY = {
  ...{ at: '2026-11-27T10:00:00.000Z', by: 'ola@example.com', customerId: 'uid-ann' },
  why: 'Showed her passport; the phone is in the harbour',
};

function aPasskey(id: string, changes: Partial<Passkey> = {}): Passkey {
  return {
    ...{ id, credentialId: `credential-of-${id}`, publicKey: Buffer.from('key'), counter: 3n },
    ...{ transports: ['internal'], name: 'My phone', createdAt: '2026-11-23T10:00:00.000Z' },
    ...changes,
  };
}

/** Ann has these, and is registering another. */
async function aCustomer(...passkeys: readonly Passkey[]) {
  const cloud = memoryCloud();
  const platform = cloud.instance();
  const path = passkeysPath('uid-ann');
  const registration = { nonce: 'nonce', expiresAt: '2026-11-27T10:05:00.000Z' };
  await platform.commit([
    writePasskeys({ path, fields: undefined, version: undefined }, passkeys, registration),
  ]);
  return {
    platform,
    document: () => new Map(cloud.documents()).get(path),
    audits: () =>
      [...cloud.documents()].filter(([each]) => each.startsWith('audit/')).map(([, each]) => each),
  };
}

test('an operator sees what a passkey is called and since when it is there, and nothing to sign with', async () => {
  const old = aPasskey('pky_1', { createdAt: '2025-01-02T10:00:00.000Z' });
  const { platform } = await aCustomer(aPasskey('pky_2', { name: 'Key\u001b[2J' }), old);
  const { passkeys } = await readPasskeys(platform, 'uid-ann');
  expect(passkeys.map((each) => Object.keys(each))).toEqual([
    ['id', 'name', 'createdAt'],
    ['id', 'name', 'createdAt'],
  ]);
  expect(linesOf(passkeys)).toBe(
    'pky_1  2025-01-02T10:00:00.000Z  My phone\npky_2  2026-11-23T10:00:00.000Z  Key\\u001b[2J',
  );
  expect(linesOf((await readPasskeys(platform, 'uid-bo')).passkeys)).toContain('No passkey');
});

test('one is taken away, and who did it and why is kept; the others stay as they were', async () => {
  const { platform, document, audits } = await aCustomer(aPasskey('pky_1'), aPasskey('pky_2'));
  const left = await removePasskeys(platform, await readPasskeys(platform, 'uid-ann'), ['pky_1'], BY);
  expect(left.map(({ id }) => id)).toEqual(['pky_2']);
  expect(document()).toMatchObject({
    passkeys: { pky_2: { _credentialId: 'credential-of-pky_2', _counter: 3n } },
  });
  expect(document()?.passkeys).not.toHaveProperty('pky_1');
  expect(audits()).toEqual([{ schema: 1n, ...BY, action: 'remove-passkeys', passkeyIds: ['pky_1'] }]);
});

test('all are taken away, the last too, and what was being registered is worth nothing', async () => {
  const { platform, document } = await aCustomer(aPasskey('pky_1'), aPasskey('pky_2'));
  const read = await readPasskeys(platform, 'uid-ann');
  expect(await removePasskeys(platform, read, ['pky_1', 'pky_2'], BY)).toEqual([]);
  expect(document()).toEqual({ schema: 1n, passkeys: {} });
});

test('what changed since it was read is to be looked at again, and nothing is kept of it', async () => {
  const { platform, audits } = await aCustomer(aPasskey('pky_1'), aPasskey('pky_2'));
  const read = await readPasskeys(platform, 'uid-ann');
  await removePasskeys(platform, read, ['pky_1'], BY);
  await expect(removePasskeys(platform, read, ['pky_2'], BY)).rejects.toThrow('look at them again');
  expect(audits()).toHaveLength(1);
});

test('only what is asked for is taken, and only what there is', () => {
  const passkeys = [aPasskey('pky_1'), aPasskey('pky_2')];
  const asked = (remove: string | undefined, removeAll = false) =>
    passkeysAsked(passkeys, { remove, removeAll })?.map(({ id }) => id);
  expect(asked(undefined)).toBeUndefined();
  expect(asked('pky_2')).toEqual(['pky_2']);
  expect(asked(undefined, true)).toEqual(['pky_1', 'pky_2']);
  expect(() => asked('pky_2', true)).toThrow('not both');
  for (const wrong of ['pky_9', 'pky', '']) expect(() => asked(wrong)).toThrow('no such passkey');
  expect(() => passkeysAsked([], { removeAll: true })).toThrow('no such passkey');
});
