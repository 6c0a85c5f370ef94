import { deliveryReceived } from '../../shared/events/partner-bank-webhooks.ts';
import { contextIn } from '../../shared/runtime/telemetry.ts';
import type { Delivery } from '../../shared/store/deliveries.ts';
import type { Change } from '../capture.ts';
import { diffLines } from '../diff.ts';
import { type LogLine, traceOf } from '../log-lines.ts';
import { textIn } from '../text.ts';
import { type Check, checkSignature } from './deliveries.ts';
import type { Attempt, ExplainedDelivery, ExplainedHandling } from './explanation.ts';
import type { Decided } from './replay.ts';
import type { Handling } from './walk.ts';

const DECIDED = ['handled', 'handling failed'];

/** A delivery in plain words, and how often the bank delivered it. */
export function explainedDelivery(
  delivery: Delivery,
  lines: readonly LogLine[],
  secrets: Readonly<Record<string, readonly string[]>>,
): ExplainedDelivery {
  const text = textIn(delivery.body);
  const check: Check = checkSignature(delivery, secrets);
  // Each time has a trace of its own; that Pub/Sub delivers it again within one is nothing that the bank did.
  const received = new Map<string | undefined, string>();
  for (const line of lines) {
    const isArrival = line.eventId === delivery.deliveryId && DECIDED.includes(String(line.message));
    if (isArrival && !received.has(traceOf(line))) received.set(traceOf(line), String(line.time));
  }
  return {
    id: delivery.deliveryId,
    bank: delivery.bank,
    receivedAt: delivery.receivedAt,
    signature: delivery.signature,
    isFetched: Object.keys(delivery.headers).length === 0,
    check,
    headers: delivery.headers,
    body: text ?? Buffer.from(delivery.body).toString('base64'),
    isText: text !== undefined,
    traceId: contextIn(delivery.traceparent)?.traceId,
    received: [...received].map(([traceId, at]) => ({ at, traceId })),
  };
}

/** What a function did about an event, in plain words. */
export function explainedHandling(
  { function: fn, event, done, parked, told }: Handling,
  decided: Decided | undefined,
  lines: readonly LogLine[],
): ExplainedHandling {
  const { id, type, subject, time, data } = event;
  const state = done
    ? 'handled'
    : parked
      ? parked.state === 'waiting'
        ? 'parked'
        : parked.state
      : 'no record';
  return {
    function: fn.name,
    event: { id, type, subject, time, data: type === deliveryReceived.type ? undefined : data },
    state,
    at: done?.handledAt.toISOString() ?? parked?.parkedAt,
    parked: parked && { id: parked.id, reason: parked.reason },
    changes: decided?.kind === 'changed' ? decided.changes.flatMap(changed) : [],
    // What was handled then is refused now: it stood on more than this story tells.
    unshown: decided?.kind === 'refused' && done ? decided.reason : undefined,
    told: told.map(({ topic, event: next }) => ({
      id: next.id,
      type: next.type,
      subject: next.subject,
      topic,
    })),
    attempts: lines.filter((line) => line.function === fn.name && line.eventId === id).flatMap(attempt),
  };
}

function attempt(line: LogLine): Attempt[] {
  if (!DECIDED.includes(String(line.message))) return [];
  const outcome = String(line.outcome ?? `failed: ${line.errorCode ?? line.errorName}`);
  const { milliseconds } = line;
  return [
    {
      at: String(line.time),
      outcome: line.reason === undefined ? outcome : `${outcome}: ${line.reason}`,
      milliseconds: typeof milliseconds === 'number' ? milliseconds : undefined,
      traceId: traceOf(line),
    },
  ];
}

// The bytes stand with the delivery, and need not be shown twice.
const APART = /^deliveries\//;

function changed({ path, before, after }: Change): ExplainedHandling['changes'] {
  const lines = diffLines(before, after);
  if (APART.test(path) || lines.length === 0) return [];
  return [{ path, how: after === undefined ? 'deleted' : before === undefined ? 'new' : 'changed', lines }];
}
