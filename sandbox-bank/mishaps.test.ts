import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startSandboxBank } from './server.ts';
import { aBank, aBankLike, anAccount, type Body, seenOf, type TestBank } from './testing.ts';
import { ConnectionCut } from './unanswered.ts';

const creditor = { name: 'Bo Holm', iban: 'DK5000400440116243' };

async function aPayingBank(faults: object) {
  const bank = await aBank();
  const accountId = await anAccount(bank);
  await bank.post(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '1000000' });
  expect((await bank.ask('PUT', '/faults', faults)).status).toBe(200);
  bank.told.length = 0;
  const pay = (key: string, more: object = {}) =>
    bank.ask('POST', '/payments', { accountId, amountMinor: '400', creditor, ...more }, key);
  const passes = (ms: number) => {
    bank.world.now = new Date(bank.world.now.getTime() + ms);
    bank.expireDue();
  };
  return { bank, accountId, pay, passes };
}

const saidBy = ({ told }: TestBank) =>
  told.map(({ type, data }) => [type, 'isoStatus' in data ? data.isoStatus : undefined]);

describe('a payment that is late', () => {
  test('is held at first, on its way then, and booked when its time has come', async () => {
    const { bank, accountId, pay, passes } = await aPayingBank({ paymentLate: 1, paymentLateMs: 90_000 });
    expect((await pay('key-1')).body).toMatchObject({ status: 'RCVD' });
    expect(await bank.figures(accountId)).toEqual(['1000000', '400']);
    const statusAfter = async (ms: number) => {
      passes(ms);
      const { items } = await bank.get('/payments?idempotencyKey=key-1');
      return (items as Body[])[0]?.status;
    };
    expect(await statusAfter(29_999)).toBe('RCVD');
    expect(await statusAfter(1)).toBe('PDNG');
    expect(await statusAfter(30_000)).toBe('ACSP');
    expect(await statusAfter(29_999)).toBe('ACSP');
    expect(await bank.figures(accountId)).toEqual(['1000000', '400']);
    expect(await statusAfter(1)).toBe('ACSC');
    expect(await bank.figures(accountId)).toEqual(['999600', '0']);
    expect(saidBy(bank)).toEqual([
      ['transaction.pending', undefined],
      ['payment.status-changed', 'RCVD'],
      ['payment.status-changed', 'PDNG'],
      ['payment.status-changed', 'ACSP'],
      ['transaction.booked', undefined],
      ['payment.status-changed', 'ACSC'],
    ]);
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ paymentsLate: 1, paymentsRejected: 0 });
  });

  test('goes on being late when the faults are set anew, and when the bank is opened again', async () => {
    const { bank, accountId, pay, passes } = await aPayingBank({
      ...{ paymentLate: 1, paymentLateMs: 90_000, paymentReturn: 1, paymentReturnMs: 1000, seed: 3 },
    });
    await pay('key-1');
    await bank.ask('PUT', '/faults', {});
    passes(45_000);
    const again = await aBankLike(bank);
    for (const each of [bank, again]) {
      each.world.drawn = 1000;
      for (const ms of [44_999, 1, 999, 1]) {
        each.world.now = new Date(each.world.now.getTime() + ms);
        each.expireDue();
      }
      expect(await each.figures(accountId)).toEqual(['1000000', '0']);
    }
    expect(again.told.slice(-bank.told.length)).toEqual(bank.told);
    expect(await seenOf(await aBankLike(again))).toEqual(await seenOf(again));
  });
});

test('a payment that is rejected is taken first, and its money is let go of later, with a reason', async () => {
  const { bank, accountId, pay, passes } = await aPayingBank({ paymentReject: 1, paymentLateMs: 1000 });
  expect(await pay('key-1')).toMatchObject({ status: 202, body: { status: 'RCVD' } });
  passes(1000);
  expect(await bank.figures(accountId)).toEqual(['1000000', '0']);
  expect(bank.told.slice(-2)).toMatchObject([
    { type: 'transaction.cancelled' },
    {
      type: 'payment.status-changed',
      data: {
        isoStatus: 'RJCT',
        reason: expect.stringMatching(/^(AC01|AC04|AC06|AM04|AG01|BE04|MS03|RR04)$/),
        terminal: true,
      },
    },
  ]);
});

test('a payment that is returned was settled, and comes back whole, less what came back before', async () => {
  const { bank, accountId, pay, passes } = await aPayingBank({ paymentReturn: 1, paymentReturnMs: 60_000 });
  const { paymentId } = (await pay('key-1')).body;
  passes(59_999);
  expect(await bank.figures(accountId)).toEqual(['999600', '0']);
  await bank.post(`/payments/${paymentId}/return`, { reason: 'AC04', amountMinor: '150' });
  passes(1);
  expect(await bank.figures(accountId)).toEqual(['1000000', '0']);
  const reason = expect.stringMatching(/^(AC01|AC04|AC06|MD06|MS03|FOCR)$/);
  expect(bank.told.at(-1)).toMatchObject({
    type: 'payment.returned',
    data: { reason, amount: { amountMinor: '250' } },
  });
  passes(3_600_000);
  expect(await bank.figures(accountId)).toEqual(['1000000', '0']);
});

describe('an order', () => {
  test('that fails was not taken, and the same key pays later', async () => {
    const { bank, accountId, pay } = await aPayingBank({ paymentFail: 1 });
    expect((await pay('key-1')).status).toBe(503);
    expect([bank.told, await bank.figures(accountId)]).toEqual([[], ['1000000', '0']]);
    await bank.ask('PUT', '/faults', {});
    expect((await pay('key-1')).status).toBe(202);
  });

  test('whose connection is cut before was not taken, and after was; an inquiry tells which', async () => {
    const { bank, accountId, pay } = await aPayingBank({ paymentTimeoutBefore: 1 });
    await expect(pay('key-1')).rejects.toThrow(ConnectionCut);
    expect(await bank.get('/payments?idempotencyKey=key-1')).toEqual({ items: [] });
    expect(await bank.figures(accountId)).toEqual(['1000000', '0']);

    await bank.ask('PUT', '/faults', { paymentTimeoutAfter: 1 });
    await expect(pay('key-2')).rejects.toMatchObject({ name: 'ConnectionCut', code: 'ECONNRESET' });
    const { items } = await bank.get('/payments?idempotencyKey=key-2');
    expect(items).toMatchObject([{ status: 'ACSC' }]);
    expect(await bank.figures(accountId)).toEqual(['999600', '0']);
    // What is refused is answered: there is nothing whose answer could be lost.
    expect((await pay('key-3', { amountMinor: '5000000' })).status).toBe(422);
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ paymentsCutBefore: 1, paymentsCutAfter: 1 });
    expect(await seenOf(await aBankLike(bank))).toMatchObject({ entries: bank.bank.ledger.entries });
  });
});

test('an inquiry may fail, and says nothing by that', async () => {
  const { bank, pay } = await aPayingBank({ inquiryFail: 1 });
  const { paymentId } = (await pay('key-1')).body;
  for (const path of ['?idempotencyKey=key-1', '?reference=pay-7', `/${paymentId}`])
    expect((await bank.ask('GET', `/payments${path}`)).status).toBe(503);
  expect(await bank.get('/_sandbox/faults')).toMatchObject({ inquiriesFailed: 3 });
});

test('a seed gives the same mishaps to the same orders, however often somebody asks what became of them', async () => {
  const faults = { paymentLate: 0.3, paymentReject: 0.2, paymentReturn: 0.3, paymentFail: 0.2, seed: 11 };
  async function lived(isAsked: boolean) {
    const { bank, pay, passes } = await aPayingBank(faults);
    const statuses: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      statuses.push((await pay(`key-${n}`)).status);
      if (isAsked) await bank.get(`/payments?idempotencyKey=key-${n}`);
    }
    passes(1);
    return { statuses, said: saidBy(bank) };
  }
  const first = await lived(false);
  expect(await lived(true)).toEqual(first);
  const count = (status: unknown) => first.said.filter(([, each]) => each === status).length;
  // Of 40 orders with this seed, and about what the shares say.
  expect(first.statuses.filter((status) => status === 503)).toHaveLength(40 - count('ACSC') - count('RJCT'));
  expect([count('RJCT'), first.said.filter(([type]) => type === 'payment.returned').length]).toEqual([4, 6]);
});

test('over a network the connection of a lost answer is cut, the money moved, and an instant payment settles soon', async () => {
  const subscriber = createServer((_, response) => response.writeHead(202).end());
  await new Promise<void>((resolve) => subscriber.listen(0, '127.0.0.1', resolve));
  const subscriberUrl = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}`;
  const bank = await startSandboxBank({
    port: 0,
    subscriberUrl,
    secrets: ['whsec_AAECAwQFBgcICQoLDA0ODw=='],
  });
  onTestFinished(async () => {
    await bank.stop();
    subscriber.close();
  });
  const ask = async (method: string, path: string, body?: object, key?: string) => {
    const headers: Record<string, string> = key ? { 'idempotency-key': key } : {};
    const answer = await fetch(bank.url + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Body;
  };
  const { accountId } = await ask('POST', '/accounts', { ownerRefs: ['uid_anna'], currency: 'EUR' });
  await ask('POST', `/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '1000' });
  const order = { accountId, amountMinor: '400', scheme: 'sepa-instant', creditor, reference: 'pay-7' };
  for (const [fault, items] of [
    ['paymentTimeoutBefore', []],
    ['paymentTimeoutAfter', [{ reference: 'pay-7' }]],
  ] as const) {
    await ask('PUT', '/faults', { [fault]: 1 });
    await expect(ask('POST', '/payments', order, 'key-1')).rejects.toThrow('fetch failed');
    expect((await ask('GET', '/payments?reference=pay-7')).items).toMatchObject(items);
  }
  await vi.waitFor(
    async () => {
      const { items } = await ask('GET', '/payments?idempotencyKey=key-1');
      expect(items).toMatchObject([{ status: 'ACCC' }]);
    },
    { timeout: 10_000 },
  );
  expect(bank.ledger.bookedMinor(String(accountId))).toBe(600n);
});
