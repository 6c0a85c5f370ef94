import * as z from 'zod';
import { kind } from './event.ts';

/** A message that a function cannot process, with why, and whole, so that it can be redriven. */
export const messageParked = kind(
  'message.parked',
  'dead-letters',
  z.object({
    /** One for one event and function, however often it is given up. */
    parkedId: z.string(),
    /** The function that gave up, and to which a redrive goes. */
    function: z.string(),
    /** The path of what it waits for, as in `accounts/acct-1`: redriven by itself once that is there. */
    waitsFor: z.string().optional(),
    /** A code, as in `event.invalid`. */
    reason: z.string(),
    /** Ids, codes and counts beside the reason. */
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
    attempts: z.number().int().min(1),
    /** The message as it was delivered; the data is its bytes. */
    message: z.object({ dataBase64: z.base64(), attributes: z.record(z.string(), z.string()) }),
  }),
);

/** What waits for something is parked now; whether that has come meanwhile is to be looked at once more. */
export const messageWaiting = kind(
  'message.waiting',
  'dead-letters',
  z.object({ parkedId: z.string(), waitsFor: z.string() }),
);
