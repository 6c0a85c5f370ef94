import { describe, expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, seenOf } from './testing.ts';

const kiosk = { direction: 'debit', amountMinor: '4500', description: 'KIOSK 17' };
const hotel = { direction: 'debit', amountMinor: '90000', description: 'HOTEL ODENSE' };
const salary = { direction: 'credit', amountMinor: '2500000', description: 'SALARY' };

describe('the list of what is pending', () => {
  test('holds its debits, and its credits count nowhere', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const entries = [kiosk, hotel, salary];
    const listed = await bank.ask('POST', `/accounts/${id}/pending-lists`, { entries });
    const asOf = '2026-02-28T09:30:00.000Z';
    expect(listed).toEqual({ status: 201, body: { asOf, heldMinor: '94500' } });
    expect(await bank.figures(id)).toEqual(['0', '94500']);
    expect(bank.told.at(-1)).toMatchObject({ type: 'account.pending-listed', accountId: id });
    expect(bank.told.at(-1)?.data).toEqual({
      asOf,
      entries: entries.map(({ direction, amountMinor, description }) => {
        return { direction, amount: { amountMinor, currency: 'DKK' }, description };
      }),
    });
  });

  test('replaces the list before: what is not in it any more is held no longer, and an empty one holds nothing', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const list = async (entries: object[]) =>
      (await bank.post(`/accounts/${id}/pending-lists`, { entries })).heldMinor;
    expect(await list([kiosk, hotel])).toBe('94500');
    expect(await list([hotel, salary])).toBe('90000');
    expect(await list([])).toBe('0');
    expect(await list([kiosk, kiosk])).toBe('9000');
    expect(await bank.figures(id)).toEqual(['0', '9000']);
  });

  test('leaves alone what a card holds, and what another account has pending', async () => {
    const bank = await aBank();
    const [anna, bo] = [await anAccount(bank), await anAccount(bank)];
    await bank.post(`/accounts/${anna}/authorisations`, { amountMinor: '3200' });
    const list = (id: string, entries: object[]) => bank.post(`/accounts/${id}/pending-lists`, { entries });
    expect(await list(anna, [kiosk])).toMatchObject({ heldMinor: '7700' });
    await list(bo, [hotel]);
    expect(await list(anna, [])).toMatchObject({ heldMinor: '3200' });
    expect(await bank.figures(bo)).toEqual(['0', '90000']);
  });

  test('is always later than the one before it, even within one millisecond or by a clock that went back', async () => {
    const bank = await aBank();
    const [anna, bo] = [await anAccount(bank), await anAccount(bank)];
    const list = async (id: string) =>
      (await bank.post(`/accounts/${id}/pending-lists`, { entries: [] })).asOf;
    const asOf = [await list(anna), await list(anna)];
    bank.world.now = new Date('2026-02-28T09:29:00.000Z');
    asOf.push(await list(anna));
    bank.world.now = new Date('2026-02-28T09:31:00.000Z');
    asOf.push(await list(anna), await list(bo));
    expect(asOf).toEqual([
      '2026-02-28T09:30:00.000Z',
      '2026-02-28T09:30:00.001Z',
      '2026-02-28T09:30:00.002Z',
      '2026-02-28T09:31:00.000Z',
      '2026-02-28T09:31:00.000Z',
    ]);
  });

  test('has at most 500 entries, however long their texts', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const entry = { ...kiosk, amountMinor: '100', description: 'Ø'.repeat(140) };
    const list = (count: number) =>
      bank.ask('POST', `/accounts/${id}/pending-lists`, { entries: Array(count).fill(entry) });
    expect(await list(500)).toMatchObject({ status: 201, body: { heldMinor: '50000' } });
    expect(await list(501)).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/entries' }] } });
    expect(await bank.figures(id)).toEqual(['0', '50000']);
  });

  test('holds the same after the bank is opened again, and the next list still replaces it', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    for (const entries of [[kiosk, hotel], [kiosk]])
      await bank.post(`/accounts/${id}/pending-lists`, { entries });
    const again = await aBankLike(bank);
    expect(await seenOf(again)).toEqual(await seenOf(bank));
    const next = await again.post(`/accounts/${id}/pending-lists`, { entries: [hotel] });
    expect(next).toEqual({ asOf: '2026-02-28T09:30:00.002Z', heldMinor: '90000' });
  });
});
