import { keyName } from '../../shared/banks/bank.ts';
import { bankNamed, banks, secretsVariable } from '../../shared/banks/index.ts';
import type { Event } from '../../shared/events/event.ts';
import { deliveryReceived } from '../../shared/events/partner-bank-webhooks.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { chunkPaths } from '../../shared/store/chunks.ts';
import { type Delivery, deliveriesIn, deliveryFrom, deliveryPath } from '../../shared/store/deliveries.ts';
import type { Stored } from '../../shared/store/document.ts';

/** What the archive has of these ids, of whichever bank. */
export async function readDeliveries(reads: Reads, ids: Iterable<string>): Promise<Delivery[]> {
  const paths = [...new Set(ids)].flatMap((id) => banks.map(({ name }) => deliveryPath(name, id)));
  return whole(reads, await reads.get(paths));
}

/** What was received first in these traces. */
export async function deliveriesOfTraces(reads: Reads, traceIds: Iterable<string>): Promise<Delivery[]> {
  const found = await Promise.all([...new Set(traceIds)].map((id) => reads.query(deliveriesIn(id))));
  return whole(reads, found.flat());
}

async function whole(reads: Reads, documents: readonly Stored[]): Promise<Delivery[]> {
  const there = documents.filter(({ fields }) => fields);
  return Promise.all(
    there.map(async (document) => deliveryFrom(document, await reads.get(chunkPaths(document)))),
  );
}

/** The event that the delivery was when it came in. */
export function eventOf({ body, traceparent = '', ...delivery }: Delivery): Event {
  return {
    specversion: '1.0',
    id: delivery.deliveryId,
    source: '/functions/receive-bank-webhook',
    type: deliveryReceived.type,
    subject: delivery.deliveryId,
    time: delivery.receivedAt,
    traceparent,
    data: { ...delivery, bodyBase64: Buffer.from(body).toString('base64') },
  };
}

export type Check = 'right' | 'wrong' | 'not checked';

/** Whether the archived bytes are what the bank signed, by the secret that it was signed with, where that is known here. */
export function checkSignature(
  delivery: Delivery,
  known: Readonly<Record<string, readonly string[]>>,
): Check {
  const bank = bankNamed(delivery.bank);
  const configured = process.env[secretsVariable(delivery.bank)]?.split(',').map((secret) => secret.trim());
  const key = delivery.signature?.key;
  // A secret that has been retired since is known to nobody any more.
  const secrets = (known[delivery.bank] ?? configured ?? []).filter((secret) => keyName(secret) === key);
  if (!bank || secrets.length === 0) return 'not checked';
  const verdict = bank.verify({
    method: 'POST',
    url: `/webhooks/${delivery.bank}`,
    headers: delivery.headers,
    rawBody: Buffer.from(delivery.body),
    now: new Date(delivery.receivedAt),
    secrets,
  });
  return verdict.kind === 'accepted' ? 'right' : 'wrong';
}
