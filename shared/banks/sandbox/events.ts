import * as z from 'zod';
import { utc } from '../../domain/instant.ts';
import { ISO_STATUSES } from '../../domain/payment.ts';
import {
  currencyCode,
  direction,
  instant,
  minorUnits,
  plainDate,
  signedMinorUnits,
} from '../../events/event.ts';

// The bank's own words, as it sends them. What is here is read; anything else in an event is left alone.

const wellFormed = (text: string) => text.isWellFormed();
const bankId = z.string().min(1).max(256).refine(wellFormed);
const amount = z.object({ amountMinor: minorUnits.refine((minor) => minor > 0n), currency: currencyCode });
/** What people read. A bank may cut it in the middle of an emoji, and half a character cannot be stored. */
const text = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .transform((value) => value.toWellFormed());
const iban = text(64);
/** Told in any offset, and sorted as text. */
const utcInstant = instant.transform(utc);
const signedAmount = z.object({ amountMinor: signedMinorUnits, currency: currencyCode });
const merchant = z.object({
  name: text(256),
  mcc: z.string().max(8).optional(),
  country: z.string().max(3).optional(),
});

const transaction = z.object({
  transactionId: bankId,
  direction,
  amount,
  bookingDate: plainDate.optional(),
  valueDate: plainDate.optional(),
  counterparty: z.object({ name: text(256), iban: iban.optional() }).optional(),
  remittance: text(1024).optional(),
  endToEndId: text(64).optional(),
  // Of a payment that was ordered through its API: the id that the customer's side gave it.
  reference: bankId.max(64).optional(),
});

const card = z.object({
  cardId: bankId,
  direction: direction.default('debit'),
  merchant: merchant.optional(),
});
const authorised = card.extend({ authorisationId: bankId });
const exchange = {
  merchantAmount: amount.nullish(),
  fx: z.object({ rate: z.string().regex(/^[0-9]{1,10}(\.[0-9]{1,12})?$/) }).nullish(),
};
const dates = { bookingDate: plainDate.optional(), valueDate: plainDate.optional() };

const payment = z.object({
  paymentId: bankId,
  reference: bankId.max(64).optional(),
  reason: bankId.max(64).optional(),
});

const creditor = z.object({ name: text(256), creditorId: bankId.max(64) });
const mandate = z.object({ mandateId: bankId, creditor, scheme: z.enum(['core', 'b2b']) });
const collection = z.object({
  mandateId: bankId,
  collectionId: bankId,
  creditor,
  amount,
  dueDate: plainDate,
  remittance: text(1024).optional(),
  bookingDate: plainDate.optional(),
  reason: bankId.max(64).optional(),
  transactionId: bankId.optional(),
});

const event = z.object({
  id: bankId,
  occurredAt: instant,
  accountId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  resourceVersion: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

const state = event.extend({ data: z.object({}).optional() });

export const wireEvent = z.discriminatedUnion('type', [
  event.extend({
    type: z.literal('account.opened'),
    data: z.object({
      ownerRefs: z
        .array(bankId.max(128))
        .max(32)
        .transform((owners) => [...new Set(owners)]),
      currency: currencyCode,
      iban: iban.optional(),
      broughtForward: z.object({ direction, amount, asOf: utcInstant }).optional(),
    }),
  }),
  state.extend({ type: z.literal('account.frozen') }),
  state.extend({ type: z.literal('account.unfrozen') }),
  state.extend({ type: z.literal('account.closed') }),
  event.extend({
    type: z.literal('account.balance-updated'),
    data: z.object({
      booked: signedAmount,
      available: signedAmount.optional(),
      asOf: utcInstant,
      sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
    }),
  }),
  event.extend({
    type: z.literal('account.pending-listed'),
    data: z.object({
      asOf: utcInstant,
      entries: z
        .array(
          z.object({ direction, amount, description: text(256).default(''), entryId: bankId.optional() }),
        )
        .max(500),
    }),
  }),
  event.extend({ type: z.literal('transaction.pending'), data: transaction }),
  event.extend({ type: z.literal('transaction.booked'), data: transaction }),
  event.extend({ type: z.literal('transaction.cancelled'), data: transaction }),
  event.extend({ type: z.literal('transaction.reversed'), data: transaction }),
  event.extend({
    type: z.literal('card.authorisation-created'),
    data: authorised.extend({ amount, ...exchange, expiresAt: utcInstant.optional() }),
  }),
  event.extend({
    type: z.literal('card.authorisation-declined'),
    data: authorised.extend({ amount, ...exchange, reason: text(64).optional() }),
  }),
  event.extend({
    type: z.literal('card.authorisation-incremented'),
    data: authorised.extend({ incrementId: bankId, delta: amount }),
  }),
  event.extend({
    type: z.literal('card.authorisation-reversed'),
    data: card.extend({ reversalId: bankId, authorisationId: bankId.nullish(), delta: amount }),
  }),
  event.extend({ type: z.literal('card.authorisation-expired'), data: authorised }),
  event.extend({
    type: z.literal('card.cleared'),
    data: card.extend({
      clearingId: bankId,
      authorisationId: bankId.nullish(),
      amount,
      ...exchange,
      final: z.boolean().default(false),
      ...dates,
    }),
  }),
  event.extend({
    type: z.literal('card.refunded'),
    data: card.extend({
      refundId: bankId,
      clearingId: bankId.nullish(),
      authorisationId: bankId.nullish(),
      amount,
      ...exchange,
      ...dates,
    }),
  }),
  event.extend({
    type: z.literal('payment.status-changed'),
    data: payment.extend({ isoStatus: z.enum(ISO_STATUSES) }),
  }),
  event.extend({
    type: z.literal('payment.returned'),
    data: payment.extend({ transactionId: bankId, amount, reason: bankId.max(64) }),
  }),
  event.extend({ type: z.literal('payment.recall-requested'), data: payment }),
  event.extend({ type: z.literal('payment.recall-accepted'), data: payment }),
  event.extend({ type: z.literal('payment.recall-rejected'), data: payment }),
  event.extend({ type: z.literal('mandate.created'), data: mandate }),
  event.extend({ type: z.literal('mandate.cancelled'), data: mandate }),
  event.extend({ type: z.literal('mandate.blocked'), data: mandate }),
  event.extend({ type: z.literal('mandate.unblocked'), data: mandate }),
  event.extend({ type: z.literal('direct-debit.announced'), data: collection }),
  event.extend({ type: z.literal('direct-debit.collected'), data: collection }),
  event.extend({ type: z.literal('direct-debit.refused'), data: collection }),
  event.extend({ type: z.literal('direct-debit.returned'), data: collection }),
]);

/** That the bank is there; it is about no account. */
export const heartbeat = z.object({ id: bankId, occurredAt: instant, type: z.literal('bank.heartbeat') });

export type WireEvent = z.output<typeof wireEvent>;

const delivery = z.object({ events: z.array(z.unknown()) });

/** The events of a delivery, each still unread; undefined where the bytes are no delivery at all. */
export function readEvents(body: Uint8Array): readonly unknown[] | undefined {
  try {
    return delivery.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))).events;
  } catch {
    return undefined;
  }
}
