import type { z } from 'zod';
import type { Draft, Kind } from '../events/event.ts';
import type { Config, Declaration, Given, ScheduleFunction } from './declared.ts';
import type { Env } from './env.ts';
import { decideOnce, republishUnpublished } from './inbox.ts';
import { errorFields } from './log.ts';
import type { Context, Decision } from './on-event.ts';
import { outgoing } from './outgoing.ts';
import type { Trace } from './telemetry.ts';

type Run<Publishes extends Kind, Deps> =
  | { decide(tick: string, context: Context<Deps>): Promise<Decision<Publishes>> }
  /** Calls someone outside and changes nothing of ours; says how many things it did. */
  | { deliver(tick: string, context: Context<Deps>): Promise<number> };

/** A function that runs every so many minutes. One tick does its work once, however often the scheduler calls. */
export function onSchedule<const Publishes extends readonly Kind[], C extends z.ZodObject, Deps>(
  declaration: Declaration & {
    everyMinutes: number;
    publishes: Publishes;
    config: C;
    connect(given: Given<C> & { republish: () => Promise<number> }): Deps;
  } & Run<Publishes[number], Deps>,
): ScheduleFunction {
  const { name, publishes, connect } = declaration;

  return {
    ...declaration,
    trigger: 'schedule',
    start(env, config: Config) {
      const republish = () => republishUnpublished(env);
      const { platform: reads, accessToken, fcm } = env;
      const deps = connect({ config: config as z.output<C>, reads, accessToken, fcm, republish });
      return (tick, trace) => run(env, deps, tick, trace);
    },
  };

  async function run(env: Env, deps: Deps, tick: string, trace: Trace): Promise<void> {
    const startedAt = performance.now();
    const log = env.log.in(trace);
    const now = env.now();
    try {
      const result = await act();
      log.info({ cause: tick, ...result, milliseconds: Math.round(performance.now() - startedAt) }, 'ran');
    } catch (error) {
      log.error({ cause: tick, ...errorFields(error) }, 'run failed');
      throw error;
    }

    async function act() {
      if ('deliver' in declaration) return { count: await declaration.deliver(tick, { deps, now }) };
      const cause = { functionName: name, id: tick, fingerprint: tick, comesAgain: false };
      const outcome = await decideOnce(env, cause, async () => {
        const { writes = [], events = [], redrives = [] } = await declaration.decide(tick, { deps, now });
        const by = { functionName: name, cause: tick, publishes, traceparent: trace.traceparent, now };
        return { writes, events: [...outgoing(by, events as readonly Draft[]), ...redrives] };
      });
      return { outcome };
    }
  }
}
