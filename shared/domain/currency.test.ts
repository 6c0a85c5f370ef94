import { expect, test } from 'vitest';
import { exponentOf } from './currency.ts';

// Fixed by hand from ISO 4217 list one. From HUF on, Intl shows another number of decimals.
test.each([
  ['DKK', 2],
  ['EUR', 2],
  ['JPY', 0],
  ['ISK', 0],
  ['KWD', 3],
  ['CLF', 4],
  ['HUF', 2],
  ['IDR', 2],
  ['PKR', 2],
  ['COP', 2],
  ['IQD', 3],
])('%s has %i decimals', (currency, exponent) => {
  expect(exponentOf(currency)).toBe(exponent);
});

test.each([['XXX'], ['XAU'], ['DEM'], ['dkk'], ['DK'], ['']])(
  '%j is no active currency with minor units',
  (code) => {
    expect(exponentOf(code)).toBeUndefined();
  },
);
