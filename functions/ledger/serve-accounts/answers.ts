import * as z from 'zod';
import type { AccountStatus } from '../../../shared/domain/account.ts';
import type { Status } from '../../../shared/domain/transaction.ts';
import {
  currencyCode,
  direction,
  instant,
  minorUnits,
  plainDate,
  signedMinorUnits,
} from '../../../shared/events/event.ts';
import type { EnumOf } from '../../../shared/runtime/described.ts';

/** An account as apps see it. */
export const account = z
  .strictObject({
    id: z.string(),
    status: z.enum(['open', 'frozen', 'closed']) satisfies EnumOf<AccountStatus>,
    currency: currencyCode.optional(),
    iban: z.string().optional(),
    bookedMinor: signedMinorUnits.meta({ description: 'What a statement shows.' }),
    heldMinor: minorUnits.meta({ description: 'What is reserved for purchases that are not booked yet.' }),
    reservedMinor: minorUnits.meta({ description: 'What open payments will take.' }),
    availableMinor: signedMinorUnits.meta({ description: 'Booked less held less reserved.' }),
    asOf: instant
      .optional()
      .meta({ description: 'When the newest fact of the bank’s in these figures occurred.' }),
    bankAvailableMinor: signedMinorUnits
      .optional()
      .meta({ description: 'The bank’s own figure, where it tells one: it may count an overdraft.' }),
    bankAsOf: instant.optional().meta({ description: 'When the bank said so.' }),
  })
  .meta({ id: 'Account' });

/** An item of the feed. */
export const transaction = z
  .strictObject({
    id: z.string(),
    status: z.enum([
      'pending',
      'booked',
      'partly-booked',
      'declined',
      'reversed',
      'expired',
    ]) satisfies EnumOf<Status>,
    direction,
    amountMinor: minorUnits.meta({
      description: 'What is booked, or held while nothing is, or was asked for while neither is.',
    }),
    currency: currencyCode,
    bookedMinor: signedMinorUnits,
    heldMinor: minorUnits,
    authorisedMinor: minorUnits
      .optional()
      .meta({ description: 'What was authorised in all, of a card purchase.' }),
    merchantAmountMinor: minorUnits.optional().meta({ description: 'What a merchant abroad asked for.' }),
    merchantCurrency: currencyCode.optional(),
    fxRate: z.string().optional().meta({ description: 'Account currency for one unit of the merchant’s.' }),
    description: z.string().meta({ description: 'Whom it was with; empty where the bank names nobody.' }),
    occurredAt: instant,
    bookedOn: plainDate.optional().meta({ description: 'In the bank’s calendar.' }),
    bankIds: z.array(z.string()).meta({ description: 'The bank’s own ids of what it consists of.' }),
    paymentId: z.string().optional().meta({ description: 'The payment of ours that made it.' }),
  })
  .meta({ id: 'Transaction' });

const spent = z
  .strictObject({
    merchant: z.string().meta({ description: 'As the bank writes the name; empty where it names nobody.' }),
    mcc: z.string().optional().meta({ description: 'ISO 18245: the merchant’s trade.' }),
    currency: currencyCode,
    spentMinor: signedMinorUnits.meta({ description: 'Below zero where more came back than was spent.' }),
    count: z.int().meta({ description: 'How many purchases and refunds that is.' }),
  })
  .meta({ id: 'Spending' });
/** A month. */
export const spending = z.strictObject({ month: z.string(), items: z.array(spent) });

export const anAccount = {
  id: 'acct-1',
  status: 'open',
  currency: 'DKK',
  iban: 'DK9520000123456789',
  bookedMinor: '2500000',
  heldMinor: '3200',
  reservedMinor: '25000',
  availableMinor: '2471800',
  asOf: '2026-11-23T09:30:00.000Z',
};
export const aTransaction = {
  id: 'txn_gM1Yz1dQj4cNwQJvLZsVQ0r8bGx',
  status: 'pending',
  direction: 'debit',
  currency: 'DKK',
  description: 'Kaffebaren',
  occurredAt: '2026-11-23T09:30:00.000Z',
  bankIds: ['auth-1'],
  amountMinor: '3200',
  bookedMinor: '0',
  heldMinor: '3200',
  authorisedMinor: '3200',
};
export const someSpending = {
  month: '2026-11',
  items: [{ merchant: 'Kaffebaren', mcc: '5814', currency: 'DKK', spentMinor: '6400', count: 2 }],
};
