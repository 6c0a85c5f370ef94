import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import { draft, type Event, kind } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import type { Write } from '../store/document.ts';
import { anEnv, eventIn, NOW, silentLog } from '../testing/builders.ts';
import { type Trouble, withTroubles } from '../testing/troubles.ts';
import type { Log } from './log.ts';
import { onSchedule } from './on-schedule.ts';

const swept = kind('thing.swept', 'customers', z.object({}));
const addOne: Write = { do: 'increment', path: 'counters/1', by: { sweeps: 1n } };
const NINE = '2026-11-23T09:00:00.000Z';
const TEN = '2026-11-23T10:00:00.000Z';

function scheduled() {
  const cloud = memoryCloud();
  const published: Event[] = [];
  cloud.onPublish((_, message) => published.push(eventIn(message)));
  const fn = onSchedule({
    name: 'sweep-things',
    everyMinutes: 60,
    publishes: [swept],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    decide: async (tick) => ({ writes: [addOne], events: [draft(swept, { subject: tick, data: {} })] }),
  });
  return {
    published,
    sweeps: () => cloud.documents().get('counters/1')?.sweeps,
    run(tick: string, troubles: { commit?: Trouble[]; publish?: Trouble[] } = {}) {
      const platform = withTroubles(cloud.instance(), troubles);
      return fn.start(anEnv({ platform }), {})(tick);
    },
  };
}

describe('a tick', () => {
  test('does its work once, however often the scheduler calls', async () => {
    const { run, sweeps } = scheduled();
    await run(NINE);
    await run(NINE);
    await run(TEN);
    expect(sweeps()).toBe(2n);
  });

  test('that failed is done by the next call for the same time', async () => {
    const { run, sweeps, published } = scheduled();
    await expect(run(NINE, { commit: ['crash-before'] })).rejects.toThrow('crashed');
    await expect(run(NINE, { publish: ['crash-before'] })).rejects.toThrow('crashed');
    expect(published).toEqual([]);
    await run(NINE);
    expect(sweeps()).toBe(1n);
    expect(published.map(({ subject }) => subject)).toEqual([NINE]);
  });
});

test('a function that calls outside is called at each tick, and says how much it did', async () => {
  const lines: object[] = [];
  const deliver = vi.fn(async (_tick: string) => ({ count: 3 }));
  const fn = onSchedule({
    name: 'fetch-things',
    everyMinutes: 5,
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    deliver,
  });
  const env = anEnv();
  const messages: string[] = [];
  const info = (fields: object, message: string) => {
    messages.push(message);
    lines.push(fields);
  };
  const log: Log = { ...env.log, info, in: () => log };
  await fn.start({ ...env, log }, {})(NINE);
  expect(deliver.mock.calls[0]?.[0]).toBe(NINE);
  expect(lines).toMatchObject([{ cause: NINE }, { cause: NINE, count: 3, milliseconds: expect.any(Number) }]);
  expect((lines[1] as { milliseconds: number }).milliseconds).toBeLessThan(60_000);
  expect(messages).toEqual(['running', 'ran']);
});

test('a function that changes our own data is given the same, need not tell anybody, and says whether it was done', async () => {
  const lines: object[] = [];
  const decide = vi.fn(async (_tick: string, _context: object) => ({ writes: [addOne] }));
  const fn = onSchedule({
    name: 'sweep-things',
    everyMinutes: 60,
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => 'what it was made of',
    decide,
  });
  const log: Log = {
    ...silentLog,
    info: (fields, message) => void (message === 'ran' && lines.push(fields)),
    in: () => log,
  };
  const run = fn.start(anEnv({ log }), {});
  await run(NINE);
  await run(NINE);
  expect(decide).toHaveBeenCalledWith(NINE, { deps: 'what it was made of', now: NOW });
  expect(lines).toMatchObject([{ outcome: 'done' }, { outcome: 'repeated' }]);
});

test('a function is given what it was configured with, the store and the clock', async () => {
  const deliver = vi.fn(async (_tick: string, _context: object) => ({ count: 0 }));
  const config = z.object({ LIMIT: z.string() });
  const connect = vi.fn((_given: object) => 'what it made of it');
  const fn = onSchedule({
    name: 'fetch-things',
    everyMinutes: 5,
    publishes: [],
    impact: 'None: a test.',
    config,
    connect,
    deliver,
  });
  const env = anEnv();
  await fn.start(env, { LIMIT: '7' })(NINE);
  const { platform: reads, accessToken, fcm } = env;
  expect(connect.mock.lastCall?.[0]).toMatchObject({ config: { LIMIT: '7' }, reads, accessToken, fcm });
  expect(deliver).toHaveBeenCalledWith(NINE, { deps: 'what it made of it', now: env.now() });
  expect(fn).toMatchObject({ trigger: 'schedule', everyMinutes: 5 });
});

test('what a run tells comes from its tick and its trace, and a failure is told with its code and no more', async () => {
  const { run, published } = scheduled();
  await run(NINE);
  expect(published[0]).toMatchObject({ source: '/functions/sweep-things', time: NOW.toISOString() });

  const lines: object[] = [];
  const fn = onSchedule({
    name: 'sweep-things',
    everyMinutes: 60,
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    decide: async () => {
      throw new PermanentError('account.closed', { iban: 'DK5000400440116243' });
    },
  });
  const log: Log = { ...silentLog, error: (...line) => lines.push(line), in: () => log };
  await expect(fn.start(anEnv({ log }), {})(NINE)).rejects.toThrow('account.closed');
  expect(lines).toMatchObject([[{ cause: NINE, errorCode: 'account.closed' }, 'run failed']]);
  expect(JSON.stringify(lines)).not.toContain('DK50');
});

test('a function that looks after what others left behind is given the means', async () => {
  const cloud = memoryCloud();
  const published: string[] = [];
  cloud.onPublish((_, message) => published.push(eventIn(message).type));
  const sweep = { impact: 'None: a test.', config: z.object({}), everyMinutes: 5 };
  const leaving = onSchedule({
    ...sweep,
    name: 'sweep-things',
    publishes: [swept],
    connect: () => ({}),
    decide: async (tick) => ({ events: [draft(swept, { subject: tick, data: {} })] }),
  });
  const platform = withTroubles(cloud.instance(), { publish: ['crash-before'] });
  await expect(leaving.start(anEnv({ platform }), {})(NINE)).rejects.toThrow('crashed');
  const fn = onSchedule({
    ...sweep,
    name: 'republish-things',
    publishes: [],
    connect: ({ republish }) => republish,
    deliver: async (_, { deps: republish }) => ({ count: await republish() }),
  });
  const env = anEnv({ platform: cloud.instance(), now: () => new Date(NOW.getTime() + 60_000) });
  await fn.start(env, {})(TEN);
  expect(published).toEqual(['thing.swept']);
});
