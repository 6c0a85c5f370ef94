import type * as z from 'zod';
import type { Draft, Kind } from '../events/event.ts';
import type { Config, Declaration, Given, ScheduleFunction } from './declared.ts';
import type { Env } from './env.ts';
import { decideOnce, republishUnpublished } from './inbox.ts';
import { errorFields } from './log.ts';
import type { Context, Decision } from './on-event.ts';
import { linkedTo, outgoing } from './outgoing.ts';
import { begin } from './work.ts';

type Run<Publishes extends Kind, Deps> =
  | { decide(tick: string, context: Context<Deps>): Promise<Decision<Publishes>> }
  /** Calls someone outside and changes nothing of ours; says how many things it did, and what others are told of it. */
  | {
      deliver(
        tick: string,
        context: Context<Deps>,
      ): Promise<{ readonly count: number; readonly events?: readonly Draft<Publishes>[] }>;
    };

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
      const { platform: reads, accessToken, fcm, ask, telemetry } = env;
      const { measures } = telemetry;
      const snapshot = () => reads.snapshot();
      const given = { config: config as z.output<C>, reads, snapshot, accessToken, fcm, ask, measures };
      const deps = connect({ ...given, republish });
      return (tick, traceparent) => run(env, deps, tick, traceparent);
    },
  };

  async function run(process: Env, deps: Deps, tick: string, traceparent?: string): Promise<void> {
    const work = begin(process, `${name} tick`, { traceparent });
    const { env, trace } = work;
    const { log } = env;
    const now = env.now();
    log.info({ cause: tick }, 'running');
    try {
      const result = await work.within(act);
      log.info({ cause: tick, ...result, milliseconds: ended('done') }, 'ran');
    } catch (error) {
      log.error({ cause: tick, milliseconds: ended('failed', error), ...errorFields(error) }, 'run failed');
      throw error;
    }

    function ended(outcome: string, error?: unknown): number {
      const seconds = work.end({ 'counterfoil.tick': tick, 'counterfoil.outcome': outcome }, error);
      env.telemetry.measures.runs.record(seconds, { outcome });
      return Math.round(seconds * 1000);
    }

    async function act() {
      const by = { functionName: name, cause: tick, publishes, traceparent: trace.traceparent, now };
      const cause = { functionName: name, id: tick, fingerprint: tick, comesAgain: false };
      if ('deliver' in declaration) {
        const { count, events = [] } = await declaration.deliver(tick, { deps, now });
        if (events.length > 0)
          await decideOnce(env, cause, async () => ({
            writes: [],
            events: outgoing(by, events as readonly Draft[]),
          }));
        return { count };
      }
      const { outcome } = await decideOnce(env, cause, async () => {
        const { writes = [], events = [], redrives = [] } = await declaration.decide(tick, { deps, now });
        return {
          writes,
          events: [...outgoing(by, events as readonly Draft[]), ...redrives.map(linkedTo(trace))],
        };
      });
      return { outcome };
    }
  }
}
