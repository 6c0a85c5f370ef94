import type { z } from 'zod';
import type { messageParked } from '../events/dead-letters.ts';
import { defined, path, type Stored, type Write, write } from './document.ts';

export type Parked = z.output<typeof messageParked.data>;

export function parkedPath(parkedId: string): string {
  return path('parked', parkedId);
}

/** Parks a message, or notes that one which is already parked came back. */
export function writeParked(
  read: Stored,
  at: { parkedAt: string; traceparent: string },
  { message, ...why }: Parked,
): Write {
  return write(
    read,
    defined({
      schema: 1n,
      ...why,
      ...at,
      facts: Object.fromEntries(Object.entries(why.facts).map(([key, fact]) => [key, String(fact)])),
      attempts: BigInt(why.attempts),
      state: 'waiting',
      _message: { data: Buffer.from(message.dataBase64, 'base64'), attributes: message.attributes },
    }),
  );
}
