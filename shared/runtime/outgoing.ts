import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import type { Draft, Event, Kind, Topic } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import type { Message, Platform } from '../platform/platform.ts';
import type { Trace } from './telemetry.ts';

/** An event on its way out: complete, its data as on the wire, and the topic it belongs to. */
export type Outgoing = { readonly topic: Topic; readonly event: Event };

/**
 * The events that a function returned, made whole. An id follows from the cause, the function and the place
 * in the list, so that every try makes the same one; facts of a bank bring an id of their own.
 */
export function outgoing(
  by: { functionName: string; cause: string; publishes: readonly Kind[]; traceparent: string; now: Date },
  drafts: readonly Draft[],
): Outgoing[] {
  return drafts.map((draft, n) => {
    const kind = by.publishes.find(({ type }) => type === draft.type);
    if (!kind) throw new Error(`${by.functionName} returned ${draft.type}, which it does not declare`);
    const event: Event = {
      specversion: '1.0',
      id: draft.id ?? idFrom('evt', by.cause, by.functionName, n),
      source: draft.source ?? `/functions/${by.functionName}`,
      type: draft.type,
      subject: draft.subject,
      time: draft.time ?? by.now.toISOString(),
      traceparent: by.traceparent,
      fingerprint: draft.fingerprint,
      data: encoded(kind, draft.data),
    };
    return { topic: kind.topic, event };
  });
}

/** The same, for whoever handles it to find the work that had it published again. */
export function linkedTo({ traceparent }: Trace): (again: Outgoing) => Outgoing {
  return ({ topic, event }) => ({ topic, event: { ...event, link: traceparent } });
}

/** Data that its own kind refuses is refused again however often it is tried. */
function encoded({ type, data: schema }: Kind, data: unknown): unknown {
  const result = z.safeEncode(schema, data);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join(', ');
  throw new PermanentError('event.unencodable', { type, issues });
}

/** Publishes in one call a topic; returns when all are durable. */
export async function publish(platform: Platform, events: readonly Outgoing[]): Promise<void> {
  const topics = [...new Set(events.map(({ topic }) => topic))];
  await Promise.all(
    topics.map((topic) =>
      platform.publish(
        topic,
        events.filter((each) => each.topic === topic).map(({ event }) => toMessage(event)),
      ),
    ),
  );
}

/** A CloudEvent in structured JSON. `type` is repeated as an attribute, because subscriptions filter by it. */
export function toMessage(event: Event): Message {
  return {
    data: Buffer.from(JSON.stringify(event)),
    attributes: {
      'content-type': 'application/cloudevents+json',
      type: event.type,
      traceparent: event.traceparent,
      ...(event.to !== undefined && { to: event.to }),
      ...(event.link !== undefined && { link: event.link }),
    },
  };
}
