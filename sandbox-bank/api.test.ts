import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createApi } from './api.ts';
import { type Bank, openBank } from './bank.ts';
import { type BankEvent, delivery, deliverySchema } from './events.ts';
import { faultsSchema } from './faults.ts';

/** The fields of answers that these tests read; each answer has some of them. */
interface Body {
  accountId: string;
  cardId: string;
  bookedMinor: string;
  heldMinor: string;
  authorisationId: string;
  clearingId: string;
  transactionId: string;
  declined: unknown;
  items: BankEvent[];
  nextAfter: string;
  type: string;
  title: string;
  detail: string;
}

let now: Date;
let told: BankEvent[];
let bank: Bank;
let api: ReturnType<typeof createApi>;

beforeEach(() => {
  now = new Date('2026-02-28T09:30:00.000Z');
  told = [];
  bank = openBank({ now: () => now, onEvent: (event) => told.push(event) });
  api = createApi({
    bank,
    deliveries: { faults: faultsSchema.parse({}), pending: 3, met: { deliveries: 7 } },
  });
});

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string | null; body: Body }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await api.request(path, { method, headers, ...(body !== undefined && { body: text }) });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: (await answer.json()) as Body,
  };
}
const get = (path: string) => call('GET', path);
const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
  call('POST', path, body, headers);

async function anAccount(account: { bookedMinor?: string; currency?: string } = {}): Promise<string> {
  const { bookedMinor, currency = 'DKK' } = account;
  const { body } = await post('/accounts', { ownerRefs: ['uid_anna'], currency });
  if (bookedMinor)
    await post(`/accounts/${body.accountId}/transfers`, { direction: 'credit', amountMinor: bookedMinor });
  told = [];
  return body.accountId;
}

async function figures(accountId: string): Promise<[booked: string, held: string]> {
  const { body } = await get(`/accounts/${accountId}`);
  return [body.bookedMinor, body.heldMinor];
}

describe('accounts', () => {
  test('a new account is empty, has a card, and is told with its owners', async () => {
    const request = { ownerRefs: ['uid_anna', 'uid_bo'], currency: 'SEK', iban: 'SE4550000000058398257466' };
    const { status, body } = await post('/accounts', request);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...request,
      status: 'open',
      bookedMinor: '0',
      heldMinor: '0',
      availableMinor: '0',
    });
    expect(body.accountId).toMatch(/^acct_[0-9a-f]{24}$/);
    expect(body.cardId).toMatch(/^card_/);
    expect(told).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        type: 'account.opened',
        occurredAt: '2026-02-28T09:30:00.000Z',
        accountId: body.accountId,
        resourceVersion: 1,
        data: request,
      },
    ]);
  });

  test('each change of state has the next version, and asking for the same state again tells nothing', async () => {
    const id = await anAccount();
    await post(`/accounts/${id}/freeze`, { reason: 'suspected fraud' });
    await post(`/accounts/${id}/freeze`);
    await post(`/accounts/${id}/unfreeze`);
    const closed = await post(`/accounts/${id}/close`);
    expect(closed).toMatchObject({ status: 200, body: { status: 'closed', resourceVersion: 4 } });
    const states = told.map((event) => [event.type, event.resourceVersion]);
    expect(states).toEqual([
      ['account.frozen', 2],
      ['account.unfrozen', 3],
      ['account.closed', 4],
    ]);
    expect(told[0]?.data).toMatchObject({
      ownerRefs: ['uid_anna'],
      currency: 'DKK',
      reason: 'suspected fraud',
    });
    expect((await post(`/accounts/${id}/freeze`)).status).toBe(409);
  });

  test('the log of events is read page by page, oldest first', async () => {
    const id = await anAccount();
    for (const amountMinor of ['1', '2', '3'])
      await post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor });
    const first = await get(`/accounts/${id}/events?limit=2`);
    expect(first.body.items.map((event) => event.type)).toEqual(['account.opened', 'transaction.booked']);
    const second = await get(`/accounts/${id}/events?limit=2&after=${first.body.nextAfter}`);
    expect(second.body).toEqual({ items: told.slice(1), asOf: expect.any(String) });
    expect((await get(`/accounts/${id}/events?after=evt_other`)).body.detail).toBe(
      'after: is no event of this account',
    );
    expect((await get(`/accounts/${id}/events?limit=0`)).status).toBe(400);
  });
});

describe('card payments', () => {
  test('a purchase of 32.00 is told as an authorisation and its final clearing, and books 32.00', async () => {
    const id = await anAccount({ bookedMinor: '10000' });
    const merchant = { name: 'Brugsen', mcc: '5411', country: 'DK' };
    const { status, body } = await post(`/accounts/${id}/purchases`, { amountMinor: '3200', merchant });
    expect(status).toBe(201);
    expect(await figures(id)).toEqual(['6800', '0']);
    const { authorisationId, clearingId } = body;
    const said = {
      authorisationId,
      direction: 'debit',
      amount: { amountMinor: '3200', currency: 'DKK' },
      merchant,
    };
    expect(told).toMatchObject([
      { type: 'card.authorisation-created', data: { ...said, expiresAt: '2026-03-07T09:30:00.000Z' } },
      { type: 'card.cleared', data: { ...said, clearingId, final: true } },
    ]);
    expect(told[0]?.resourceVersion).toBeUndefined();
  });

  test('a purchase that is not cleared yet is only held', async () => {
    const id = await anAccount();
    await post(`/accounts/${id}/purchases`, { amountMinor: 3200, clear: false });
    expect(await figures(id)).toEqual(['0', '3200']);
    expect(told[0]?.data).toMatchObject({ merchant: { name: 'Corner Coffee', mcc: '5814', country: 'DK' } });
  });

  test('a purchase that clears for less or more than authorised leaves nothing held', async () => {
    const id = await anAccount();
    await post(`/accounts/${id}/purchases`, { amountMinor: '5000', clearAmountMinor: '4200' });
    expect(await figures(id)).toEqual(['-4200', '0']);
    await post(`/accounts/${id}/purchases`, { amountMinor: '5000', clearAmountMinor: '6000' });
    expect(await figures(id)).toEqual(['-10200', '0']);
  });

  test('a hotel stay: authorised, incremented, partly reversed, cleared in two parts, refunded', async () => {
    const id = await anAccount();
    const { body } = await post(`/accounts/${id}/authorisations`, { amountMinor: '100000' });
    const authorisation = `/authorisations/${body.authorisationId}`;
    await post(`${authorisation}/increments`, { amountMinor: '20000' });
    expect(await figures(id)).toEqual(['0', '120000']);
    await post(`${authorisation}/reversals`, { amountMinor: '30000' });
    expect(await figures(id)).toEqual(['0', '90000']);
    await post(`${authorisation}/clearings`, { amountMinor: '50000' });
    expect(await figures(id)).toEqual(['-50000', '40000']);
    const { clearingId } = (await post(`${authorisation}/clearings`, { amountMinor: '35000', final: true }))
      .body;
    expect(await figures(id)).toEqual(['-85000', '0']);
    const refund = await post(`/accounts/${id}/refunds`, { clearingId, amountMinor: '5000' });
    expect(await figures(id)).toEqual(['-80000', '0']);

    const first = { amount: { amountMinor: '100000', currency: 'DKK' } };
    expect(told).toMatchObject([
      { type: 'card.authorisation-created' },
      {
        type: 'card.authorisation-incremented',
        data: { ...first, delta: { amountMinor: '20000', currency: 'DKK' } },
      },
      {
        type: 'card.authorisation-reversed',
        data: { ...first, delta: { amountMinor: '30000', currency: 'DKK' } },
      },
      { type: 'card.cleared', data: { amount: { amountMinor: '50000' }, final: false } },
      { type: 'card.cleared', data: { amount: { amountMinor: '35000' }, final: true, clearingId } },
      {
        type: 'card.refunded',
        data: { direction: 'credit', ...refund.body, amount: { amountMinor: '5000' } },
      },
    ]);
    expect(refund.body).toMatchObject({ clearingId, authorisationId: body.authorisationId });
  });

  test('a hold expires when its time comes, and a late clearing still books', async () => {
    const id = await anAccount();
    const { body } = await post(`/accounts/${id}/authorisations`, {
      amountMinor: '700',
      expiresAt: '2026-02-28T11:00:00+01:00',
    });
    bank.cards.expireDue();
    expect(await figures(id)).toEqual(['0', '700']);
    now = new Date('2026-02-28T10:00:00.000Z');
    bank.cards.expireDue();
    bank.cards.expireDue();
    expect(await figures(id)).toEqual(['0', '0']);
    await post(`/authorisations/${body.authorisationId}/clearings`, { amountMinor: '700' });
    expect(await figures(id)).toEqual(['-700', '0']);
    const types = told.map((event) => event.type);
    expect(types).toEqual(['card.authorisation-created', 'card.authorisation-expired', 'card.cleared']);
  });

  test('what is over cannot grow or expire again', async () => {
    const id = await anAccount();
    const { body } = await post(`/accounts/${id}/authorisations`, { amountMinor: '700' });
    expect((await post(`/authorisations/${body.authorisationId}/expiry`)).status).toBe(201);
    expect((await post(`/authorisations/${body.authorisationId}/expiry`)).status).toBe(409);
    expect(
      (await post(`/authorisations/${body.authorisationId}/increments`, { amountMinor: '1' })).status,
    ).toBe(409);
  });

  test('a declined card holds nothing and is told with its reason, and so is the card of a frozen account', async () => {
    const id = await anAccount();
    const declined = { reason: 'wrong-pin' };
    const { body } = await post(`/accounts/${id}/authorisations`, { amountMinor: '700', declined });
    expect(body.declined).toEqual(declined);
    expect(
      (await post(`/authorisations/${body.authorisationId}/clearings`, { amountMinor: '700' })).status,
    ).toBe(409);
    await post(`/accounts/${id}/freeze`);
    await post(`/accounts/${id}/purchases`, { amountMinor: '700' });
    expect(await figures(id)).toEqual(['0', '0']);
    expect(told).toMatchObject([
      { type: 'card.authorisation-declined', data: { reason: 'wrong-pin' } },
      { type: 'account.frozen' },
      { type: 'card.authorisation-declined', data: { reason: 'account-frozen' } },
    ]);
  });

  test('a refund names a clearing of the same account, or none', async () => {
    const [anna, bo] = [await anAccount(), await anAccount()];
    const { clearingId } = (await post(`/accounts/${anna}/purchases`, { amountMinor: '700' })).body;
    const wrong = await post(`/accounts/${bo}/refunds`, { clearingId, amountMinor: '700' });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/clearingId' }] } });
    expect((await post(`/accounts/${bo}/refunds`, { amountMinor: '700' })).status).toBe(201);
    expect(await figures(bo)).toEqual(['700', '0']);
  });
});

describe('transfers', () => {
  test('a transfer is told once, with its dates and who sent it', async () => {
    const id = await anAccount();
    const said = { counterparty: { name: 'Bo Holm' }, remittance: 'rent', endToEndId: 'E2E-1' };
    const { status, body } = await post(`/accounts/${id}/transfers`, {
      direction: 'credit',
      amountMinor: '250',
      ...said,
    });
    expect(status).toBe(201);
    const dates = { bookingDate: '2026-02-28', valueDate: '2026-02-28' };
    const amount = { amountMinor: '250', currency: 'DKK' };
    const data = { transactionId: body.transactionId, direction: 'credit', amount, ...dates, ...said };
    expect(told).toMatchObject([{ type: 'transaction.booked', accountId: id }]);
    expect(told[0]?.data).toEqual(data);
  });

  test('a pending debit holds until it is booked, and a pending credit counts nowhere', async () => {
    const id = await anAccount({ bookedMinor: '1000' });
    const debit = await post(`/accounts/${id}/transfers`, {
      direction: 'debit',
      amountMinor: '400',
      pending: true,
    });
    const credit = await post(`/accounts/${id}/transfers`, {
      direction: 'credit',
      amountMinor: '900',
      pending: true,
    });
    expect(await figures(id)).toEqual(['1000', '400']);
    await post(`/transactions/${debit.body.transactionId}/booking`);
    expect(await figures(id)).toEqual(['600', '0']);
    await post(`/transactions/${credit.body.transactionId}/cancellation`);
    expect(await figures(id)).toEqual(['600', '0']);
    expect((await post(`/transactions/${credit.body.transactionId}/booking`)).status).toBe(409);
    const types = told.map((event) => event.type.replace('transaction.', ''));
    expect(types).toEqual(['pending', 'pending', 'booked', 'cancelled']);
  });

  test('a statement shows the day line by line with the ids that explain each', async () => {
    const id = await anAccount({ bookedMinor: '1000' });
    now = new Date('2026-03-01T00:00:00.000Z');
    const { authorisationId, clearingId } = (await post(`/accounts/${id}/purchases`, { amountMinor: '300' }))
      .body;
    const { body } = await get(`/accounts/${id}/statements/2026-03-01`);
    const dates = { bookingDate: '2026-03-01', valueDate: '2026-03-01' };
    const amount = { amountMinor: '300', currency: 'DKK' };
    const lineId = expect.stringMatching(/^line_/);
    const lines = [{ lineId, direction: 'debit', amount, ...dates, authorisationId, clearingId }];
    const balances = { openingMinor: '1000', closingMinor: '700' };
    expect(body).toEqual({ accountId: id, currency: 'DKK', date: '2026-03-01', ...balances, lines });
    expect((await get(`/accounts/${id}/statements/2026-03-02`)).status).toBe(404);
    expect((await get(`/accounts/${id}/statements/2026-02-30`)).status).toBe(400);
  });
});

describe('payments', () => {
  const key = { 'Idempotency-Key': 'key-1' };
  const creditor = { name: 'Bo Holm', iban: 'DK5000400440116243' };

  test('a payment ordered twice under one key leaves the account once', async () => {
    const accountId = await anAccount({ bookedMinor: '1000' });
    const order = { accountId, amountMinor: '400', currency: 'DKK', creditor, endToEndId: 'E2E-7' };
    const first = await post('/payments', order, key);
    expect(first).toMatchObject({
      status: 202,
      body: { paymentId: expect.stringMatching(/^pay_/), status: 'ACSC' },
    });
    expect(await post('/payments', order, key)).toEqual(first);
    expect(await figures(accountId)).toEqual(['600', '0']);
    expect(told).toMatchObject([
      {
        type: 'transaction.booked',
        data: { direction: 'debit', counterparty: creditor, endToEndId: 'E2E-7' },
      },
      { type: 'payment.status-changed', data: { isoStatus: 'ACSC' } },
    ]);
    expect((await get('/payments?idempotencyKey=key-1')).body).toEqual({ items: [first.body] });
    expect((await get('/payments?idempotencyKey=key-2')).body).toEqual({ items: [] });
  });

  test('a key cannot be used for another order, and a payment needs one', async () => {
    const accountId = await anAccount({ bookedMinor: '1000' });
    await post('/payments', { accountId, amountMinor: '400', creditor }, key);
    expect((await post('/payments', { accountId, amountMinor: '401', creditor }, key)).status).toBe(422);
    const keyless = await post('/payments', { accountId, amountMinor: '400', creditor });
    expect(keyless).toMatchObject({ status: 400, body: { detail: 'Idempotency-Key: is missing' } });
    expect(await figures(accountId)).toEqual(['600', '0']);
  });

  test('held money cannot be paid out, and the same order succeeds once there is enough', async () => {
    const accountId = await anAccount({ bookedMinor: '1000' });
    await post(`/accounts/${accountId}/authorisations`, { amountMinor: '700' });
    const order = { accountId, amountMinor: '301', creditor };
    const refused = await post('/payments', order, key);
    expect(refused).toMatchObject({ status: 422, body: { type: 'urn:sandbox-bank:insufficient-funds' } });
    await post(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '1' });
    expect((await post('/payments', order, key)).status).toBe(202);
    expect(await figures(accountId)).toEqual(['700', '700']);
  });

  test('a frozen account pays nothing, and an account pays in its own currency alone', async () => {
    const accountId = await anAccount({ bookedMinor: '1000' });
    const foreign = await post('/payments', { accountId, amountMinor: '1', currency: 'EUR', creditor }, key);
    expect(foreign).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/currency' }] } });
    await post(`/accounts/${accountId}/freeze`);
    const frozen = await post('/payments', { accountId, amountMinor: '1', creditor }, key);
    expect(frozen).toMatchObject({ status: 422, body: { type: 'urn:sandbox-bank:account-frozen' } });
  });
});

describe('refusals', () => {
  const positive = 'amountMinor: must be a positive whole number of minor units, as digits';

  test.each([
    ['half a JSON document', 'POST', '/accounts', '{"ownerRefs":', 400, 'The body is not JSON.'],
    ['a body that is no object', 'POST', '/accounts', [], 422, 'body: '],
    ['a body of 70 KB', 'POST', '/accounts', 'x'.repeat(70_000), 413, 'A request has at most 64 KiB.'],
    [
      'a currency that the bank has not',
      'POST',
      '/accounts',
      { ownerRefs: ['a'], currency: 'XAU' },
      422,
      'currency: ',
    ],
    [
      'an account without owners',
      'POST',
      '/accounts',
      { ownerRefs: [], currency: 'DKK' },
      422,
      'ownerRefs: ',
    ],
    ['a negative amount', 'POST', '/accounts/ACCOUNT/purchases', { amountMinor: '-5' }, 422, positive],
    ['a zero amount', 'POST', '/accounts/ACCOUNT/purchases', { amountMinor: 0 }, 422, positive],
    [
      'an amount with a fraction',
      'POST',
      '/accounts/ACCOUNT/purchases',
      { amountMinor: 12.5 },
      422,
      positive,
    ],
    ['an unsafe integer', 'POST', '/accounts/ACCOUNT/purchases', { amountMinor: 2 ** 53 }, 422, positive],
    [
      'an unknown account',
      'POST',
      '/accounts/acct_no/purchases',
      { amountMinor: '5' },
      404,
      'no such account',
    ],
    ['an unknown authorisation', 'POST', '/authorisations/auth_no/expiry', {}, 404, 'no such authorisation'],
    ['an unknown route', 'GET', '/nowhere', undefined, 404, 'no such route'],
    ['a fault that does not exist', 'PUT', '/faults', { dupplicate: 1 }, 422, 'dupplicate'],
    ['a share above one', 'PUT', '/faults', { drop: 2 }, 422, 'drop: '],
    ['a span of time that begins at no time', 'GET', '/events?since=noon', undefined, 400, 'since: '],
    ['a clock that would go back', 'PUT', '/_sandbox/clock', { aheadSeconds: -1 }, 422, 'aheadSeconds: '],
  ])('%s is refused with a problem that names it', async (_, method, path, body, status, detail) => {
    const answer = await call(method, path.replace('ACCOUNT', await anAccount()), body);
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { status } });
    expect(answer.body.type).toMatch(/^urn:sandbox-bank:[a-z-]+$/);
    expect(answer.body.title).toMatch(/^[A-Z]/);
    expect(answer.body.detail).toContain(detail);
  });

  test('a failure of the bank itself shows the caller nothing of its insides', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    vi.spyOn(bank.accounts, 'events').mockImplementation(() => {
      throw new Error('disk on fire');
    });
    const broken = await get(`/accounts/${await anAccount()}/events`);
    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken.body)).not.toMatch(/fire|\.ts/);
    expect(log).toHaveBeenCalledOnce();
  });
});

test('the bank counts its currencies in the minor units of ISO 4217', async () => {
  const decimals = { DKK: 2, SEK: 2, NOK: 2, EUR: 2, GBP: 2, USD: 2, JPY: 0, HUF: 2, CLP: 0 };
  expect((await get('/currencies')).body).toEqual({ decimals });
});

test('faults are replaced as a whole, and missing ones are none', async () => {
  await call('PUT', '/faults', { seed: 7, drop: 0.5, batch: 3 });
  await call('PUT', '/faults', { duplicate: 1 });
  const none = { seed: 0, retell: 0, reorder: 0, drop: 0, delayMs: 0, burstMs: 0, rotateEvery: 0, batch: 1 };
  const clock = { skewSeconds: 0, skewShare: 1 };
  const losses = { lose: 0, silent: false };
  const lists = { pageShrink: 0, listLate: 0, listLateMs: 0, listFail: 0 };
  const figures = { wrongBalance: 0, statement: 'right' };
  const payments = {
    ...{ paymentLate: 0, paymentLateMs: 0, paymentReject: 0, paymentReturn: 0, paymentReturnMs: 0 },
    ...{ paymentTimeoutBefore: 0, paymentTimeoutAfter: 0, paymentFail: 0, inquiryFail: 0 },
  };
  const others = { ...clock, ...losses, ...lists, ...figures, ...payments };
  expect((await get('/faults')).body).toEqual({ ...none, ...others, duplicate: 1 });
  expect((await get('/_sandbox/pending')).body).toEqual({ pending: 3 });
  const met = { listedLate: 0, listsFailed: 0, pagesShrunk: 0, wrongBalances: 0, wrongStatements: 0 };
  const paymentsMet = {
    ...{ paymentsLate: 0, paymentsRejected: 0, paymentsReturned: 0, inquiriesFailed: 0 },
    ...{ paymentsFailed: 0, paymentsCutBefore: 0, paymentsCutAfter: 0 },
  };
  expect((await get('/_sandbox/faults')).body).toEqual({ deliveries: 7, ...met, ...paymentsMet });
});

test('everything the bank tells is as its published schema says', async () => {
  const id = await anAccount({ currency: 'JPY' });
  await post(`/accounts/${id}/purchases`, { amountMinor: '700' });
  await post(`/accounts/${id}/refunds`, { amountMinor: '700' });
  await post(`/accounts/${id}/transfers`, { direction: 'debit', amountMinor: '700' });
  await post(`/accounts/${id}/close`);
  const body: unknown = JSON.parse(JSON.stringify({ events: told }));
  expect(delivery.parse(body)).toEqual(body);
  const published = readFileSync(new URL('delivery.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published), 'run: tsx sandbox-bank/server.ts --schema').toEqual(deliverySchema());
});
