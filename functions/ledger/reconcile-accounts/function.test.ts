import { describe, expect, test } from 'vitest';
import { comparisonWanted, statementsWanted } from '../../../shared/events/coherence.ts';
import type { Write } from '../../../shared/store/document.ts';
import { driftPath, writeDrift } from '../../../shared/store/drifts.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from '../track-account/function.ts';
import reconcileAccounts from './function.ts';

const CONFIG = { DAY_ACCOUNTS: '3', NIGHT_ACCOUNTS: '100' };

/** Which accounts were to be compared after each tick, at this hour. */
async function afterTicks(
  ticks: number,
  { accounts = 7, hour = 12, config = CONFIG, writes = [] as readonly Write[] } = {},
) {
  const now = () => new Date(`2026-11-23T${String(hour).padStart(2, '0')}:00:00.000Z`);
  const world = aWorld({ functions: [trackAccount, reconcileAccounts], config, env: { now } });
  const opened = Array.from({ length: accounts }, (_, n) =>
    aFact('account.opened', { id: `fact-${n}`, accountId: `acct-${n}` }),
  );
  await world.deliver('bank-facts', ...opened);
  if (writes.length > 0) await world.store.commit(writes);
  const chosen: string[] = [];
  for (let tick = 1; tick <= ticks; tick += 1) {
    const before = world.events('coherence').length;
    await world.tick(reconcileAccounts, `tick-${tick}`);
    const told = world.events('coherence').slice(before);
    const wanted = told.filter(({ type }) => type === comparisonWanted.type);
    chosen.push(
      wanted
        .map(({ data }) => comparisonWanted.data.parse(data))
        .map(inWords)
        .join(' '),
    );
  }
  return { chosen, world };
}

function inWords({ accountIds, isRecheck }: { accountIds: readonly string[]; isRecheck: boolean }): string {
  return `${isRecheck ? 'again ' : ''}${accountIds.map((id) => id.replace('acct-', '')).join(',')}`;
}

describe('a round through all accounts', () => {
  test('goes slowly by day, and begins anew when it has come to its end', async () => {
    const { chosen } = await afterTicks(4);
    expect(chosen).toEqual(['0,1,2', '3,4,5', '6', '0,1,2']);
  });

  test('is over in one tick at night, where there are few', async () => {
    expect((await afterTicks(1, { hour: 2 })).chosen).toEqual(['0,1,2,3,4,5,6']);
    expect((await afterTicks(1, { hour: 4 })).chosen).toEqual(['0,1,2']);
  });

  test('asks for ten at a time', async () => {
    const { chosen } = await afterTicks(1, { hour: 2, accounts: 17 });
    expect(chosen[0]?.split(' ').map((batch) => batch.split(',').length)).toEqual([10, 7]);
  });

  test('goes one step for one tick, however often that comes', async () => {
    const { chosen, world } = await afterTicks(1);
    await world.tick(reconcileAccounts, 'tick-1');
    await world.tick(reconcileAccounts, 'tick-2');
    const last = world.events('coherence').at(-1);
    expect(chosen).toEqual(['0,1,2']);
    expect(comparisonWanted.data.parse(last?.data).accountIds).toEqual(['acct-3', 'acct-4', 'acct-5']);
  });

  test('of nobody asks for nothing', async () => {
    expect((await afterTicks(2, { accounts: 0 })).chosen).toEqual(['', '']);
  });
});

test('an account in which something is wrong is compared at each tick, once, until that is settled', async () => {
  const drift = (id: string, settledAt?: string) =>
    writeDrift(
      { path: driftPath(id), fields: undefined, version: undefined },
      {
        ...{ id, bank: 'sandbox', accountId: 'acct-5', cause: 'extra-fact', entry: id },
        ...{ amountMinor: 1n, currency: 'DKK', evidence: {}, state: 'open' },
        ...{ firstSeenAt: '2026-11-23T09:00:00.000Z', lastSeenAt: '2026-11-23T09:00:00.000Z', settledAt },
      },
    );
  const wrong = { writes: [drift('a'), drift('b')] };
  expect((await afterTicks(2, wrong)).chosen).toEqual(['again 5 0,1,2', 'again 5 3,4,5']);
  const settled = { writes: [drift('a', '2026-11-23T09:05:00.000Z')] };
  expect((await afterTicks(1, settled)).chosen).toEqual(['0,1,2']);
});

describe('statements', () => {
  const wantedIn = ({ world }: Awaited<ReturnType<typeof afterTicks>>) =>
    world
      .events('coherence')
      .filter(({ type }) => type === statementsWanted.type)
      .map(({ data }) => statementsWanted.data.parse(data))
      .map(({ date, accountIds }) => `${date} ${accountIds.join()}`);

  test('of yesterday are asked for at night, of those whose turn it is', async () => {
    expect(wantedIn(await afterTicks(1, { accounts: 2 }))).toEqual([]);
    expect(wantedIn(await afterTicks(1, { accounts: 2, hour: 2 }))).toEqual(['2026-11-22 acct-0,acct-1']);
  });

  test('that were not as we have it are asked for again by day, and the balance is not', async () => {
    const drift = writeDrift(
      { path: driftPath('a'), fields: undefined, version: undefined },
      {
        ...{ id: 'a', bank: 'sandbox', accountId: 'acct-5', cause: 'line-without-entry', entry: 'line:1' },
        ...{ amountMinor: 1n, currency: 'DKK', evidence: { date: '2026-11-20' }, state: 'suspected' },
        ...{ firstSeenAt: '2026-11-23T09:00:00.000Z', lastSeenAt: '2026-11-23T09:00:00.000Z' },
      },
    );
    const ticked = await afterTicks(1, { writes: [drift] });
    expect(wantedIn(ticked)).toEqual(['2026-11-20 acct-5']);
    expect(ticked.chosen).toEqual(['0,1,2']);
  });
});
