import { expect, test } from 'vitest';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { limitsAsked, linesOf, readLimits, setLimits } from './limits.ts';

const BY = {
  at: '2026-11-27T10:00:00.000Z',
  by: 'ola@example.com',
  customerId: 'uid-ann',
  why: 'Buys a house',
};
const asked = limitsAsked({ payment: '90000000', day: '90000000', customerDay: '90000000' });

test('a customer has no limits of their own until somebody sets them, and says why', async () => {
  const cloud = memoryCloud();
  const platform = cloud.instance();
  const none = await readLimits(platform, 'uid-ann', 'DKK');
  expect(linesOf(none.limits)).toContain('PAYMENT_LIMITS');
  await setLimits(platform, none, asked, BY);
  const { limits } = await readLimits(platform, 'uid-ann', 'DKK');
  expect(limits).toEqual({ paymentMinor: 90_000_000n, dayMinor: 90_000_000n, customerDayMinor: 90_000_000n });
  expect((await readLimits(platform, 'uid-ann', 'EUR')).limits).toBeUndefined();
  const audit = [...cloud.documents()].filter(([path]) => path.startsWith('audit/'));
  expect(audit.map(([, { action, by, why }]) => ({ action, by, why }))).toEqual([
    { action: 'limit', by: 'ola@example.com', why: 'Buys a house' },
  ]);
});

test('of two who set them at once one is told to look again', async () => {
  const platform = memoryCloud().instance();
  const read = await readLimits(platform, 'uid-ann', 'DKK');
  await setLimits(platform, read, asked, BY);
  await expect(setLimits(platform, read, asked, BY)).rejects.toThrow('Somebody else changed them');
});

test.each([
  [{ day: '1', customerDay: '1' }, '--payment'],
  [{ payment: '1', day: '10.00', customerDay: '1' }, '--day'],
  [{ payment: '1', day: '1', customerDay: '-1' }, '--customer-day'],
])('what is missing or no whole number is named: %o', (typed, option) => {
  expect(() => limitsAsked(typed)).toThrow(option);
});
