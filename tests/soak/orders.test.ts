import { expect, test } from 'vitest';
import { planLife } from './life.ts';
import { planOrders } from './orders.ts';

const life = planLife({ seed: 7, events: 2_000, accounts: 50, pooled: false });
const options = { seed: 7, payments: 200 };

test('the same seed plans the same orders, and another seed others', () => {
  expect(planOrders(options, life)).toEqual(planOrders(options, life));
  expect(planOrders({ ...options, seed: 8 }, life)).not.toEqual(planOrders(options, life));
});

test('however few they are, all that customers do happens in them', () => {
  const kinds = new Set(planOrders({ ...options, payments: 20 }, life).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'cancelled',
    'doubled',
    'for-later',
    'plain',
    'recalled',
    'reused',
    'too-much',
  ]);
});

test('each is ordered by an owner of the account, in its currency, and none before the one before it', () => {
  const orders = planOrders(options, life);
  for (const { customer, account, body } of orders) {
    expect(life.openings[account]?.owners).toContain(customer);
    expect(life.openings[account]?.body.currency).toBe(body.amount.currency);
  }
  const steps = orders.map(({ atStep }) => atStep);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
});

test('some pay another account of the same customer, which is in the same currency', () => {
  const own = planOrders(options, life).filter(({ ownAccount }) => ownAccount !== undefined);
  expect(own.length).toBeGreaterThan(0);
  for (const { customer, account, ownAccount = 0, body } of own) {
    expect(ownAccount).not.toBe(account);
    expect(life.openings[ownAccount]?.owners).toContain(customer);
    expect(life.openings[ownAccount]?.body.currency).toBe(body.amount.currency);
  }
});
