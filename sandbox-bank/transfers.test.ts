import { describe, expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, seenOf, type TestBank } from './testing.ts';

const said = { counterparty: { name: 'Bo Holm' }, remittance: 'rent', endToEndId: 'E2E-1' };

async function aTransfer(
  { post }: TestBank,
  accountId: string,
  request: { direction: 'credit' | 'debit'; amountMinor: string; pending?: boolean },
): Promise<string> {
  return String((await post(`/accounts/${accountId}/transfers`, { ...request, ...said })).transactionId);
}

describe('a booked transfer that is taken back', () => {
  test('gives the money back, and is told as it was booked but for the dates', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const transactionId = await aTransfer(bank, id, { direction: 'credit', amountMinor: '25000' });
    bank.world.now = new Date('2026-03-02T08:00:00.000Z');
    const reversed = await bank.ask('POST', `/transactions/${transactionId}/reversal`, {});
    expect(reversed).toEqual({ status: 201, body: { transactionId, status: 'reversed' } });
    expect(await bank.figures(id)).toEqual(['0', '0']);
    expect(bank.told.map((event) => event.type).slice(1)).toEqual([
      'transaction.booked',
      'transaction.reversed',
    ]);
    expect(bank.told[2]?.data).toEqual({
      ...bank.told[1]?.data,
      direction: 'credit',
      bookingDate: '2026-03-02',
      valueDate: '2026-03-02',
    });
  });

  test('stands on the statement of the day of its reversal as the opposite line', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const transactionId = await aTransfer(bank, id, { direction: 'debit', amountMinor: '800' });
    bank.world.now = new Date('2026-03-02T08:00:00.000Z');
    await bank.post(`/transactions/${transactionId}/reversal`);
    expect(await bank.get(`/accounts/${id}/statements/2026-03-02`)).toMatchObject({
      openingMinor: '-800',
      closingMinor: '0',
      lines: [{ direction: 'credit', amount: { amountMinor: '800' }, transactionId }],
    });
    expect(bank.bank.ledger.bookedMinor('clearing-house:DKK')).toBe(0n);
  });

  test('is over: it cannot be reversed, booked or cancelled again', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const transactionId = await aTransfer(bank, id, { direction: 'credit', amountMinor: '25000' });
    const ask = async (what: string) =>
      (await bank.ask('POST', `/transactions/${transactionId}/${what}`, {})).status;
    expect([await ask('reversal'), await ask('reversal')]).toEqual([201, 409]);
    expect([await ask('booking'), await ask('cancellation')]).toEqual([409, 409]);
    expect(await bank.figures(id)).toEqual(['0', '0']);
  });

  test('must have been booked: what is pending, cancelled or unknown cannot be reversed', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const pending = { direction: 'debit', amountMinor: '800', pending: true } as const;
    const transactionId = await aTransfer(bank, id, pending);
    const reverse = (which: string) => bank.ask('POST', `/transactions/${which}/reversal`, {});
    const refused = { status: 409, body: { type: 'urn:sandbox-bank:transaction-pending' } };
    expect(await reverse(transactionId)).toMatchObject(refused);
    expect(await bank.figures(id)).toEqual(['0', '800']);
    await bank.post(`/transactions/${transactionId}/cancellation`);
    expect((await reverse(transactionId)).status).toBe(409);
    expect((await reverse('btx_no')).status).toBe(404);
  });

  test('is still taken back after the bank is opened again', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const transactionId = await aTransfer(bank, id, { direction: 'credit', amountMinor: '25000' });
    await bank.post(`/transactions/${transactionId}/reversal`);
    const again = await aBankLike(bank);
    expect(await seenOf(again)).toEqual(await seenOf(bank));
    expect((await again.ask('POST', `/transactions/${transactionId}/reversal`, {})).status).toBe(409);
  });
});

describe('a transfer with a value date of its own', () => {
  test.each(['2026-02-25', '2026-03-03'])(
    'counts from that day, %s, and is booked today',
    async (valueDate) => {
      const bank = await aBank();
      const id = await anAccount(bank);
      await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '100', valueDate });
      const dates = { bookingDate: '2026-02-28', valueDate };
      expect(bank.told.at(-1)).toMatchObject({ type: 'transaction.booked', data: dates });
      const today = await bank.get(`/accounts/${id}/statements/2026-02-28`);
      expect(today).toMatchObject({ closingMinor: '100', lines: [dates] });
    },
  );

  test('is announced with it, and keeps it when it is booked on another day', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const announced = { direction: 'debit', amountMinor: '100', valueDate: '2026-03-01', pending: true };
    const { transactionId } = await bank.post(`/accounts/${id}/transfers`, announced);
    expect(bank.told.at(-1)?.data).toMatchObject({ valueDate: '2026-03-01' });
    bank.world.now = new Date('2026-03-02T08:00:00.000Z');
    await bank.post(`/transactions/${transactionId}/booking`);
    const dates = { bookingDate: '2026-03-02', valueDate: '2026-03-01' };
    expect(bank.told.at(-1)?.data).toMatchObject(dates);
  });

  test('needs a date that there is', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    for (const valueDate of ['2026-02-29', '28.02.2026', '2026-02-28T00:00:00Z']) {
      const request = { direction: 'credit', amountMinor: '100', valueDate };
      const refused = await bank.ask('POST', `/accounts/${id}/transfers`, request);
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/valueDate' }] } });
    }
  });
});

describe('a booked transfer that is corrected', () => {
  const correct = (bank: TestBank, id: unknown, amountMinor: unknown) =>
    bank.ask('POST', `/transactions/${id}/correction`, { amountMinor } as object);

  test('is taken back, and booked with the right amount today, to count from the day of the wrong one', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const old = await aTransfer(bank, id, { direction: 'debit', amountMinor: '25000' });
    bank.world.now = new Date('2026-03-02T08:00:00.000Z');
    const { status, body } = await correct(bank, old, '2500');
    expect({ status, body }).toEqual({
      status: 201,
      body: { transactionId: expect.stringMatching(/^btx_/) },
    });
    expect(body.transactionId).not.toBe(old);
    expect(await bank.figures(id)).toEqual(['-2500', '0']);

    const [first, reversed, booked] = bank.told.slice(1);
    const today = { bookingDate: '2026-03-02', valueDate: '2026-03-02' };
    expect(reversed).toMatchObject({ type: 'transaction.reversed', data: { ...first?.data, ...today } });
    const dates = { bookingDate: '2026-03-02', valueDate: '2026-02-28' };
    const amount = { amountMinor: '2500', currency: 'DKK' };
    expect(booked).toMatchObject({ type: 'transaction.booked', accountId: id });
    expect(booked?.data).toEqual({ ...first?.data, ...body, amount, ...dates });
    expect(await bank.get(`/accounts/${id}/statements/2026-03-02`)).toMatchObject({
      openingMinor: '-25000',
      closingMinor: '-2500',
      lines: [
        { direction: 'credit', amount: { amountMinor: '25000' }, transactionId: old, ...today },
        { direction: 'debit', amount, ...body, ...dates },
      ],
    });
  });

  test('keeps a value date of its own, and can be corrected again under its new id alone', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const dated = { direction: 'credit', amountMinor: '100', valueDate: '2026-02-25' };
    const { transactionId: old } = await bank.post(`/accounts/${id}/transfers`, dated);
    const { transactionId: second } = (await correct(bank, old, '120')).body;
    expect((await correct(bank, old, '130')).status).toBe(409);
    expect((await correct(bank, second, '130')).status).toBe(201);
    expect(bank.told.at(-1)?.data).toMatchObject({ valueDate: '2026-02-25' });
    expect(await bank.figures(id)).toEqual(['130', '0']);
    const again = await aBankLike(bank);
    expect(await seenOf(again)).toEqual(await seenOf(bank));
  });

  test('must have been booked, and needs the right amount', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const pending = { direction: 'debit', amountMinor: '800', pending: true } as const;
    const transactionId = await aTransfer(bank, id, pending);
    const told = bank.told.length;
    expect(await correct(bank, transactionId, '1')).toMatchObject({
      status: 409,
      body: { type: 'urn:sandbox-bank:transaction-pending' },
    });
    expect((await correct(bank, 'btx_no', '1')).status).toBe(404);
    expect((await correct(bank, transactionId, '0')).status).toBe(422);
    expect((await correct(bank, transactionId, undefined)).status).toBe(422);
    expect(bank.told).toHaveLength(told);
    expect(await bank.figures(id)).toEqual(['0', '800']);
  });

  test('is corrected even when its account is closed by then', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const old = await aTransfer(bank, id, { direction: 'credit', amountMinor: '100' });
    await bank.post(`/accounts/${id}/close`);
    expect((await correct(bank, old, '90')).status).toBe(201);
    expect(await bank.figures(id)).toEqual(['90', '0']);
  });
});
