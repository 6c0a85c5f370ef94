import { randomUUID } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import { messageParked } from '../events/dead-letters.ts';
import { type Draft, draft, type Event, type EventOf, type Kind, parseEnvelope } from '../events/event.ts';
import type { Message } from '../platform/platform.ts';
import type { Write } from '../store/document.ts';
import { exhausted, type Parked, parkedId, wholeOf } from './dead-letter.ts';
import type { Declaration, EventFunction, Given } from './declared.ts';
import type { Env } from './env.ts';
import { decideOnce, deliverOnce, type Outcome } from './inbox.ts';
import { errorFields, markOf } from './log.ts';
import { linkedTo, type Outgoing, outgoing, publish } from './outgoing.ts';
import type { Trace } from './telemetry.ts';
import { begin } from './work.ts';

/** What a function decided: changes of our own data, in one commit, and what others are told once it is done. */
export type Decision<Publishes extends Kind = Kind> = {
  readonly writes?: readonly Write[];
  readonly events?: readonly Draft<Publishes>[];
  /** What was parked, once more, each for the function that gave it up. */
  readonly redrives?: readonly Outgoing[];
  /** The variable that would have to say more for this to end better: operators are told of it. */
  readonly variable?: string | undefined;
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
      const { platform: reads, accessToken, fcm, ask, telemetry } = env;
      const { measures } = telemetry;
      const snapshot = () => reads.snapshot();
      const deps = connect({
        config: config as z.output<C>,
        reads,
        snapshot,
        accessToken,
        fcm,
        ask,
        measures,
      });
      return (message) => receive(env, deps, message);
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
      const { outcome } = await decideOnce(env, cause, async () => {
        const decision = await declaration.decide(typed, { deps, now });
        const { writes = [], events = [], redrives = [], variable } = decision;
        const about = { eventId: event.id, type: event.type, account: markOf(event.data) };
        if (variable) env.log.warn({ ...about, variable }, 'configuration lacks something');
        return { writes, events: [...follow(events), ...redrives.map(linkedTo(trace))] };
      });
      return outcome;
    }
    return deliverOnce(env, cause, async (idempotencyKey) =>
      follow(await declaration.deliver(typed, { deps, now, idempotencyKey })),
    );
  }

  async function receive(process: Env, deps: Deps, message: Message): Promise<void> {
    const { attributes, publishedAt, deliveryAttempt } = message;
    const work = begin(process, `${name} ${attributes.type ?? 'of no type'}`, {
      kind: SpanKind.CONSUMER,
      traceparent: attributes.traceparent,
      linked: [attributes.link],
      attributes: {
        'messaging.system': 'gcp_pubsub',
        'messaging.operation.type': 'process',
        'messaging.destination.name': on[0].topic,
        'messaging.gcp_pubsub.message.delivery_attempt': deliveryAttempt,
      },
    });
    const { env, trace } = work;
    let event: Event | undefined;
    let about: { eventId?: string; type?: string; account?: string | undefined } = {};
    try {
      event = readEvent(message, env.now());
      about = { eventId: event.id, type: event.type, account: markOf(event.data) };
      env.log.info(about, 'handling');
      const read = event;
      finished(await work.within(() => handle(env, deps, read, trace)));
    } catch (error) {
      const failure = await work
        .within(() => parkFor(error, env, message, event, trace))
        .then(
          () => undefined,
          (other: unknown) => other,
        );
      if (failure === undefined) return finished('parked', (error as PermanentError).code);
      env.log.error({ ...about, ...errorFields(failure) }, 'handling failed');
      ended('failed', undefined, failure);
      throw failure;
    }

    function finished(outcome: string, reason?: string): void {
      const milliseconds = Math.round(ended(outcome, reason) * 1000);
      env.log.info({ ...about, outcome, reason, milliseconds }, 'handled');
    }

    function ended(outcome: string, reason?: string, failure?: unknown): number {
      const { eventId, type = 'unreadable', account } = about;
      const names = { 'cloudevents.event_id': eventId, 'cloudevents.event_type': type };
      const marks = { 'counterfoil.account': account, 'counterfoil.outcome': outcome };
      const seconds = work.end({ ...names, ...marks, 'counterfoil.reason': reason }, failure);
      const { measures } = env.telemetry;
      measures.events.record(seconds, { event_type: type, outcome, ...(reason && { reason }) });
      const ageMs = publishedAt && env.now().getTime() - publishedAt.getTime();
      if (ageMs !== undefined) measures.eventAge.record(ageMs / 1000, { event_type: type });
      return seconds;
    }
  }

  /** Parks what can never be handled; throws what is to be delivered again. */
  async function parkFor(
    error: unknown,
    env: Env,
    message: Message,
    event: Event | undefined,
    trace: Trace,
  ): Promise<void> {
    if (!(error instanceof PermanentError) || env.rebuild !== undefined) throw error;
    const { code, facts, waitsFor } = error;
    const id = parkedId(name, message, event);
    const parked = { parkedId: id, function: name, reason: code, facts, waitsFor, attempts: 1 };
    await park(env, { ...parked, message: wholeOf(message) }, trace);
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
