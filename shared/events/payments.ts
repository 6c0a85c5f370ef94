import * as z from 'zod';
import { instant, kind } from './event.ts';

const ids = z.object({ paymentId: z.string(), accountId: z.string() });

/** A customer ordered it and may; its money is reserved. */
export const paymentRequested = kind('payment.requested', 'payments', ids);
/** The day of a payment that was ordered for later has come. */
export const paymentDue = kind('payment.due', 'payments', ids);
/** It goes to the bank now, and a cancel comes too late from here on. The call is the same one however often this comes. */
export const paymentReleased = kind('payment.released', 'payments', ids);
/** A customer wants back what was sent. */
export const paymentRecallWanted = kind(
  'payment.recall-wanted',
  'payments',
  ids.extend({ reason: z.string().max(4) }),
);
/** What it is now; `reason` is a code. */
export const paymentChanged = kind(
  'payment.changed',
  'payments',
  ids.extend({ customerId: z.string(), state: z.string(), reason: z.string().optional() }),
);

/** A customer wants a direct debit refused or given back, or a creditor kept from collecting, or let again. */
export const directDebitDecisionWanted = kind(
  'direct-debit.decision-wanted',
  'payments',
  z.object({
    accountId: z.string(),
    /** Of the mandate, or of the direct debit. */
    id: z.string(),
    decision: z.enum(['refusal', 'refund', 'block', 'unblock']),
    wantedAt: instant,
  }),
);
/** What it is now; `reason` is a code. */
export const directDebitChanged = kind(
  'direct-debit.changed',
  'payments',
  z.object({
    accountId: z.string(),
    directDebitId: z.string(),
    state: z.enum(['announced', 'refused', 'collected', 'returned']),
    reason: z.string().optional(),
  }),
);
