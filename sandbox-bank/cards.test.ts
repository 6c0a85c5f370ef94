import { describe, expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, seenOf, type TestBank } from './testing.ts';

async function anAuthorisation({ post }: TestBank, accountId: string, amountMinor: string): Promise<string> {
  const { authorisationId } = await post(`/accounts/${accountId}/authorisations`, { amountMinor });
  return String(authorisationId);
}

describe('what a merchant asked for in its own currency', () => {
  const foreign = { merchantAmount: { amountMinor: '429', currency: 'EUR' }, fx: { rate: '7.4601' } };

  test('is told of a purchase as it was given, when it is authorised and when it is cleared', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/purchases`, { amountMinor: '3200', ...foreign });
    expect(bank.told.slice(1)).toMatchObject([
      { type: 'card.authorisation-created', data: foreign },
      { type: 'card.cleared', data: { ...foreign, amount: { amountMinor: '3200', currency: 'DKK' } } },
    ]);
    expect(await bank.figures(id)).toEqual(['-3200', '0']);
  });

  test('is told of each event that was given it, and of no other about the same authorisation', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const declined = { reason: 'wrong-pin' };
    await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '3200', declined, ...foreign });
    const made = await bank.post(`/accounts/${id}/authorisations`, { amountMinor: '3200', ...foreign });
    const authorisation = `/authorisations/${made.authorisationId}`;
    await bank.post(`${authorisation}/increments`, { amountMinor: '100' });
    await bank.post(`${authorisation}/reversals`, { amountMinor: '100' });
    await bank.post(`${authorisation}/clearings`, { amountMinor: '1000' });
    const later = { merchantAmount: { amountMinor: '296', currency: 'EUR' }, fx: { rate: '7.4324' } };
    await bank.post(`${authorisation}/clearings`, { amountMinor: '2200', ...later });
    await bank.post(`${authorisation}/expiry`);
    await bank.post(`/accounts/${id}/refunds`, { amountMinor: '1000', ...foreign });
    const told = bank.told.slice(1).map(({ type, data }) => {
      const { merchantAmount, fx } = JSON.parse(JSON.stringify(data)) as typeof foreign;
      return [type.replace('card.', ''), merchantAmount?.amountMinor, fx?.rate];
    });
    expect(told).toEqual([
      ['authorisation-declined', '429', '7.4601'],
      ['authorisation-created', '429', '7.4601'],
      ['authorisation-incremented', undefined, undefined],
      ['authorisation-reversed', undefined, undefined],
      ['cleared', undefined, undefined],
      ['cleared', '296', '7.4324'],
      ['authorisation-expired', undefined, undefined],
      ['refunded', '429', '7.4601'],
    ]);
  });

  test.each(['0', '0.000', '-7.46', '7,46', '7.', '.5', '07.46', '1e3', ''])(
    'a rate of "%s" is refused',
    async (rate) => {
      const bank = await aBank();
      const id = await anAccount(bank);
      const asked = await bank.ask('POST', `/accounts/${id}/purchases`, {
        amountMinor: '3200',
        fx: { rate },
      });
      expect(asked).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/fx/rate' }] } });
    },
  );

  test.each(['1', '0.0671', '7.4601'])('a rate of "%s" is taken', async (rate) => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/purchases`, { amountMinor: '3200', fx: { rate } });
    expect(bank.told.at(-1)?.data).toMatchObject({ fx: { rate } });
  });
});

describe('a reversal without a link', () => {
  test('gives back in the books what a linked one would, and does not say of which authorisation', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const authorisationId = await anAuthorisation(bank, id, '5000');
    const request = { amountMinor: '2000', linked: false };
    const { reversalId, ...rest } = await bank.post(`/authorisations/${authorisationId}/reversals`, request);
    expect(rest).toEqual({ authorisationId });
    expect(await bank.figures(id)).toEqual(['0', '3000']);
    expect(bank.told.at(-1)).toMatchObject({ type: 'card.authorisation-reversed' });
    expect(bank.told.at(-1)?.data).toEqual({
      cardId: 'card_2',
      authorisationId: null,
      reversalId,
      direction: 'debit',
      amount: { amountMinor: '5000', currency: 'DKK' },
      delta: { amountMinor: '2000', currency: 'DKK' },
      merchant: { name: 'Corner Coffee', mcc: '5814', country: 'DK' },
    });
  });

  test('is only without one when asked for', async () => {
    const bank = await aBank();
    const authorisationId = await anAuthorisation(bank, await anAccount(bank), '5000');
    await bank.post(`/authorisations/${authorisationId}/reversals`, { amountMinor: '2000' });
    expect(bank.told.at(-1)?.data).toMatchObject({ authorisationId });
  });
});

describe('an expiry that the bank never tells', () => {
  test('lets the hold go in its books, and is in no event and on no page of them', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const authorisationId = await anAuthorisation(bank, id, '700');
    const expired = await bank.ask('POST', `/authorisations/${authorisationId}/expiry`, { told: false });
    expect(expired).toEqual({ status: 201, body: { authorisationId } });
    expect(await bank.figures(id)).toEqual(['0', '0']);
    expect(bank.told.map((event) => event.type)).toEqual(['account.opened', 'card.authorisation-created']);
    const { items } = await bank.get(`/accounts/${id}/events`);
    expect(items).toHaveLength(2);
  });

  test('is not told later either, when its time comes by itself, and its clearing still books', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const authorisationId = await anAuthorisation(bank, id, '700');
    await bank.post(`/authorisations/${authorisationId}/expiry`, { told: false });
    bank.world.now = new Date('2026-03-09T00:00:00.000Z');
    bank.expireDue();
    expect((await bank.ask('POST', `/authorisations/${authorisationId}/expiry`, {})).status).toBe(409);
    expect(bank.told).toHaveLength(2);
    await bank.post(`/authorisations/${authorisationId}/clearings`, { amountMinor: '700' });
    expect(await bank.figures(id)).toEqual(['-700', '0']);
  });

  test('stays let go of, and untold, after the bank is opened again', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const authorisationId = await anAuthorisation(bank, id, '700');
    await bank.post(`/authorisations/${authorisationId}/expiry`, { told: false });
    const again = await aBankLike(bank);
    expect(await again.figures(id)).toEqual(['0', '0']);
    expect(await seenOf(again)).toEqual(await seenOf(bank));
  });
});
