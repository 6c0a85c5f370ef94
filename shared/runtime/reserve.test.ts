import { describe, expect, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import trackBalance from '../../functions/ledger/track-balance/function.ts';
import orderPayment from '../../functions/payments/order-payment/function.ts';
import { aFact, aRequest, CONFIG } from '../testing/builders.ts';
import { aWorld } from '../testing/world.ts';

const dkk = (amountMinor: bigint) => ({ amountMinor, currency: 'DKK' });
const at = (hour: string) => `2026-11-23T${hour}:00.000Z`;

/** Ann’s account, with 100.00 booked at eight, whose orders are held against what its bank says is available. */
async function aPayer() {
  const functions = [trackAccount, recordTransaction, trackBalance, orderPayment];
  const world = aWorld({ functions, config: { ...CONFIG, FUNDS: 'bank' } });
  let told = 0;
  const entry = (amountMinor: bigint, hour: string, changes: object = {}) => {
    told += 1;
    const ids = { id: `fact-${told}`, transactionId: `transfer-${told}` };
    return world.deliver(
      'bank-facts',
      aFact('transaction.booked', { ...ids, time: at(hour), amountMinor, ...changes }),
    );
  };
  const opened = aFact('account.opened', { currency: 'DKK', time: at('07:00') });
  await world.deliver('bank-facts', opened);
  await entry(10_000n, '08:00', { direction: 'credit' });
  return {
    entry,
    bankSays: (availableMinor: bigint, hour: string) =>
      world.deliver(
        'bank-facts',
        aFact('account.balance-updated', {
          ...{ id: `balance-${hour}`, booked: dkk(10_000n), available: dkk(availableMinor), asOf: at(hour) },
        }),
      ),
    async order(amountMinor: string) {
      told += 1;
      const body = {
        accountId: 'acct-1',
        amount: { amountMinor, currency: 'DKK' },
        creditor: { name: 'Bo Holm', iban: 'DK5000400440116243' },
      };
      const rawBody = Buffer.from(JSON.stringify(body));
      const headers = { 'idempotency-key': `key-${told}` };
      const asked = aRequest('POST', '/v1/payments', 'uid-ann', { headers, rawBody });
      const { status, body: answer } = await world.ask(orderPayment, asked);
      const { id = '', code = '' } = answer as { id?: string; code?: string };
      return { id, said: `${status} ${code}`.trim() };
    },
  };
}

describe('an order that is held against what the bank says is available', () => {
  test('may take an overdraft, and not what the bank does not let go of', async () => {
    const lent = await aPayer();
    await lent.bankSays(50_000n, '09:00');
    expect((await lent.order('40000')).said).toBe('202');
    expect((await lent.order('10001')).said).toBe('422 payment.insufficient-funds');

    const kept = await aPayer();
    await kept.bankSays(3_000n, '09:00');
    expect((await kept.order('3001')).said).toBe('422 payment.insufficient-funds');
    expect((await kept.order('3000')).said).toBe('202');
  });

  test('is held against our own count while the bank has said nothing', async () => {
    const { order } = await aPayer();
    expect((await order('10001')).said).toBe('422 payment.insufficient-funds');
    expect((await order('10000')).said).toBe('202');
  });

  test('does not spend again what an order before it took and the bank has booked since it last said', async () => {
    const { bankSays, entry, order } = await aPayer();
    await bankSays(10_000n, '09:00');
    const { id: paymentId } = await order('8000');
    await entry(8_000n, '09:30', { paymentId });
    expect((await order('2001')).said).toBe('422 payment.insufficient-funds');
    // A figure as of the entry has the entry in it.
    await bankSays(2_000n, '09:30');
    expect((await order('2000')).said).toBe('202');
  });

  test('counts what came in only once the bank says that it is available', async () => {
    const { bankSays, entry, order } = await aPayer();
    await bankSays(10_000n, '09:00');
    await entry(5_000n, '09:30', { direction: 'credit' });
    expect((await order('10001')).said).toBe('422 payment.insufficient-funds');
    await bankSays(15_000n, '09:31');
    expect((await order('15000')).said).toBe('202');
  });
});
