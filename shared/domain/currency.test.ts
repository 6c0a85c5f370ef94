import { expect, test } from 'vitest';
import { exponentOf, inIsoUnits } from './currency.ts';

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

// A bank that counts in other units than ISO 4217: pesos with two decimals, forints with none, dinars with four.
const OTHER_UNITS = { CLP: 2, HUF: 0, KWD: 4 };

test.each([
  ['CLP 1,200.00 are 1200 pesos', 120_000n, 'CLP', 1_200n],
  ['CLP 1,200.50 are no whole pesos', 120_050n, 'CLP', undefined],
  ['CLP -1,200.00 are -1200 pesos', -120_000n, 'CLP', -1_200n],
  ['KWD 1.2340 are 1234 thousandths', 12_340n, 'KWD', 1_234n],
  ['HUF 12 are 1200 hundredths', 12n, 'HUF', 1_200n],
  ['DKK 12.34 stay as they are', 1_234n, 'DKK', 1_234n],
  ['a currency that is not active stays as it is', 1_234n, 'XAU', 1_234n],
])('of a bank with units of its own %s', (_, amountMinor, currency, inIso) => {
  expect(inIsoUnits({ amountMinor, currency }, OTHER_UNITS)).toBe(inIso);
});

test('more than 18 digits are no amount, neither owed nor owned', () => {
  const most = 999_999_999_999_999_999n;
  const converted = (amountMinor: bigint, currency = 'DKK') =>
    inIsoUnits({ amountMinor, currency }, OTHER_UNITS);
  expect([converted(most), converted(-most)]).toEqual([most, -most]);
  expect([converted(most + 1n), converted(-most - 1n)]).toEqual([undefined, undefined]);
  expect(converted(most, 'HUF')).toBeUndefined(); // in hundredths they are 20 digits
});
