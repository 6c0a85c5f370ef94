import { expect, test } from 'vitest';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { changeAsked, lineOf, readLimits, setLimits } from './limits.ts';

const BY = {
  at: '2026-11-27T10:00:00.000Z',
  by: 'ola@example.com',
  customerId: 'uid-ann',
};
const each = 90_000_000n;
const asked = {
  limits: { paymentMinor: each, dayMinor: each, customerDayMinor: each },
  why: 'Buys a house',
};

test('a customer has no limits of their own until somebody sets them, and says why', async () => {
  const cloud = memoryCloud();
  const platform = cloud.instance();
  const none = await readLimits(platform, 'uid-ann', 'DKK');
  expect(none.limits).toBeUndefined();
  await setLimits(platform, none, asked, BY);
  const { limits } = await readLimits(platform, 'uid-ann', 'DKK');
  expect(limits).toEqual(asked.limits);
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

test('who has none of their own sees what counts for all, as far as a command can know it', () => {
  expect(lineOf(undefined, 'DKK')).toBe(
    'No limits of their own, so those of all count: a payment 50000000, an account’s day 100000000, a customer’s day ' +
      '200000000 minor units, unless PAYMENT_LIMITS says others where it is deployed.',
  );
  expect(lineOf(undefined, 'JPY')).toBe(
    'No limits of their own, and none of all: nothing can be ordered in JPY, unless PAYMENT_LIMITS has it where it is deployed.',
  );
  expect(lineOf(asked.limits, 'JPY')).toBe(
    'a payment 90000000, an account’s day 90000000, a customer’s day 90000000 minor units',
  );
});

test.each(['QQQ', 'dkk', 'DKKK', ''])('a currency that is none has no limits: %o', async (currency) => {
  await expect(readLimits(memoryCloud().instance(), 'uid-ann', currency)).rejects.toThrow('ISO 4217');
});

test('what is asked for is a change once it says why; without any figure nothing changes', () => {
  const figures = { payment: '1', day: '1', customerDay: '2' };
  expect(changeAsked({})).toBeUndefined();
  expect(changeAsked({ ...figures, why: ' Buys a house ' })).toEqual({
    limits: { paymentMinor: 1n, dayMinor: 1n, customerDayMinor: 2n },
    why: 'Buys a house',
  });
  for (const why of [undefined, '', ' ']) {
    expect(() => changeAsked({ ...figures, why })).toThrow('--why is needed');
    expect(() => changeAsked({ payment: '100', why })).toThrow('--why is needed');
  }
});

test.each([
  [{}, '--payment'],
  [{ day: '1', customerDay: '1' }, '--payment'],
  [{ payment: '1', day: '10.00', customerDay: '1' }, '--day'],
  [{ payment: '1', day: '1', customerDay: '-1' }, '--customer-day'],
  [{ payment: '2', day: '1', customerDay: '3' }, '--day is below --payment'],
  [{ payment: '1', day: '3', customerDay: '2' }, '--customer-day is below --day'],
])('what is missing, no whole number or below what it holds is named: %o', (typed, option) => {
  expect(() => changeAsked({ ...typed, why: 'Buys a house' })).toThrow(option);
});
