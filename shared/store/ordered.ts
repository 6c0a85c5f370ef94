import * as z from 'zod';
import type { Limits } from '../domain/funds.ts';
import { path, type Stored, type Write, write } from './document.ts';

/** What was ordered from an account in a day, a plain date of the bank's. */
export function accountDayPath(accountId: string, day: string): string {
  return path('accounts', accountId, 'spending', day);
}

/** What a customer ordered in a day, from all accounts. */
export function customerDayPath(customerId: string, day: string): string {
  return path('customers', customerId, 'spending', day);
}

export function orderedMinorIn({ fields }: Stored, currency: string): bigint {
  const minor = fields?.[currency] ?? 0n;
  return z.bigint().parse(minor);
}

/** With so much more, or less where an order came to nothing. */
export function writeOrdered(read: Stored, currency: string, byMinor: bigint): Write {
  return write(read, { schema: 1n, ...read.fields, [currency]: orderedMinorIn(read, currency) + byMinor });
}

/** A customer's own limits in a currency, in the place of those that all have. */
export function limitsPath(customerId: string, currency: string): string {
  return path('customers', customerId, 'limits', currency);
}

const limits = z.object({
  paymentMinor: z.bigint(),
  dayMinor: z.bigint(),
  customerDayMinor: z.bigint(),
}) satisfies z.ZodType<Limits>;

export function limitsFrom({ fields }: Stored): Limits | undefined {
  return fields && limits.parse(fields);
}

export function writeLimits(read: Stored, own: Limits): Write {
  return write(read, { schema: 1n, ...own });
}
