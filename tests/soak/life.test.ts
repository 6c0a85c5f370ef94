import { expect, test } from 'vitest';
import { planLife } from './life.ts';

const options = { seed: 7, events: 2_000, accounts: 50, pooled: false };

test('the same seed plans the same life, and another seed another', () => {
  expect(planLife(options)).toEqual(planLife(options));
  expect(planLife({ ...options, seed: 8 })).not.toEqual(planLife(options));
});

test('it has as many events as it was asked for, but for the end of the last story', () => {
  const { openings, steps } = planLife(options);
  const events = openings.length + steps.reduce((sum, { ask }) => sum + (ask.tells ?? 1), 0);
  expect(events).toBeGreaterThanOrEqual(2_000);
  expect(events).toBeLessThan(2_010);
});

test('all that the bank can tell of happens in it', () => {
  const paths = new Set(planLife(options).steps.map(({ ask }) => ask.path.split('/').at(-1)));
  expect([...paths].sort()).toEqual([
    'authorisations',
    'balance-updates',
    'booking',
    'cancellation',
    'clearings',
    'close',
    'expiry',
    'freeze',
    'increments',
    'pending-lists',
    'purchases',
    'refunds',
    'reversal',
    'reversals',
    'transfers',
    'unfreeze',
  ]);
});

test('a pooled account takes half of all that happens', () => {
  const { steps } = planLife({ ...options, pooled: true });
  const share = steps.filter(({ account }) => account === 0).length / steps.length;
  expect(share).toBeGreaterThan(0.45);
  expect(share).toBeLessThan(0.56);
});
