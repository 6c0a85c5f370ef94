import * as z from 'zod';
import { kinds } from '../events/kinds.ts';
import type { Message, Reads } from '../platform/platform.ts';
import { chunkPaths } from '../store/chunks.ts';
import type { Stored } from '../store/document.ts';
import { messageFrom } from '../store/parked.ts';
import { eventIn } from './dead-letter.ts';
import type { Outgoing } from './outgoing.ts';

export type Redrive =
  | { readonly kind: 'ready'; readonly message: Outgoing }
  /** It would only be parked again: it is no event, of a kind that is no more, or its data cannot be read. */
  | { readonly kind: 'useless'; readonly reason: string };

/**
 * A parked message once more, under the same id and in its own trace, for the one function that gave it up: the
 * others of its topic let it pass. It goes by the topic, so it is as durable and as often tried as any event.
 */
export function redriveOf(functionName: string, parked: Message): Redrive {
  const event = eventIn(parked);
  if (!event) return { kind: 'useless', reason: 'event.invalid' };
  const kind = kinds.find(({ type }) => type === event.type);
  if (!kind) return { kind: 'useless', reason: 'event.unknown-type' };
  if (!z.safeParse(kind.data, event.data).success) return { kind: 'useless', reason: 'event.invalid' };
  return { kind: 'ready', message: { topic: kind.topic, event: { ...event, to: functionName } } };
}

/** The same of a parked document, whose bytes may be in several. */
export async function redriveOfParked(reads: Reads, parked: Stored): Promise<Redrive> {
  const chunks = await reads.get(chunkPaths(parked));
  return redriveOf(parked.fields?.function as string, messageFrom(parked, chunks));
}
