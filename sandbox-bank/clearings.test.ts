import { describe, expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, seenOf } from './testing.ts';

const merchant = { name: 'Storebælt', mcc: '4784', country: 'DK' };

describe('a clearing without a link', () => {
  test('books and releases what a linked one would, and does not say of which authorisation', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const { authorisationId } = await bank.post(`/accounts/${id}/authorisations`, {
      amountMinor: '5000',
      merchant,
    });
    const clear = (request: object) =>
      bank.post(`/authorisations/${authorisationId}/clearings`, { linked: false, ...request });
    await clear({ amountMinor: '3000' });
    expect(await bank.figures(id)).toEqual(['-3000', '2000']);
    const { clearingId, ...rest } = await clear({ amountMinor: '1500', final: true });
    expect(rest).toEqual({ authorisationId });
    expect(await bank.figures(id)).toEqual(['-4500', '0']);
    expect(bank.told.slice(2)).toMatchObject([
      { type: 'card.cleared', data: { authorisationId: null, final: false } },
      { type: 'card.cleared', data: { authorisationId: null, final: true } },
    ]);
    expect(bank.told[3]?.data).toEqual({
      cardId: 'card_2',
      authorisationId: null,
      clearingId,
      direction: 'debit',
      amount: { amountMinor: '1500', currency: 'DKK' },
      final: true,
      merchant,
    });
  });

  test('is only without one when asked for', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const { authorisationId } = await bank.post(`/accounts/${id}/purchases`, { amountMinor: '3200' });
    expect(bank.told.at(-1)?.data).toMatchObject({ authorisationId });
  });

  test('is refunded by its own id: the refund does not say either which authorisation it was', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const made = await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '5000', merchant });
    const { clearingId } = await bank.post(`/authorisations/${made.authorisationId}/clearings`, {
      amountMinor: '5000',
      linked: false,
    });
    await bank.post(`/accounts/${id}/refunds`, { clearingId, amountMinor: '1200' });
    expect(await bank.figures(id)).toEqual(['-3800', '0']);
    const { data } = bank.told.at(-1) ?? {};
    expect(data).toMatchObject({ clearingId, merchant, amount: { amountMinor: '1200' } });
    expect(JSON.stringify(data)).not.toContain('authorisationId');
  });
});

describe('a clearing that nobody authorised', () => {
  test('books at once on the card of the account, whatever is held, and is final', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '26500' });
    const made = await bank.ask('POST', `/accounts/${id}/clearings`, { amountMinor: '26500', merchant });
    const { clearingId } = made.body;
    expect(made).toEqual({ status: 201, body: { clearingId: expect.stringMatching(/^clr_/) } });
    expect(await bank.figures(id)).toEqual(['-26500', '26500']);
    expect(bank.told.at(-1)).toMatchObject({ type: 'card.cleared', accountId: id });
    expect(bank.told.at(-1)?.data).toEqual({
      cardId: 'card_2',
      authorisationId: null,
      clearingId,
      direction: 'debit',
      amount: { amountMinor: '26500', currency: 'DKK' },
      final: true,
      merchant,
    });
    const { lines } = await bank.get(`/accounts/${id}/statements/2026-02-28`);
    expect(lines).toMatchObject([{ direction: 'debit', amount: { amountMinor: '26500' }, clearingId }]);
  });

  test('may say what the merchant asked for, and can be refunded to the card that it was made with', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const foreign = { merchantAmount: { amountMinor: '800', currency: 'SEK' }, fx: { rate: '0.6671' } };
    const request = { amountMinor: '534', merchant, ...foreign };
    const { clearingId } = await bank.post(`/accounts/${id}/clearings`, request);
    expect(bank.told.at(-1)?.data).toMatchObject(foreign);
    await bank.post(`/accounts/${id}/refunds`, { clearingId, amountMinor: '534' });
    expect(await bank.figures(id)).toEqual(['0', '0']);
    expect(bank.told.at(-1)?.data).toMatchObject({ cardId: 'card_2', clearingId, merchant });
  });

  test('needs an account that there is', async () => {
    const bank = await aBank();
    const made = await bank.ask('POST', '/accounts/acct_no/clearings', { amountMinor: '26500' });
    expect(made).toMatchObject({ status: 404, body: { type: 'urn:sandbox-bank:account-not-found' } });
  });
});

test('clearings with and without a link are the same after the bank is opened again', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  const made = await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '5000' });
  const unlinked = { amountMinor: '2000', linked: false };
  await bank.post(`/authorisations/${made.authorisationId}/reversals`, unlinked);
  await bank.post(`/authorisations/${made.authorisationId}/clearings`, unlinked);
  await bank.post(`/accounts/${id}/clearings`, { amountMinor: '26500', merchant });
  const again = await aBankLike(bank);
  expect(await seenOf(again)).toEqual(await seenOf(bank));
  expect(await again.figures(id)).toEqual(['-28500', '1000']);
});
