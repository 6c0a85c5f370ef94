import * as z from 'zod';
import { amount, currency, direction, signedAmount } from './money.ts';
import { isoStatus } from './payment-states.ts';

export const merchant = z.object({
  name: z.string().min(1).max(140),
  mcc: z.string().regex(/^\d{4}$/, 'must be four digits'),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters'),
});

/** How an account in Denmark is known at home: the bank's registration number, and the account's own. */
export const accountNumber = z.object({
  registrationNumber: z.string().regex(/^\d{4}$/, 'must be four digits'),
  accountNumber: z.string().regex(/^\d{1,10}$/, 'must be ten digits at most'),
});

export const counterparty = z.object({
  name: z.string().min(1).max(140),
  accountNumber: accountNumber.optional(),
  iban: z
    .string()
    .regex(/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/, 'must be an IBAN without spaces')
    .optional(),
});

/** Units of the account's currency for one unit of the merchant's: digits, because a float is not quite what was agreed. */
export const fx = z.object({
  rate: z
    .string()
    .regex(/^(?=.*[1-9])(0|[1-9]\d{0,8})(\.\d{1,10})?$/, 'must be a decimal above zero, such as 7.4601'),
});

/** Who collects by direct debit; `creditorId` is SEPA's creditor identifier. */
export const creditorWithId = z.object({
  name: z.string().min(1).max(140),
  creditorId: z.string().regex(/^[A-Za-z0-9]{1,35}$/, 'must be 1 to 35 letters and digits'),
});

const instant = z.iso.datetime();

const account = z.object({
  // Who owns the account, in the words of whoever had it opened.
  ownerRefs: z.array(z.string()),
  currency,
  iban: z.string().optional(),
  reason: z.string().optional(),
});

// What the account already had when it came here; without it, it began at zero.
const broughtForward = z.object({ direction, amount, asOf: instant });
const openedAccount = account.extend({ broughtForward: broughtForward.optional() });

const balances = z.object({
  booked: signedAmount,
  // Not always booked less held: a bank may count an overdraft in, or a deposit out.
  available: signedAmount,
  asOf: instant,
  sequence: z.int().positive(),
});

const mandate = z.object({
  mandateId: z.string(),
  creditor: creditorWithId,
  scheme: z.enum(['core', 'b2b']),
});
const directDebit = z.object({
  mandateId: z.string(),
  collectionId: z.string(),
  creditor: creditorWithId,
  amount,
  dueDate: z.iso.date(),
  remittance: z.string().optional(),
  // The day of the debit, from which the eight weeks count in which it is given back.
  bookingDate: z.iso.date().optional(),
  // An ISO 20022 code.
  reason: z.string().optional(),
  // Of the debit, and where it was returned of the credit; each is told by an event of its own.
  transactionId: z.string().optional(),
});

/** The most entries in one list of what is pending. */
export const pendingEntriesMax = 500;

// All that is pending as of an instant: what is not in it any more was let go, or booked under an id of its own.
const pendingList = z.object({
  asOf: instant,
  entries: z
    .array(z.object({ direction, amount, description: z.string(), entryId: z.string().optional() }))
    .max(pendingEntriesMax),
});

const transaction = z.object({
  transactionId: z.string(),
  // Of a direct debit, or of what came back of it.
  collectionId: z.string().optional(),
  direction,
  amount,
  bookingDate: z.iso.date().optional(),
  valueDate: z.iso.date().optional(),
  counterparty: counterparty.optional(),
  remittance: z.string().optional(),
  endToEndId: z.string().optional(),
  // Of a payment that was ordered here: the bank's id of it, and the customer's own.
  paymentId: z.string().optional(),
  reference: z.string().optional(),
  // It is what came back of that payment.
  returned: z.literal(true).optional(),
});

const payment = z.object({ paymentId: z.string(), reference: z.string().optional() });
const reason = z.string();
const recall = payment.extend({ reason: reason.optional() });

// On authorisation events `amount` stays what was authorised at first; `delta` says how much more, or how much back.
const authorisation = z.object({
  cardId: z.string(),
  authorisationId: z.string(),
  direction,
  amount,
  merchant,
});
const entry = authorisation.partial({ authorisationId: true });

// What the merchant asked for in its own currency.
const foreign = { merchantAmount: amount.optional(), fx: fx.optional() };
// Null: the bank cannot say which authorisation it belongs to, or there never was one.
const authorisationIdOrNull = z.string().nullable();

/** What each type of event tells. A purchase is told by card events alone, a transfer by transaction events alone. */
const dataOf = {
  'account.opened': openedAccount,
  'account.frozen': account,
  'account.unfrozen': account,
  'account.closed': account,
  'account.balance-updated': balances,
  'account.pending-listed': pendingList,
  'transaction.pending': transaction,
  'transaction.booked': transaction,
  'transaction.cancelled': transaction,
  'transaction.reversed': transaction,
  'payment.status-changed': payment.extend({
    isoStatus,
    reason: reason.optional(),
    // True where no other status follows. A return may.
    terminal: z.boolean().optional(),
  }),
  // The credit that books it is a transaction of its own.
  'payment.returned': payment.extend({ reason, amount, transactionId: z.string() }),
  'payment.recall-requested': recall,
  'payment.recall-accepted': recall,
  'payment.recall-rejected': recall,
  'card.authorisation-created': authorisation.extend({ expiresAt: instant, ...foreign }),
  'card.authorisation-declined': authorisation.extend({ reason: z.string(), ...foreign }),
  'card.authorisation-incremented': authorisation.extend({ incrementId: z.string(), delta: amount }),
  'card.authorisation-reversed': authorisation.extend({
    authorisationId: authorisationIdOrNull,
    reversalId: z.string(),
    delta: amount,
  }),
  'card.authorisation-expired': authorisation,
  'card.cleared': authorisation.extend({
    authorisationId: authorisationIdOrNull.optional(),
    clearingId: z.string(),
    final: z.boolean(),
    ...foreign,
  }),
  'mandate.created': mandate,
  'mandate.cancelled': mandate,
  'mandate.blocked': mandate,
  'mandate.unblocked': mandate,
  'direct-debit.announced': directDebit,
  'direct-debit.collected': directDebit,
  'direct-debit.refused': directDebit,
  'direct-debit.returned': directDebit,
  'card.refunded': entry.extend({ refundId: z.string(), clearingId: z.string().optional(), ...foreign }),
};

export type EventType = keyof typeof dataOf;
export type EventData<T extends EventType> = z.infer<(typeof dataOf)[T]>;

/** One thing that happened to one account. `resourceVersion` numbers the account's own states and is on no other event. */
export type BankEvent = {
  [T in EventType]: {
    id: string;
    type: T;
    occurredAt: string;
    accountId: string;
    resourceVersion?: number | undefined;
    data: EventData<T>;
  };
}[EventType];

/** Says only that the bank is there: it is of no account, in no list and in no books. */
export interface Heartbeat {
  id: string;
  type: 'bank.heartbeat';
  occurredAt: string;
  data: Record<string, never>;
}

/** All that a delivery can tell. */
export type Told = BankEvent | Heartbeat;

export function heartbeatOf(beat: { id: string; occurredAt: Date }): Heartbeat {
  return { id: beat.id, type: 'bank.heartbeat', occurredAt: beat.occurredAt.toISOString(), data: {} };
}

/** Builds a wire event; the instant becomes RFC 3339 in UTC with milliseconds. */
export function eventOf<T extends EventType>(fact: {
  id: string;
  type: T;
  occurredAt: Date;
  accountId: string;
  resourceVersion?: number | undefined;
  data: EventData<T>;
}): BankEvent {
  // TypeScript does not see that a type and its data, generic together, are one member of the union.
  return { ...fact, occurredAt: fact.occurredAt.toISOString() } as BankEvent;
}

const accountId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const envelope = z.object({ id: z.string(), occurredAt: instant, accountId });
const version = { resourceVersion: z.int().positive().optional() };
const states: z.ZodType[] = [openedAccount, account];

const heartbeat = z.object({
  id: z.string(),
  occurredAt: instant,
  type: z.literal('bank.heartbeat'),
  data: z.object({}),
});
const events = Object.entries(dataOf).map(([type, data]) =>
  envelope.extend({ type: z.literal(type), ...(states.includes(data) && version), data }),
);

/** The body of one webhook POST. */
export const delivery = z.object({ events: z.array(z.union([...events, heartbeat])) });

/** The JSON Schema (draft 2020-12) of a delivery, kept as `delivery.schema.json`. */
export function deliverySchema(): object {
  const names = z.registry<{ id: string }>();
  for (const event of [...events, heartbeat]) names.add(event, { id: event.shape.type.value });
  const money = { amount, signedAmount, fx, broughtForward };
  const others = {
    merchant,
    accountNumber,
    counterparty,
    account,
    transaction,
    isoStatus,
    recall,
    authorisation,
  };
  const parts = { instant, accountId, ...money, ...others };
  for (const [id, part] of Object.entries(parts)) names.add(part, { id });
  for (const [id, part] of Object.entries({ mandate, directDebit })) names.add(part, { id });
  return {
    title: 'A delivery of the sandbox bank',
    description:
      'The body of one Standard Webhooks POST. Fields and types may be added; readers ignore the unknown.',
    // As input, objects stay open to fields that are added later; as output, zod would forbid them.
    ...z.toJSONSchema(delivery, { io: 'input', metadata: names }),
  };
}
