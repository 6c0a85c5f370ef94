import { describe, expect, test } from 'vitest';
import { aPayer } from './paying.ts';

const BALANCE = 'accounts/acct-1/balances/0';
const booked = (minor: bigint) => ({ DKK: { booked: minor, held: 0n } });

/** Rent of 100.00 DKK that found only 99.99 at five in the morning of the first of December. */
async function aRentUnpaid() {
  const payer = aPayer({ bookedMinor: 9_999n });
  await payer.order();
  await payer.tickAt('2026-12-01T04:05:00Z');
  return { ...payer, only: () => payer.payments()[0] };
}

describe('rent that finds too little money', () => {
  test('waits, and is paid when there is enough, once', async () => {
    const { tickAt, set, only, told, released } = await aRentUnpaid();
    expect(only()).toMatchObject({ state: 'scheduled', retriesAt: '2026-12-01T05:35' });
    await set(BALANCE, booked(10_000n));
    for (const at of ['04:30', '04:35', '04:40', '15:00', '17:00']) await tickAt(`2026-12-01T${at}:00Z`);
    expect(only()).toMatchObject({ state: 'submitting', reservedOn: '2026-12-01' });
    expect(told()).toEqual([]);
    expect(released()).toHaveLength(1);
  });

  test('is tried each half hour, and not at each tick', async () => {
    const { tickAt, world } = await aRentUnpaid();
    for (let minute = 10; minute < 60; minute += 5) await tickAt(`2026-12-01T04:${minute}:00Z`);
    expect(world.events('payments').filter(({ type }) => type === 'payment.due')).toHaveLength(2);
  });

  test('is refused when the bank’s day is over, which is its cut-off, and its customer is told once', async () => {
    const { tickAt, set, only, told } = await aRentUnpaid();
    await tickAt('2026-12-01T14:50:00Z');
    expect(only()).toMatchObject({ state: 'scheduled', retriesAt: '2026-12-01T16:00' });
    await tickAt('2026-12-01T14:55:00Z');
    expect(only()?.state).toBe('scheduled');
    await tickAt('2026-12-01T15:00:00Z');
    expect(only()).toMatchObject({ state: 'rejected', reason: 'insufficient-funds' });
    await set(BALANCE, booked(10_000n));
    await tickAt('2026-12-01T15:05:00Z');
    await tickAt('2026-12-02T05:05:00Z');
    expect(only()?.state).toBe('rejected');
    expect(told()).toMatchObject([{ state: 'rejected', reason: 'insufficient-funds' }]);
  });

  test('is tried until six where there is no cut-off, or until when that is configured', async () => {
    for (const [config, last] of [
      [{}, '2026-12-01T17:00:00Z'],
      [{ RETRY_UNTIL: '20:15' }, '2026-12-01T19:15:00Z'],
    ] as const) {
      const { order, tickAt, payments } = aPayer({ bookedMinor: 0n, config });
      await order({ creditor: { accountId: 'acct-2' } });
      await tickAt('2026-12-01T04:05:00Z');
      await tickAt(new Date(Date.parse(last) - 60_000).toISOString());
      expect(payments()[0]?.state).toBe('scheduled');
      await tickAt(last);
      expect(payments()[0]?.state).toBe('rejected');
    }
  });

  test('is tried for the last time where nothing ran until its day was over', async () => {
    const { tickAt, set, only } = await aRentUnpaid();
    await set(BALANCE, booked(10_000n));
    await tickAt('2026-12-02T09:00:00Z');
    expect(only()?.state).toBe('submitting');
    const poor = await aRentUnpaid();
    await poor.tickAt('2026-12-02T09:00:00Z');
    expect(poor.only()?.state).toBe('rejected');
  });

  test('is refused at once for any other reason', async () => {
    const limits = { DKK: { paymentMinor: '9999', dayMinor: '100000', customerDayMinor: '100000' } };
    const { order, tickAt, payments } = aPayer({ config: { PAYMENT_LIMITS: JSON.stringify(limits) } });
    await order();
    await tickAt('2026-12-01T04:05:00Z');
    expect(payments()).toMatchObject([{ state: 'rejected', reason: 'limit-payment' }]);
  });

  test('leaves the next month’s alone', async () => {
    const { live, set, payments } = await aRentUnpaid();
    await live({ from: '2026-12-01', until: '2026-12-31' });
    await set(BALANCE, booked(10_000n));
    await live({ from: '2027-01-01', until: '2027-01-05' });
    expect(payments().map(({ state, executesOn }) => [executesOn, state])).toEqual([
      ['2026-12-01', 'rejected'],
      ['2027-01-04', 'submitting'],
    ]);
  });
});
