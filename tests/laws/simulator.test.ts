import { describe, expect, test } from 'vitest';
import { registry } from '../../functions/registry.ts';
import { type Platform, StoreError } from '../../shared/platform/platform.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { scheduleOf } from './schedule.ts';
import { shown, shrink } from './shrink.ts';
import { type Release, simulate } from './simulator.ts';

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SCHEDULES = 320;
const functions: Release = registry.map(({ fn }) => fn);

test(`no order, repetition or fault breaks a law: ${SCHEDULES} schedules of seed ${seed}`, async () => {
  for (let n = 0; n < SCHEDULES; n += 1) {
    const { violations } = await simulate(scheduleOf(seed, n));
    expect(violations, `npm run simulate -- --seed ${seed} --from ${n} --schedules 1`).toEqual([]);
  }
}, 300_000);

test('one seed is one run, step by step, so that a failure can be seen again', async () => {
  // In the story of the first two customers pay.
  const [first, again, another] = [
    await simulate(scheduleOf(seed, 8)),
    await simulate(scheduleOf(seed, 8)),
    await simulate(scheduleOf(seed, 7)),
  ];
  expect(first.steps().length).toBeGreaterThan(20);
  expect(again.steps()).toEqual(first.steps());
  expect(another.steps()).not.toEqual(first.steps());
});

describe('a bug in one function', () => {
  /** Takes a failed commit for one that was done. */
  const forgetful = ({ commit, ...platform }: Platform): Platform => ({
    ...platform,
    commit: (writes) =>
      commit(writes).catch((error) => {
        if (!(error instanceof StoreError)) throw error;
        return '';
      }),
  });

  test('that loses a delivery when the store does not answer is found, and shown as small as it gets', async () => {
    const release = bent('archive-delivery', forgetful);
    const lives = (schedule: ReturnType<typeof scheduleOf>) => simulate(schedule, { release });
    const found = await firstBroken(lives);
    expect(found.law).toBe('nothing acknowledged is lost');
    const small = await shrink(scheduleOf(1, found.n), lives);
    const { events, orders = [] } = small.schedule.story;
    expect([...events, ...orders]).toHaveLength(1);
    const text = shown(small);
    // Hardly anything else goes wrong than what it takes: one call of that function, and one fault.
    const struck = text
      .split('\n')
      .filter((line) => /^ {2}.*: (unavailable|conflict|lostAnswer|crash\w+)$/.test(line));
    expect(struck.length).toBeLessThanOrEqual(2);
    expect(struck).toContainEqual(
      expect.stringMatching(/^ {2}archive-delivery#\d+ commit create inbox\/.*: (unavailable|conflict)$/),
    );
    expect(text).toContain('nothing acknowledged is lost: not archived');
  }, 300_000);

  test('that is there in one of two releases beside each other is found', async () => {
    const beside = bent('archive-delivery', forgetful);
    const found = await firstBroken((schedule) => simulate(schedule, { beside }));
    expect(found.law).toBe('nothing acknowledged is lost');
  });

  async function firstBroken(
    lives: (schedule: ReturnType<typeof scheduleOf>) => ReturnType<typeof simulate>,
  ) {
    for (let n = 0; n < 500; n += 1) {
      const [violation] = (await lives(scheduleOf(1, n))).violations;
      if (violation) return { n, ...violation };
    }
    throw new Error('not found');
  }
});

/** All functions, of which one has another idea of its platform. */
function bent(name: string, how: (platform: Platform) => Platform): Release {
  return functions.map((fn) =>
    fn.name === name
      ? ({
          ...fn,
          start: (env, config) => fn.start({ ...env, platform: how(env.platform) }, config),
        } as DeclaredFunction)
      : fn,
  );
}
