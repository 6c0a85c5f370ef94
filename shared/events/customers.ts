import * as z from 'zod';
import { instant, kind, resourceVersion } from './event.ts';

/** `status` is what the account is now, and `told` the bank's word behind this event, which may be an older one. */
export const accountChanged = kind(
  'account.changed',
  'customers',
  z.object({
    accountId: z.string(),
    status: z.enum(['open', 'frozen', 'closed']),
    opened: z.boolean(),
    told: z
      .object({
        status: z.enum(['opened', 'frozen', 'unfrozen', 'closed']),
        occurredAt: instant,
        resourceVersion,
      })
      .optional(),
  }),
);

/** A phone, or a token of a known one, that was not known before can be pushed to from now on. */
export const deviceRegistered = kind(
  'device.registered',
  'customers',
  z.object({ customerId: z.string(), deviceId: z.string() }),
);

/** A customer can authorise payments by this passkey from now on. */
export const passkeyRegistered = kind(
  'passkey.registered',
  'customers',
  z.object({ customerId: z.string(), passkeyId: z.string() }),
);
