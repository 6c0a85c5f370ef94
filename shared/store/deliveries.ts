import { createInChunks } from './chunks.ts';
import { defined, path, type Write } from './document.ts';

export type Delivery = {
  readonly bank: string;
  readonly deliveryId: string;
  readonly receivedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

export function deliveryPath(bank: string, deliveryId: string): string {
  return path('deliveries', `${bank}:${deliveryId}`);
}

/** Keeps the delivery and its bytes, exactly as they were signed. */
export function createDelivery({ body, ...delivery }: Delivery): Write[] {
  return createInChunks(
    deliveryPath(delivery.bank, delivery.deliveryId),
    body,
    defined({ schema: 1n, ...delivery }),
  );
}
