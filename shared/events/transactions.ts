import * as z from 'zod';
import { currencyCode, direction, kind, minorUnits, signedMinorUnits } from './event.ts';

/** The state of a transaction after one fact: ids, codes and money, no names. */
const state = z.object({
  accountId: z.string(),
  transactionId: z.string(),
  status: z.enum(['pending', 'booked', 'partly-booked', 'declined', 'reversed', 'expired']),
  direction,
  amountMinor: minorUnits,
  currency: currencyCode,
  /** Signed money in the account's balance from this transaction. */
  bookedMinor: signedMinorUnits,
  heldMinor: minorUnits,
  /** Ids of transactions that turned out to be this one. */
  absorbed: z.array(z.string()).optional(),
});

export const transactionRecorded = kind('transaction.recorded', 'transactions', state);
export const transactionChanged = kind('transaction.changed', 'transactions', state);
