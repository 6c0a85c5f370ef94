import { expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, seenOf } from './testing.ts';

test('the bank tells the balance that an account has now, below zero too', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  await bank.post(`/accounts/${id}/purchases`, { amountMinor: '3200' });
  await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '800' });
  const asked = await bank.ask('POST', `/accounts/${id}/balance-updates`, {});
  const answer = { sequence: 1, bookedMinor: '-3200', availableMinor: '-4000' };
  expect(asked).toEqual({ status: 201, body: answer });
  expect(bank.told.at(-1)).toMatchObject({ type: 'account.balance-updated', accountId: id });
  expect(bank.told.at(-1)?.data).toEqual({
    booked: { amountMinor: '-3200', currency: 'DKK' },
    available: { amountMinor: '-4000', currency: 'DKK' },
    asOf: '2026-02-28T09:30:00.000Z',
    sequence: 1,
  });
});

test('each account numbers its balances from one, so that the newest is known when they come in any order', async () => {
  const bank = await aBank();
  const [anna, bo] = [await anAccount(bank), await anAccount(bank)];
  const sequences = [];
  for (const id of [anna, anna, bo, anna])
    sequences.push((await bank.post(`/accounts/${id}/balance-updates`)).sequence);
  expect(sequences).toEqual([1, 2, 1, 3]);
  const first = { booked: { amountMinor: '0' }, available: { amountMinor: '0' }, sequence: 1 };
  expect(bank.told[2]?.data).toMatchObject(first);
});

test('a booking alone tells no balance, and an unknown account has none', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '500' });
  expect(bank.told.map((event) => event.type)).toEqual(['account.opened', 'transaction.booked']);
  expect((await bank.ask('POST', '/accounts/acct_no/balance-updates', {})).status).toBe(404);
});

test('a bank that is opened again goes on with the next number', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  for (const _ of [1, 2]) await bank.post(`/accounts/${id}/balance-updates`);
  const again = await aBankLike(bank);
  expect(await seenOf(again)).toEqual(await seenOf(bank));
  expect(await again.post(`/accounts/${id}/balance-updates`)).toMatchObject({ sequence: 3 });
});
