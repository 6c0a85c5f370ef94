import { describe, expect, test } from 'vitest';
import { ibanOf } from './ibans.ts';
import { aBank, type Body } from './testing.ts';

async function verified(name: string, account: object = { holderName: 'Søren Åge Kjær' }): Promise<Body> {
  const bank = await aBank();
  const { iban } = await bank.post('/accounts', { ownerRefs: ['uid_soren'], currency: 'DKK', ...account });
  return bank.post('/payee-verifications', { name, iban });
}

describe('the name of a payee', () => {
  const close = { match: 'close-match', name: 'Søren Åge Kjær' };

  test.each([
    ['Søren Åge Kjær', { match: 'match' }],
    [' Søren  Åge Kjær ', { match: 'match' }],
    ['søren åge kjær', close],
    ['Soren Age Kjaer', close],
    ['Kjær, Søren Åge', close],
    ['S. Å. Kjær', close],
    ['Kjaer S Age', close],
    ['S. Å. K.', { match: 'no-match' }],
    ['Søren Kjær', { match: 'no-match' }],
    ['Søren Åge Kjær Kjær', { match: 'no-match' }],
    ['Bo Åge Kjær', { match: 'no-match' }],
    ['...', { match: 'no-match' }],
  ])('"%s" is compared with that of the holder', async (name, answer) => {
    expect(await verified(name)).toEqual(answer);
  });

  test('cannot be compared where the bank does not know the account, or its holder', async () => {
    expect(await verified('Anna', {})).toEqual({ match: 'not-possible' });
    const { post } = await aBank();
    const elsewhere = { name: 'Bo Holm', iban: 'DK5000400440116243' };
    expect(await post('/payee-verifications', elsewhere)).toEqual({ match: 'not-possible' });
  });
});

describe('an IBAN of its own', () => {
  // The published examples of the two countries' IBANs (SWIFT's IBAN Registry).
  test.each(['DK5000400440116243', 'DE89370400440532013000'])('has right check digits: %s', (iban) => {
    expect(ibanOf(iban.slice(0, 2), iban.slice(4))).toBe(iban);
  });

  test.each([
    ['DKK', /^DK\d{16}$/],
    ['EUR', /^DE\d{20}$/],
    ['JPY', /^DE\d{20}$/],
  ])('is given to an account in %s that came without one, and not told', async (currency, form) => {
    const { post, get, told } = await aBank();
    const { accountId, iban } = await post('/accounts', { ownerRefs: ['uid_anna'], currency });
    expect(iban).toMatch(form);
    expect(await get(`/accounts/${accountId}`)).toMatchObject({ iban });
    expect(told[0]?.data).toEqual({ ownerRefs: ['uid_anna'], currency });
  });

  test('is not given where the account came with one, which its holder keeps', async () => {
    const { post, told } = await aBank();
    const given = { iban: 'DK5000400440116243', holderName: 'Anna Lund' };
    const account = await post('/accounts', { ownerRefs: ['uid_anna'], currency: 'DKK', ...given });
    expect(account).toMatchObject(given);
    expect(told[0]?.data).toEqual({ ownerRefs: ['uid_anna'], currency: 'DKK', iban: given.iban });
  });
});
