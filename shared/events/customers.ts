import { z } from 'zod';
import { kind } from './event.ts';

export const accountChanged = kind(
  'account.changed',
  'customers',
  z.object({ accountId: z.string(), status: z.enum(['open', 'frozen', 'closed']), opened: z.boolean() }),
);

/** A phone, or a token of a known one, that was not known before can be pushed to from now on. */
export const deviceRegistered = kind(
  'device.registered',
  'customers',
  z.object({ customerId: z.string(), deviceId: z.string() }),
);
