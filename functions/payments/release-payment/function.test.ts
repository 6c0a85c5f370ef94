import { expect, test } from 'vitest';
import type { Payment } from '../../../shared/domain/payment.ts';
import { paymentDue, paymentRequested } from '../../../shared/events/payments.ts';
import { paymentPath, writePayment } from '../../../shared/store/payments.ts';
import { aFact, aMessage, CONFIG } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import releasePayment from './function.ts';

const AT = '2026-11-23T10:00:00.000Z';

async function aWorldWith(state: 'requested' | 'scheduled' | 'cancelled', changes: Partial<Payment> = {}) {
  const world = aWorld({ functions: [trackAccount, recordTransaction, releasePayment], config: CONFIG });
  await world.deliver(
    'bank-facts',
    aFact('account.opened'),
    aFact('transaction.booked', { direction: 'credit', amountMinor: 10_000n }),
  );
  const payment: Payment = {
    ...{ id: 'pay_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
    amount: { amountMinor: 8_000n, currency: 'DKK' },
    creditor: { name: 'Bo', iban: 'DK5000400440116243' },
    ...{ endToEndId: 'pay.1', orderedAt: AT, executesOn: '2026-11-23', words: {} },
    steps: [{ state, at: AT, cause: 'ordered' }],
    ...(state === 'requested' && { reservedOn: '2026-11-23' }),
    ...changes,
  };
  await world.store.commit([
    writePayment({ path: paymentPath('pay_1'), fields: undefined, version: undefined }, payment),
  ]);
  const send = (kind: typeof paymentRequested | typeof paymentDue, id: string, paymentId = 'pay_1') => {
    const data = { paymentId, accountId: 'acct-1' };
    return world.deliver(
      'payments',
      aMessage([kind], { type: kind.type, subject: paymentId, id, data } as never),
    );
  };
  const stored = () => world.state()['payments/pay_1'];
  const told = () => [...new Map(world.events('payments').map(({ id, type }) => [id, type])).values()];
  return { world, send, stored, told };
}

test('what is requested goes to the bank, once, however often it is asked for', async () => {
  const { send, stored, told } = await aWorldWith('requested');
  await send(paymentRequested, 'evt-1');
  await send(paymentRequested, 'evt-1');
  await send(paymentRequested, 'evt-2');
  expect(stored()?.state).toBe('submitting');
  expect(told()).toEqual(['payment.released']);
});

test('what was cancelled meanwhile does not', async () => {
  const { send, stored, told } = await aWorldWith('cancelled');
  await send(paymentRequested, 'evt-1');
  expect(stored()?.state).toBe('cancelled');
  expect(told()).toEqual([]);
});

test('what is due is reserved on its day, and goes', async () => {
  const { world, send, stored, told } = await aWorldWith('scheduled');
  await send(paymentDue, 'evt-1');
  await send(paymentDue, 'evt-1');
  expect(stored()?.state).toBe('submitting');
  expect(world.state()['accounts/acct-1/balances/reservations']?.open).toEqual({ pay_1: 8_000n });
  expect(told()).toEqual(['payment.released']);
});

test.each([
  ['whose account is frozen', 'account-frozen'],
  ['whose account is another’s by now', 'account-not-found'],
] as const)('what is due, %s, is rejected', async (what, reason) => {
  const { world, send, stored } = await aWorldWith(
    'scheduled',
    what === 'whose account is another’s by now' ? { customerId: 'uid-bo' } : {},
  );
  if (reason === 'account-frozen')
    await world.deliver('bank-facts', aFact('account.frozen', { time: '2026-11-23T09:30:00.000Z' }));
  await send(paymentDue, 'evt-1');
  expect(stored()).toMatchObject({ state: 'rejected', reason });
  expect(world.state()['accounts/acct-1/balances/reservations']).toBeUndefined();
});

test('what is not there, and what cannot be read, is parked alone', async () => {
  const { world, send, told } = await aWorldWith('requested');
  await send(paymentRequested, 'evt-1', 'pay_2');
  const attributes = { type: 'payment.requested' };
  await world.deliver('payments', { data: Buffer.from('{"type":"payment.requested"}'), attributes });
  await send(paymentRequested, 'evt-2');
  const reasons = world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason);
  expect(reasons.sort()).toEqual(['event.invalid', 'payment.not-found']);
  expect(told()).toEqual(['payment.released']);
});
