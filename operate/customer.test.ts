import { expect, test } from 'vitest';
import { memoryCloud } from '../shared/platform/memory.ts';
import { accountPath, writeAccount } from '../shared/store/accounts.ts';
import { doubtOf } from './customer.ts';

test('a customer is doubted of whom there is no account, and not one who has a share in one', async () => {
  const platform = memoryCloud().instance();
  const nothing = { path: accountPath('acct-1'), fields: undefined, version: undefined };
  const account = { id: 'acct-1', bank: 'sandbox', ownerIds: ['uid-ann', 'uid-bo'], status: 'open' } as const;
  await platform.commit([writeAccount(nothing, account)]);
  expect(await doubtOf(platform, 'uid-ann')).toBeUndefined();
  expect(await doubtOf(platform, 'uid-bo')).toBeUndefined();
  expect(await doubtOf(platform, 'uid-an')).toContain('No account of such a customer');
});
