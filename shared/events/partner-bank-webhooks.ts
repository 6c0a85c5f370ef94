import { createHash } from 'node:crypto';
import * as z from 'zod';
import { instant, kind } from './event.ts';
import { idFrom } from './id.ts';

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

export type DeliveryData = z.output<typeof deliveryReceived.data>;

/** The same bytes of a bank's are one delivery, whatever they are wrapped in when they come again. */
export function deliveryIdOf(bank: string, body: Uint8Array): string {
  return idFrom('dlv', bank, createHash('sha256').update(body).digest('base64url'));
}

/** What was asked of the bank, as if it had told it; nothing signed it but the connection. */
export function fetchedDelivery(bank: string, body: Uint8Array, now: Date): DeliveryData {
  const [deliveryId, receivedAt] = [deliveryIdOf(bank, body), now.toISOString()];
  return { bank, deliveryId, receivedAt, headers: {}, bodyBase64: Buffer.from(body).toString('base64') };
}
