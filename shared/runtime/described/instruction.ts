import * as z from 'zod';
import type { AccountStatus } from '../../domain/account.ts';
import type { Refusal } from '../../domain/funds.ts';
import type { Creditor, Scheme } from '../../domain/payment.ts';
import { currencyCode, minorUnits } from '../../events/event.ts';
import { asAnswered, type EnumOf } from '../described.ts';

export const amount = z
  .strictObject({ amountMinor: minorUnits, currency: currencyCode })
  .meta({ id: 'Amount' });

const scheme = z
  .enum(['sepa', 'sepa-instant', 'domestic', 'own-account'])
  .meta({ id: 'Scheme', description: 'By which clearing it goes.' }) satisfies EnumOf<Scheme>;

const creditor = z
  .union([
    z.strictObject({ name: z.string(), iban: z.string().meta({ description: 'Without spaces.' }) }),
    z.strictObject({
      name: z.string(),
      accountNumber: z.strictObject({ registrationNumber: z.string(), accountNumber: z.string() }),
    }),
    z.strictObject({ accountId: z.string().meta({ description: 'Another account of the customer’s own.' }) }),
  ])
  .meta({ id: 'Creditor', description: 'Who is paid.' }) satisfies z.ZodType<Creditor>;

/** What was ordered, once or many times, as apps see it. */
export const instruction = {
  accountId: z.string(),
  scheme,
  amount,
  creditor,
  remittance: z.string().optional(),
};

/** The one that the examples order. */
export const anInstruction = {
  accountId: 'acct-1',
  amount: { amountMinor: '25000', currency: 'DKK' },
  creditor: { name: 'Bo Holm', iban: 'DK5000400440116243' },
  remittance: 'Rent',
};

/** What the fields of an order are, where it is made. */
export const instructionFields = {
  accountId: 'The account that pays.',
  amount: 'In the account’s currency, more than zero.',
  creditor:
    'A name of 1 to 140 characters beside an IBAN or a Danish account number; or another account of the customer’s own.',
  scheme:
    'By which clearing. Without it: `own-account` to an account of their own, `sepa` for euros to an IBAN, else `domestic`.',
  remittance: 'What the creditor reads of it; at most 140 printable characters.',
};

export const accountNotFound = asAnswered('account.not-found');

/** Of a list of what one account has ordered. */
export const ofOneAccount = {
  query: { accountId: z.string() },
  isPaged: true,
  refusals: {
    400: { 'account-id.missing': 'The request does not say of which account.' },
    404: accountNotFound,
  },
} as const;

/** Of an account that cannot pay, or be paid. */
export const notOpen = asAnswered('account.frozen', 'account.closed') satisfies Record<
  `account.${Exclude<AccountStatus, 'open'>}`,
  string
>;

/** Why an instruction is not taken on, whatever money there is. */
export const instructionRefusals = {
  404: { 'account.not-found': 'The caller has no such account, to pay from or to be paid.' },
  422: {
    ...notOpen,
    'payment.currency': 'The amount is not in the account’s currency.',
    'payment.same-account': 'The account that pays is the one that is paid.',
    'payment.scheme': 'The bank has no such payments, or this one cannot go by the scheme it names.',
  },
};

/** Why there is no money for it. */
export const fundsRefusals = asAnswered(
  'payment.insufficient-funds',
  'payment.limit-payment',
  'payment.limit-day',
  'payment.limit-customer-day',
  'payment.limit-none',
  'payment.too-many-open',
) satisfies Record<`payment.${Refusal | 'limit-none'}`, string>;
