import { expect, test } from 'vitest';
import orderPayment from '../../functions/payments/order-payment/function.ts';
import releasePayment from '../../functions/payments/release-payment/function.ts';
import { CONFIG } from '../testing/builders.ts';

const limits = { paymentMinor: '1', dayMinor: '2', customerDayMinor: '3' };
const wrongIn = (variables: object) =>
  orderPayment.config.safeParse({ ...CONFIG, ...variables }).error?.issues.map(({ path }) => path[0]);

test.each([
  ['no JSON', '{"DKK":'],
  ['nothing', ''],
  ['an amount that is a number', '{"DKK":100000}'],
  ['no currency', '{"kroner":"100000"}'],
  ['a list', '[]'],
])('a threshold that is %s is refused by its name', (_, text) => {
  expect(wrongIn({ SCA_FROM: text })).toContain('SCA_FROM');
});

test.each([
  ['no JSON', 'DKK'],
  ['one of three', JSON.stringify({ DKK: { ...limits, dayMinor: undefined } })],
  ['not positive', JSON.stringify({ DKK: { ...limits, paymentMinor: '-1' } })],
])('limits that are %s are refused by their name, with whatever else is wrong', (_, text) => {
  const wrong = wrongIn({ PAYMENT_LIMITS: text, SCA_FROM: '{' });
  expect(new Set(wrong)).toEqual(new Set(['PAYMENT_LIMITS', 'SCA_FROM']));
});

test('what is right is in minor units, and what is not said is as it always was', () => {
  const said = JSON.stringify({ DKK: limits });
  expect(releasePayment.config.parse({ PAYMENT_LIMITS: said })).toMatchObject({
    PAYMENT_LIMITS: { DKK: { paymentMinor: 1n, dayMinor: 2n, customerDayMinor: 3n } },
  });
  expect(orderPayment.config.parse(CONFIG)).toMatchObject({
    SCA_FROM: { DKK: 100_000n },
    PAYMENT_LIMITS: { EUR: { paymentMinor: 50_000_000n } },
  });
});
