import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { accountChanged } from '../../../shared/events/customers.ts';
import { draft } from '../../../shared/events/event.ts';
import { memoryCloud } from '../../../shared/platform/memory.ts';
import { StoreError } from '../../../shared/platform/platform.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
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
    return fn.start(anEnv({ platform, now }), {})(tick);
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

test('what cannot be published holds up nothing: 20 of 320 that can be are, and the run fails', async () => {
  const cloud = memoryCloud();
  const told: string[] = [];
  cloud.onPublish((_, message) => told.push(eventIn(message).subject));
  const poison = Array.from({ length: 300 }, (_, n) => `poison-${n}`);
  const good = Array.from({ length: 20 }, (_, n) => `good-${n}`);
  for (const tick of [...poison, ...good]) {
    const platform = withTroubles(cloud.instance(), { publish: ['crash-before'] });
    const told = tellHourly.start(anEnv({ platform }), {})(tick);
    await expect(told).rejects.toThrow('crashed');
  }
  const platform = cloud.instance();
  const refusing: typeof platform = {
    ...platform,
    async publish(topic, messages) {
      if (messages.some((message) => eventIn(message).subject.startsWith('poison'))) throw new StoreError(3);
      await platform.publish(topic, messages);
    },
  };
  const sweep = (platform: typeof refusing, seconds: number) => {
    const now = () => new Date(NOW.getTime() + seconds * 1000);
    return republishUnpublished.start(anEnv({ platform, now }), {})(`minute ${seconds}`);
  };
  await expect(sweep(refusing, 60)).rejects.toThrow('store.code-3');
  expect(told.toSorted()).toEqual(good.toSorted());

  // And once they can be published, they all are, and the others not again.
  await sweep(platform, 120);
  expect(told.slice(20).toSorted()).toEqual(poison.toSorted());
});

test('what was published is not published again', async () => {
  const { tell, sweep, told } = aPlace();
  await tell('nine');
  await sweep(600);
  expect(told).toEqual(['nine']);
});
