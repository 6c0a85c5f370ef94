import { describe, expect, test } from 'vitest';
import { aBank, aBankLike, seenOf } from './testing.ts';

const anna = { ownerRefs: ['uid_anna'], currency: 'DKK' };

describe('an account that arrives with a history', () => {
  test('begins with the balance that it had elsewhere, and is told with it', async () => {
    const { post, get, told } = await aBank();
    const broughtForward = { direction: 'credit', amountMinor: '125000', asOf: '2026-01-31T23:00:00+01:00' };
    const opened = await post('/accounts', { ...anna, broughtForward });
    expect(opened).toMatchObject({ bookedMinor: '125000', heldMinor: '0', availableMinor: '125000' });
    const id = opened.accountId;
    await post(`/accounts/${id}/purchases`, { amountMinor: '3200' });
    expect(await get(`/accounts/${id}`)).toMatchObject({ bookedMinor: '121800' });
    expect(told[0]).toMatchObject({ type: 'account.opened', occurredAt: '2026-02-28T09:30:00.000Z' });
    expect(told[0]?.data).toEqual({
      ...anna,
      broughtForward: {
        direction: 'credit',
        amount: { amountMinor: '125000', currency: 'DKK' },
        asOf: '2026-01-31T22:00:00.000Z',
      },
    });
  });

  test('has it as the first line of its statements, on the day that it is as of', async () => {
    const { post, get } = await aBank();
    const broughtForward = { direction: 'credit', amountMinor: '125000', asOf: '2026-01-31T23:00:00+01:00' };
    const id = (await post('/accounts', { ...anna, broughtForward })).accountId;
    expect(await get(`/accounts/${id}/statements/2026-01-31`)).toMatchObject({
      openingMinor: '0',
      closingMinor: '125000',
      lines: [
        {
          direction: 'credit',
          amount: { amountMinor: '125000', currency: 'DKK' },
          bookingDate: '2026-01-31',
        },
      ],
    });
    const today = { openingMinor: '125000', closingMinor: '125000', lines: [] };
    expect(await get(`/accounts/${id}/statements/2026-02-28`)).toMatchObject(today);
  });

  test('may bring an overdraft, and is as of now unless it says otherwise', async () => {
    const { post, told, bank } = await aBank();
    const broughtForward = { direction: 'debit', amountMinor: '3200' };
    expect(await post('/accounts', { ...anna, broughtForward })).toMatchObject({ bookedMinor: '-3200' });
    expect(told[0]?.data).toMatchObject({
      broughtForward: { direction: 'debit', asOf: '2026-02-28T09:30:00.000Z' },
    });
    expect(bank.ledger.bookedMinor('brought-forward:DKK')).toBe(3_200n);
  });

  test('cannot bring what it will have tomorrow, and then is not opened at all', async () => {
    const { ask, told } = await aBank();
    const broughtForward = { direction: 'credit', amountMinor: '1', asOf: '2026-02-28T09:30:00.001Z' };
    const refused = await ask('POST', '/accounts', { ...anna, broughtForward });
    const errors = [{ pointer: '#/broughtForward/asOf' }];
    expect(refused).toMatchObject({ status: 422, body: { errors } });
    expect(told).toEqual([]);
  });

  test('tells it once: a later change of state does not bring it again', async () => {
    const { post, told } = await aBank();
    const broughtForward = { direction: 'credit', amountMinor: '125000' };
    const id = (await post('/accounts', { ...anna, broughtForward })).accountId;
    await post(`/accounts/${id}/freeze`);
    expect(told[1]?.data).toEqual(anna);
  });

  test('has the same history after the bank is opened again on another day', async () => {
    const bank = await aBank();
    await bank.post('/accounts', { ...anna, broughtForward: { direction: 'credit', amountMinor: '125000' } });
    bank.world.now = new Date('2026-03-02T12:00:00.000Z');
    const again = await aBankLike(bank);
    expect(await seenOf(again)).toEqual(await seenOf(bank));
    expect(await again.figures('acct_1')).toEqual(['125000', '0']);
  });
});
