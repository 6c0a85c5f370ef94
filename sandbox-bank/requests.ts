import * as z from 'zod';
import { counterparty, creditorWithId, fx, merchant, pendingEntriesMax } from './events.ts';
import { amountOf, currency, direction } from './money.ts';

/** Positive minor units: digits, or a safe integer for the convenience of whoever types a request by hand. */
const amountError = 'must be a positive whole number of minor units, as digits';
export const amountMinor = z
  .union(
    [z.string().regex(/^[1-9]\d{0,17}$/, amountError), z.int(amountError).positive(amountError)],
    amountError,
  )
  .transform((value) => BigInt(value));

export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, _ and -');
const reason = z.string().min(1).max(140);
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
const date = z.iso.date('must be a date such as 2026-02-28');
export const payee = {
  remittance: z.string().max(140).optional(),
  endToEndId: z.string().min(1).max(35).optional(),
};

// Whoever does not care where the money was spent gets a merchant all the same: every card event names one.
const someMerchant = merchant
  .extend({ mcc: merchant.shape.mcc.default('5814'), country: merchant.shape.country.default('DK') })
  .default({ name: 'Corner Coffee', mcc: '5814', country: 'DK' });

// Told as it is given: this bank changes no money, so it has no rate of its own to hold it to.
const foreign = {
  merchantAmount: z
    .object({ amountMinor, currency })
    .transform((asked) => amountOf(asked, asked.amountMinor))
    .optional(),
  fx: fx.optional(),
};

// Whether the event says which authorisation it belongs to; the books know it all the same.
const linked = z.boolean().default(true);

export const openAccount = z.object({
  ownerRefs: z.array(z.string().min(1).max(128)).min(1),
  currency,
  iban: counterparty.shape.iban,
  holderName: counterparty.shape.name.optional(),
  broughtForward: z.object({ direction, amountMinor, asOf: instant.optional() }).optional(),
});

export const changeAccount = z.object({ reason: reason.optional() });

export const purchase = z.object({
  amountMinor,
  clearAmountMinor: amountMinor.optional(),
  clear: z.boolean().default(true),
  merchant: someMerchant,
  ...foreign,
});

export const authorise = z.object({
  amountMinor,
  merchant: someMerchant,
  cardId: id.optional(),
  expiresAt: instant.optional(),
  declined: z.object({ reason }).optional(),
  ...foreign,
});

export const nothing = z.object({});
export const increment = z.object({ amountMinor });
export const reversal = z.object({ amountMinor, linked });
export const clearing = z.object({ amountMinor, final: z.boolean().default(false), linked, ...foreign });
export const clearingAlone = z.object({ amountMinor, merchant: someMerchant, ...foreign });
export const expiry = z.object({ told: z.boolean().default(true) });
export const refund = z.object({
  clearingId: id.optional(),
  amountMinor,
  merchant: someMerchant,
  ...foreign,
});

const description = z.string().min(1).max(140);
export const pendingList = z.object({
  entries: z.array(z.object({ direction, amountMinor, description })).max(pendingEntriesMax),
});

export const transfer = z.object({
  direction,
  amountMinor,
  counterparty: counterparty.optional(),
  ...payee,
  // From when on the money counts, where that is not the day on which it is booked.
  valueDate: date.optional(),
  pending: z.boolean().default(false),
});

export const mandate = z.object({
  creditor: creditorWithId,
  scheme: z.enum(['core', 'b2b']),
  mandateId: id.optional(),
});
export const collection = z.object({ amountMinor, dueDate: date, remittance: payee.remittance });

export const correction = z.object({ amountMinor });

export const eventsPage = z.object({
  after: z.string().optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100),
  since: instant.optional(),
  until: instant.optional(),
});

export const statementDate = z.object({ date });
// Ten years at most, so that its instants keep the form in which they sort as text.
export const clock = z.object({ aheadSeconds: z.int().min(0).max(315_360_000) });
