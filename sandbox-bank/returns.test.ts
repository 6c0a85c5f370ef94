import { describe, expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, type Body, seenOf } from './testing.ts';

const creditor = { name: 'Bo Holm', iban: 'DK5000400440116243' };

/** 4.00 of 10.00 was paid. */
async function aPaidBank() {
  const bank = await aBank();
  const accountId = await anAccount(bank);
  await bank.post(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '1000' });
  const order = { accountId, amountMinor: '400', creditor, endToEndId: 'E2E-7', reference: 'pay-7' };
  const { paymentId } = await bank.post('/payments', order, 'key-1');
  bank.told.length = 0;
  const ask = (verb: string, body: object, key?: string) =>
    bank.ask('POST', `/payments/${paymentId}/${verb}`, body, key);
  return { bank, accountId, paymentId, ids: { paymentId, reference: 'pay-7' }, ask };
}

describe('a return', () => {
  test('books the money back, and says which payment and which transaction it is', async () => {
    const { bank, accountId, paymentId, ids, ask } = await aPaidBank();
    const { status, body } = await ask('return', { reason: 'AC04' });
    expect([status, body]).toEqual([
      201,
      { ...ids, transactionId: body.transactionId, returnedMinor: '400' },
    ]);
    expect(await bank.figures(accountId)).toEqual(['1000', '0']);
    const { transactionId } = body;
    const amount = { amountMinor: '400', currency: 'DKK' };
    expect(bank.told.map(({ type, data }) => [type, data])).toEqual([
      [
        'transaction.booked',
        {
          ...ids,
          ...{ transactionId, direction: 'credit', amount, counterparty: creditor, endToEndId: 'E2E-7' },
          ...{ returned: true, bookingDate: '2026-02-28', valueDate: '2026-02-28' },
        },
      ],
      ['payment.returned', { ...ids, reason: 'AC04', amount, transactionId }],
    ]);
    // A return is no status: the payment was settled, and was returned.
    expect(await bank.get(`/payments/${paymentId}`)).toMatchObject({ status: 'ACSC', returnedMinor: '400' });
    const { lines } = await bank.get(`/accounts/${accountId}/statements/2026-02-28`);
    expect(lines).toMatchObject([{}, { paymentId }, { paymentId, transactionId }]);
  });

  test('may come in parts, and no more comes back than was paid', async () => {
    const { bank, accountId, ask } = await aPaidBank();
    const give = async (amountMinor?: string) =>
      (await ask('return', { reason: 'MS03', amountMinor })).status;
    expect([await give('150'), await give('251'), await give('150')]).toEqual([201, 409, 201]);
    expect(await bank.figures(accountId)).toEqual(['900', '0']);
    expect([await give(), await give(), await give('1')]).toEqual([201, 409, 409]);
    expect(await bank.figures(accountId)).toEqual(['1000', '0']);
  });

  test('comes only of what was settled, and even to an account that is closed by now', async () => {
    const { bank, accountId, ask } = await aPaidBank();
    await bank.ask('PUT', '/faults', { paymentLate: 1, paymentLateMs: 1000 });
    const { paymentId } = await bank.post('/payments', { accountId, amountMinor: '100', creditor }, 'key-2');
    expect(await bank.ask('POST', `/payments/${paymentId}/return`, { reason: 'AC04' })).toMatchObject({
      status: 409,
      body: { type: 'urn:sandbox-bank:payment-not-settled' },
    });
    await bank.post(`/accounts/${accountId}/close`);
    expect((await ask('return', { reason: 'AC04' })).status).toBe(201);
    expect(await bank.figures(accountId)).toEqual(['1000', '100']);
  });
});

describe('a recall', () => {
  test('that the creditor agrees to is followed by the return of all that is left', async () => {
    const { bank, accountId, ids, ask } = await aPaidBank();
    await ask('return', { reason: 'MS03', amountMinor: '150' });
    bank.told.length = 0;
    expect(await ask('recalls', { reason: 'DUPL' }, 'recall-1')).toMatchObject({
      status: 201,
      body: { ...ids, status: 'ACSC', recall: 'requested' },
    });
    expect(await bank.figures(accountId)).toEqual(['750', '0']);
    expect((await ask('recall-decision', { accepted: true })).body).toMatchObject({ recall: 'accepted' });
    expect(await bank.figures(accountId)).toEqual(['1000', '0']);
    expect(bank.told.map(({ type, data }) => [type, data])).toMatchObject([
      ['payment.recall-requested', { ...ids, reason: 'DUPL' }],
      ['payment.recall-accepted', ids],
      ['transaction.booked', { ...ids, direction: 'credit', returned: true }],
      ['payment.returned', { ...ids, reason: 'FOCR', amount: { amountMinor: '250' } }],
    ]);
  });

  test('that the creditor refuses moves nothing, and may be asked again', async () => {
    const { bank, accountId, ask } = await aPaidBank();
    await ask('recalls', { reason: 'DUPL' }, 'recall-1');
    expect((await ask('recall-decision', { accepted: false, reason: 'CUST' })).body.recall).toBe('rejected');
    expect((await ask('recall-decision', { accepted: true })).status).toBe(409);
    expect(await bank.figures(accountId)).toEqual(['600', '0']);
    expect(bank.told.at(-1)).toMatchObject({ type: 'payment.recall-rejected', data: { reason: 'CUST' } });
    expect((await ask('recalls', { reason: 'FRAD' }, 'recall-2')).status).toBe(201);
  });

  test('is asked once for a key, needs one, and is not asked of what did not settle or came back', async () => {
    const { bank, ask } = await aPaidBank();
    expect((await ask('recalls', { reason: 'DUPL' })).status).toBe(400);
    const first = await ask('recalls', { reason: 'DUPL' }, 'recall-1');
    expect(await ask('recalls', { reason: 'DUPL' }, 'recall-1')).toEqual(first);
    expect((await ask('recalls', { reason: 'FRAD' }, 'recall-1')).status).toBe(422);
    expect((await ask('recalls', { reason: 'DUPL' }, 'recall-2')).status).toBe(409);
    expect(bank.told.map(({ type }) => type)).toEqual(['payment.recall-requested']);
    await ask('return', { reason: 'FOCR' });
    expect((await ask('recall-decision', { accepted: true })).status).toBe(409);
    expect((await ask('recall-decision', { accepted: false })).status).toBe(201);
    expect((await ask('recalls', { reason: 'DUPL' }, 'recall-3')).status).toBe(409);
  });
});

describe('a payment that the bank takes back', () => {
  test('is whole again on both sides, told as reversed, and nothing of it is returned any more', async () => {
    const { bank, accountId, ids } = await aPaidBank();
    const to = await anAccount(bank);
    const own = { accountId, amountMinor: '200', creditor: { accountId: to } };
    const { paymentId } = await bank.post('/payments', own, 'key-2');
    const debit = bank.told.find(({ data }) => (data as Body).paymentId === paymentId)?.data as Body;
    bank.told.length = 0;
    expect((await bank.ask('POST', `/transactions/${debit.transactionId}/reversal`)).status).toBe(201);
    expect([await bank.figures(accountId), await bank.figures(to)]).toEqual([
      ['600', '0'],
      ['0', '0'],
    ]);
    expect(bank.told).toMatchObject([
      { type: 'transaction.reversed', accountId, data: { paymentId } },
      { type: 'transaction.reversed', accountId: to, data: { paymentId } },
    ]);
    expect((await bank.ask('POST', `/payments/${paymentId}/return`, { reason: 'AC04' })).status).toBe(409);
    expect((await bank.ask('POST', `/transactions/${debit.transactionId}/reversal`)).status).toBe(409);
    expect(await bank.get(`/payments/${ids.paymentId}`)).not.toHaveProperty('returnedMinor');
  });

  test('cannot be taken back once something was returned, nor can the return', async () => {
    const { bank, accountId, ask } = await aPaidBank();
    const { transactionId } = (await ask('return', { reason: 'AC04', amountMinor: '1' })).body;
    const { lines } = await bank.get(`/accounts/${accountId}/statements/2026-02-28`);
    const debit = (lines as Body[])[1]?.transactionId;
    for (const id of [debit, transactionId])
      expect((await bank.ask('POST', `/transactions/${id}/reversal`)).status).toBe(409);
    expect(await bank.figures(accountId)).toEqual(['601', '0']);
  });
});

test('a bank that is opened again knows what was returned, recalled and still open', async () => {
  const { bank, ids, ask } = await aPaidBank();
  await ask('return', { reason: 'MS03', amountMinor: '150' });
  await ask('recalls', { reason: 'DUPL' }, 'recall-1');
  const again = await aBankLike(bank);
  expect(await again.get(`/payments/${ids.paymentId}`)).toMatchObject({
    ...{ returnedMinor: '150', recall: 'requested' },
  });
  const decide = { accepted: true };
  await again.post(`/payments/${ids.paymentId}/recall-decision`, decide);
  await ask('recall-decision', decide);
  expect((await seenOf(again)).entries).toHaveLength((await seenOf(bank)).entries.length);
});
