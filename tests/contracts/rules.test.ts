import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { googleRestPlatform } from '../../shared/platform/google-rest.ts';
import type { Fields } from '../../shared/store/document.ts';
import { COLLECTIONS } from '../stored/collections.ts';
import { openApp, type Where } from './app.ts';
import { onEmulators } from './places.ts';

const OK = 200;
const REFUSED = 403;

const projectId = `demo-${randomBytes(6).toString('hex')}`;
const as = (sub: string, role?: string) => openApp(projectId, { sub, ...(role && { role }) });

// The account `acct-1` is Ann's and Bea's, and what is below `customers/uid-ann` is Ann's. Bob has an account of his own.
const ACTORS = {
  owner: as('uid-ann'),
  'joint owner': as('uid-bea'),
  'another customer': as('uid-bob'),
  'an operator': as('uid-eve', 'operator'),
  nobody: openApp(projectId, undefined),
};
type Actor = keyof typeof ACTORS;

const READERS: Readonly<Record<(typeof COLLECTIONS)[string]['readBy'], readonly Actor[]>> = {
  owners: ['owner', 'joint owner'],
  customer: ['owner'],
  nobody: [],
};

const below = (name: string, of: string) => name.replace('*', of).replaceAll('*', 'some');
const own = (name: string) => below(name, name.startsWith('customers/') ? 'uid-ann' : 'acct-1');
const documentOf = (name: string) => (name === 'accounts' ? 'accounts/acct-1' : `${own(name)}/some`);

// Whatever a rule could look at says that it is Ann's; of accounts the owners do.
const anns: Fields = {
  id: 'acct-1',
  ownerIds: ['uid-ann', 'uid-bea'],
  customerId: 'uid-ann',
  accountId: 'acct-1',
};
const bobs: Fields = { id: 'acct-2', ownerIds: ['uid-bob'], customerId: 'uid-bob', accountId: 'acct-2' };

beforeAll(async () => {
  const { platform } = onEmulators(googleRestPlatform, projectId);
  const documents = [...Object.keys(COLLECTIONS).map(documentOf), 'later/some'].map(
    (path) => [path, anns] as const,
  );
  const all = [...documents, ['accounts/acct-2', bobs], ['accounts/acct-2/transactions/some', bobs]] as const;
  await platform.commit(all.map(([path, fields]) => ({ do: 'create', path, fields })));
});

describe.for(Object.entries(COLLECTIONS))('of %s', ([name, { readBy }]) => {
  describe.for(Object.entries(ACTORS))('%s', ([actor, app]) => {
    const answer = READERS[readBy].includes(actor as Actor) ? OK : REFUSED;
    const uid = { owner: 'uid-ann', 'joint owner': 'uid-bea' }[actor] ?? 'uid-bob';

    test(answer === OK ? 'may read a document' : 'may not read a document', async () => {
      expect(await app.get(documentOf(name))).toBe(answer);
    });

    test(answer === OK ? 'may list what is theirs' : 'may list nothing', async () => {
      if (name === 'accounts') {
        const where: Where = ['ownerIds', 'ARRAY_CONTAINS', uid];
        // Whose accounts these are, the question itself says; an operator and Bob here ask for Bob's.
        expect(await app.list(name, { where })).toBe(actor === 'another customer' ? OK : answer);
        return;
      }
      expect(await app.list(own(name))).toBe(answer);
      for (const field of ['customerId', 'accountId'] as const) {
        const where: Where = [field, 'EQUAL', String(anns[field])];
        expect(await app.list(own(name), { where })).toBe(answer);
      }
    });

    test('may not list more than that', async () => {
      const [, , below = ''] = name.split('/');
      if (name === 'accounts') {
        expect(await app.list(name)).toBe(REFUSED);
        expect(await app.list(name, { where: ['ownerIds', 'ARRAY_CONTAINS', 'uid-cleo'] })).toBe(REFUSED);
        expect(await app.list(name, { where: ['id', 'EQUAL', 'acct-1'] })).toBe(REFUSED);
      } else {
        expect(await app.list(below || name, { everywhere: true })).toBe(REFUSED);
        const where: Where = ['customerId', 'EQUAL', uid];
        expect(await app.list(below || name, { everywhere: true, where })).toBe(REFUSED);
      }
    });

    test('may write nothing', async () => {
      const path = documentOf(name);
      expect(await app.create(`${path}-new`)).toBe(REFUSED);
      expect(await app.update(path)).toBe(REFUSED);
      expect(await app.delete(path)).toBe(REFUSED);
    });
  });
});

describe('what no rule names', () => {
  test.for(Object.entries(ACTORS))('is closed to %s', async ([, app]) => {
    for (const path of [
      'later/some',
      'accounts/acct-1/later/some',
      'accounts/acct-1/transactions/some/below/some',
    ]) {
      expect(await app.get(path)).toBe(REFUSED);
      expect(await app.create(`${path}-new`)).toBe(REFUSED);
    }
  });
});

test('whether there is an account its strangers cannot tell', async () => {
  for (const app of Object.values(ACTORS)) {
    expect(await app.get('accounts/acct-9')).toBe(REFUSED);
    expect(await app.get('accounts/acct-9/balances/0')).toBe(REFUSED);
    expect(await app.list('accounts/acct-9/transactions')).toBe(REFUSED);
  }
});

test('an operator may read their own notifications, like any customer', async () => {
  expect(await ACTORS['an operator'].list('customers/uid-eve/notifications')).toBe(OK);
});

test('an account that changes hands is read by its new owners, and no more by who was one', async () => {
  const { platform } = onEmulators(googleRestPlatform, projectId);
  const [path, below] = ['accounts/acct-3', 'accounts/acct-3/transactions/some'];
  await platform.commit([path, below].map((each) => ({ do: 'create', path: each, fields: anns })));
  expect(await ACTORS.owner.get(below)).toBe(OK);
  const [read] = await platform.get([path]);
  if (!read) throw new Error('it is not there');
  await platform.commit([{ do: 'replace', read, fields: bobs }]);
  expect(await ACTORS.owner.get(below)).toBe(REFUSED);
  expect(await ACTORS['another customer'].get(below)).toBe(OK);
});
