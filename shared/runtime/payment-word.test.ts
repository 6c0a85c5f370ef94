import { expect, test } from 'vitest';
import { bankNamed } from '../banks/index.ts';
import type { Payment } from '../domain/payment.ts';
import { mayBeForgotten } from './payment-word.ts';

const TERMS = bankNamed('sandbox')?.payments; // which remembers a key for 24 hours
const ORDERED = Date.parse('2026-11-23T10:00:00.000Z');

const ordered: Payment = {
  ...{ id: 'pay_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
  ...{ amount: { amountMinor: 3200n, currency: 'DKK' }, creditor: { accountId: 'acct-2' } },
  ...{ endToEndId: 'pay.1', orderedAt: new Date(ORDERED).toISOString(), executesOn: '2026-11-23' },
  ...{ steps: [], words: {} },
};

test('a key is surely remembered until an hour before the bank may forget it, counted from the order', () => {
  const after = (seconds: number) => mayBeForgotten(ordered, TERMS, new Date(ORDERED + seconds * 1000));
  expect([after(0), after(23 * 3600 - 1), after(23 * 3600)]).toEqual([false, false, true]);
});

test('of a standing order’s run, and of a bank that says nothing of its keys, nobody can tell', () => {
  const now = new Date(ORDERED);
  expect(mayBeForgotten({ ...ordered, standingOrderId: 'sto_1' }, TERMS, now)).toBe(true);
  expect(mayBeForgotten(ordered, undefined, now)).toBe(true);
});
