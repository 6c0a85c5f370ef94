import * as z from 'zod';
import type { Money } from '../domain/money.ts';
import { currencyCode, instant, minorUnits, resourceVersion } from './event.ts';

/** Where a canonical fact comes from. `deliveryId` leads back to the bytes that the bank signed. */
export const origin = {
  bank: z.string(),
  accountId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  bankEventId: z.string().min(1).max(256),
  deliveryId: z.string(),
  receivedAt: instant,
  resourceVersion,
  /**
   * What the source is to the account: it books, or it only holds, as a card processor beside a core bank that
   * tells of the same purchase by an entry of its own.
   */
  role: z.enum(['books', 'holds']),
};

export const bankId = z.string().min(1).max(256);
export const amount = z.object({
  amountMinor: minorUnits,
  currency: currencyCode,
}) satisfies z.ZodType<Money>;
