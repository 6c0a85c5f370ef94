import fc from 'fast-check';
import { expect, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import orderPayment from '../../functions/payments/order-payment/function.ts';
import releasePayment from '../../functions/payments/release-payment/function.ts';
import { type Payment, stateOf } from '../../shared/domain/payment.ts';
import { paymentFrom } from '../../shared/store/payments.ts';
import { aFact, aRequest, CONFIG, NOW } from '../../shared/testing/builders.ts';
import { aWorld } from '../../shared/testing/world.ts';
import { BO } from './payments.ts';

const OWNERS = { 'acct-ann': ['ann'], 'acct-bo': ['bo'], 'acct-joint': ['ann', 'bo'] } as const;
type AccountId = keyof typeof OWNERS;
const ACCOUNTS = Object.keys(OWNERS) as AccountId[];
const BOOKED = 700n;
const LIMITS = { paymentMinor: 300n, dayMinor: 500n, customerDayMinor: 600n };
const CONFIGURED = JSON.stringify({ DKK: LIMITS }, (_, value) =>
  typeof value === 'bigint' ? `${value}` : value,
);

const orders = fc.array(
  fc.record({
    uid: fc.constantFrom('ann', 'bo', 'eve'),
    accountId: fc.constantFrom(...ACCOUNTS),
    amountMinor: fc.integer({ min: 1, max: 400 }),
    creditor: fc.oneof(
      { weight: 4, arbitrary: fc.constant(BO) },
      { weight: 1, arbitrary: fc.constantFrom(...ACCOUNTS).map((accountId) => ({ accountId })) },
    ),
    // Of the same day, or after it; at the same time as the one before, or after that.
    nextDay: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    together: fc.boolean(),
    cancels: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { minLength: 20, maxLength: 50, size: 'max' },
);

test('no sequence of orders passes a limit, spends what is not there, or touches another’s account', async () => {
  await fc.assert(
    fc.asyncProperty(orders, fc.integer({ min: 1, max: 1_000_000 }), async (all, seed) => {
      let nowMs = NOW.getTime();
      const world = aWorld({
        ...{ seed, functions: [trackAccount, recordTransaction, orderPayment, releasePayment] },
        config: { ...CONFIG, PAYMENT_LIMITS: CONFIGURED, SCA_FROM: '{"DKK":"100000"}' },
        env: { now: () => new Date(nowMs) },
      });
      for (const [accountId, owners] of Object.entries(OWNERS)) {
        await world.deliver(
          'bank-facts',
          aFact('account.opened', {
            accountId,
            ownerIds: [...owners],
            currency: 'DKK',
            id: `open-${accountId}`,
          }),
          aFact('transaction.booked', {
            ...{ accountId, id: `in-${accountId}`, transactionId: `in-${accountId}` },
            ...{ direction: 'credit', amountMinor: BOOKED },
          }),
        );
      }
      const statuses: Promise<[string, AccountId, number]>[] = [];
      for (const [
        n,
        { uid, accountId, amountMinor, creditor, nextDay, together, cancels },
      ] of all.entries()) {
        if (nextDay) nowMs += 86_400_000;
        const body = { accountId, amount: { amountMinor: `${amountMinor}`, currency: 'DKK' }, creditor };
        const rawBody = Buffer.from(JSON.stringify(body));
        const headers = { 'idempotency-key': `key-${n}` };
        const asked = world.ask(orderPayment, aRequest('POST', '/v1/payments', uid, { headers, rawBody }));
        statuses.push(asked.then(({ status }) => [uid, accountId, status]));
        if (!together) await asked;
        if (!cancels) continue;
        const { id = '' } = ((await asked).body ?? {}) as { id?: string };
        const path = `/v1/payments/${id}/cancellation`;
        await world.ask(orderPayment, aRequest('POST', path, uid, { headers }));
      }
      const answers = await Promise.all(statuses);
      for (const [uid, accountId, status] of answers)
        if (!(OWNERS[accountId] as readonly string[]).includes(uid)) expect(status).toBe(404);

      const payments = [...world.documents()]
        .filter(([path]) => path.startsWith('payments/'))
        .flatMap(([path, fields]) => paymentFrom({ path, fields, version: '' }) ?? [])
        .filter((payment) => stateOf(payment) !== 'cancelled');
      for (const { customerId, accountId } of payments)
        expect(OWNERS[accountId as AccountId] as readonly string[]).toContain(customerId);
      const counted = payments.filter(({ scheme }) => scheme !== 'own-account');
      for (const { amount } of counted) expect(amount.amountMinor).toBeLessThanOrEqual(LIMITS.paymentMinor);
      most(
        sums(counted, (payment) => `${payment.accountId} ${payment.reservedOn}`),
        LIMITS.dayMinor,
      );
      most(
        sums(counted, (payment) => `${payment.customerId} ${payment.reservedOn}`),
        LIMITS.customerDayMinor,
      );
      // Nothing is booked here, so all that was taken on comes from what there was.
      most(
        sums(payments, ({ accountId }) => accountId),
        BOOKED,
      );
    }),
    { numRuns: Number(process.env.COUNTERFOIL_TEST_RUNS ?? 60) },
  );
});

function sums(payments: readonly Payment[], key: (payment: Payment) => string): Map<string, bigint> {
  const by = new Map<string, bigint>();
  for (const payment of payments)
    by.set(key(payment), (by.get(key(payment)) ?? 0n) + payment.amount.amountMinor);
  return by;
}

function most(by: ReadonlyMap<string, bigint>, limit: bigint): void {
  for (const [key, minor] of by) expect(minor <= limit, `${key}: ${minor} of ${limit}`).toBe(true);
}
