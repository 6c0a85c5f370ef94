import * as z from 'zod';
import { isTimeZone, type PushPreferences } from '../../../shared/domain/notification-hours.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { preferencesFrom, preferencesPath, writePreferences } from '../../../shared/store/preferences.ts';

type Context = { readonly deps: Reads };

const time = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'a time as in 22:00');

export const preferences = z.strictObject({
  timeZone: z.string().max(64).refine(isTimeZone, 'an IANA time zone, as in Europe/Copenhagen'),
  quietHours: z
    .strictObject({ from: time, to: time })
    // It could be all day or never, and nobody should have to guess.
    .refine(({ from, to }) => from !== to, 'from and to differ')
    .nullable(),
  push: z.strictObject({ spending: z.boolean(), income: z.boolean(), declined: z.boolean() }),
}) satisfies z.ZodType<PushPreferences>;

export async function getPreferences({ uid }: Request, { deps }: Context) {
  return { status: 200, body: preferencesFrom(await readOne(deps, preferencesPath(uid))) };
}

/** Replaces them whole; news of security is not among them, since it cannot be switched off. */
export async function putPreferences({ uid, rawBody }: Request, { deps }: Context) {
  const wanted = readBody(preferences, rawBody);
  const document = await readOne(deps, preferencesPath(uid));
  return { status: 200, body: wanted, writes: [writePreferences(document, wanted)] };
}
