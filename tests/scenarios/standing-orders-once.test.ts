import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import runStandingOrders from '../../functions/payments/run-standing-orders/function.ts';
import { addDays, nextBankDay, previousBankDay } from '../../shared/domain/bank-days.ts';
import { dueDatesOf, isPausedOn, type Schedule } from '../../shared/domain/standing-order.ts';
import { idFrom } from '../../shared/events/id.ts';
import { ALL_FAULTS, STORMY } from '../../shared/testing/world.ts';
import { aPayer } from './paying.ts';

const STARTS_ON = '2027-01-15';
const DAYS = 117; // to a Wednesday

const schedules = fc
  .record({
    every: fc.constantFrom('week', 'month'),
    interval: fc.integer({ min: 1, max: 3 }),
    start: fc.integer({ min: 0, max: 40 }),
    length: fc.option(fc.integer({ min: 20, max: DAYS }), { nil: undefined }),
    atMonthEnd: fc.boolean(),
    convention: fc.constantFrom('following', 'preceding'),
    pause: fc.option(fc.tuple(fc.integer({ min: 0, max: DAYS }), fc.integer({ min: 0, max: 40 })), {
      nil: undefined,
    }),
  })
  .map(({ every, interval, start, length, atMonthEnd, convention, pause }) => {
    const startsOn = addDays(STARTS_ON, start);
    const endsOn = length === undefined ? undefined : addDays(startsOn, length + 31);
    const often = { interval, startsOn, ...(endsOn && { endsOn }) };
    const schedule = (every === 'week' ? { every, ...often } : { every, ...often, atMonthEnd }) as Schedule;
    const from = pause && addDays(STARTS_ON, pause[0]);
    return {
      schedule,
      convention,
      pause: pause && from ? { from, until: addDays(from, pause[1]) } : undefined,
    };
  });

/** Which days had a tick, whether it came twice, and whether two came at once. */
const ticks = fc.array(fc.constantFrom('none', 'once', 'twice', 'two at once'), {
  minLength: DAYS,
  maxLength: DAYS,
});

test('every run has exactly one payment, whatever ticks were lost, came twice or met another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(schedules, { minLength: 1, maxLength: 3 }), ticks, async (wishes, days) => {
      const { order, ask, world, tickAt, clock, payments, released } = aPayer();
      const expected: string[] = [];
      const last = addDays(STARTS_ON, DAYS);
      for (const { schedule, convention, pause } of wishes) {
        const { id } = await order({ schedule, convention });
        if (pause) await ask('POST', `/v1/standing-orders/${id}/pause`, pause);
        const move = convention === 'following' ? nextBankDay : previousBankDay;
        const due = dueDatesOf(schedule, { from: STARTS_ON, until: addDays(last, 10) });
        const runs = due.filter(
          (dueOn) => move('DK', dueOn) <= last && !isPausedOn(pause ? [pause] : [], dueOn),
        );
        expected.push(...runs.map((dueOn) => idFrom('pay', id, dueOn)));
      }
      for (const [n, how] of days.entries()) {
        clock.now = new Date(`${addDays(STARTS_ON, n - 10)}T09:00:00Z`);
        const count = { none: 0, once: 1, twice: 2, 'two at once': 2 }[how] ?? 0;
        for (let nth = 0; nth < count; nth += 1)
          world.schedule(runStandingOrders, how === 'twice' ? `day ${n}` : `day ${n}, ${nth}`);
        await world.rest();
      }
      // So many runs of an order can have been missed.
      for (let n = 0; n < 20; n += 1) await tickAt(`${last}T09:${10 + n}:00Z`);
      expect(
        payments()
          .map(({ id }) => id)
          .sort(),
      ).toEqual([...expected].sort());
      expect(released().sort()).toEqual([...expected].sort());
    }),
    { numRuns: 25 },
  );
});

describe('rent is paid once', () => {
  test('by a tick that comes twice, and by two at once', async () => {
    const { order, clock, world, payments, released } = aPayer({ weather: { concurrency: 4 } });
    await order();
    clock.now = new Date('2026-12-01T09:00:00Z');
    for (const tick of ['1', '1', '2', '3']) world.schedule(runStandingOrders, tick);
    await world.rest();
    expect(payments()).toHaveLength(1);
    expect(world.failures).toEqual([]);
    expect(released()).toHaveLength(1);
  });

  test('whatever crashes in between, and whatever comes late, twice or not at all', async () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const faults = { ...ALL_FAULTS, crashBefore: 0.08, crashAfter: 0.08, lostAnswer: 0.08 };
      const payer = aPayer({ seed, bookedMinor: 25_000n });
      const { id } = await payer.order();
      const [document] = await payer.world.store.get([`standing-orders/${id}`]);
      const { clock, world, payments } = aPayer({
        ...{ seed, faults, weather: STORMY, bookedMinor: 25_000n },
        also: new Map([[`standing-orders/${id}`, document?.fields ?? {}]]),
      });
      // A run that was made past a cut-off is the next day’s.
      for (const day of ['2026-12-04', '2027-01-04', '2027-02-04', '2027-03-04', '2027-03-05'])
        for (let n = 0; n < 12; n += 1) {
          clock.now = new Date(`${day}T${10 + n}:00:00Z`);
          world.schedule(runStandingOrders, clock.now.toISOString());
          world.schedule(runStandingOrders, clock.now.toISOString());
          await world.rest();
        }
      // There is money for two, and what has no more money is refused in the evening.
      const states = payments().map(({ state }) => state);
      expect(states.sort(), `seed ${seed}`).toEqual(['rejected', 'rejected', 'submitting', 'submitting']);
      expect(new Set(payments().map(({ id: each }) => each))).toEqual(
        new Set(['2026-12-01', '2027-01-01', '2027-02-01', '2027-03-01'].map((on) => idFrom('pay', id, on))),
      );
    }
  });
});

describe('more standing orders than one tick can take on', () => {
  test('are paid by the ticks after it, each once', async () => {
    const { order, tickAt, payments } = aPayer();
    for (let n = 0; n < 450; n += 1) await order();
    await tickAt('2026-12-01T04:05:00Z');
    expect(payments()).toHaveLength(200);
    await tickAt('2026-12-01T04:10:00Z');
    await tickAt('2026-12-01T04:15:00Z');
    expect(payments()).toHaveLength(450);
  });

  test('come to no more than 500 writes a commit', async () => {
    let most = 0;
    const { order, tickAt } = aPayer({
      observed: (platform) => ({
        ...platform,
        commit: (writes) => {
          most = Math.max(most, writes.length);
          return platform.commit(writes);
        },
      }),
    });
    for (let n = 0; n < 210; n += 1) await order();
    await tickAt('2026-12-01T04:05:00Z');
    expect(most).toBe(401); // an order, its payment, and what was done about the tick
  });
});
