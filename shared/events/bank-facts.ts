import { z } from 'zod';
import type { Money } from '../domain/money.ts';
import { currencyCode, direction, instant, kind, minorUnits, plainDate } from './event.ts';

/** Where a canonical fact comes from. `deliveryId` leads back to the bytes that the bank signed. */
const origin = {
  bank: z.string(),
  accountId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  bankEventId: z.string().min(1).max(256),
  deliveryId: z.string(),
  receivedAt: instant,
  /** The bank's number of this state of the resource, where it numbers states. */
  resourceVersion: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
};

const bankId = z.string().min(1).max(256);
const amount = z.object({ amountMinor: minorUnits, currency: currencyCode }) satisfies z.ZodType<Money>;

const transaction = z.object({
  ...origin,
  transactionId: bankId,
  direction,
  amount,
  counterparty: z.object({ name: z.string(), iban: z.string().optional() }).optional(),
  remittance: z.string().optional(),
  bookedOn: plainDate.optional(),
  valueOn: plainDate.optional(),
  endToEndId: z.string().optional(),
});

const merchant = z.object({ name: z.string(), mcc: z.string().optional(), country: z.string().optional() });
const card = z.object({ ...origin, cardId: bankId, direction, merchant: merchant.optional() });
const authorised = card.extend({ authorisationId: bankId });

const account = z.object(origin);

export const accountOpened = kind(
  'account.opened',
  'bank-facts',
  account.extend({
    ownerIds: z.array(z.string().min(1).max(128)).max(32),
    currency: currencyCode,
    iban: z.string().optional(),
  }),
);
export const accountFrozen = kind('account.frozen', 'bank-facts', account);
export const accountUnfrozen = kind('account.unfrozen', 'bank-facts', account);
export const accountClosed = kind('account.closed', 'bank-facts', account);

export const transactionPending = kind('transaction.pending', 'bank-facts', transaction);
export const transactionBooked = kind('transaction.booked', 'bank-facts', transaction);
export const transactionCancelled = kind('transaction.cancelled', 'bank-facts', transaction);

export const cardAuthorisationCreated = kind(
  'card.authorisation-created',
  'bank-facts',
  authorised.extend({ amount, expiresAt: instant.optional() }),
);
export const cardAuthorisationDeclined = kind(
  'card.authorisation-declined',
  'bank-facts',
  authorised.extend({ amount, reason: z.string().optional() }),
);
export const cardAuthorisationIncremented = kind(
  'card.authorisation-incremented',
  'bank-facts',
  authorised.extend({ amount, incrementId: bankId }),
);
export const cardAuthorisationReversed = kind(
  'card.authorisation-reversed',
  'bank-facts',
  authorised.extend({ amount, reversalId: bankId }),
);
export const cardAuthorisationExpired = kind('card.authorisation-expired', 'bank-facts', authorised);
export const cardCleared = kind(
  'card.cleared',
  'bank-facts',
  card.extend({
    amount,
    clearingId: bankId,
    authorisationId: bankId.optional(),
    final: z.boolean(),
    bookedOn: plainDate.optional(),
    valueOn: plainDate.optional(),
  }),
);
export const cardRefunded = kind(
  'card.refunded',
  'bank-facts',
  card.extend({
    amount,
    refundId: bankId,
    clearingId: bankId.optional(),
    authorisationId: bankId.optional(),
    bookedOn: plainDate.optional(),
    valueOn: plainDate.optional(),
  }),
);

export const accountFacts = [accountOpened, accountFrozen, accountUnfrozen, accountClosed] as const;
export const transactionFacts = [transactionPending, transactionBooked, transactionCancelled] as const;
export const cardFacts = [
  cardAuthorisationCreated,
  cardAuthorisationDeclined,
  cardAuthorisationIncremented,
  cardAuthorisationReversed,
  cardAuthorisationExpired,
  cardCleared,
  cardRefunded,
] as const;
export const bankFacts = [...accountFacts, ...transactionFacts, ...cardFacts] as const;
