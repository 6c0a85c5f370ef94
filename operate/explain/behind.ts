import type { Reads } from '../../shared/platform/platform.ts';
import { eventIn } from '../../shared/runtime/dead-letter.ts';
import { contextIn } from '../../shared/runtime/telemetry.ts';
import { chunkPaths } from '../../shared/store/chunks.ts';
import { messageFrom, parkedAbout } from '../../shared/store/parked.ts';
import { traceOf } from '../log-lines.ts';
import { Refusal } from '../refusal.ts';
import { deliveriesOfTraces } from './deliveries.ts';
import type { Found, Logs, Story } from './story.ts';
import { readTransaction } from './subject.ts';
import { entriesOf } from './walk.ts';

/** The deliveries that brought the parts of these transactions. */
export function arrivalsOf(found: readonly Found[]): string[] {
  const arrivals = found.flatMap(({ transaction }) => Object.values(transaction.arrival));
  return [...new Set(arrivals.map(({ deliveryId }) => deliveryId))].filter((id) => id !== '');
}

/** The deliveries that say otherwise of these transactions, and were given up for it. */
export async function parkedDeliveriesOf(reads: Reads, found: readonly Found[]): Promise<string[]> {
  const parked = await Promise.all(found.map(({ transaction }) => reads.query(parkedAbout(transaction.id))));
  const messages = parked.flat().map(async (read) => messageFrom(read, await reads.get(chunkPaths(read))));
  return (await Promise.all(messages)).flatMap((message) => {
    const { deliveryId } = (eventIn(message)?.data ?? {}) as { deliveryId?: string };
    return deliveryId ? [deliveryId] : [];
  });
}

const TRANSACTIONS_MAX = 20;

/** The transactions that were made or changed, the first of them. */
export async function transactionsIn(reads: Reads, { handlings }: Story): Promise<Found[]> {
  const told = handlings.flatMap(({ told: events }) => events);
  const named = new Map(
    told
      .filter(({ topic }) => topic === 'transactions')
      .map(({ event }) => [event.subject, event.data as { accountId: string; transactionId: string }]),
  );
  const first = [...named.values()].slice(0, TRANSACTIONS_MAX);
  const found = await Promise.all(
    first.map((each) => readTransaction(reads, each.accountId, each.transactionId)),
  );
  return found.flat();
}

/** The deliveries from which an event came: by the traces in which it was handled. */
export async function deliveriesBehind(reads: Reads, logs: Logs, eventId: string): Promise<string[]> {
  const lines = await logs({ eventId: [eventId] });
  const entries = await entriesOf(reads, eventId);
  const told = entries.flatMap(({ events }) => events);
  const traces = [
    ...lines.flatMap((line) => traceOf(line) ?? []),
    ...told.flatMap(({ event }) => contextIn(event.traceparent)?.traceId ?? []),
  ];
  const found = await deliveriesOfTraces(reads, traces);
  if (found.length > 0) return found.map(({ deliveryId }) => deliveryId);
  throw new Refusal(
    lines.length + entries.length === 0
      ? `Nothing is known as ${eventId}: it is no id of a transaction, payment, notification, account, delivery or event here, nor one of the bank's.`
      : `${eventId} came from no delivery of a bank's: npm run logs -- --event ${eventId} tells who handled it.`,
  );
}
