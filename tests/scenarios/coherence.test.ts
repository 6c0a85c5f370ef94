import { afterEach, describe, expect, test, vi } from 'vitest';
import { explain } from '../../operate/explain/explain.ts';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import { readOne } from '../../shared/platform/platform.ts';
import { statementFrom, statementPath } from '../../shared/store/statements.ts';
import { aBankAndItsMirror } from './coherence.ts';

afterEach(() => void vi.unstubAllGlobals());

type Mirror = ReturnType<typeof aBankAndItsMirror>;

async function anAccount(mirror: Mirror): Promise<string> {
  const { accountId = '' } = await mirror.ask('/accounts', { ownerRefs: ['uid-ann'], currency: 'DKK' });
  await mirror.deliver(...mirror.told());
  return accountId;
}

const credit = (mirror: Mirror, accountId: string, amountMinor: string) =>
  mirror.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor });

const inWords = async (mirror: Mirror) =>
  (await mirror.drifts()).map(({ cause, state, amountMinor }) => `${cause} ${state} ${amountMinor}`);

/** Five minutes later, as the two schedules have it. */
async function aTick(mirror: Mirror): Promise<void> {
  mirror.passes(5);
  await mirror.fetchMissed();
  await mirror.reconcile();
}

describe('what the bank told in vain', () => {
  test('is fetched, and takes the way of a webhook; the drift has its cause, and is healed', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await credit(mirror, accountId, '3200');
    mirror.told(); // and nobody hears of it
    mirror.passes(5);
    await mirror.fetchMissed();
    expect(await mirror.booked(accountId)).toBe(3200n);
    expect(await inWords(mirror)).toEqual(['missing-fact healing 3200']);
    await mirror.reconcile();
    expect(await inWords(mirror)).toEqual(['missing-fact healing 3200']); // compared at the same moment
    await aTick(mirror);
    expect(await inWords(mirror)).toEqual(['missing-fact healed 3200']);
    expect(mirror.world.events('dead-letters')).toEqual([]);
  });

  test('and told after all changes nothing', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await credit(mirror, accountId, '3200');
    const late = mirror.told();
    await aTick(mirror);
    await mirror.deliver(...late);
    await aTick(mirror);
    expect(await mirror.booked(accountId)).toBe(3200n);
    expect(mirror.world.events('dead-letters')).toEqual([]);
  });

  test('of an account that nobody here knows yet opens it', async () => {
    const mirror = aBankAndItsMirror();
    const { accountId = '' } = await mirror.ask('/accounts', { ownerRefs: ['uid-ann'], currency: 'DKK' });
    await credit(mirror, accountId, '3200');
    mirror.told();
    await aTick(mirror);
    expect(await mirror.booked(accountId)).toBe(3200n);
    expect(await mirror.store.query({ collection: 'accounts' })).toHaveLength(1);
  });

  test('and no longer stands in what fetch-missed-events reads is found by comparing, and fetched', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await credit(mirror, accountId, '3200');
    mirror.told();
    mirror.passes(40);
    await mirror.reconcile();
    expect(await mirror.booked(accountId)).toBe(3200n);
    await mirror.passes(5);
    await mirror.reconcile();
    expect(await inWords(mirror)).toEqual(['missing-fact healed 3200']);
  });
});

test('what is on its way is no drift, however often it is looked at', async () => {
  const mirror = aBankAndItsMirror();
  const accountId = await anAccount(mirror);
  await credit(mirror, accountId, '3200');
  const events = mirror.told();
  await mirror.reconcile();
  mirror.passes(1);
  await mirror.fetchMissed();
  await mirror.reconcile();
  expect(await mirror.booked(accountId)).toBe(0n);
  expect(await mirror.drifts()).toEqual([]);
  await mirror.deliver(...events);
  expect(await mirror.booked(accountId)).toBe(3200n);
});

describe('a balance that somebody changed', () => {
  test('is told apart from a missing fact, and both are mended', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await credit(mirror, accountId, '100000');
    await mirror.deliver(...mirror.told());
    await credit(mirror, accountId, '3200');
    mirror.told();
    await byHand(mirror, accountId, 700n);
    mirror.passes(6);
    await mirror.reconcile();
    expect((await inWords(mirror)).sort()).toEqual(['missing-fact healing 3200', 'wrong-sum healing -700']);
    expect(await mirror.booked(accountId)).toBe(103_200n);
    await aTick(mirror);
    expect((await inWords(mirror)).sort()).toEqual(['missing-fact healed 3200', 'wrong-sum healed -700']);
  });

  test('is mended again when it is changed again', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    for (const byMinor of [700n, -900n]) {
      await byHand(mirror, accountId, byMinor);
      await aTick(mirror);
      expect(await mirror.booked(accountId)).toBe(0n);
      await aTick(mirror);
      expect((await mirror.drifts()).map(({ state }) => state)).toEqual(['healed']);
    }
  });
});

describe('what only a person can judge', () => {
  test('a balance of the bank’s that its own events contradict is suspected, and dismissed once it is right', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await mirror.ask('/faults', { seed: 1, wrongBalance: 1 }, 'PUT');
    await mirror.reconcile();
    expect(await inWords(mirror)).toEqual([expect.stringMatching(/^bank-contradicts-itself suspected /)]);
    await mirror.ask('/faults', {}, 'PUT');
    await aTick(mirror);
    expect((await mirror.drifts()).map(({ state }) => state)).toEqual(['dismissed']);
    expect(await mirror.booked(accountId)).toBe(0n);
  });

  test('a balance that stays wrong is open, and nothing of ours moves for it', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await mirror.ask('/faults', { seed: 1, wrongBalance: 1 }, 'PUT');
    for (let ticks = 0; ticks < 3; ticks += 1) await aTick(mirror);
    expect((await mirror.drifts()).map(({ state }) => state)).toContain('open');
    expect(await mirror.booked(accountId)).toBe(0n);
  });

  test('what we booked and the bank does not list is an extra fact', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await mirror.deliver(aForeignBooking(accountId, '5000'));
    for (let ticks = 0; ticks < 3; ticks += 1) await aTick(mirror);
    expect(await inWords(mirror)).toEqual(['extra-fact open -5000']);
    expect(await mirror.booked(accountId)).toBe(5000n); // who signed it is to be asked
  });

  test('another amount under the same id is another content', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    const { transactionId } = await credit(mirror, accountId, '3200');
    const [event] = mirror.told();
    if (event?.type !== 'transaction.booked') throw new Error('nothing booked');
    const amount = { ...event.data.amount, amountMinor: '3100' };
    await mirror.deliver({ ...event, data: { ...event.data, amount } });
    for (let ticks = 0; ticks < 3; ticks += 1) await aTick(mirror);
    const [drift] = await mirror.drifts();
    expect(drift).toMatchObject({ cause: 'other-content', state: 'open', amountMinor: 100n });
    expect(drift?.entry).toBe(`booking:${transactionId}`);
  });
});

/** As somebody with a console would, behind everybody's back. */
async function byHand({ store, now }: Mirror, accountId: string, byMinor: bigint): Promise<void> {
  await store.commit([
    { do: 'create', path: `things/${now().getTime()}`, fields: { at: 'now' } },
    { do: 'increment', path: `accounts/${accountId}/balances/0`, by: { DKK: { booked: byMinor } } },
  ]);
}

function aForeignBooking(accountId: string, amountMinor: string): BankEvent {
  const amount = { amountMinor, currency: 'DKK' as const };
  const data = { transactionId: 'btx_elsewhere', direction: 'credit' as const, amount };
  return {
    id: 'evt_elsewhere',
    type: 'transaction.booked',
    occurredAt: '2026-11-23T09:59:00Z',
    accountId,
    data,
  };
}

describe('yesterday’s statement', () => {
  /** Two equal transfers and a purchase, and the night after them; the bank's statement is this wrong. */
  async function aNight(statement: string) {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    for (const amountMinor of ['3200', '3200', '100000']) await credit(mirror, accountId, amountMinor);
    await mirror.ask(`/accounts/${accountId}/purchases`, { amountMinor: '4500' });
    await mirror.deliver(...mirror.told());
    await mirror.ask('/faults', { seed: 1, statement }, 'PUT');
    mirror.passes(16 * 60); // two in the morning
    await mirror.reconcile();
    return { mirror, accountId };
  }

  const stateOf = async ({ store }: Mirror, accountId: string) =>
    statementFrom(await readOne(store, statementPath(accountId, '2026-11-23')));

  test('is closed: each line, equal ones too, is an entry of ours', async () => {
    const { mirror, accountId } = await aNight('right');
    const statement = await stateOf(mirror, accountId);
    expect(statement).toMatchObject({ state: 'closed', openingMinor: 0n, closingMinor: 101_900n });
    expect(new Set(statement?.matches.map(({ entry }) => entry)).size).toBe(4);
    expect(await mirror.drifts()).toEqual([]);
  });

  test.each([
    ['line-more', 'line-without-entry'],
    ['line-less', 'entry-without-line'],
    ['other-amount', 'line-other-amount'],
  ])('that is wrong by %s is open, named rightly, and moves nothing', async (fault, cause) => {
    const { mirror, accountId } = await aNight(fault);
    expect((await stateOf(mirror, accountId))?.state).toBe('open');
    const causes = (await mirror.drifts()).map((drift) => drift.cause).sort();
    expect(causes).toEqual([cause, 'statement-not-closed'].sort());
    expect(await mirror.booked(accountId)).toBe(101_900n);
    // It is asked for again, and what is right then is dismissed.
    await mirror.ask('/faults', {}, 'PUT');
    await aTick(mirror);
    expect((await mirror.drifts()).map(({ state }) => state)).toEqual(['dismissed', 'dismissed']);
    expect((await stateOf(mirror, accountId))?.state).toBe('closed');
  });

  test('that stays wrong is open for a person to look at, whatever the balances say', async () => {
    const { mirror } = await aNight('line-more');
    await aTick(mirror);
    expect((await mirror.drifts()).map(({ state }) => state)).toEqual(['open', 'open']);
  });

  test('of a correction and of a late value date is closed on both days', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    const { transactionId } = await credit(mirror, accountId, '3200');
    const late = { direction: 'credit', amountMinor: '700', valueDate: '2026-11-26' };
    await mirror.ask(`/accounts/${accountId}/transfers`, late);
    await mirror.deliver(...mirror.told());
    mirror.passes(16 * 60);
    await mirror.ask(`/transactions/${transactionId}/correction`, { amountMinor: '3100' });
    await mirror.deliver(...mirror.told());
    await mirror.reconcile();
    mirror.passes(24 * 60);
    await mirror.reconcile();
    for (const day of ['2026-11-23', '2026-11-24'])
      expect(statementFrom(await readOne(mirror.store, statementPath(accountId, day)))?.state).toBe('closed');
    expect(await mirror.booked(accountId)).toBe(3800n);
    expect(await mirror.drifts()).toEqual([]);
  });
});

describe('a drift is explained', () => {
  test('by what was fetched, where a fact was missing', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await credit(mirror, accountId, '3200');
    mirror.told();
    for (let ticks = 0; ticks < 2; ticks += 1) await aTick(mirror);
    const [drift] = await mirror.drifts();
    const { subject, findings, deliveries, transactions } = await explained(mirror, drift?.id ?? '');
    expect(subject).toBe(`drift ${drift?.id}`);
    expect(findings[0]).toEqual({
      kind: 'note',
      text: expect.stringMatching(
        /^missing-fact of booking:btx_\d+: the bank lists it.* 32\.00 DKK more\. .*healed/,
      ),
    });
    expect(findings.filter(({ kind }) => kind === 'wrong')).toEqual([]);
    expect(findings.map(({ text }) => text).join(' ')).toContain('was asked of sandbox over its API');
    expect({ deliveries: deliveries.length, transactions: transactions.length }).toEqual({
      deliveries: 1,
      transactions: 1,
    });
  });

  test('by the account’s sum, where that was wrong and is not settled', async () => {
    const mirror = aBankAndItsMirror();
    const accountId = await anAccount(mirror);
    await byHand(mirror, accountId, 700n);
    mirror.passes(5);
    await mirror.reconcile();
    const [drift] = await mirror.drifts();
    const { findings, balances } = await explained(mirror, drift?.id ?? '');
    expect(findings[0]?.text).toContain('wrong-sum: the balance was not what its transactions sum to');
    expect(balances).toHaveLength(1);
  });
});

async function explained({ store }: Mirror, id: string) {
  const environment = {
    ...{ project: 'demo-test', name: 'memory', platform: store, telemetry: undefined, webhookSecrets: {} },
    operator: async () => 'somebody',
  };
  return explain(environment, async () => [], id);
}
