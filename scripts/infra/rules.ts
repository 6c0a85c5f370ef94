import { data } from './data.ts';
import { front } from './front.ts';
import { messages } from './messages.ts';
import type { Resource } from './resources.ts';
import { rights } from './rights.ts';
import { schedules } from './schedules.ts';
import { services } from './services.ts';
import { watched } from './watched.ts';
import type { Against } from './world.ts';

const RULES = [...services, ...rights, ...messages, ...schedules, ...data, ...front, ...watched];

/** All that is wrong with what is planned, one sentence each. */
export function problemsOf(against: Against, resources: readonly Resource[]): string[] {
  const world = { ...against, resources };
  return [...new Set(RULES.flatMap((rule) => rule(world)))];
}
