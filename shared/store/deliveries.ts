import * as z from 'zod';
import { bytesFrom, createInChunks } from './chunks.ts';
import { defined, lastId, path, type Query, type Stored, type Write } from './document.ts';

export type Delivery = {
  readonly bank: string;
  readonly deliveryId: string;
  readonly receivedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  /** By which secret it was signed, and when. Older deliveries have none, and no trace. */
  readonly signature?: { readonly key: string; readonly at: string } | undefined;
  /** The place in the trace in which it was received first. */
  readonly traceparent?: string | undefined;
  readonly body: Uint8Array;
};

const stored = z.object({
  bank: z.string(),
  deliveryId: z.string(),
  receivedAt: z.string(),
  headers: z.record(z.string(), z.string()),
  signature: z.object({ key: z.string(), at: z.string() }).optional(),
  traceparent: z.string().optional(),
});

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

export function deliveryFrom(document: Stored, chunks: readonly Stored[]): Delivery {
  return { ...stored.parse(document.fields), body: bytesFrom(document, chunks) };
}

/** Deliveries that were received in this trace. */
export function deliveriesIn(traceId: string): Query {
  return {
    collection: 'deliveries',
    where: [
      ['traceparent', '>=', `00-${traceId}-`],
      ['traceparent', '<=', `00-${traceId}-g`],
    ],
    orderBy: [['traceparent', 'asc']],
    limit: 10,
  };
}

/** A place in the archive: when a delivery was received, and its document's id. */
export type ArchivePlace = readonly [receivedAt: string, id: string];

export function placeOf({ path: at, fields }: Stored): ArchivePlace {
  return [fields?.receivedAt as string, lastId(at)];
}

/** The archive by the time of receipt: the oldest first, or the newest. */
export function archivedDeliveries(
  limit: number,
  {
    since,
    after,
    direction = 'asc',
  }: { since?: string | undefined; after?: ArchivePlace | undefined; direction?: 'asc' | 'desc' } = {},
): Query {
  return {
    collection: 'deliveries',
    ...(since !== undefined && { where: [['receivedAt', '>=', since]] }),
    orderBy: [['receivedAt', direction]],
    ...(after && { startAfter: after }),
    limit,
  };
}
