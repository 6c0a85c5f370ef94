import { describe, expect, test } from 'vitest';
import { aBank, anAccount, type Body, type TestBank } from './testing.ts';

const creditor = { name: 'Bo Holm', iban: 'DK5000400440116243' };

/** An account with so much on it, and nothing told yet of what follows. */
async function aPayer(bank: TestBank, bookedMinor = '1000'): Promise<string> {
  const id = await anAccount(bank);
  await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: bookedMinor });
  bank.told.length = 0;
  return id;
}

const toldOf = ({ told }: TestBank) => told.map(({ type, accountId, data }) => [type, accountId, data]);
const typesOf = ({ told }: TestBank) => told.map(({ type }) => type);

describe('an order', () => {
  test('that nothing goes wrong with is booked and told as settled at once', async () => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    const order = { accountId, amountMinor: '400', scheme: 'sepa', creditor, reference: 'pay-7' };
    const taken = await bank.ask('POST', '/payments', { ...order, remittance: 'Rent' }, 'key-1');
    const { paymentId } = taken.body;
    const [statusAt] = [...new Set(bank.told.map(({ occurredAt }) => occurredAt))];
    expect(taken).toEqual({
      status: 202,
      body: { paymentId, reference: 'pay-7', status: 'ACSC', statusAt },
    });
    expect(await bank.figures(accountId)).toEqual(['600', '0']);
    expect(toldOf(bank)).toMatchObject([
      ['transaction.booked', accountId, { paymentId, reference: 'pay-7', counterparty: creditor }],
      ['payment.status-changed', accountId, { paymentId, reference: 'pay-7', isoStatus: 'ACSC' }],
    ]);
    expect(bank.told[1]?.data).not.toHaveProperty('terminal');
    const { lines } = await bank.get(`/accounts/${accountId}/statements/2026-02-28`);
    expect(lines).toMatchObject([{}, { direction: 'debit', paymentId }]);
  });

  test('to an account by its Danish numbers is told with them', async () => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    const accountNumber = { registrationNumber: '0040', accountNumber: '440116243' };
    const domestic = { name: 'Bo Holm', accountNumber };
    const order = { accountId, amountMinor: '400', scheme: 'domestic', creditor: domestic };
    expect(await bank.post('/payments', order, 'key-1')).toMatchObject({ status: 'ACSC' });
    expect(bank.told[0]?.data).toMatchObject({ counterparty: domestic });
  });

  test.each([
    ['sepa', { name: 'Bo', accountNumber: { registrationNumber: '0040', accountNumber: '1' } }],
    ['sepa-instant', { accountId: 'acct_1' }],
    ['own-account', creditor],
    ['domestic', { name: 'Bo' }],
    ['domestic', { name: 'Bo', accountNumber: { registrationNumber: '004', accountNumber: '1' } }],
  ])('by %s is refused where that scheme pays to no such creditor', async (scheme, other) => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    const order = { accountId, amountMinor: '1', scheme, creditor: other };
    expect(await bank.ask('POST', '/payments', order, 'key-1')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: expect.stringMatching(/^#\/creditor/) }] },
    });
  });
});

describe('a payment to an account of this bank', () => {
  test.each(['by its id', 'by its IBAN', 'by its Danish numbers'])(
    'arrives in the same moment, and each side is told of its own transaction: %s',
    async (how) => {
      const bank = await aBank();
      const savings = await bank.post('/accounts', {
        ...{ ownerRefs: ['uid_anna'], currency: 'DKK', holderName: 'Anna Lund' },
      });
      const to = String(savings.accountId);
      const accountId = await aPayer(bank);
      const iban = String(savings.iban);
      const numbers = { registrationNumber: iban.slice(4, 8), accountNumber: iban.slice(8) };
      const creditors: Record<string, object> = {
        'by its id': { accountId: to },
        'by its IBAN': { name: 'Anna', iban },
        'by its Danish numbers': { name: 'Anna', accountNumber: numbers },
      };
      const order = { accountId, amountMinor: '400', creditor: creditors[how], reference: 'pay-7' };
      const { paymentId } = await bank.post('/payments', order, 'key-1');
      expect([await bank.figures(accountId), await bank.figures(to)]).toEqual([
        ['600', '0'],
        ['400', '0'],
      ]);
      const ids = { paymentId, reference: 'pay-7' };
      expect(toldOf(bank)).toMatchObject([
        ['transaction.booked', accountId, { ...ids, direction: 'debit' }],
        ['transaction.booked', to, { ...ids, direction: 'credit' }],
        ['payment.status-changed', accountId, { ...ids, isoStatus: 'ACSC' }],
      ]);
      const transactions = bank.told.slice(0, 2).map(({ data }) => (data as Body).transactionId);
      expect(new Set(transactions).size).toBe(2);

      await bank.post(`/payments/${paymentId}/return`, { reason: 'AC06', amountMinor: '150' });
      expect([await bank.figures(accountId), await bank.figures(to)]).toEqual([
        ['750', '0'],
        ['250', '0'],
      ]);
    },
  );

  test('is refused when that is the account that pays, closed, in another currency, or not there', async () => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    const euros = await bank.post('/accounts', { ownerRefs: ['uid_anna'], currency: 'EUR' });
    const closed = await anAccount(bank);
    await bank.post(`/accounts/${closed}/close`);
    for (const [to, detail] of [
      [accountId, 'creditor/accountId: is the account that pays'],
      [euros.accountId, 'creditor/accountId: is an account in EUR'],
      [closed, "The creditor's account is closed."],
      ['acct_no', 'creditor/accountId: is no account of this bank'],
    ]) {
      const order = { accountId, amountMinor: '1', creditor: { accountId: to } };
      expect(await bank.ask('POST', '/payments', order, 'key-1')).toMatchObject({
        status: 422,
        body: { detail },
      });
    }
    expect(await bank.figures(accountId)).toEqual(['1000', '0']);
  });
});

describe('a key', () => {
  test('is forgotten after 24 hours of the clock: the same order under it then pays once more', async () => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    const order = { accountId, amountMinor: '400', creditor, reference: 'pay-7' };
    const first = await bank.post('/payments', order, 'key-1');
    await bank.ask('PUT', '/_sandbox/clock', { aheadSeconds: 86_399 });
    expect(await bank.post('/payments', order, 'key-1')).toEqual(first);
    expect(await bank.get('/payments?idempotencyKey=key-1')).toEqual({ items: [first] });

    await bank.ask('PUT', '/_sandbox/clock', { aheadSeconds: 86_400 });
    expect(await bank.get('/payments?idempotencyKey=key-1')).toEqual({ items: [] });
    const second = await bank.post('/payments', order, 'key-1');
    expect(second.paymentId).not.toBe(first.paymentId);
    expect(await bank.figures(accountId)).toEqual(['200', '0']);
    expect(await bank.get('/payments?reference=pay-7')).toEqual({ items: [first, second] });
  });

  test('answers as it first did, while an inquiry answers as it is now', async () => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    await bank.ask('PUT', '/faults', { paymentLate: 1, paymentLateMs: 60_000 });
    const order = { accountId, amountMinor: '400', creditor };
    const first = await bank.post('/payments', order, 'key-1');
    await bank.post(`/payments/${first.paymentId}/status`, { isoStatus: 'RJCT', reason: 'AC04' });
    expect(await bank.post('/payments', order, 'key-1')).toEqual({ ...first, status: 'RCVD' });
    const { occurredAt: statusAt } = bank.told.at(-1) ?? {};
    const now = { paymentId: first.paymentId, status: 'RJCT', statusAt, reason: 'AC04' };
    expect(await bank.get('/payments?idempotencyKey=key-1')).toEqual({ items: [now] });
    expect(await bank.get(`/payments/${first.paymentId}`)).toEqual(now);
  });
});

test('an inquiry is about one key, one reference or one payment, and of nothing there is nothing', async () => {
  const { ask } = await aBank();
  expect(await ask('GET', '/payments?reference=pay-7')).toEqual({ status: 200, body: { items: [] } });
  expect(await ask('GET', '/payments/pay_no')).toMatchObject({ status: 404 });
  for (const query of ['', '?idempotencyKey=a&reference=b', '?reference=a%20b'])
    expect((await ask('GET', `/payments${query}`)).status).toBe(400);
});

describe('an instant payment', () => {
  test('is taken, and a moment later settled, and then with the creditor', async () => {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    const order = { accountId, amountMinor: '400', scheme: 'sepa-instant', creditor };
    expect(await bank.post('/payments', order, 'key-1')).toMatchObject({ status: 'RCVD' });
    const seen: unknown[] = [];
    for (let ms = 0; ms <= 750; ms += 250) {
      bank.expireDue();
      seen.push([ms, ...(await bank.figures(accountId))]);
      bank.world.now = new Date(bank.world.now.getTime() + 250);
    }
    expect(seen).toEqual([
      [0, '1000', '400'],
      [250, '1000', '400'],
      [500, '600', '0'],
      [750, '600', '0'],
    ]);
    expect(typesOf(bank).filter((type) => type.startsWith('transaction'))).toEqual([
      'transaction.pending',
      'transaction.booked',
    ]);
    expect(statusesOf(bank)).toEqual(['RCVD', 'ACSP', 'ACSC', 'ACCC']);
    expect(bank.told.at(-1)?.data).toMatchObject({ isoStatus: 'ACCC', terminal: true });
  });
});

describe('a payment that is moved by hand', () => {
  const late = { paymentLate: 1, paymentLateMs: 3_600_000 };

  async function aLatePayment() {
    const bank = await aBank();
    const accountId = await aPayer(bank);
    await bank.ask('PUT', '/faults', late);
    const { paymentId } = await bank.post('/payments', { accountId, amountMinor: '400', creditor }, 'key-1');
    const move = (isoStatus: string, reason?: string) =>
      bank.ask('POST', `/payments/${paymentId}/status`, { isoStatus, reason });
    return { bank, accountId, paymentId, move };
  }

  test('settles when it is told to, and no clock moves it after that', async () => {
    const { bank, accountId, move } = await aLatePayment();
    expect(await bank.figures(accountId)).toEqual(['1000', '400']);
    expect(await move('ACCC')).toMatchObject({ status: 201, body: { status: 'ACCC' } });
    expect(await bank.figures(accountId)).toEqual(['600', '0']);
    await bank.ask('PUT', '/_sandbox/clock', { aheadSeconds: 86_400 });
    expect(statusesOf(bank)).toEqual(['RCVD', 'ACCC']);
    expect(await bank.figures(accountId)).toEqual(['600', '0']);
  });

  test('lets go of what was held when it is rejected', async () => {
    const { bank, accountId, paymentId, move } = await aLatePayment();
    await move('PDNG');
    await move('RJCT', 'AM04');
    expect(await bank.figures(accountId)).toEqual(['1000', '0']);
    expect(toldOf(bank).slice(-2)).toMatchObject([
      ['transaction.cancelled', accountId, { paymentId, direction: 'debit' }],
      ['payment.status-changed', accountId, { isoStatus: 'RJCT', reason: 'AM04', terminal: true }],
    ]);
  });

  test.each([
    [['RCVD']],
    [['PDNG', 'PDNG']],
    [['PDNG', 'RCVD']],
    [['ACSC', 'ACSC']],
    [['ACSC', 'RJCT']],
    [['ACSC', 'PDNG']],
    [['ACCC', 'ACSC']],
    [['RJCT', 'ACSC']],
    [['CANC', 'RJCT']],
  ])('goes no way that no payment goes: %j', async (way) => {
    const { bank, accountId, move } = await aLatePayment();
    for (const isoStatus of way.slice(0, -1)) expect((await move(isoStatus)).status).toBe(201);
    const before = [await bank.figures(accountId), bank.told.length];
    expect((await move(way.at(-1) ?? '')).status).toBe(409);
    expect([await bank.figures(accountId), bank.told.length]).toEqual(before);
  });

  test('is cancelled by the customer until it is settled, once', async () => {
    const { bank, accountId, paymentId } = await aLatePayment();
    const cancel = (id: unknown) => bank.ask('POST', `/payments/${id}/cancellation`);
    expect(await cancel(paymentId)).toMatchObject({ status: 201, body: { status: 'CANC' } });
    expect(await cancel(paymentId)).toMatchObject({ status: 409 });
    expect(await bank.figures(accountId)).toEqual(['1000', '0']);
    expect(typesOf(bank).slice(-2)).toEqual(['transaction.cancelled', 'payment.status-changed']);

    await bank.ask('PUT', '/faults', {});
    const settled = await bank.post('/payments', { accountId, amountMinor: '1', creditor }, 'key-2');
    expect(await cancel(settled.paymentId)).toMatchObject({ status: 409, body: { detail: /ACSC/ } });
  });

  test('is not ended by its transaction, which ends with it', async () => {
    const { bank, accountId } = await aLatePayment();
    const transaction = `/transactions/${(bank.told[0] as { data: Body }).data.transactionId}`;
    for (const verb of ['booking', 'cancellation', 'reversal'])
      expect((await bank.ask('POST', `${transaction}/${verb}`)).status).toBe(409);
    const right = { amountMinor: '5' };
    expect((await bank.ask('POST', `${transaction}/correction`, right)).status).toBe(409);
    expect(await bank.figures(accountId)).toEqual(['1000', '400']);
  });
});

test('a payment whose creditor closes their account meanwhile is rejected, and cannot be settled by hand', async () => {
  const bank = await aBank();
  const to = await anAccount(bank);
  const accountId = await aPayer(bank);
  await bank.ask('PUT', '/faults', { paymentLate: 1, paymentLateMs: 60_000 });
  const order = { accountId, amountMinor: '400', creditor: { accountId: to } };
  const { paymentId } = await bank.post('/payments', order, 'key-1');
  await bank.post(`/accounts/${to}/close`);
  expect((await bank.ask('POST', `/payments/${paymentId}/status`, { isoStatus: 'ACSC' })).status).toBe(409);
  await bank.ask('PUT', '/_sandbox/clock', { aheadSeconds: 60 });
  expect(await bank.get(`/payments/${paymentId}`)).toMatchObject({ status: 'RJCT', reason: 'AC04' });
  expect(await bank.figures(accountId)).toEqual(['1000', '0']);
});

function statusesOf({ told }: TestBank): unknown[] {
  return told.flatMap((event) => (event.type === 'payment.status-changed' ? [event.data.isoStatus] : []));
}
