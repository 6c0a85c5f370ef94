import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import { messageParked } from '../events/dead-letters.ts';
import { type Draft, draft, type Event, type EventOf, type Kind, parseEnvelope } from '../events/event.ts';
import type { Message } from '../platform/platform.ts';
import type { Write } from '../store/document.ts';
import { exhausted, type Parked, parkedId, wholeOf } from './dead-letter.ts';
import type { Declaration, EventFunction, Given } from './declared.ts';
import type { Env } from './env.ts';
import { decideOnce, deliverOnce, type Outcome } from './inbox.ts';
import { errorFields } from './log.ts';
import { type Outgoing, outgoing, publish } from './outgoing.ts';
import { childOf, type Trace } from './telemetry.ts';

/** What a function decided: changes of our own data, in one commit, and what others are told once it is done. */
export type Decision<Publishes extends Kind = Kind> = {
  readonly writes?: readonly Write[];
  readonly events?: readonly Draft<Publishes>[];
  /** What was parked, once more, each for the function that gave it up. */
  readonly redrives?: readonly Outgoing[];
};

export type Context<Deps> = { readonly deps: Deps; readonly now: Date };

type Handler<On extends Kind, Publishes extends Kind, Deps> =
  /** Changes our own data and calls nobody outside. It may run several times for one event. */
  | { decide(event: EventOf<On>, context: Context<Deps>): Promise<Decision<Publishes>> }
  /** Calls someone outside with this idempotency key, and changes nothing of ours. */
  | {
      deliver(
        event: EventOf<On>,
        context: Context<Deps> & { readonly idempotencyKey: string },
      ): Promise<readonly Draft<Publishes>[]>;
    };

/**
 * A function that reacts to events of one topic. What it throws says what happens next: a `PermanentError`
 * parks the message, anything else has it delivered again. Kinds that it does not list are acknowledged.
 */
export function onEvent<
  const On extends readonly [Kind, ...Kind[]],
  const Publishes extends readonly Kind[],
  C extends z.ZodObject,
  Deps,
>(
  declaration: Declaration & {
    on: On;
    prefix?: string;
    publishes: Publishes;
    config: C;
    connect(given: Given<C>): Deps;
  } & Handler<On[number], Publishes[number], Deps>,
): EventFunction {
  const { name, on, publishes, connect } = declaration;

  return {
    ...declaration,
    trigger: 'event',
    prefix: declaration.prefix,
    start(env, config) {
      const { platform: reads, accessToken, fcm } = env;
      const deps = connect({ config: config as z.output<C>, reads, accessToken, fcm });
      return (message) => receive(env, message, (event, trace) => handle(env, deps, event, trace));
    },
  };

  async function handle(env: Env, deps: Deps, event: Event, trace: Trace): Promise<Outcome | 'ignored'> {
    const kind = on.find(({ type }) => type === event.type);
    if (!kind || (event.to !== undefined && event.to !== name)) return 'ignored';
    const typed = { ...event, data: checked(() => kind.data.parse(event.data)) } as EventOf<On[number]>;
    const fingerprint = event.fingerprint ?? event.id;
    const cause = { functionName: name, id: event.id, fingerprint, comesAgain: true };
    const now = env.now();
    const follow = (drafts: readonly Draft[]) =>
      outgoing(
        { functionName: name, cause: event.id, publishes, traceparent: trace.traceparent, now },
        drafts,
      );

    if ('decide' in declaration) {
      return decideOnce(env, cause, async () => {
        const { writes = [], events = [], redrives = [] } = await declaration.decide(typed, { deps, now });
        return { writes, events: [...follow(events), ...redrives] };
      });
    }
    return deliverOnce(env, cause, async (idempotencyKey) =>
      follow(await declaration.deliver(typed, { deps, now, idempotencyKey })),
    );
  }

  async function receive(
    env: Env,
    message: Message,
    handleEvent: (event: Event, trace: Trace) => Promise<Outcome | 'ignored'>,
  ): Promise<void> {
    const startedAt = performance.now();
    const trace = childOf(message.attributes.traceparent);
    const log = env.log.in(trace);
    let event: Event | undefined;
    try {
      event = readEvent(message, env.now());
      finished(await handleEvent(event, trace));
    } catch (error) {
      if (!(error instanceof PermanentError) || env.rebuild !== undefined) {
        log.error({ eventId: event?.id, type: event?.type, ...errorFields(error) }, 'handling failed');
        throw error;
      }
      const { code, facts, waitsFor } = error;
      const parked = {
        parkedId: parkedId(name, message, event),
        function: name,
        reason: code,
        facts,
        waitsFor,
        attempts: 1,
      };
      await park(env, { ...parked, message: wholeOf(message) }, trace);
      finished('parked', code);
    }

    function finished(outcome: string, reason?: string) {
      const milliseconds = Math.round(performance.now() - startedAt);
      log.info({ eventId: event?.id, type: event?.type, outcome, reason, milliseconds }, 'handled');
    }
  }

  /** Publishes the whole message with its reason; only then is it acknowledged. */
  async function park(env: Env, parked: Parked, { traceparent }: Trace): Promise<void> {
    const by = {
      functionName: name,
      cause: randomUUID(),
      publishes: [messageParked],
      traceparent,
      now: env.now(),
    };
    await publish(env.platform, outgoing(by, [draft(messageParked, { subject: name, data: parked })]));
  }
}

function readEvent(message: Message, now: Date): Event {
  return exhausted(message, now) ?? checked(() => parseEnvelope(JSON.parse(decode(message))));
}

function decode({ data }: Message): string {
  return new TextDecoder().decode(data);
}

/** What cannot be read today cannot be read tomorrow: says where and how it is wrong, never what it was. */
function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new PermanentError('event.not-json');
    const issues = error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join(', ');
    throw new PermanentError('event.invalid', { issues: issues.slice(0, 500) });
  }
}
