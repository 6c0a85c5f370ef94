import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accountChanged } from '../../../shared/events/customers.ts';
import { draft } from '../../../shared/events/event.ts';
import { memoryCloud } from '../../../shared/platform/memory.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
import { childOf } from '../../../shared/runtime/telemetry.ts';
import { anEnv, eventIn, NOW } from '../../../shared/testing/builders.ts';
import { type Trouble, withTroubles } from '../../../shared/testing/troubles.ts';
import republishUnpublished from './function.ts';

/** Tells at each tick that an account changed: a function whose cause nobody delivers again. */
const tellHourly = onSchedule({
  name: 'tell-hourly',
  everyMinutes: 60,
  publishes: [accountChanged],
  impact: 'None: a test.',
  config: z.object({}),
  connect: () => ({}),
  decide: async (subject) => ({
    events: [
      draft(accountChanged, {
        subject,
        data: { accountId: 'acct-1', status: 'open' as const, opened: true },
      }),
    ],
  }),
});

function aPlace() {
  const cloud = memoryCloud();
  const told: string[] = [];
  cloud.onPublish((_, message) => told.push(eventIn(message).subject));
  const run = (fn: typeof tellHourly, tick: string, secondsLater: number, publish: Trouble[] = []) => {
    const platform = withTroubles(cloud.instance(), { publish });
    const now = () => new Date(NOW.getTime() + secondsLater * 1000);
    return fn.start(anEnv({ platform, now }), {})(tick, childOf(undefined));
  };
  return {
    told,
    tell: (tick: string, publish: Trouble[] = []) => run(tellHourly, tick, 0, publish),
    sweep: (secondsLater: number, publish: Trouble[] = []) =>
      run(republishUnpublished, `minute ${secondsLater}`, secondsLater, publish),
  };
}

describe('what a process left when it died between commit and publish', () => {
  test('is published by the next sweep, once', async () => {
    const { tell, sweep, told } = aPlace();
    await expect(tell('nine', ['crash-before'])).rejects.toThrow('crashed');
    expect(told).toEqual([]);
    await sweep(60);
    await sweep(120);
    expect(told).toEqual(['nine']);
  });

  test('is left alone while it is younger than a minute: its process may still be at it', async () => {
    const { tell, sweep, told } = aPlace();
    await expect(tell('nine', ['crash-before'])).rejects.toThrow('crashed');
    await sweep(59);
    expect(told).toEqual([]);
  });

  test('is swept again when the sweeper dies too', async () => {
    const { tell, sweep, told } = aPlace();
    await expect(tell('nine', ['crash-before'])).rejects.toThrow('crashed');
    await expect(sweep(60, ['crash-before'])).rejects.toThrow('crashed');
    await sweep(120);
    expect(told).toEqual(['nine']);
  });

  test('does not keep back what others left', async () => {
    const { tell, sweep, told } = aPlace();
    for (const tick of ['nine', 'ten', 'eleven']) {
      await expect(tell(tick, ['crash-before'])).rejects.toThrow('crashed');
    }
    await expect(sweep(60, [3])).rejects.toThrow('store.code-3');
    expect(told).toHaveLength(2);
    await sweep(120);
    expect(told.toSorted()).toEqual(['eleven', 'nine', 'ten']);
  });
});

test('what was published is not published again', async () => {
  const { tell, sweep, told } = aPlace();
  await tell('nine');
  await sweep(600);
  expect(told).toEqual(['nine']);
});
