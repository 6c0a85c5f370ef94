import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { idFrom } from './id.ts';
import type { deliveryReceived } from './partner-bank-webhooks.ts';

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
