import type { z } from 'zod';
import type { messageParked } from '../events/dead-letters.ts';
import { createInChunks } from './chunks.ts';
import { defined, path, type Stored, type Write } from './document.ts';

export type Parked = z.output<typeof messageParked.data>;

export function parkedPath(parkedId: string): string {
  return path('parked', parkedId);
}

/**
 * Parks a message with its bytes, or notes that one which was parked before came back. Its id follows from
 * the event, so what came back is the same.
 */
export function writeParked(
  read: Stored,
  at: { parkedAt: string; traceparent: string },
  { parkedId: _, message, facts, attempts, ...why }: Parked,
): Write[] {
  const fields = defined({
    schema: 1n,
    ...why,
    ...at,
    facts: Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, String(fact)])),
    attempts: BigInt(attempts),
    attributes: message.attributes,
    state: 'waiting',
  });
  if (read.fields) return [{ do: 'replace', read, fields: { ...read.fields, ...fields } }];
  return createInChunks(read.path, Buffer.from(message.dataBase64, 'base64'), fields);
}
