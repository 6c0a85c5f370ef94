import { createHash } from 'node:crypto';
import type * as z from 'zod';
import type { Kind, Topic } from '../events/event.ts';
import type { Message, Reads } from '../platform/platform.ts';
import type { Env } from './env.ts';
import type { Measures } from './measures.ts';
import type { Answer } from './problem.ts';

/** What every function says of itself; all that is made from the registry is made from this. */
export type Declaration = {
  /** Verb first, unique: its folder, service, alert and log field. */
  readonly name: string;
  readonly publishes: readonly Kind[];
  /** What a customer loses while it fails. */
  readonly impact: string;
  /** Its environment variables; a secret carries `.meta({ secret: true })`. */
  readonly config: z.ZodObject;
  /** OAuth scopes of those of Google's APIs that it calls itself: its account has the rights for them, and for no other. */
  readonly scopes?: readonly string[];
};

export type EventFunction = Declaration & {
  readonly trigger: 'event';
  readonly on: readonly [Kind, ...Kind[]];
  /** The stable prefix of `type` that its subscription filters by; without one it is sent the whole topic. */
  readonly prefix: string | undefined;
  start(env: Env, config: Config): (message: Message) => Promise<void>;
};

export type RequestFunction = Declaration & {
  readonly trigger: 'request';
  /** Who calls it: a customer's app or an operator with a Firebase ID token, or a bank that its adapter verifies. */
  readonly caller: 'customer' | 'operator' | 'bank';
  /** As in `GET /v1/accounts/:accountId`. */
  readonly routes: readonly string[];
  /** Those of them that are done once for each `Idempotency-Key`. */
  readonly onceRoutes: readonly string[];
  start(env: Env, config: Config): (request: RawRequest) => Promise<Answer>;
};

export type ScheduleFunction = Declaration & {
  readonly trigger: 'schedule';
  readonly everyMinutes: number;
  start(env: Env, config: Config): (tick: string, traceparent?: string) => Promise<void>;
};

export type DeclaredFunction = EventFunction | RequestFunction | ScheduleFunction;

/** The function's own variables, checked. */
export type Config = Readonly<Record<string, unknown>>;

export type RawRequest = {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Buffer;
};

/** What `connect` makes a function's dependencies from. */
export type Given<C extends z.ZodObject> = {
  readonly config: z.output<C>;
  readonly reads: Reads;
  /** Begins to read as of one moment. */
  readonly snapshot: () => Reads;
  /** For one of Google's APIs, by its OAuth scope. */
  readonly accessToken: Env['accessToken'];
  readonly fcm: Env['fcm'];
  readonly ask: Env['ask'];
  /** What it alone can count. */
  readonly measures: Measures;
};

export type Subscription = {
  readonly name: string;
  readonly topic: Topic;
  readonly filter: string | undefined;
};

/**
 * The function's own push subscription. A subscription's filter cannot be changed, so its name carries a hash
 * of what is immutable: a changed one is made beside the old, and the inbox makes the overlap harmless.
 */
export function subscriptionOf({ name, on, prefix }: EventFunction): Subscription {
  const { topic } = on[0];
  const filter = prefix === undefined ? undefined : `hasPrefix(attributes.type, "${prefix}")`;
  const hash = createHash('sha256')
    .update(JSON.stringify([topic, filter]))
    .digest('hex')
    .slice(0, 8);
  return { name: `${name}-${hash}`, topic, filter };
}

/** The function that a subscription belongs to. */
export function functionOfSubscription(subscription: string): string {
  return subscription.replace(/^.*\//, '').replace(/-[0-9a-f]{8}$/, '');
}

/** Every topic that these functions publish to or listen to; what they park goes to `dead-letters`. */
export function topicsOf(functions: readonly DeclaredFunction[]): Topic[] {
  const kinds = functions.flatMap((fn) => [...fn.publishes, ...(fn.trigger === 'event' ? fn.on : [])]);
  return [...new Set<Topic>(['dead-letters', ...kinds.map(({ topic }) => topic)])].sort();
}
