/** A kind of event, and the constant and the file of shared/events that declare it. */
type OnEvent = {
  readonly by: 'event';
  readonly type: string;
  readonly topic: string;
  readonly constant: string;
  readonly file: string;
};

/** What a new function is started by. */
export type Trigger =
  | OnEvent
  | { readonly by: 'request' }
  | { readonly by: 'schedule'; readonly everyMinutes: number };

/** `api` is what callers are told of its routes. */
export type Written = { readonly code: string; readonly test: string; readonly api?: string };

// Of these verbs the house says that they call someone outside; any other changes our own data.
const CALLS_OUTSIDE = /^(send|submit|fetch|resolve)-/;

const SHARED = '../../../shared';

/** A function that compiles, runs and does nothing yet, and its first tests. */
export function written(name: string, trigger: Trigger): Written {
  const calls = CALLS_OUTSIDE.test(name);
  if (trigger.by === 'event') return onEvent(name, trigger, calls);
  if (trigger.by === 'schedule') return onSchedule(name, trigger.everyMinutes, calls);
  return onRequest(name);
}

const TO_SAY = `  publishes: [],
  impact: 'Say here what a customer loses while it fails.',
  config: z.object({}),
  connect: ({ reads }) => reads,`;

function onEvent(name: string, { type, topic, constant, file }: OnEvent, calls: boolean): Written {
  const handler = calls
    ? `  // Calls someone outside with the idempotency key of its context, and changes nothing of ours.
  async deliver() {
    return [];
  },`
    : `  // Changes our own data and calls nobody outside; it may run several times for one event.
  async decide() {
    return { writes: [], events: [] };
  },`;
  return {
    code: `import * as z from 'zod';
import { ${constant} } from '${SHARED}/events/${file}';
import { onEvent } from '${SHARED}/runtime/on-event.ts';

/** Say here what it is for. */
export default onEvent({
  name: '${name}',
  on: [${constant}],
${TO_SAY}
${handler}
});
`,
    test: `import { expect, test } from 'vitest';
import { toMessage } from '${SHARED}/runtime/outgoing.ts';
import { NOW, TRACEPARENT } from '${SHARED}/testing/builders.ts';
import { aWorld } from '${SHARED}/testing/world.ts';
import fn from './function.ts';

test('an event that nobody can read is parked with its reason, and blocks nothing', async () => {
  const world = aWorld({ functions: [fn] });
  await world.deliver(
    '${topic}',
    toMessage({
      specversion: '1.0',
      id: 'evt-1',
      source: '/tests',
      type: '${type}',
      subject: 'subject-1',
      time: NOW.toISOString(),
      traceparent: TRACEPARENT,
      data: {},
    }),
  );
  expect(world.failures).toEqual([]);
  expect(world.events('dead-letters')).toMatchObject([
    { data: { function: '${name}', reason: 'event.invalid' } },
  ]);
});

test.todo('an event delivered twice takes effect once');
`,
  };
}

function onRequest(name: string): Written {
  const things = name.replace(/^[a-z]+-/, '');
  const path = `/v1/${things}`;
  const noun = things.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    code: `import * as z from 'zod';
import { onRequest } from '${SHARED}/runtime/on-request.ts';

/** Say here what it is for. */
export default onRequest({
  name: '${name}',
  caller: 'customer',
${TO_SAY}
  routes: {
    'GET ${path}': async () => ({ status: 200, body: { items: [] } }),
  },
});
`,
    test: `import { expect, test } from 'vitest';
import { aRequest } from '${SHARED}/testing/builders.ts';
import { aWorld } from '${SHARED}/testing/world.ts';
import fn from './function.ts';

test('a customer is answered, and somebody without a token is not', async () => {
  const world = aWorld({ functions: [fn] });
  const ask = (uid: string) => world.ask(fn, aRequest('GET', '${path}', uid));
  expect(await ask('uid-ann')).toMatchObject({ status: 200, body: { items: [] } });
  expect(await ask('')).toMatchObject({ status: 401 });
});

test.todo("what is another customer's is not found");
`,
    api: `import * as z from 'zod';
import type { Api } from '${SHARED}/runtime/described.ts';

export default {
  'GET ${path}': {
    operationId: 'list${noun}',
    summary: 'Say here what it does',
    description: 'Say here what that leaves open.',
    answers: {
      200: {
        description: 'All of them.',
        schema: z.strictObject({ items: z.array(z.strictObject({ id: z.string() })) }),
        example: { items: [{ id: 'thing-1' }] },
      },
    },
  },
} satisfies Api;
`,
  };
}

function onSchedule(name: string, everyMinutes: number, calls: boolean): Written {
  const handler = calls
    ? `  // Calls someone outside, changes nothing of ours, and says how many things it did.
  deliver: async () => 0,`
    : `  // Changes our own data, once for each tick.
  async decide() {
    return { writes: [], events: [] };
  },`;
  return {
    code: `import * as z from 'zod';
import { onSchedule } from '${SHARED}/runtime/on-schedule.ts';

/** Say here what it is for. */
export default onSchedule({
  name: '${name}',
  everyMinutes: ${everyMinutes},
${TO_SAY}
${handler}
});
`,
    test: `import { expect, test } from 'vitest';
import { aWorld } from '${SHARED}/testing/world.ts';
import fn from './function.ts';

test('${calls ? 'a tick changes nothing of ours' : 'a tick that comes twice is kept in the inbox once'}', async () => {
  const world = aWorld({ functions: [fn] });
  await world.tick(fn, '2026-11-23T10:00:00.000Z');
  await world.tick(fn, '2026-11-23T10:00:00.000Z');
  expect(world.documents().size).toBe(${calls ? 0 : 1});
});
`,
  };
}
