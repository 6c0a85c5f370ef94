import { describe, expect, test } from 'vitest';
import archiveDelivery from '../../functions/bank/archive-delivery/function.ts';
import translateDelivery from '../../functions/bank/translate-delivery/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import tallySpending from '../../functions/ledger/tally-spending/function.ts';
import { type Faults, memoryCloud } from '../../shared/platform/memory.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { createDelivery } from '../../shared/store/deliveries.ts';
import type { Fields } from '../../shared/store/document.ts';
import { spendingFrom } from '../../shared/store/spending.ts';
import { aBody, aDelivery, aWireEvent } from '../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld } from '../../shared/testing/world.ts';
import { estimate } from './dry-run.ts';
import { rebuildable } from './function.ts';
import { progressLine, shareOf } from './progress.ts';
import { beginning, runRebuild } from './run.ts';

/** A purchase of 1.00, 2.00, 3.00 ... for each, at one of three merchants and on one of four accounts. */
const purchase = (n: number, changes = {}) =>
  aWireEvent(
    'card.cleared',
    {
      clearingId: `clr-${n}`,
      amountMinor: String(n * 100),
      final: true,
      merchant: { name: `Shop ${n % 3}` },
      ...changes,
    },
    { id: `evt-${n}`, accountId: `acct-${n % 4}` },
  );

const minute = (n: number) => new Date(Date.UTC(2026, 10, 23, 10, n)).toISOString();

/** An archive in which the deliveries came in this order, one a minute. */
async function anArchive({
  deliveries,
  faults,
  seed,
}: {
  deliveries: readonly (readonly unknown[])[];
  faults?: Faults;
  seed?: number;
}) {
  const cloud = memoryCloud({ ...(faults && { faults }), ...(seed !== undefined && { seed }) });
  for (const [n, events] of deliveries.entries()) {
    const delivery = { bank: 'sandbox', deliveryId: `dlv-${n}`, receivedAt: minute(n), headers: {} };
    await untilDone(() => cloud.instance().commit(createDelivery({ ...delivery, body: aBody(...events) })));
  }
  const published: unknown[] = [];
  cloud.onPublish((topic) => published.push(topic));
  return { cloud, published };
}

async function untilDone<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    const done = await act().then(
      (value) => ({ value }),
      (error: Error) => error,
    );
    if (!(done instanceof Error) || done.message === 'store.code-6')
      return done instanceof Error ? (undefined as T) : done.value;
  }
}

async function rebuild(
  platform: Platform,
  {
    restart = false,
    since,
    stopAfterPages,
  }: { restart?: boolean; since?: string; stopAfterPages?: number } = {},
) {
  const stop = { requested: false };
  let pages = 0;
  const begin = await beginning(platform, tallySpending, { since, restart });
  const end = await runRebuild(platform, tallySpending, begin, {
    stop,
    sleep: async () => {},
    onPage: () => {
      pages += 1;
      stop.requested = pages === stopAfterPages;
    },
  });
  return { begin, end };
}

/** Spending by account, month and merchant, in minor units. */
function spending(documents: ReadonlyMap<string, Fields>): Record<string, string> {
  const sums = [...documents].flatMap(([path, fields]) => {
    if (!path.includes('/merchants/') || fields.month === undefined) return [];
    const sum = spendingFrom({ path, fields, version: undefined });
    return [[`${path.split('/')[1]} ${sum?.month} ${sum?.merchant}`, `${sum?.spentMinor} in ${sum?.count}`]];
  });
  return Object.fromEntries(sums.sort());
}

/** The same by plain sums over purchases number 0 to below `count`. */
function sumsOf(count: number): Record<string, string> {
  const sums = new Map<string, { spent: number; count: number }>();
  for (let n = 0; n < count; n += 1) {
    const key = `acct-${n % 4} 2026-11 Shop ${n % 3}`;
    const { spent, count: before } = sums.get(key) ?? { spent: 0, count: 0 };
    sums.set(key, { spent: spent + n * 100, count: before + 1 });
  }
  return Object.fromEntries([...sums].map(([key, sum]) => [key, `${sum.spent} in ${sum.count}`]).sort());
}

/** 1 to `count`; number 0 would be of no amount. */
const purchases = (count: number) => Array.from({ length: count }, (_, n) => purchase(n + 1));
const inDeliveriesOf = (size: number, events: readonly unknown[]) =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, n) => events.slice(n * size, (n + 1) * size));
/** `sumsOf` counts a number 0 that nobody bought. */
function expected(count: number) {
  const { 'acct-0 2026-11 Shop 0': first, ...others } = sumsOf(count + 1);
  const [spent, n] = (first ?? '').split(' in ');
  return { ...others, 'acct-0 2026-11 Shop 0': `${spent} in ${Number(n) - 1}` };
}

describe('a read model that did not exist when the events came', () => {
  test('is what it would be had it always existed, and nothing else is changed or told', async () => {
    const { cloud, published } = await anArchive({ deliveries: inDeliveriesOf(3, purchases(200)) });
    const before = cloud.documents();
    const { end } = await rebuild(cloud.instance());
    expect(end).toMatchObject({ state: 'done', handled: 200n, deliveries: 67n, failed: {} });
    expect(spending(cloud.documents())).toEqual(expected(200));
    expect(published).toEqual([]);
    const others = [...cloud.documents()].filter(
      ([path]) => !/\/(merchants|tallied)\/|^inbox\/|^rebuilds\//.test(path),
    );
    expect(new Map(others)).toEqual(before);
  });

  test('has all of a delivery so long that it was translated in parts', async () => {
    const { cloud } = await anArchive({ deliveries: [purchases(1200)] });
    const { end } = await rebuild(cloud.instance());
    expect(end.handled).toBe(1200n);
    expect(spending(cloud.documents())).toEqual(expected(1200));
  });

  test('counts once what came live while it was rebuilt', async () => {
    const world = aWorld({ functions: [archiveDelivery, translateDelivery, tallySpending] });
    const bodies = inDeliveriesOf(10, purchases(60)).map((events) => aBody(...events));
    await world.deliver(
      'partner-bank-webhooks',
      ...bodies.map((body, n) => aDelivery(body, { deliveryId: `dlv-${n}` })),
    );
    const live = spending(world.documents());
    const published = world.published.length;
    await rebuild(world.store);
    expect(spending(world.documents())).toEqual(live);
    expect(live).toEqual(expected(60));
    expect(world.published).toHaveLength(published);
  });

  test('leaves out what was received before the instant that is asked for', async () => {
    const { cloud } = await anArchive({ deliveries: inDeliveriesOf(1, purchases(10)) });
    const { end } = await rebuild(cloud.instance(), { since: minute(7) });
    expect(end.handled).toBe(3n);
  });
});

describe('a rebuild that was cut off', () => {
  test('goes on where it stopped, in the same generation', async () => {
    const { cloud } = await anArchive({ deliveries: inDeliveriesOf(1, purchases(60)) });
    const first = await rebuild(cloud.instance(), { stopAfterPages: 1 });
    expect(first.end).toMatchObject({ state: 'running', handled: 25n });
    const second = await rebuild(cloud.instance());
    expect(second.begin).toMatchObject({ isNew: false, rebuild: { generation: first.end.generation } });
    expect(second.end).toMatchObject({ state: 'done', handled: 60n });
    expect(spending(cloud.documents())).toEqual(expected(60));
  });

  test('in the middle of a page hands the whole page over again, and loses nothing of it', async () => {
    const { cloud } = await anArchive({ deliveries: [purchases(60)] });
    const stop = { requested: false };
    const stopping = cloud.instance();
    let commits = 0;
    const platform: Platform = {
      ...stopping,
      commit(writes) {
        commits += 1;
        stop.requested = commits >= 30;
        return stopping.commit(writes);
      },
    };
    const begin = await beginning(platform, tallySpending, { restart: false });
    const end = await runRebuild(platform, tallySpending, begin, { stop, onPage() {} });
    expect(end).toMatchObject({ state: 'running', handled: 0n });
    expect(commits).toBeLessThan(40);

    expect((await rebuild(cloud.instance())).end).toMatchObject({ state: 'done', handled: 60n });
    expect(spending(cloud.documents())).toEqual(expected(60));
  });

  test('by a crash anywhere, or a lost answer, ends in the same sums: 20 seeds', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { cloud } = await anArchive({
        deliveries: inDeliveriesOf(4, purchases(120)),
        // A page of a hundred facts is hundreds of calls, and it must get through once.
        faults: { ...ALL_FAULTS, crashBefore: 0.002, crashAfter: 0.002 },
        seed,
      });
      let runs = 0;
      for (let isDone = false; !isDone; runs += 1) {
        if (runs > 500) throw new Error(`seed ${seed} does not end`);
        isDone = await rebuild(cloud.instance()).then(
          () => true,
          () => false,
        );
      }
      expect([seed, spending(cloud.documents())]).toEqual([seed, expected(120)]);
    }
  });

  test('that is begun again handles everything once more, and counts nothing twice', async () => {
    const { cloud } = await anArchive({ deliveries: inDeliveriesOf(1, purchases(30)) });
    const first = await rebuild(cloud.instance());
    const second = await rebuild(cloud.instance(), { restart: true });
    expect(second.end).toMatchObject({ state: 'done', handled: 30n });
    expect(second.end.generation).not.toBe(first.end.generation);
    const inboxes = [...cloud.documents().keys()].filter((path) => path.startsWith('inbox/'));
    expect(inboxes).toHaveLength(60);
    expect(spending(cloud.documents())).toEqual(expected(30));
  });

  test('is not taken for another: one that goes from elsewhere says so', async () => {
    const { cloud } = await anArchive({ deliveries: inDeliveriesOf(1, purchases(30)) });
    await rebuild(cloud.instance(), { since: minute(3), stopAfterPages: 1 });
    await expect(rebuild(cloud.instance(), { since: minute(9) })).rejects.toThrow('add --restart');
  });
});

test('what a function refuses is counted by its reason, and the rest goes on', async () => {
  const again = purchase(1, { amountMinor: '777' });
  const { cloud, published } = await anArchive({
    deliveries: [
      [purchase(1)],
      [{ ...again, id: 'evt-other' }],
      [{ ...purchase(2), type: 'card.teleported' }],
      [purchase(3)],
    ],
  });
  const { end } = await rebuild(cloud.instance());
  expect(end).toMatchObject({ state: 'done', handled: 2n, failed: { 'fact.conflict': 1n } });
  expect(published).toEqual([]);
});

test('a dry run says how many documents of each collection would be written, and writes none', async () => {
  const { cloud } = await anArchive({ deliveries: inDeliveriesOf(5, purchases(60)) });
  const before = cloud.documents();
  const begin = await beginning(cloud.instance(), tallySpending, { restart: true });
  const stop = { requested: false };
  const { facts, documents, failed } = await estimate(cloud.instance(), tallySpending, begin, {
    stop,
    onPage() {},
  });
  expect({ facts, failed }).toEqual({ facts: 60, failed: {} });
  // An entry for each purchase, and sums for four accounts at three merchants.
  expect(Object.fromEntries(documents)).toEqual({
    'accounts/*/tallied': 60,
    'accounts/*/merchants': 12,
  });
  expect(cloud.documents()).toEqual(before);
});

describe('what cannot be rebuilt', () => {
  test.each([
    ['archive-delivery', 'does not listen to bank-facts'],
    ['serve-accounts', 'does not listen to bank-facts'],
    ['match-unlinked', 'tells others what they keep'],
    ['nobody', 'No function is called nobody'],
  ])('is refused with the reason: %s', (name, reason) => {
    expect(() => rebuildable(name)).toThrow(reason);
  });

  test('is not what keeps facts of banks', () => {
    expect(rebuildable('record-transaction').name).toBe(recordTransaction.name);
  });
});

describe('how far it is', () => {
  const span = { from: minute(0), to: minute(10) };

  test.each([
    [minute(0), 0],
    [minute(5), 0.5],
    [minute(10), 1],
    [minute(30), 1],
  ])('is by the time of receipt: at %s %d', (at, share) => {
    expect(shareOf(span, at)).toBe(share);
  });

  test('is told with the rate and the time that is left', () => {
    expect(progressLine(0.25, 3000, 10)).toMatch(
      /^\[#{8}-{22}\] 25 % {2}3000 facts, 300 a second, 30 s left$/,
    );
    expect(progressLine(0, 0, 0)).toContain('some time left');
  });
});
