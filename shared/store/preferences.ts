import * as z from 'zod';
import { DEFAULT_PREFERENCES, type PushPreferences } from '../domain/notification-hours.ts';
import { path, type Stored, type Write, write } from './document.ts';

const stored = z.object({
  timeZone: z.string(),
  quietHours: z.object({ from: z.string(), to: z.string() }).nullable(),
  push: z.object({ spending: z.boolean(), income: z.boolean(), declined: z.boolean() }),
}) satisfies z.ZodType<PushPreferences>;

export function preferencesPath(customerId: string): string {
  return path('customers', customerId, 'preferences', 'push');
}

export function preferencesFrom({ fields }: Stored): PushPreferences {
  return fields ? stored.parse(fields) : DEFAULT_PREFERENCES;
}

export function writePreferences(read: Stored, preferences: PushPreferences): Write {
  return write(read, { schema: 1n, ...preferences });
}
