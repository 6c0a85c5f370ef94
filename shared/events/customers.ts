import { z } from 'zod';
import { kind } from './event.ts';

export const accountChanged = kind(
  'account.changed',
  'customers',
  z.object({ accountId: z.string(), status: z.enum(['open', 'frozen', 'closed']), opened: z.boolean() }),
);
