import { describe, expect, test } from 'vitest';
import serveAccounts from '../../functions/ledger/serve-accounts/function.ts';
import tallySpending from '../../functions/ledger/tally-spending/function.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { aRequest } from '../../shared/testing/builders.ts';
import { aWorldOn } from '../../shared/testing/world.ts';
import { aScene, type Item, told } from './scene.ts';
import { authorised, opened, transfer } from './words.ts';

describe('the feed, page by page', () => {
  test.each([1, 2, 3])('of %d a page shows each purchase once, also those of one second', async (limit) => {
    const ids = Array.from({ length: 7 }, (_, n) => `auth-${n}`);
    const scene = await told(
      opened(),
      ...ids.map((id, n) => authorised(id, '100', { at: `23T0${n % 3}:00` })),
    );
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== undefined && seen.length <= ids.length; ) {
      const query = `limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page = await answered(scene, `/v1/accounts/acct-1/transactions?${query}`, 'uid-ann');
      seen.push(...(page.body.items as Item[]).flatMap(({ bankIds }) => bankIds));
      cursor = page.body.nextCursor;
    }
    expect(seen.toSorted()).toEqual(ids);
  });
});

describe('a customer who asks for another’s account', () => {
  const ROUTES = (serveAccounts.routes ?? []).filter((route) => route.includes(':accountId'));

  test.each(ROUTES)('is answered as if there were none: %s', async (route) => {
    const scene = await aScene({ also: [tallySpending] });
    await scene.tell(
      opened(),
      opened({ account: 'acct-2', ownerRefs: ['uid-bo'] }),
      transfer('booked', 'trf-1', '5000'),
    );
    const { body } = await answered(scene, '/v1/accounts/acct-1/transactions', 'uid-ann');
    const [{ id = '' } = {}] = body.items as Item[];
    const asked = (accountId: string) =>
      (route.split(' ')[1] ?? '')
        .replace(':accountId', accountId)
        .replace(':transactionId', String(id))
        .replace(':month', '2026-11');

    expect((await answered(scene, asked('acct-1'), 'uid-ann')).status).toBe(200);
    const other = await answered(scene, asked('acct-1'), 'uid-bo');
    expect(other).toEqual(await answered(scene, asked('acct-of-nobody'), 'uid-bo'));
    expect(other.status).toBe(404);
    // Nor does an own account before another’s transaction help.
    if (route.includes(':transactionId'))
      expect((await answered(scene, asked('acct-2'), 'uid-bo')).status).toBe(404);
  });

  test('has no account of others’ in the list', async () => {
    const scene = await told(opened(), opened({ account: 'acct-2', ownerRefs: ['uid-bo'] }));
    const { body } = await answered(scene, '/v1/accounts', 'uid-bo');
    expect(body.items).toMatchObject([{ id: 'acct-2' }]);
  });
});

test('a balance is what it was at one moment, also while money moves from one of its documents to another', async () => {
  const scene = await told(opened(), transfer('booked', 'trf-1', '10000', { direction: 'credit' }));
  const cloud = memoryCloud({ stored: scene.documents() });
  const own = cloud.instance();
  let moves = 0;
  /** Before each read 10.00 go from the first document to the second. */
  const move = async () => {
    const inbox = { do: 'create', path: `inbox/move-${moves}`, fields: { n: BigInt(moves) } } as const;
    moves += 1;
    await own.commit([
      inbox,
      { do: 'increment', path: 'accounts/acct-1/balances/0', by: { DKK: { booked: -1000n } } },
      { do: 'increment', path: 'accounts/acct-1/balances/1', by: { DKK: { booked: 1000n } } },
    ]);
  };
  const moving = (platform: Platform): Platform => ({
    ...platform,
    get: async (paths) => {
      await move();
      return platform.get(paths);
    },
    query: async (query) => {
      await move();
      return platform.query(query);
    },
  });
  const ground = { ...cloud, instance: () => moving(cloud.instance()), turn: async () => {} };
  const world = aWorldOn(ground, { functions: [serveAccounts] });
  const { body } = await world.ask(serveAccounts, aRequest('GET', '/v1/accounts/acct-1', 'uid-ann'));
  expect(moves).toBeGreaterThan(0);
  expect(body).toMatchObject({ bookedMinor: '10000' });
});

async function answered(
  { world }: Pick<Awaited<ReturnType<typeof aScene>>, 'world'>,
  url: string,
  uid: string,
) {
  const { status, body } = await world.ask(serveAccounts, aRequest('GET', url, uid));
  return { status, body: body as Item };
}
