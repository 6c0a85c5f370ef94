import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import { messageParked } from '../events/dead-letters.ts';
import { type Draft, type Event, type EventOf, type Kind, parseEnvelope } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import type { Message } from '../platform/platform.ts';
import type { Write } from '../store/document.ts';
import { type Declaration, type EventFunction, functionOfSubscription, type Given } from './declared.ts';
import type { Env } from './env.ts';
import { decideOnce, deliverOnce, type Outcome } from './inbox.ts';
import { errorFields, type Log } from './log.ts';
import { outgoing, publish } from './outgoing.ts';
import { childOf, type Trace } from './telemetry.ts';

/** What a function decided: changes of our own data, in one commit, and what others are told once it is done. */
export type Decision<Publishes extends Kind = Kind> = {
  readonly writes?: readonly Write[];
  readonly events?: readonly Draft<Publishes>[];
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
      const deps = connect({ config: config as z.output<C>, reads: env.platform });
      return (message) => receive(env, message, (event, trace) => handle(env, deps, event, trace));
    },
  };

  async function handle(env: Env, deps: Deps, event: Event, trace: Trace): Promise<Outcome | 'ignored'> {
    const kind = on.find(({ type }) => type === event.type);
    if (!kind) return 'ignored';
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
        const { writes = [], events = [] } = await declaration.decide(typed, { deps, now });
        return { writes, events: follow(events) };
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
    try {
      const event = readEvent(message, env);
      const outcome = await handleEvent(event, trace);
      finished({ eventId: event.id, type: event.type, outcome });
    } catch (error) {
      if (!(error instanceof PermanentError)) {
        log.error({ type: message.attributes.type, ...errorFields(error) }, 'handling failed');
        throw error;
      }
      await park(env, message, error, trace);
      finished({ type: message.attributes.type, outcome: 'parked', reason: error.code });
    }

    function finished(fields: Parameters<Log['info']>[0]) {
      log.info({ ...fields, milliseconds: Math.round(performance.now() - startedAt) }, 'handled');
    }
  }

  /** Publishes the whole message with its reason; only then is it acknowledged. */
  async function park(
    env: Env,
    message: Message,
    { code, facts }: PermanentError,
    trace: Trace,
  ): Promise<void> {
    const parked = {
      function: name,
      reason: code,
      facts,
      attempts: 1,
      message: {
        dataBase64: Buffer.from(message.data).toString('base64'),
        attributes: { ...message.attributes },
      },
    };
    const id = parkedId(name, message);
    const by = {
      functionName: name,
      cause: id,
      publishes: [messageParked],
      traceparent: trace.traceparent,
      now: env.now(),
    };
    await publish(env.platform, outgoing(by, [{ type: 'message.parked', subject: name, id, data: parked }]));
  }
}

function readEvent(message: Message, env: Env): Event {
  const source = message.attributes.CloudPubSubDeadLetterSourceSubscription;
  if (source !== undefined) return exhausted(message, source, env);
  return checked(() => parseEnvelope(JSON.parse(new TextDecoder().decode(message.data))));
}

/** What Pub/Sub itself gave up on, in the same words as what a function parked. */
function exhausted(message: Message, subscription: string, env: Env): Event {
  const name = functionOfSubscription(subscription);
  return {
    specversion: '1.0',
    id: parkedId(name, message),
    source: `/subscriptions/${name}`,
    type: messageParked.type,
    subject: name,
    time: env.now().toISOString(),
    traceparent: message.attributes.traceparent ?? '',
    data: {
      function: name,
      reason: 'delivery.attempts-exhausted',
      facts: {},
      attempts: Number(message.attributes.CloudPubSubDeadLetterSourceDeliveryCount) || 1,
      message: {
        dataBase64: Buffer.from(message.data).toString('base64'),
        attributes: Object.fromEntries(
          Object.entries(message.attributes).filter(([key]) => !key.startsWith('CloudPubSubDeadLetter')),
        ),
      },
    },
  };
}

/** One parked document for one message and function, however often it is given up. */
function parkedId(functionName: string, message: Message): string {
  return idFrom('prk', functionName, createHash('sha256').update(message.data).digest('hex'));
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
