import * as z from 'zod';
import { instant, kind, plainDate } from './event.ts';
import { amount, bankId, origin } from './origin.ts';

// All begin with `direct-debit.`, mandates too: a subscription filters by one prefix.

const creditor = z.object({ name: z.string(), creditorId: z.string() });

const mandate = z.object({
  ...origin,
  mandateId: bankId,
  creditor,
  scheme: z.enum(['core', 'b2b']),
});

export const mandateCreated = kind('direct-debit.mandate-created', 'bank-facts', mandate);
export const mandateCancelled = kind('direct-debit.mandate-cancelled', 'bank-facts', mandate);
/** The customer keeps the creditor from collecting, until it is unblocked. */
export const mandateBlocked = kind('direct-debit.mandate-blocked', 'bank-facts', mandate);
export const mandateUnblocked = kind('direct-debit.mandate-unblocked', 'bank-facts', mandate);

const collection = z.object({
  ...origin,
  mandateId: bankId,
  collectionId: bankId,
  creditor,
  amount,
  dueOn: plainDate,
  remittance: z.string().optional(),
  /** Of the debit. */
  bookedOn: plainDate.optional(),
  /** A code of ISO 20022's external sets, or the bank's own. */
  reason: z.string().max(64).optional(),
  /** The bank's id of the debit, and where it was returned of the credit; its booking is a fact of its own. */
  transactionId: bankId.optional(),
});

export const directDebitAnnounced = kind('direct-debit.announced', 'bank-facts', collection);
export const directDebitCollected = kind('direct-debit.collected', 'bank-facts', collection);
/** It was not collected: the customer or their bank refused it. */
export const directDebitRefused = kind('direct-debit.refused', 'bank-facts', collection);
/** What was collected was given back. */
export const directDebitReturned = kind('direct-debit.returned', 'bank-facts', collection);

/** Made by whoever told the bank what the customer decided: the bank will not have it. */
export const directDebitDecisionRefused = kind(
  'direct-debit.decision-refused',
  'bank-facts',
  z.object({
    accountId: z.string(),
    /** Of the mandate, or of the direct debit. */
    id: z.string(),
    decision: z.enum(['refusal', 'refund', 'block', 'unblock']),
    wantedAt: instant,
    reason: z.string().max(64),
  }),
);

export const mandateFacts = [mandateCreated, mandateCancelled, mandateBlocked, mandateUnblocked] as const;
export const collectionFacts = [
  directDebitAnnounced,
  directDebitCollected,
  directDebitRefused,
  directDebitReturned,
] as const;
