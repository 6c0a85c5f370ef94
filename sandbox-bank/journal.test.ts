import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { BankEvent } from './events.ts';
import { keptBank } from './journal.ts';
import { startSandboxBank } from './server.ts';
import { aBank, aBankLike, anAccount, type Body, seenOf, type TestBank } from './testing.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const creditor = { name: 'Bo Holm', iban: 'DK5000400440116243' };

describe('a bank that is opened again', () => {
  test('has the same balance, statement and event log, ids and times included', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '10000' });
    await bank.post(`/accounts/${id}/purchases`, { amountMinor: '3200' });
    const again = await aBankLike(bank);
    again.world.now = new Date('2026-03-02T12:00:00.000Z');

    expect(await again.get(`/accounts/${id}`)).toMatchObject({ accountId: 'acct_1', bookedMinor: '6800' });
    expect(again.told).toEqual(bank.told);
    expect(again.told.map((event) => [event.id, event.type, event.occurredAt])).toEqual([
      ['evt_3', 'account.opened', '2026-02-28T09:30:00.000Z'],
      ['evt_6', 'transaction.booked', '2026-02-28T09:30:00.000Z'],
      ['evt_8', 'card.authorisation-created', '2026-02-28T09:30:00.000Z'],
      ['evt_11', 'card.cleared', '2026-02-28T09:30:00.000Z'],
    ]);
    const statement = `/accounts/${id}/statements/2026-02-28`;
    expect(await again.get(statement)).toEqual(await bank.get(statement));
    expect(again.bank.journal.entries).toEqual(bank.bank.journal.entries);
  });

  test('gives a payment ordered again under its key its first answer, and pays it once', async () => {
    const bank = await aBank();
    const accountId = await anAccount(bank);
    await bank.post(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '1000' });
    const order = { accountId, amountMinor: '400', creditor };
    const first = await bank.post('/payments', order, 'key-1');
    const again = await aBankLike(bank);
    expect(await again.post('/payments', order, 'key-1')).toEqual(first);
    expect(await again.get(`/accounts/${accountId}`)).toMatchObject({ bookedMinor: '600' });
  });

  test('has let go of a hold that expired by itself, when it did, and tells that once', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '700' });
    bank.world.now = new Date('2026-03-07T09:30:00.000Z');
    bank.expireDue();
    const again = await aBankLike(bank);
    again.world.now = new Date('2026-03-09T00:00:00.000Z');
    again.expireDue();
    expect(again.told).toEqual(bank.told);
    expect(again.told.at(-1)).toMatchObject({
      type: 'card.authorisation-expired',
      occurredAt: '2026-03-07T09:30:00.000Z',
    });
  });

  test('refuses books that do not come out as they were', async () => {
    const bank = await aBank();
    await anAccount(bank);
    const [opening] = bank.bank.journal.entries;
    if (!opening) throw new Error('nothing was written down');
    const complaint = '/accounts at 2026-02-28T09:30:00.000Z has another effect than it had';
    for (const ids of [opening.ids.slice(1), [...opening.ids, 'evt_9'], [...opening.ids].reverse()])
      await expect(aBank([{ ...opening, ids }])).rejects.toThrow(complaint);
    const other = { path: '/accounts/acct_no/transfers', body: '{}' };
    await expect(aBank([{ ...opening, request: other }])).rejects.toThrow('/accounts/acct_no/transfers at');
  });
});

test('what was refused, only asked, or asked for again is not written down', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  await bank.post(`/accounts/${id}/purchases`, { amountMinor: '-5' });
  await bank.post('/payments', { accountId: id, amountMinor: '1', creditor }, 'key-1');
  await bank.post(`/accounts/${id}/unfreeze`);
  await bank.get(`/accounts/${id}/events`);
  bank.expireDue();
  expect(bank.bank.journal.entries.map((entry) => entry.request?.path)).toEqual(['/accounts']);
});

test('requests that come at once are written down one by one', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  const amounts = Array.from({ length: 30 }, (_, n) => String(n + 1));
  await Promise.all(amounts.map((amountMinor) => bank.post(`/accounts/${id}/purchases`, { amountMinor })));
  const again = await aBankLike(bank);
  expect(again.told).toEqual(bank.told);
  expect(await again.get(`/accounts/${id}`)).toMatchObject({ bookedMinor: '-465' });
});

test('after a stop and a start, what was not acknowledged is told, and nothing else', async () => {
  let answer = 202;
  const acknowledged: string[] = [];
  const subscriber = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { events } = JSON.parse(body) as { events: BankEvent[] };
    if (answer === 202) acknowledged.push(...events.map((event) => event.type));
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => subscriber.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => subscriber.close());
  const { port } = subscriber.address() as AddressInfo;
  const options = {
    port: 0,
    subscriberUrl: `http://127.0.0.1:${port}`,
    secrets: ['whsec_AAECAwQFBgcICQoLDA0ODw=='],
  };

  const first = await startSandboxBank(options);
  const post = async (url: string, body: object) =>
    (await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json()) as Body;
  const { accountId } = await post(`${first.url}/accounts`, { ownerRefs: ['uid_anna'], currency: 'DKK' });
  await vi.waitFor(() => expect(first.pending()).toBe(0));
  answer = 503;
  await post(`${first.url}/accounts/${accountId}/purchases`, { amountMinor: '3200' });
  await first.stop();
  const kept = keptBank.parse(JSON.parse(JSON.stringify(first.kept())));
  expect(kept.unacknowledged).toHaveLength(2);

  answer = 202;
  const second = await startSandboxBank({ ...options, kept });
  cleanups.push(() => second.stop());
  await vi.waitFor(() => expect(second.pending()).toBe(0));
  expect(acknowledged.sort()).toEqual(['account.opened', 'card.authorisation-created', 'card.cleared']);
  expect(second.ledger.bookedMinor(String(accountId))).toBe(-3200n);
  expect(second.kept()).toEqual({ ...kept, unacknowledged: [] });
});

/** Asks the bank for something, or lets time go by; `on` picks one of what there is by then. */
const step = fc.record({
  does: fc.constantFrom(
    ...(['open', 'freeze', 'unfreeze', 'close', 'purchase', 'authorise', 'credit', 'pending'] as const),
    ...(['increment', 'reverse', 'clear', 'expire', 'refund', 'book', 'cancel', 'pay', 'wait'] as const),
    ...(['bring', 'clear-alone', 'take-back', 'tell-balance', 'list'] as const),
    ...(['correct', 'move-clock'] as const),
  ),
  on: fc.nat(7),
  amountMinor: fc.integer({ min: 1, max: 500 }).map(String),
  flag: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

test('whatever happened, a bank that is opened again cannot be told from one that was never closed', async () => {
  const steps = fc.array(step, { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, after) => {
      const open = await aBank();
      // A closed bank forgets its faults, and not which balances it told wrong.
      await open.ask('PUT', '/faults', { seed: 1, wrongBalance: 0.5 });
      await anAccount(open);
      for (const each of before) await take(open, each);
      await open.ask('PUT', '/faults', {});
      const again = await aBankLike(open);
      expect(await seenOf(again)).toEqual(await seenOf(open));

      for (const bank of [open, again]) {
        bank.world.drawn = 100_000;
        for (const each of after) await take(bank, each);
      }
      expect(await seenOf(again)).toEqual(await seenOf(open));
    }),
    { numRuns: 60 },
  );
});

async function take(bank: TestBank, { does, on, amountMinor, flag }: Step) {
  const { world, told, post, ask, expireDue } = bank;
  if (does === 'move-clock') {
    const aheadSeconds = bank.bank.clock.ahead() + on * 40_000;
    return ask('PUT', '/_sandbox/clock', { aheadSeconds });
  }
  if (does === 'wait') {
    world.now = new Date(world.now.getTime() + on * 7_200_000);
    return expireDue();
  }
  const one = (field: string) => {
    const named = told.flatMap((event) => Object.entries({ ...event, ...event.data }));
    const ids = [...new Set(named.flatMap(([name, id]) => (name === field && id ? [String(id)] : [])))];
    return ids[on % ids.length] ?? 'none';
  };
  const accountId = one('accountId');
  const account = `/accounts/${accountId}`;
  const authorisation = `/authorisations/${one('authorisationId')}`;
  const transaction = `/transactions/${one('transactionId')}`;
  const expiresAt = new Date(world.now.getTime() + on * 3_600_000).toISOString();
  const direction = flag ? 'credit' : 'debit';
  const valueDate = `2026-03-0${on + 1}`;
  const broughtForward = { direction, amountMinor, asOf: '2026-02-27T23:00:00+01:00' };
  const entries = Array.from({ length: on }, () => ({ direction, amountMinor, description: 'Kiosk' }));

  const requests: Record<typeof does, [path: string, body: object, key?: string]> = {
    open: ['/accounts', { ownerRefs: [`uid_${on}`], currency: flag ? 'DKK' : 'JPY' }],
    freeze: [`${account}/freeze`, {}],
    unfreeze: [`${account}/unfreeze`, {}],
    close: [`${account}/close`, {}],
    purchase: [`${account}/purchases`, { amountMinor, clear: flag }],
    authorise: [`${account}/authorisations`, { amountMinor, expiresAt }],
    credit: [`${account}/transfers`, { amountMinor, direction: 'credit', ...(flag && { valueDate }) }],
    pending: [`${account}/transfers`, { amountMinor, direction, pending: true }],
    increment: [`${authorisation}/increments`, { amountMinor }],
    reverse: [`${authorisation}/reversals`, { amountMinor, linked: flag }],
    clear: [`${authorisation}/clearings`, { amountMinor, final: flag, linked: on < 4 }],
    expire: [`${authorisation}/expiry`, { told: flag }],
    refund: [`${account}/refunds`, { amountMinor, ...(flag && { clearingId: one('clearingId') }) }],
    book: [`${transaction}/booking`, {}],
    cancel: [`${transaction}/cancellation`, {}],
    pay: ['/payments', { accountId, amountMinor, creditor }, `key-${on}`],
    bring: ['/accounts', { ownerRefs: [`uid_${on}`], currency: 'DKK', broughtForward }],
    'clear-alone': [`${account}/clearings`, { amountMinor }],
    'take-back': [`${transaction}/reversal`, {}],
    correct: [`${transaction}/correction`, { amountMinor }],
    'tell-balance': [`${account}/balance-updates`, {}],
    list: [`${account}/pending-lists`, { entries }],
  };
  await post(...requests[does]);
}
