import { createHash } from 'node:crypto';
import type { Currency } from './money.ts';

// The bank's own codes: a Danish registration number, and a German Bankleitzahl for all that is not in kroner.
const registrationNumber = '9741';
const bankCode = '97412026';

/** The IBAN of an account, its check digits worked out as ISO 13616 has it (ISO 7064, MOD 97-10). */
export function ibanOf(country: string, bban: string): string {
  const digits = [...`${bban}${country}00`].map((sign) => Number.parseInt(sign, 36)).join('');
  const check = 98n - (BigInt(digits) % 97n);
  return `${country}${String(check).padStart(2, '0')}${bban}`;
}

/** The IBAN of an account in Denmark, which is also known by two numbers; the second may have lost its zeros in front. */
export function danishIban(account: { registrationNumber: string; accountNumber: string }): string {
  return ibanOf('DK', `${account.registrationNumber}${account.accountNumber.padStart(10, '0')}`);
}

/** An IBAN of this bank's own, which follows from the account's id: Danish for kroner, German for all else. */
export function ownIban(
  account: { id: string; currency: Currency },
  isTaken: (iban: string) => boolean,
): string {
  const hash = createHash('sha256').update(account.id).digest().readBigUInt64BE();
  for (let number = hash; ; number += 1n) {
    const accountNumber = String(number % 10n ** 10n).padStart(10, '0');
    const iban =
      account.currency === 'DKK'
        ? danishIban({ registrationNumber, accountNumber })
        : ibanOf('DE', `${bankCode}${accountNumber}`);
    if (!isTaken(iban)) return iban;
  }
}
