import * as z from 'zod';
import { instant, kind } from './event.ts';

/** One verified delivery of a bank's, whatever it holds: the raw bytes as they were signed. */
export const deliveryReceived = kind(
  'delivery.received',
  'partner-bank-webhooks',
  z.object({
    bank: z.string(),
    deliveryId: z.string(),
    receivedAt: instant,
    /** Allow-listed headers, lower case. */
    headers: z.record(z.string(), z.string()),
    /** By which secret, named by a digest of it, and when; in none that was received before it was kept. */
    signature: z.object({ key: z.string(), at: instant }).optional(),
    bodyBase64: z.base64(),
    /** Only in a part of a long delivery, which has been archived as a whole. */
    part: z.number().int().min(1).optional(),
  }),
);
