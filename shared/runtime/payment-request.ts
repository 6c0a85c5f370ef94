import { electronicFormatIBAN, isSEPACountry, isValidIBAN } from 'ibantools';
import * as z from 'zod';
import type { Creditor, Scheme } from '../domain/payment.ts';
import { PublicError } from '../errors.ts';
import { currencyCode, minorUnits } from '../events/event.ts';
import { jsonVariable } from './json-variable.ts';

const printable = z
  .string()
  .regex(/^[^\p{Cc}]*$/u, 'printable characters alone')
  .transform((text) => text.trim());

export const name = printable.pipe(z.string().min(1).max(140));
export const iban = z
  .string()
  .max(64)
  .transform((text) => electronicFormatIBAN(text) ?? '')
  .refine((text) => isValidIBAN(text), 'an IBAN whose check digits are right');
const accountNumber = z.strictObject({
  registrationNumber: z.string().regex(/^[0-9]{4}$/, 'four digits'),
  accountNumber: z.string().regex(/^[0-9]{1,10}$/, 'up to ten digits'),
});
export const accountId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'an account’s id');

/** What a customer says of whom to pay, from where and how much, once or many times. */
export const instruction = {
  accountId,
  amount: z.strictObject({
    amountMinor: minorUnits.refine((minor) => minor > 0n, 'more than zero'),
    currency: currencyCode,
  }),
  creditor: z.union(
    [z.strictObject({ name, iban }), z.strictObject({ name, accountNumber }), z.strictObject({ accountId })],
    'a name beside a valid iban or an accountNumber, or an accountId alone',
  ) satisfies z.ZodType<Creditor>,
  scheme: z.enum(['sepa', 'sepa-instant', 'domestic', 'own-account']).optional(),
  remittance: printable.pipe(z.string().max(140)).optional(),
};
const whole = z.object(instruction);
export type Instruction = z.output<typeof whole>;

/** The variables of whoever asks which payments are strongly authenticated. */
export const authenticateVariables = {
  /** From which amount on, by currency, as JSON; in another currency it always is. */
  SCA_FROM: jsonVariable(
    z.record(currencyCode, minorUnits),
    '{"DKK":"100000","EUR":"100000","GBP":"100000","NOK":"100000","SEK":"100000","USD":"100000"}',
  ),
};

/** By which clearing it goes; throws a `PublicError` 422 where it cannot go by the one that it names. */
export function schemeOf({
  scheme,
  creditor,
  amount,
}: Pick<Instruction, 'scheme' | 'creditor' | 'amount'>): Scheme {
  const isEuro = amount.currency === 'EUR';
  const isOwn = 'accountId' in creditor;
  const chosen = scheme ?? (isOwn ? 'own-account' : isEuro && 'iban' in creditor ? 'sepa' : 'domestic');
  if (isOwn !== (chosen === 'own-account'))
    throw unfit('An accountId is paid by own-account, and by nothing else.');
  if (chosen === 'sepa' || chosen === 'sepa-instant') {
    if (!isEuro) throw unfit('SEPA is in EUR.');
    if (!('iban' in creditor) || !isSEPACountry(creditor.iban.slice(0, 2)))
      throw unfit('SEPA reaches an IBAN of a country in it.');
  }
  return chosen;
}

function unfit(detail: string): PublicError {
  return new PublicError(422, 'payment.scheme', detail);
}
