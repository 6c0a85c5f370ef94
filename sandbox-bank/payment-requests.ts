import * as z from 'zod';
import { accountNumber, counterparty } from './events.ts';
import { currency } from './money.ts';
import { type Scheme, schemes } from './payment-plans.ts';
import { isoStatus } from './payment-states.ts';
import { amountMinor, id, payee } from './requests.ts';

const { name, iban } = counterparty.required({ iban: true }).shape;
const creditors = {
  iban: z.object({ name, iban }),
  accountNumber: z.object({ name, accountNumber }),
  accountId: z.object({ accountId: id }),
};
export const creditor = z.union(
  [creditors.iban, creditors.accountNumber, creditors.accountId],
  'must be { name, iban }, { name, accountNumber } or { accountId }',
);

const paysTo: Record<Scheme, (keyof typeof creditors)[]> = {
  sepa: ['iban'],
  'sepa-instant': ['iban'],
  domestic: ['iban', 'accountNumber'],
  'own-account': ['accountId'],
};

export const payment = z
  .object({
    accountId: id,
    amountMinor,
    currency: currency.optional(),
    scheme: z.enum(schemes).optional(),
    creditor,
    ...payee,
    reference: id.optional(),
  })
  .refine(({ scheme, creditor }) => !scheme || paysTo[scheme].some((field) => field in creditor), {
    path: ['creditor'],
    error: 'must be such as its scheme pays to',
  });

const code = z.string().regex(/^[A-Z0-9]{4}$/, 'must be an ISO 20022 code of four letters and digits');
export const paymentStatus = z.object({ isoStatus, reason: code.optional() });
export const paymentReturn = z.object({ reason: code, amountMinor: amountMinor.optional() });
export const recall = z.object({ reason: code });
export const recallDecision = z.object({ accepted: z.boolean(), reason: code.optional() });
export const payeeVerification = z.object({ name, iban });

const idempotencyKey = z.string({ error: 'is missing' }).min(1).max(255);
export const paymentHeaders = z.object({ 'Idempotency-Key': idempotencyKey });
export const paymentsQuery = z
  .object({ idempotencyKey: idempotencyKey.optional(), reference: id.optional() })
  .refine(({ idempotencyKey, reference }) => (idempotencyKey === undefined) !== (reference === undefined), {
    path: ['idempotencyKey'],
    error: 'either it or reference is needed',
  });
