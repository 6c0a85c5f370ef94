import { describe, expect, test } from 'vitest';
import type { Ask } from '../../../shared/banks/bank.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { directDebitIdOf, mandateIdOf } from '../../../shared/store/direct-debits.ts';
import { aFact, aRequest } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import submitPayment from '../submit-payment/function.ts';
import trackDirectDebit from '../track-direct-debit/function.ts';
import serveDirectDebits from './function.ts';

const creditor = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };
const mandate = { mandateId: 'm-1', creditor, scheme: 'core' } as const;
const collection = { mandateId: 'm-1', collectionId: 'c-1', creditor, dueOn: '2026-12-01' };
const opened = aFact('account.opened', { ownerIds: ['uid-ann'] });
const created = aFact('direct-debit.mandate-created', mandate);
const announced = aFact('direct-debit.announced', { ...collection, amountMinor: 45_000n });
const later = (hour: number) => `2026-11-23T${String(hour).padStart(2, '0')}:30:00.000Z`;
const collected = aFact('direct-debit.collected', {
  ...{ ...collection, time: later(9), amountMinor: 45_000n, bookedOn: '2026-11-23' },
});

const account = '/v1/accounts/acct-1';
const directDebit = `${account}/direct-debits/${directDebitIdOf('sandbox', 'c-1')}`;
const theMandate = `${account}/mandates/${mandateIdOf('sandbox', 'm-1')}`;

/** Ann's account once these facts are known, at a bank that answers every decision like this. */
async function aCustomer(
  facts: readonly Message[],
  {
    now = new Date('2026-11-23T10:00:00.000Z'),
    answers = [],
  }: { now?: Date; answers?: (number | 'silence')[] } = {},
) {
  const calls: (readonly [string, string | undefined])[] = [];
  const ask: Ask = async (url, request) => {
    calls.push([url.replace('http://bank.test', ''), request?.headers['idempotency-key']]);
    const status = answers.shift() ?? 201;
    if (status === 'silence') throw new Error('no answer');
    return { status, body: JSON.stringify({ type: 'urn:sandbox-bank:collection-due' }) };
  };
  const functions = [trackAccount, trackDirectDebit, submitPayment, serveDirectDebits];
  const config = { SANDBOX_API_URL: 'http://bank.test' };
  const world = aWorld({ functions, config, env: { now: () => now, ask } });
  await world.deliver('bank-facts', opened, ...facts);
  const decide = async (path: string, key = 'key-1', uid = 'uid-ann') => {
    const headers = { 'idempotency-key': key };
    const { status, body } = await world.ask(serveDirectDebits, aRequest('POST', path, uid, { headers }));
    return { status, body: body as Record<string, unknown> };
  };
  const list = async (path: string, uid = 'uid-ann') => {
    const { status, body } = await world.ask(serveDirectDebits, aRequest('GET', path, uid));
    const { items = [], nextCursor } = body as { items?: Record<string, unknown>[]; nextCursor?: string };
    return { status, items, nextCursor };
  };
  const read = async (path: string, uid = 'uid-ann') => {
    const { status, body } = await world.ask(serveDirectDebits, aRequest('GET', path, uid));
    return { status, body: body as Record<string, unknown> };
  };
  return { world, calls, decide, list, read };
}

describe('a customer sees', () => {
  test('who may collect, and what they collect', async () => {
    const { list } = await aCustomer([created, announced, collected]);
    expect((await list(`${account}/mandates`)).items).toEqual([
      {
        ...{ id: mandateIdOf('sandbox', 'm-1'), accountId: 'acct-1', creditor },
        ...{ scheme: 'core', state: 'active' },
      },
    ]);
    expect((await list(`${account}/direct-debits`)).items).toMatchObject([
      {
        ...{ state: 'collected', amount: { amountMinor: '45000', currency: 'DKK' }, creditor },
        // 23 November + 56: 7 days to 30 November, 31 of December, 18 of January.
        ...{ dueOn: '2026-12-01', refundableUntil: '2027-01-18' },
      },
    ]);
  });

  test('the newest first, page by page', async () => {
    const facts = ['c-1', 'c-2', 'c-3'].map((collectionId, n) =>
      aFact('direct-debit.announced', { ...collection, collectionId, id: collectionId, time: later(n + 6) }),
    );
    const { list } = await aCustomer(facts.map((_, n) => facts[(n + 1) % 3] as Message));
    const first = await list(`${account}/direct-debits?limit=2`);
    const rest = await list(`${account}/direct-debits?limit=2&cursor=${first.nextCursor}`);
    const ids = [...first.items, ...rest.items].map(({ id }) => id);
    expect(ids).toEqual(['c-3', 'c-2', 'c-1'].map((id) => directDebitIdOf('sandbox', id)));
    expect([first.items.length, rest.nextCursor]).toEqual([2, undefined]);
  });

  test('one mandate and one direct debit by their ids, as the lists have them', async () => {
    const { list, read, decide } = await aCustomer([created, announced, collected]);
    await decide(`${directDebit}/refund`);
    await decide(`${theMandate}/block`, 'key-2');
    const [mandateListed] = (await list(`${account}/mandates`)).items;
    expect(await read(theMandate)).toEqual({ status: 200, body: mandateListed });
    expect(mandateListed).toMatchObject({ id: mandateIdOf('sandbox', 'm-1'), wanted: 'block' });
    const [listed] = (await list(`${account}/direct-debits`)).items;
    expect(await read(directDebit)).toEqual({ status: 200, body: listed });
    expect(listed).toMatchObject({ state: 'collected', wanted: 'refund', refundableUntil: '2027-01-18' });
  });

  test.each([
    ['between businesses', [aFact('direct-debit.mandate-created', { ...mandate, scheme: 'b2b' })]],
    ['that the bank has not yet told of', []],
  ])('no day until which it is given back, of a mandate %s', async (_, mandates) => {
    const { list, read } = await aCustomer([...mandates, collected]);
    const [listed] = (await list(`${account}/direct-debits`)).items;
    for (const item of [listed, (await read(directDebit)).body]) {
      expect(item).toMatchObject({ state: 'collected', transactionId: expect.any(String) });
      expect(item?.refundableUntil).toBeUndefined();
    }
  });

  test('until when each is given back where one page has two mandates', async () => {
    const ofBusinesses = { ...mandate, id: 'mandate-2', mandateId: 'm-2', scheme: 'b2b' } as const;
    const other = { ...collection, id: 'fact-2', mandateId: 'm-2', collectionId: 'c-2', time: later(8) };
    const { list } = await aCustomer([
      created,
      aFact('direct-debit.mandate-created', ofBusinesses),
      collected,
      aFact('direct-debit.collected', { ...other, amountMinor: 1_000n, bookedOn: '2026-11-23' }),
    ]);
    const { items } = await list(`${account}/direct-debits`);
    expect(items.map(({ refundableUntil }) => refundableUntil)).toEqual(['2027-01-18', undefined]);
  });

  test('nothing of another’s, and decides nothing of it', async () => {
    const { list, read, decide, calls } = await aCustomer([created, announced]);
    for (const path of [`${account}/mandates`, `${account}/direct-debits`])
      expect((await list(path, 'uid-eve')).status).toBe(404);
    for (const path of [theMandate, directDebit]) {
      const strangers = await read(path, 'uid-eve');
      expect(strangers.body).toMatchObject({ status: 404, code: 'account.not-found' });
      // As of an account that nobody has.
      expect(await read(path.replace('acct-1', 'acct-9'), 'uid-eve')).toEqual(strangers);
    }
    expect((await read(`${account}/direct-debits/ddt_no`)).body).toMatchObject({
      ...{ status: 404, code: 'direct-debit.not-found' },
    });
    expect((await read(`${account}/mandates/mdt_no`)).body).toMatchObject({
      ...{ status: 404, code: 'mandate.not-found' },
    });
    for (const path of [`${directDebit}/refusal`, `${directDebit}/refund`, `${theMandate}/block`])
      expect((await decide(path, 'key-1', 'uid-eve')).status).toBe(404);
    expect((await decide(`${account}/direct-debits/ddt_no/refusal`)).status).toBe(404);
    expect((await decide(`${account}/mandates/mdt_no/unblock`)).status).toBe(404);
    expect(calls).toEqual([]);
  });
});

describe('a refusal', () => {
  test('is shown as wanted at once, told to the bank once, and done once the bank says so', async () => {
    const { world, decide, list, calls } = await aCustomer([created, announced]);
    const first = await decide(`${directDebit}/refusal`);
    expect(first).toMatchObject({ status: 202, body: { state: 'announced', wanted: 'refusal' } });
    expect(await decide(`${directDebit}/refusal`)).toEqual(first);
    expect(await decide(`${directDebit}/refusal`, 'key-2')).toEqual(first);
    const [wanted] = world.events('payments').filter(({ type }) => type.endsWith('decision-wanted'));
    expect(calls).toEqual([['/collections/c-1/refusal', wanted?.id]]);
    const refused = { ...collection, time: later(11), reason: 'MS02' };
    await world.deliver('bank-facts', aFact('direct-debit.refused', refused));
    const [item] = (await list(`${account}/direct-debits`)).items;
    expect(item).toMatchObject({ state: 'refused', reason: 'MS02' });
    expect(item).not.toHaveProperty('wanted', 'refusal');
  });

  test.each([
    ['2026-11-30T22:59:59.000Z', 202],
    ['2026-11-30T23:00:00.000Z', 409],
  ])('comes in time until the day before, by the bank’s wall clock: %s', async (now, status) => {
    const { decide } = await aCustomer([created, announced], { now: new Date(now) });
    const answer = await decide(`${directDebit}/refusal`);
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body).toMatchObject({ code: 'direct-debit.due' });
  });

  test('that the bank declines is wanted no more, and shown with the reason', async () => {
    const { decide, list } = await aCustomer([created, announced], { answers: [409] });
    await decide(`${directDebit}/refusal`);
    const [item] = (await list(`${account}/direct-debits`)).items;
    expect(item).toMatchObject({
      ...{ state: 'announced', declined: { decision: 'refusal', reason: 'collection-due' } },
    });
    expect(item?.wanted).toBeUndefined();
  });

  test('that the bank does not answer is told it again under the same key', async () => {
    const answers = ['silence' as const, 503, 201];
    const { world, decide, calls } = await aCustomer([created, announced], { answers });
    await decide(`${directDebit}/refusal`);
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map(([, key]) => key)).size).toBe(1);
    expect(world.events('dead-letters')).toEqual([]);
  });

  test('needs a key', async () => {
    const { world } = await aCustomer([created, announced]);
    const answer = await world.ask(serveDirectDebits, aRequest('POST', `${directDebit}/refusal`, 'uid-ann'));
    expect(answer.status).toBe(400);
  });
});

describe('a refund', () => {
  test('is asked of the bank as a return', async () => {
    const { decide, calls } = await aCustomer([created, announced, collected]);
    expect(await decide(`${directDebit}/refund`)).toMatchObject({ status: 202, body: { wanted: 'refund' } });
    expect(calls.map(([path]) => path)).toEqual(['/collections/c-1/return']);
  });

  test.each([
    ['2027-01-18T22:59:59.000Z', [created], 202, undefined],
    ['2027-01-18T23:00:00.000Z', [created], 409, 'direct-debit.refund-late'],
    [later(10), [], 409, 'mandate.unknown'],
    [
      later(10),
      [aFact('direct-debit.mandate-created', { ...mandate, scheme: 'b2b' })],
      409,
      'direct-debit.b2b',
    ],
  ])('on %s, of a mandate that is known or not: %#', async (now, mandates, status, code) => {
    const facts = [...mandates, announced, collected];
    const { decide } = await aCustomer(facts, { now: new Date(now) });
    const answer = await decide(`${directDebit}/refund`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('is not given of what is only announced', async () => {
    const { decide, calls } = await aCustomer([created, announced]);
    expect(await decide(`${directDebit}/refund`)).toMatchObject({
      ...{ status: 409, body: { code: 'direct-debit.announced' } },
    });
    expect(calls).toEqual([]);
  });
});

describe('a creditor', () => {
  const blocked = aFact('direct-debit.mandate-blocked', { ...mandate, time: later(11) });

  test('is blocked, and let again once the bank has blocked them', async () => {
    const { world, decide, calls } = await aCustomer([created]);
    expect(await decide(`${theMandate}/block`)).toMatchObject({ status: 202, body: { wanted: 'block' } });
    // Two calls that are under way at once could reach the bank in either order.
    expect(await decide(`${theMandate}/unblock`, 'key-2')).toMatchObject({
      ...{ status: 409, body: { code: 'mandate.decision-in-flight' } },
    });
    await world.deliver('bank-facts', blocked);
    expect(await decide(`${theMandate}/unblock`, 'key-2')).toMatchObject({
      ...{ status: 202, body: { state: 'blocked', wanted: 'unblock' } },
    });
    expect(calls.map(([path]) => path)).toEqual(['/mandates/m-1/block', '/mandates/m-1/unblock']);
  });

  test('who is blocked already is not blocked again', async () => {
    const { decide, calls } = await aCustomer([created, blocked]);
    expect(await decide(`${theMandate}/block`)).toMatchObject({ status: 200, body: { state: 'blocked' } });
    expect(calls).toEqual([]);
  });

  test('whose mandate was cancelled cannot be blocked', async () => {
    const cancelled = aFact('direct-debit.mandate-cancelled', { ...mandate, time: later(11) });
    const { decide } = await aCustomer([created, cancelled]);
    expect(await decide(`${theMandate}/block`)).toMatchObject({
      ...{ status: 409, body: { code: 'mandate.cancelled' } },
    });
  });
});
