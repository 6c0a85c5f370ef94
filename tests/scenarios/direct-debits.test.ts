import { describe, expect, test, vi } from 'vitest';
import serveDirectDebits from '../../functions/payments/serve-direct-debits/function.ts';
import { aRequest } from '../../shared/testing/builders.ts';
import { aBankAndItsMirror } from './coherence.ts';

vi.setConfig({ testTimeout: 30_000 });

const creditor = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };
const DAY = 24 * 60;

/** Ann has 1,000.00, and let a creditor collect; the bank announces 450.00 for 25 November. It is the 23rd. */
async function anAnnouncement(scheme: 'core' | 'b2b' = 'core') {
  const scene = aBankAndItsMirror();
  const { accountId = '' } = await scene.ask('/accounts', { ownerRefs: ['uid-ann'], currency: 'DKK' });
  await scene.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '100000' });
  const { mandateId } = await scene.ask(`/accounts/${accountId}/mandates`, { creditor, scheme });
  await scene.ask(`/mandates/${mandateId}/collections`, { amountMinor: '45000', dueDate: '2026-11-25' });
  let keys = 0;
  const get = async (path: string, uid = 'uid-ann') => {
    const { status, body } = await scene.world.ask(serveDirectDebits, aRequest('GET', path, uid));
    return { status, body: body as Record<string, unknown> };
  };
  const list = async (things: 'mandates' | 'direct-debits') => {
    const { body } = await get(`/v1/accounts/${accountId}/${things}`);
    const [item] = (body as unknown as { items: Record<string, unknown>[] }).items;
    return item ?? {};
  };
  return {
    scene,
    accountId,
    get,
    list,
    /** All that the bank told since, the last first where it is to be out of order. */
    hear: (isBackwards = false) => {
      const told = scene.told();
      return scene.deliver(...(isBackwards ? told.reverse() : told));
    },
    /** So many days on, the bank does what is due. */
    async passes(days: number) {
      scene.passes(days * DAY);
      await scene.ask('/_sandbox/clock', { aheadSeconds: 0 }, 'PUT');
    },
    async decide(decision: 'refusal' | 'refund' | 'block' | 'unblock'): Promise<number> {
      const things = decision.startsWith('ref') ? 'direct-debits' : 'mandates';
      const { id } = await list(things);
      const path = `/v1/accounts/${accountId}/${things}/${id}/${decision}`;
      keys += 1;
      const headers = { 'idempotency-key': `key-${keys}` };
      return (await scene.world.ask(serveDirectDebits, aRequest('POST', path, 'uid-ann', { headers })))
        .status;
    },
  };
}

describe('a direct debit of 450.00', () => {
  test('is seen before it is collected, and leads to what was booked', async () => {
    const { hear, list, passes, scene, accountId } = await anAnnouncement();
    await hear(true);
    expect(await list('direct-debits')).toMatchObject({ state: 'announced', dueOn: '2026-11-25' });
    await passes(2);
    await hear(true);
    const { state, transactionId, refundableUntil } = await list('direct-debits');
    // 25 November + 56: 5 days to 30 November, 31 of December, 20 of January.
    expect({ state, refundableUntil }).toEqual({ state: 'collected', refundableUntil: '2027-01-20' });
    expect(await scene.booked(accountId)).toBe(55_000n);
    const transaction = scene.world.state()[`accounts/${accountId}/transactions/${transactionId}`];
    expect(transaction).toMatchObject({ amountMinor: 45_000n, direction: 'debit' });
  });

  test('is read by its id, as its mandate is, by whoever owns the account, and by nobody else', async () => {
    const { hear, list, get, passes, accountId } = await anAnnouncement();
    await passes(2);
    await hear(true);
    for (const [things, state] of [
      ['direct-debits', 'collected'],
      ['mandates', 'active'],
    ] as const) {
      const listed = await list(things);
      const path = `/v1/accounts/${accountId}/${things}/${listed.id}`;
      expect(await get(path)).toMatchObject({ status: 200, body: { ...listed, state } });
      expect((await get(path, 'uid-bo')).status).toBe(404);
    }
  });

  test('by a mandate between businesses is never given back, and shows no day until which it were', async () => {
    const { hear, list, get, passes, decide, scene, accountId } = await anAnnouncement('b2b');
    await passes(2);
    await hear(true);
    const listed = await list('direct-debits');
    const { body } = await get(`/v1/accounts/${accountId}/direct-debits/${listed.id}`);
    for (const seen of [listed, body])
      expect([seen.state, seen.refundableUntil]).toEqual(['collected', undefined]);
    expect(await decide('refund')).toBe(409);
    expect(scene.atBank(accountId)).toBe(55_000n);
  });

  test('that its customer refused in time is never collected', async () => {
    const { hear, list, passes, decide, scene, accountId } = await anAnnouncement();
    await hear();
    expect(await decide('refusal')).toBe(202);
    await hear();
    expect(await list('direct-debits')).toMatchObject({ state: 'refused', reason: 'MS02' });
    await passes(2);
    await hear();
    expect(await scene.booked(accountId)).toBe(100_000n);
    expect(scene.atBank(accountId)).toBe(100_000n);
  });

  test('is given back in the eighth week, in whatever order it is told, and once', async () => {
    const { hear, list, passes, decide, scene, accountId } = await anAnnouncement();
    await passes(2);
    await hear(true);
    await passes(56);
    expect(await decide('refund')).toBe(202);
    expect(await decide('refund')).toBe(202);
    await hear(true);
    expect(await list('direct-debits')).toMatchObject({ state: 'returned', reason: 'MD06' });
    expect(await decide('refund')).toBe(409);
    expect(await scene.booked(accountId)).toBe(100_000n);
    expect(scene.atBank(accountId)).toBe(100_000n);
  });

  test('is not given back a day later', async () => {
    const { hear, passes, decide, scene, accountId } = await anAnnouncement();
    await passes(2);
    await hear();
    await passes(57);
    expect(await decide('refund')).toBe(409);
    expect(scene.atBank(accountId)).toBe(55_000n);
  });

  test('that the bank collected while its refusal was on its way stays collected, and says why', async () => {
    const { hear, list, decide, scene, accountId } = await anAnnouncement();
    await hear();
    // It is the due date by the bank’s clock, and what it did is on its way to us.
    await scene.ask('/_sandbox/clock', { aheadSeconds: 2 * 86_400 }, 'PUT');
    expect(await decide('refusal')).toBe(202);
    expect(await list('direct-debits')).toMatchObject({
      ...{ state: 'announced', declined: { decision: 'refusal', reason: 'collection-collected' } },
    });
    await hear();
    expect(await list('direct-debits')).toMatchObject({ state: 'collected' });
    expect(await scene.booked(accountId)).toBe(55_000n);
  });

  test('of a creditor who was blocked is refused, and they may collect again once they are not', async () => {
    const { hear, list, passes, decide, scene, accountId } = await anAnnouncement();
    await hear();
    scene.passes(1);
    expect(await decide('block')).toBe(202);
    await hear();
    expect(await list('mandates')).toMatchObject({ state: 'blocked' });
    await passes(2);
    await hear();
    expect(await list('direct-debits')).toMatchObject({ state: 'refused', reason: 'SL01' });
    expect(await decide('unblock')).toBe(202);
    await hear();
    expect(await list('mandates')).toMatchObject({ state: 'active' });
    expect(scene.atBank(accountId)).toBe(100_000n);
  });
});
