import * as z from 'zod';
import { collectionFacts, mandateFacts } from './direct-debit-facts.ts';
import { currencyCode, direction, instant, kind, plainDate, signedMinorUnits } from './event.ts';
import { amount, bankId, origin } from './origin.ts';
import { paymentWords } from './payment-facts.ts';

const signedAmount = z.object({ amountMinor: signedMinorUnits, currency: currencyCode });

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
  /** Of an entry that a payment of ours made: the id that we gave it. */
  paymentId: z.string().max(64).optional(),
});

const merchant = z.object({ name: z.string(), mcc: z.string().optional(), country: z.string().optional() });
const card = z.object({ ...origin, cardId: bankId, direction, merchant: merchant.optional() });
const authorised = card.extend({ authorisationId: bankId });
/** What the merchant asked for in its own currency, and the rate at which that became the account's. */
const exchange = {
  merchantAmount: amount.optional(),
  fxRate: z
    .string()
    .regex(/^[0-9]{1,10}(\.[0-9]{1,12})?$/)
    .optional(),
};

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
/** The bank's own figures as of an instant, signed; the one of the highest sequence is true. */
export const accountBalanceUpdated = kind(
  'account.balance-updated',
  'bank-facts',
  account.extend({
    booked: signedAmount,
    available: signedAmount.optional(),
    asOf: instant,
    sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  }),
);
/** What the account held before its first entry here: it came with a history, or from another bank. */
export const accountBroughtForward = kind(
  'account.brought-forward',
  'bank-facts',
  account.extend({ direction, amount, asOf: instant }),
);
/** All of an account's pending entries as of an instant, by a bank that gives them no stable ids. */
export const accountPendingListed = kind(
  'account.pending-listed',
  'bank-facts',
  account.extend({
    asOf: instant,
    entries: z
      .array(z.object({ direction, amount, description: z.string(), entryId: bankId.optional() }))
      .max(500),
  }),
);

export const transactionPending = kind('transaction.pending', 'bank-facts', transaction);
export const transactionBooked = kind('transaction.booked', 'bank-facts', transaction);
export const transactionCancelled = kind('transaction.cancelled', 'bank-facts', transaction);
/** What was booked is taken back. The direction is that of the booking. */
export const transactionReversed = kind('transaction.reversed', 'bank-facts', transaction);

export const cardAuthorisationCreated = kind(
  'card.authorisation-created',
  'bank-facts',
  authorised.extend({ amount, ...exchange, expiresAt: instant.optional() }),
);
export const cardAuthorisationDeclined = kind(
  'card.authorisation-declined',
  'bank-facts',
  authorised.extend({ amount, ...exchange, reason: z.string().optional() }),
);
export const cardAuthorisationIncremented = kind(
  'card.authorisation-incremented',
  'bank-facts',
  authorised.extend({ amount, incrementId: bankId }),
);
export const cardAuthorisationReversed = kind(
  'card.authorisation-reversed',
  'bank-facts',
  card.extend({ amount, reversalId: bankId, authorisationId: bankId.optional() }),
);
export const cardAuthorisationExpired = kind(
  'card.authorisation-expired',
  'bank-facts',
  // Only in one of our own, made because the bank's did not come: when the hold was due.
  authorised.extend({ dueAt: instant.optional() }),
);
export const cardCleared = kind(
  'card.cleared',
  'bank-facts',
  card.extend({
    amount,
    ...exchange,
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
    ...exchange,
    refundId: bankId,
    clearingId: bankId.optional(),
    authorisationId: bankId.optional(),
    bookedOn: plainDate.optional(),
    valueOn: plainDate.optional(),
  }),
);

/**
 * An unlinked entry and the authorisation that it turned out to belong to, or none after all. Made by
 * `match-unlinked`, not by a bank: it takes the entry's amount from the hold and never moves booked money.
 */
export const cardEntryMatched = kind(
  'card.entry-matched',
  'bank-facts',
  card.extend({
    amount,
    entry: z.object({ kind: z.enum(['clearing', 'reversal']), id: bankId }),
    authorisationId: bankId,
    /** Of a clearing after which nothing more will come. */
    final: z.boolean(),
    /** False once the entry belongs elsewhere: what it took from this hold is held again. */
    isMatched: z.boolean(),
    /** The highest number about an entry and an authorisation is true. */
    pairing: z.number().int().min(1),
  }),
);
/** An operator says which authorisation an unlinked entry belongs to, or that it belongs to none. */
export const cardEntryAssigned = kind(
  'card.entry-assigned',
  'bank-facts',
  account.extend({
    cardId: bankId,
    entry: z.object({ kind: z.enum(['clearing', 'reversal']), id: bankId }),
    authorisationId: bankId.optional(),
  }),
);

export const accountFacts = [accountOpened, accountFrozen, accountUnfrozen, accountClosed] as const;
export const transactionFacts = [
  transactionPending,
  transactionBooked,
  transactionCancelled,
  transactionReversed,
] as const;
export const cardFacts = [
  cardAuthorisationCreated,
  cardAuthorisationDeclined,
  cardAuthorisationIncremented,
  cardAuthorisationReversed,
  cardAuthorisationExpired,
  cardCleared,
  cardRefunded,
] as const;
/** What a bank's adapter may say. */
export const bankFacts = [
  ...accountFacts,
  accountBalanceUpdated,
  accountBroughtForward,
  accountPendingListed,
  ...transactionFacts,
  ...cardFacts,
  ...paymentWords,
  ...mandateFacts,
  ...collectionFacts,
] as const;
