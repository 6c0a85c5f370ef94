import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from './function.ts';

async function tracked(...facts: readonly Message[]) {
  const world = aWorld({ functions: [trackAccount] });
  await world.deliver('bank-facts', ...facts);
  return {
    world,
    account: world.state()['accounts/acct-1'],
    effects: world.events('customers').map(({ data }) => {
      const { status, opened } = data as { status: string; opened: boolean };
      return `${status}${opened ? '' : ', not opened'}`;
    }),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

const opened = aFact('account.opened', { resourceVersion: 1, ownerIds: ['uid-ann'], iban: 'DK50' });
const frozen = aFact('account.frozen', { resourceVersion: 2 });
const closed = aFact('account.closed', { resourceVersion: 3 });

describe('an account', () => {
  test('that the bank opened has its owners, its currency and its number', async () => {
    const { account, effects } = await tracked(opened);
    expect(account).toMatchObject({
      id: 'acct-1',
      bank: 'sandbox',
      status: 'open',
      ownerIds: ['uid-ann'],
      currency: 'DKK',
      iban: 'DK50',
      openedAt: '2026-11-23T09:00:00.000Z',
    });
    expect(effects).toEqual(['open']);
  });

  test.each([[[opened, frozen, closed]], [[closed, frozen, opened]], [[frozen, closed, opened]]])(
    'is closed with its owners known, whatever came first',
    async (facts) => {
      const { account } = await tracked(...facts);
      expect(account).toMatchObject({ status: 'closed', ownerIds: ['uid-ann'], currency: 'DKK' });
    },
  );

  test('that is frozen before we know of it has nobody who may read it, until it is opened', async () => {
    const { account, effects } = await tracked(frozen);
    expect(account).toMatchObject({ status: 'frozen', ownerIds: [] });
    expect(effects).toEqual(['frozen, not opened']);
  });

  test('whose states are numbered does not take one without a number: it is parked', async () => {
    const { account, parked } = await tracked(opened, aFact('account.closed'));
    expect(account?.status).toBe('open');
    expect(parked).toEqual(['fact.version-missing']);
  });

  test('stays as it is when an older state comes, which is told of once', async () => {
    const { account, effects } = await tracked(opened, closed, frozen);
    expect(account?.status).toBe('closed');
    // It happened all the same, and whoever tells of it tells of each.
    expect(effects).toEqual(['open', 'closed', 'closed']);
  });
});

describe('a state that the bank tells twice', () => {
  test('by one event is told to others under one id', async () => {
    const { effects, world } = await tracked(opened, opened);
    expect(effects).toHaveLength(2);
    expect(new Set(world.events('customers').map(({ id }) => id)).size).toBe(1);
  });

  test.each([
    ['account.opened' as const, ['open']],
    ['account.frozen' as const, ['open', 'frozen']],
  ])('by two events with one version changes nothing, and is no contradiction: %s', async (type, told) => {
    const version = type === 'account.opened' ? 1 : 2;
    const own = type === 'account.opened' ? { ownerIds: ['uid-ann'], iban: 'DK50' } : {};
    for (const id of ['fact-0', 'fact-z']) {
      const again = aFact(type, { resourceVersion: version, id, ...own });
      const facts = type === 'account.opened' ? [opened, again] : [opened, frozen, again];
      const { effects, parked } = await tracked(...facts);
      expect(effects).toEqual(told);
      expect(parked).toEqual([]);
    }
  });

  test('by two events leaves the same document, whichever comes first', async () => {
    const again = aFact('account.frozen', { resourceVersion: 2, id: 'fact-again' });
    expect((await tracked(opened, frozen, again)).account).toEqual(
      (await tracked(again, frozen, opened)).account,
    );
  });
});

describe('a bank that contradicts itself', () => {
  test('with two statuses under one version: the second is parked', async () => {
    const { account, parked } = await tracked(
      opened,
      frozen,
      aFact('account.closed', { resourceVersion: 2 }),
    );
    expect(account?.status).toBe('frozen');
    expect(parked).toEqual(['fact.conflict']);
  });

  test('with two owners under one version: nobody gets the account who did not have it', async () => {
    const stolen = aFact('account.opened', { resourceVersion: 1, id: 'fact-z', ownerIds: ['uid-eve'] });
    const { account, parked } = await tracked(opened, frozen, stolen);
    expect(account?.ownerIds).toEqual(['uid-ann']);
    expect(parked).toEqual(['fact.conflict']);
  });
});

test('an account of one bank is not changed by another bank that uses the same id', async () => {
  const foreign = aFact('account.closed', { bank: 'other-bank', resourceVersion: 9 });
  const { account, parked } = await tracked(opened, foreign);
  expect(account?.status).toBe('open');
  expect(parked).toEqual(['account.other-bank']);
});

test('a message that is no fact is parked, and the next one is taken', async () => {
  const { data, attributes } = opened;
  const broken = { attributes, data: Buffer.from(Buffer.from(data).toString().replace('"DKK"', '"kroner"')) };
  const { parked, account } = await tracked(broken, frozen);
  expect(parked).toEqual(['event.invalid']);
  expect(account?.status).toBe('frozen');
});
