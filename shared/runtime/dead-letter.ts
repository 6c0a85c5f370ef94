import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { messageParked } from '../events/dead-letters.ts';
import { type Event, parseEnvelope } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import type { Message } from '../platform/platform.ts';
import { functionOfSubscription } from './declared.ts';

export type Parked = z.output<typeof messageParked.data>;

const SOURCE = 'CloudPubSubDeadLetterSource';

/** Why Pub/Sub itself gives up. */
export const ATTEMPTS_EXHAUSTED = 'delivery.attempts-exhausted';

/**
 * One id for one event and function, however often it is given up: by the event's id, and its content where other
 * content came under the same id; by its bytes where it cannot be read.
 */
export function parkedId(functionName: string, { data }: Message, event?: Event): string {
  if (event) return parkedIdOf(functionName, event);
  return idFrom('prk', functionName, createHash('sha256').update(data).digest('hex'));
}

export function parkedIdOf(
  functionName: string,
  { id, fingerprint = '' }: Pick<Event, 'id' | 'fingerprint'>,
): string {
  return idFrom('prk', functionName, id, fingerprint);
}

/** The message to keep: its bytes, and its attributes without those that Pub/Sub adds to a dead letter. */
export function wholeOf({ data, attributes }: Message): Parked['message'] {
  const own = Object.entries(attributes).filter(([key]) => !key.startsWith(SOURCE));
  return { dataBase64: Buffer.from(data).toString('base64'), attributes: Object.fromEntries(own) };
}

/** What Pub/Sub itself gave up on, in the same words as what a function parked; undefined for any other message. */
export function exhausted(message: Message, now: Date): Event | undefined {
  const subscription = message.attributes[`${SOURCE}Subscription`];
  if (subscription === undefined) return undefined;
  const name = functionOfSubscription(subscription);
  const id = parkedId(name, message, eventIn(message));
  const data: Parked = {
    parkedId: id,
    function: name,
    reason: ATTEMPTS_EXHAUSTED,
    facts: {},
    attempts: Number(message.attributes[`${SOURCE}DeliveryCount`]) || 1,
    message: wholeOf(message),
  };
  return {
    specversion: '1.0',
    id: idFrom('evt', id, message.attributes[`${SOURCE}TopicPublishTime`] ?? ''),
    source: `/subscriptions/${name}`,
    type: messageParked.type,
    subject: name,
    time: now.toISOString(),
    traceparent: message.attributes.traceparent ?? '',
    data,
  };
}

/** The event in a message, where it can be read. */
export function eventIn({ data }: Pick<Message, 'data'>): Event | undefined {
  try {
    return parseEnvelope(JSON.parse(new TextDecoder().decode(data)));
  } catch {
    return undefined;
  }
}
