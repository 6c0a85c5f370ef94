import { describe, expect, test } from 'vitest';
import { aFact, aRequest, CONFIG, NOW } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import orderPayment from './function.ts';

const BO = { name: 'Bo Holm', iban: 'DK50 0040 0440 1162 43' };

/** Ann's accounts, with 100.00 in each, and a sender of orders. */
async function aPayer({ now = NOW, currency = 'DKK', iban = '' } = {}) {
  const functions = [trackAccount, recordTransaction, orderPayment];
  const world = aWorld({ functions, config: CONFIG, env: { now: () => now } });
  for (const accountId of ['acct-1', 'acct-2']) {
    await world.deliver(
      'bank-facts',
      aFact('account.opened', { accountId, currency, id: `open-${accountId}`, ...(iban && { iban }) }),
      aFact('transaction.booked', {
        ...{ accountId, id: `in-${accountId}`, transactionId: `in-${accountId}`, direction: 'credit' },
        amount: { amountMinor: 10_000n, currency },
      }),
    );
  }
  let keys = 0;
  const post = async (body: unknown, { uid = 'uid-ann', path = '/v1/payments' } = {}) => {
    keys += 1;
    const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const headers = { 'idempotency-key': `key-${keys}` };
    const answer = await world.ask(orderPayment, aRequest('POST', path, uid, { headers, rawBody }));
    return answer as { status: number; body: Record<string, unknown> };
  };
  const order = (changes: object = {}) =>
    post({ accountId: 'acct-1', amount: { amountMinor: '3200', currency }, creditor: BO, ...changes });
  return { world, post, order };
}

describe('an order', () => {
  test('is answered with what it became, and requested once', async () => {
    const { world, order } = await aPayer();
    const { status, body } = await order({ remittance: 'Rent' });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      ...{ accountId: 'acct-1', scheme: 'domestic', state: 'requested', remittance: 'Rent' },
      amount: { amountMinor: '3200', currency: 'DKK' },
      creditor: { name: 'Bo Holm', iban: 'DK5000400440116243' },
      // 23 November 2026 is a Monday, and eleven o'clock in Copenhagen.
      executesOn: '2026-11-23',
    });
    expect(world.events('payments').map(({ type }) => type)).toEqual(['payment.requested']);
  });

  test('has an end-to-end id that SEPA takes: its own, or the customer’s', async () => {
    const { order } = await aPayer();
    expect((await order()).body.endToEndId).toMatch(/^pay\.[A-Za-z0-9.-]{27}$/);
    expect((await order({ endToEndId: 'INV 2026/11' })).body.endToEndId).toBe('INV 2026/11');
  });

  test('after the cut-off executes on the next bank day, which Christmas moves', async () => {
    // Wednesday 23 December 2026, 17:00 in Copenhagen; banks are closed from the 24th until Monday the 28th.
    const { order } = await aPayer({ now: new Date('2026-12-23T16:00:00.000Z') });
    expect((await order()).body.executesOn).toBe('2026-12-28');
  });

  test('for a later day waits for it, and reserves nothing until then', async () => {
    const { world, order } = await aPayer();
    // A Saturday: banks carry it out on Monday.
    const { body } = await order({ requestedExecutionDate: '2026-12-05' });
    expect(body).toMatchObject({ state: 'scheduled', executesOn: '2026-12-07' });
    expect(world.events('payments')).toEqual([]);
    expect(world.state()['accounts/acct-1/balances/reservations']).toBeUndefined();
  });

  test('from the amount on that is to be authenticated waits for that', async () => {
    const { world, post } = await aPayer();
    const body = { accountId: 'acct-1', amount: { amountMinor: '100000', currency: 'DKK' }, creditor: BO };
    expect((await post(body)).body.state).toBe('awaiting-authorisation');
    expect(world.events('payments')).toEqual([]);
  });
});

describe('by which clearing it goes', () => {
  const accountNumber = { registrationNumber: '0040', accountNumber: '440116243' };

  test.each([
    ['DKK', { creditor: BO }, 'domestic'],
    ['DKK', { creditor: { name: 'Bo', accountNumber } }, 'domestic'],
    ['DKK', { creditor: { accountId: 'acct-2' } }, 'own-account'],
    ['EUR', { creditor: BO }, 'sepa'],
    ['EUR', { creditor: BO, scheme: 'sepa-instant' }, 'sepa-instant'],
  ])('in %s: %o by %s', async (currency, changes, scheme) => {
    const { order } = await aPayer({ currency });
    expect((await order(changes)).body).toMatchObject({ scheme });
  });

  test.each([
    ['SEPA in kroner', 'DKK', { scheme: 'sepa' }],
    [
      'SEPA to a country that is not in it',
      'EUR',
      { creditor: { name: 'Eve', iban: 'BR1800360305000010009795493C1' } },
    ],
    ['SEPA to a domestic number', 'EUR', { scheme: 'sepa', creditor: { name: 'Bo', accountNumber } }],
    ['an own account by SEPA', 'EUR', { scheme: 'sepa', creditor: { accountId: 'acct-2' } }],
    ['an IBAN as an own account', 'DKK', { scheme: 'own-account' }],
  ])('refused: %s', async (_, currency, changes) => {
    const { world, order } = await aPayer({ currency });
    const before = world.state();
    expect(await order(changes)).toMatchObject({ status: 422, body: { code: 'payment.scheme' } });
    expect(world.state()).toEqual(before);
  });
});

describe('refused, and changing nothing', () => {
  test.each<[string, object, number, string]>([
    [
      'more than there is',
      { amount: { amountMinor: '10001', currency: 'DKK' } },
      422,
      'payment.insufficient-funds',
    ],
    ['another currency', { amount: { amountMinor: '100', currency: 'EUR' } }, 422, 'payment.currency'],
    ['an account that is not there', { accountId: 'acct-9' }, 404, 'account.not-found'],
    ['to itself', { creditor: { accountId: 'acct-1' } }, 422, 'payment.same-account'],
    ['a day that is over', { requestedExecutionDate: '2026-11-22' }, 422, 'payment.date-past'],
    ['nothing', { amount: { amountMinor: '0', currency: 'DKK' } }, 422, 'body.invalid'],
    ['less than nothing', { amount: { amountMinor: '-5', currency: 'DKK' } }, 422, 'body.invalid'],
    ['a float', { amount: { amountMinor: 32.5, currency: 'DKK' } }, 422, 'body.invalid'],
    ['an IBAN with a wrong digit', { creditor: { ...BO, iban: 'DK5000400440116244' } }, 422, 'body.invalid'],
    ['nobody’s name', { creditor: { ...BO, name: ' ' } }, 422, 'body.invalid'],
    ['a text of two lines', { remittance: 'a\nb' }, 422, 'body.invalid'],
    ['an end-to-end id of 36', { endToEndId: 'x'.repeat(36) }, 422, 'body.invalid'],
    ['a field that is not known', { urgent: true }, 422, 'body.invalid'],
  ])('%s', async (_, changes, status, code) => {
    const { world, order } = await aPayer();
    const before = world.state();
    expect(await order(changes)).toMatchObject({ status, body: { code } });
    expect(world.state()).toEqual(before);
    expect(world.events('payments')).toEqual([]);
  });

  test('says why in a sentence for people, with none of the figures', async () => {
    const { order } = await aPayer();
    const { body } = await order({ amount: { amountMinor: '10001', currency: 'DKK' } });
    expect(body).toMatchObject({ detail: 'It is more than what is available.' });
  });

  test('another customer’s account and one that is not there are told in the same words', async () => {
    const { world, order } = await aPayer();
    const theirs = { accountId: 'acct-of-cy', ownerIds: ['uid-cy'] };
    await world.deliver('bank-facts', aFact('account.opened', theirs));
    const [another, none] = [await order({ accountId: 'acct-of-cy' }), await order({ accountId: 'acct-9' })];
    expect(none).toMatchObject({ status: 404, body: { detail: 'The caller has no such account.' } });
    expect(another).toEqual(none);
  });

  test('its own IBAN', async () => {
    const { order } = await aPayer({ iban: 'DK5000400440116243' });
    expect(await order()).toMatchObject({ status: 422, body: { code: 'payment.same-account' } });
  });

  test.each([
    ['account.frozen', 'account.frozen'],
    ['account.closed', 'account.closed'],
  ] as const)('%s', async (type, code) => {
    const { world, order } = await aPayer();
    await world.deliver('bank-facts', aFact(type, { time: '2026-11-23T09:30:00.000Z' }));
    expect(await order()).toMatchObject({ status: 422, body: { code } });
  });

  test.each(['', 'null', '[]', '{"accountId":"acct-1"}', '{'])(
    'a body that is no order: %s',
    async (body) => {
      const { post } = await aPayer();
      expect((await post(body)).status).toBeGreaterThanOrEqual(400);
    },
  );

  test('what was sent stands in no refusal', async () => {
    const { order } = await aPayer();
    const refused = await order({ creditor: { name: 'Bo Holm', iban: 'DK5000400440116244' } });
    expect(JSON.stringify(refused)).not.toMatch(/Bo|DK50/);
  });
});

test('payments are listed newest first, page by page, with nothing twice', async () => {
  const { world, order } = await aPayer();
  const made = [];
  for (let n = 1; n <= 5; n += 1)
    made.push((await order({ amount: { amountMinor: `${n}00`, currency: 'DKK' } })).body.id);
  const seen: string[] = [];
  let cursor = '';
  do {
    const path = `/v1/payments?accountId=acct-1&limit=2${cursor && `&cursor=${cursor}`}`;
    const { body } = await world.ask(orderPayment, aRequest('GET', path, 'uid-ann'));
    const page = body as { items: { id: string }[]; nextCursor?: string };
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? '';
  } while (cursor);
  expect(seen.sort()).toEqual(made.sort());
});
