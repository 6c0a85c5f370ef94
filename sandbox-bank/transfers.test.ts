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
