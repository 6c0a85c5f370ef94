// Intl is not ISO 4217 (it shows HUF, IDR, PKR and a dozen more with other exponents), so the list is kept here.
// Source: ISO 4217 list one, maintained by SIX: active codes that have minor units, by exponent.
const BY_EXPONENT: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
      CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
      HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
      MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
      SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
      VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const EXPONENTS = new Map(
  Object.entries(BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(exponent)] as const),
  ),
);

/** How many decimals the currency's minor unit has by ISO 4217, or undefined for a code that is not active. */
export function exponentOf(currency: string): number | undefined {
  return EXPONENTS.get(currency);
}

/** Signed minor units as a decimal number, as in `-32.00` of -3200 and exponent 2. */
export function decimalOf(amountMinor: bigint, exponent: number): string {
  const digits = String(amountMinor < 0n ? -amountMinor : amountMinor).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const sign = amountMinor < 0n ? '-' : '';
  return exponent === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-exponent)}`;
}

/** A bank's own exponents, where they differ from ISO 4217's: some send CLP with two decimals, or HUF with none. */
export type Exponents = Readonly<Record<string, number>>;

/**
 * A bank's minor units as ISO 4217's, or undefined where they cannot be: CLP 12.50 of a bank that sends two decimals is
 * no whole number of pesos, and more than 18 digits are no amount.
 */
export function inIsoUnits(
  { amountMinor, currency }: { amountMinor: bigint; currency: string },
  exponents: Exponents,
): bigint | undefined {
  const decimals = exponentOf(currency) ?? 0;
  const sent = exponents[currency] ?? decimals;
  if (sent > decimals) {
    const divisor = 10n ** BigInt(sent - decimals);
    return amountMinor % divisor === 0n ? amountMinor / divisor : undefined;
  }
  const inIso = amountMinor * 10n ** BigInt(decimals - sent);
  return inIso < TOO_MUCH && inIso > -TOO_MUCH ? inIso : undefined;
}

const TOO_MUCH = 10n ** 18n;
