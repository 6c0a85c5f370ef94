import { describe, expect, test } from 'vitest';
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

describe('a balance that is wrong', () => {
  const wrongBalance = { seed: 2, wrongBalance: 1 };

  test('is off by the same in booked and available, while the books stay right', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '5000' });
    await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '800' });
    await bank.ask('PUT', '/faults', wrongBalance);
    const offs = [];
    for (let n = 0; n < 20; n += 1) {
      const { bookedMinor, heldMinor, availableMinor, asOf } = await bank.get(`/accounts/${id}`);
      expect([heldMinor, asOf]).toEqual(['800', '2026-02-28T09:30:00.000Z']);
      expect(Number(availableMinor)).toBe(Number(bookedMinor) - 800);
      offs.push(Number(bookedMinor) - 5000);
    }
    expect(offs).not.toContain(0);
    expect(new Set(offs.map(Math.sign))).toEqual(new Set([1, -1]));
    expect(bank.bank.ledger.bookedMinor(id)).toBe(5000n);
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ wrongBalances: 20 });
    await bank.ask('PUT', '/faults', {});
    expect(await bank.figures(id)).toEqual(['5000', '800']);
  });

  test('is one of the share that the seed chooses', async () => {
    const asked = async () => {
      const bank = await aBank();
      const id = await anAccount(bank);
      await bank.ask('PUT', '/faults', { ...wrongBalance, wrongBalance: 0.5 });
      const answers = [];
      for (let n = 0; n < 40; n += 1) answers.push((await bank.get(`/accounts/${id}`)).bookedMinor);
      return answers;
    };
    const answers = await asked();
    const right = answers.filter((bookedMinor) => bookedMinor === '0').length;
    expect(right).toBeGreaterThan(10);
    expect(right).toBeLessThan(30);
    expect(await asked()).toEqual(answers);
  });

  test('is told wrong too, and a bank that is opened again has told the same', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.ask('PUT', '/faults', wrongBalance);
    const { bookedMinor, availableMinor } = await bank.post(`/accounts/${id}/balance-updates`);
    expect(bookedMinor).not.toBe('0');
    expect(availableMinor).toBe(bookedMinor);
    expect(bank.told.at(-1)?.data).toMatchObject({
      booked: { amountMinor: bookedMinor },
      available: { amountMinor: availableMinor },
    });
    await bank.ask('PUT', '/faults', {});
    expect(await bank.post(`/accounts/${id}/balance-updates`)).toMatchObject({ bookedMinor: '0' });
    expect(await seenOf(await aBankLike(bank))).toEqual(await seenOf(bank));
  });
});
