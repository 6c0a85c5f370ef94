import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../../shared/platform/platform.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import type { Env } from '../../shared/runtime/env.ts';
import { eachCall } from '../../shared/testing/each-call.ts';
import { scheduleOf } from './schedule.ts';
import { shown, shrink } from './shrink.ts';
import { type Release, simulate } from './simulator.ts';

/** What one worker is to do: of the schedules from `from`, every `stride`-th of `count`. */
export type Work = {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  readonly stride: number;
  /** Whether a failing one is made as small as it gets. */
  readonly shrinks: boolean;
};

export type News =
  | { readonly kind: 'lived'; readonly schedules: number; readonly events: number; readonly handled: number }
  | { readonly kind: 'broken'; readonly schedule: number; readonly shown: string };

const NEWS_EVERY = 100;

/** Lives through its share of the schedules, and ends at the first that breaks a law. */
export async function work(beside: Release = []): Promise<void> {
  const { seed, from, count, stride, shrinks } = workerData as Work;
  let [schedules, events, handled] = [0, 0, 0];
  const tell = (news: News) => parentPort?.postMessage(news);
  for (let n = from; n < from + count; n += stride) {
    const schedule = scheduleOf(seed, n);
    const verdict = await simulate(schedule, { beside });
    if (verdict.violations.length > 0) {
      const lives = (each: typeof schedule) => simulate(each, { beside });
      const failure = shrinks ? await shrink(scheduleOf(seed, n), lives) : { schedule, verdict };
      return tell({ kind: 'broken', schedule: n, shown: shown(failure) });
    }
    schedules += 1;
    events += schedule.told;
    handled += verdict.handled;
    if (schedules % NEWS_EVERY === 0 || n + stride >= from + count) {
      tell({ kind: 'lived', schedules, events, handled });
      [schedules, events, handled] = [0, 0, 0];
    }
  }
}

/** Functions of another release, which know the errors of their own platform and not ours. */
export function released(
  functions: readonly { readonly fn: DeclaredFunction }[],
  OtherError: new (code: number) => Error,
): Release {
  return functions.map(({ fn }) => ({
    ...fn,
    start: (env: Env, config: never) =>
      fn.start({ ...env, platform: translated(env.platform, OtherError) }, config),
  })) as Release;
}

function translated(platform: Env['platform'], OtherError: new (code: number) => Error): Env['platform'] {
  return eachCall(
    platform,
    (_name, call) =>
      (...args) =>
        call(...args).catch((error: unknown) => {
          throw error instanceof StoreError ? new OtherError(error.code) : error;
        }),
  );
}
