import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { draft, type Event, kind } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import type { Write } from '../store/document.ts';
import { anEnv, eventIn } from '../testing/builders.ts';
import { type Trouble, withTroubles } from '../testing/troubles.ts';
import { onSchedule } from './on-schedule.ts';
import { childOf } from './telemetry.ts';

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
      return fn.start(anEnv({ platform }), {})(tick, childOf(undefined));
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
  const deliver = vi.fn(async (_tick: string) => 3);
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
  const log = { ...env.log, info: (fields: object) => void lines.push(fields), in: () => log };
  await fn.start({ ...env, log }, {})(NINE, childOf(undefined));
  expect(deliver.mock.calls[0]?.[0]).toBe(NINE);
  expect(lines).toMatchObject([{ cause: NINE, count: 3 }]);
});
