import * as z from 'zod';
import type { Authorisation, Challenge } from '../domain/authorisation.ts';
import type { Creditor } from '../domain/payment.ts';

const creditor = z.union([
  z.object({ name: z.string(), iban: z.string() }),
  z.object({
    name: z.string(),
    accountNumber: z.object({ registrationNumber: z.string(), accountNumber: z.string() }),
  }),
  z.object({ accountId: z.string() }),
]) satisfies z.ZodType<Creditor>;

const challenge = z.object({
  nonce: z.string(),
  expiresAt: z.string(),
}) satisfies z.ZodType<Challenge>;

const authorisation = z.object({
  passkeyId: z.string(),
  publicKey: z.string(),
  nonce: z.string(),
  clientDataJson: z.string(),
  authenticatorData: z.string(),
  signature: z.string(),
}) satisfies z.ZodType<Authorisation>;

/** The fields that a payment is kept with, and a standing order too: who pays whom from where and how much, and who said so. */
export const instruction = {
  id: z.string(),
  customerId: z.string(),
  accountId: z.string(),
  bank: z.string(),
  scheme: z.enum(['sepa', 'sepa-instant', 'domestic', 'own-account']),
  amountMinor: z.bigint(),
  currency: z.string(),
  creditor,
  remittance: z.string().optional(),
  _challenge: challenge.optional(),
  _authorisation: authorisation.optional(),
};
