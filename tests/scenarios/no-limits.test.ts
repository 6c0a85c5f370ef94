import { describe, expect, test } from 'vitest';
import servePasskeys from '../../functions/customers/serve-passkeys/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import orderPayment from '../../functions/payments/order-payment/function.ts';
import releasePayment from '../../functions/payments/release-payment/function.ts';
import { readLimits, setLimits } from '../../operate/limits/limits.ts';
import { paymentDue } from '../../shared/events/payments.ts';
import { type Log, type LogFields, markOf } from '../../shared/runtime/log.ts';
import { paymentPath } from '../../shared/store/payments.ts';
import { aFact, aMessage, CONFIG, NOW, silentLog } from '../../shared/testing/builders.ts';
import { LANDLORD, outcomeOf, signers } from '../../shared/testing/signers.ts';

/** Ann’s account with 10,000 yen, a currency in which the default configuration sets no limits. */
async function ann(config: Record<string, string> = {}) {
  const warned: LogFields[] = [];
  const log: Log = { ...silentLog, warn: (fields) => void warned.push(fields), in: () => log };
  const identify = async () => ({ uid: 'uid-ann', isOperator: false, authenticatedAt: NOW });
  const functions = [trackAccount, recordTransaction, orderPayment, releasePayment, servePasskeys];
  const customers = signers(
    { orders: orderPayment, passkeys: servePasskeys, things: '/payments' },
    { functions, config: { ...CONFIG, ...config }, env: { now: () => NOW, identify, log } },
  );
  const { world, ask } = customers;
  await world.deliver('bank-facts', aFact('account.opened', { currency: 'JPY' }));
  const amount = { amountMinor: 10_000n, currency: 'JPY' };
  await world.deliver('bank-facts', aFact('transaction.booked', { direction: 'credit', amount }));
  return {
    world,
    warned,
    order: (changes: object = {}) =>
      ask('POST', '/payments', 'uid-ann', {
        ...{ accountId: 'acct-1', amount: { amountMinor: '3000', currency: 'JPY' }, creditor: LANDLORD },
        ...changes,
      }),
    async operatorSets(minor: string) {
      const read = await readLimits(world.store, 'uid-ann', 'JPY');
      const each = BigInt(minor);
      const limits = { paymentMinor: each, dayMinor: each, customerDayMinor: each };
      const by = { at: NOW.toISOString(), by: 'ola@example.com', customerId: 'uid-ann' };
      await setLimits(world.store, read, { limits, why: 'Lives there' }, by);
    },
    /** Of a scheduled payment its day comes, although it is still the same day here. */
    async comesDue(id: string) {
      const data = { paymentId: id, accountId: 'acct-1' };
      const event = { type: paymentDue.type, subject: id, id: 'due-1', data };
      await world.deliver('payments', aMessage([paymentDue], event as never));
    },
  };
}

const UNSIGNED = '{"JPY":"1000000"}';
// By which `npm run logs -- --account acct-1` finds a line.
const MARK = markOf({ accountId: 'acct-1' });
const LACKS = { reason: 'payment.limit-none', variable: 'PAYMENT_LIMITS.JPY' };

describe('an order in a currency in which nobody set limits', () => {
  test.each([
    ['that would be paid at once', { SCA_FROM: UNSIGNED }, {}],
    ['for a later day', { SCA_FROM: UNSIGNED }, { requestedExecutionDate: '2026-11-27' }],
    ['before anybody is asked to sign it', {}, {}],
  ])('is refused as that, %s, and operators are told what to set', async (_, config, changes) => {
    const { order, warned, world } = await ann(config);
    const refused = await order(changes);
    expect(outcomeOf(refused)).toBe('422 payment.limit-none');
    expect(refused.body).toMatchObject({
      detail: expect.stringContaining('No limits are set in this currency'),
    });
    expect(warned).toMatchObject([{ route: 'POST /v1/payments', ...LACKS, account: MARK }]);
    expect(Object.keys(world.state()).filter((path) => path.startsWith('payments/'))).toEqual([]);
  });

  test('is taken on once an operator set this customer’s own, up to them', async () => {
    const { order, operatorSets, warned } = await ann({ SCA_FROM: UNSIGNED });
    await operatorSets('5000');
    expect((await order()).body.state).toBe('requested');
    expect(outcomeOf(await order())).toBe('422 payment.limit-day');
    expect((await order({ requestedExecutionDate: '2026-11-27' })).body.state).toBe('scheduled');
    expect(warned).toEqual([]);
  });

  test('is taken on where the configuration says them', async () => {
    const limits = { JPY: { paymentMinor: '3000', dayMinor: '6000', customerDayMinor: '6000' } };
    const { order } = await ann({ PAYMENT_LIMITS: JSON.stringify(limits) });
    expect((await order()).body.state).toBe('awaiting-authorisation');
  });
});

test('what was scheduled before the limits were taken away is rejected on its day, and operators are told', async () => {
  const { order, operatorSets, comesDue, world, warned } = await ann({ SCA_FROM: UNSIGNED });
  await operatorSets('5000');
  const { id } = (await order({ requestedExecutionDate: '2026-11-27' })).body;
  const { document } = await readLimits(world.store, 'uid-ann', 'JPY');
  await world.store.commit([{ do: 'delete', read: document }]);
  await comesDue(id);
  expect(world.state()[paymentPath(id)]).toMatchObject({ state: 'rejected', reason: 'limit-none' });
  expect(warned).toMatchObject([{ type: 'payment.due', variable: 'PAYMENT_LIMITS.JPY', account: MARK }]);
});
