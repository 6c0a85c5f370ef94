import * as z from 'zod';
import type { Registered } from '../../functions/registry.ts';
import { kind } from '../../shared/events/event.ts';
import { onEvent } from '../../shared/runtime/on-event.ts';
import { onRequest } from '../../shared/runtime/on-request.ts';
import { onSchedule } from '../../shared/runtime/on-schedule.ts';

export const opened = kind('account.opened', 'bank-facts', z.object({}));
export const booked = kind('transaction.booked', 'bank-facts', z.object({}));
export const changed = kind('account.changed', 'customers', z.object({}));

const common = { publishes: [], impact: 'Nobody misses it.', config: z.object({}), connect: () => ({}) };
export const track = onEvent({
  ...common,
  name: 'track-thing',
  on: [opened],
  publishes: [changed],
  decide: async () => ({}),
});
export const serve = onRequest({
  ...common,
  name: 'serve-things',
  caller: 'customer',
  routes: { 'GET /v1/things/:id': async () => ({ status: 200 }) },
});
export const sweep = onSchedule({
  ...common,
  name: 'sweep-things',
  everyMinutes: 15,
  deliver: async () => ({ count: 0 }),
});

/** A small registry for tests: one function of each trigger. */
export const three: readonly Registered[] = [track, serve, sweep].map((fn) => ({ room: 'ledger', fn }));
