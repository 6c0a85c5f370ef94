import { randomUUID } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import { match, type ParamData } from 'path-to-regexp';
import type * as z from 'zod';
import { PermanentError, PublicError, UnsetError } from '../errors.ts';
import type { Kind } from '../events/event.ts';
import type { Declaration, Given, RawRequest, RequestFunction } from './declared.ts';
import type { Caller, Env } from './env.ts';
import { bodyFingerprint, readIdempotencyKey } from './idempotency.ts';
import { type Cause, decideOnce, type Effects } from './inbox.ts';
import { errorFields, markOf } from './log.ts';
import type { Decision } from './on-event.ts';
import { linkedTo, outgoing, publish } from './outgoing.ts';
import { type Answer, problem } from './problem.ts';
import { begin, type Work } from './work.ts';

/** A request at its route. `uid` is the verified caller's, and empty where that is a bank. */
export type Request = Pick<RawRequest, 'method' | 'url' | 'headers' | 'rawBody'> & {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly uid: string;
  /** When the caller signed in. */
  readonly authenticatedAt?: Date | undefined;
};

/** An answer, sent once what it changes is committed, in one commit, and its events are durable. */
export type Reply<Publishes extends Kind> = Answer & Decision<Publishes>;

type Handler<Publishes extends Kind, Deps> = (
  request: Request,
  context: { readonly deps: Deps; readonly now: Date },
) => Promise<Reply<Publishes>>;

/** A handler, or one whose request does what it does once for each `Idempotency-Key` of its caller. */
type Route<Publishes extends Kind, Deps> =
  | Handler<Publishes, Deps>
  | { readonly once: Handler<Publishes, Deps> };

/**
 * A function that answers HTTP. Its routes read as in `GET /v1/accounts/:accountId`. A `PublicError` becomes
 * problem details; anything else is a 500 that says nothing of its cause.
 */
export function onRequest<const Publishes extends readonly Kind[], C extends z.ZodObject, Deps>(
  declaration: Declaration & {
    caller: RequestFunction['caller'];
    publishes: Publishes;
    config: C;
    connect(given: Given<C>): Deps;
    routes: Readonly<Record<string, Route<Publishes[number], Deps>>>;
  },
): RequestFunction {
  type Chosen = (typeof routes)[number] & { readonly params: Record<string, string> };
  const { name, caller, publishes, connect } = declaration;
  const routes = Object.entries(declaration.routes).map(([route, answer]) => {
    const [method = '', path = ''] = route.split(' ');
    const once = 'once' in answer;
    return { route, method, matches: match(path), once, answer: once ? answer.once : answer };
  });

  return {
    ...declaration,
    trigger: 'request',
    routes: Object.keys(declaration.routes),
    onceRoutes: routes.filter(({ once }) => once).map(({ route }) => route),
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
      return (request) => respond(env, deps, request);
    },
  };

  async function respond(process: Env, deps: Deps, raw: RawRequest): Promise<Answer> {
    const url = urlOf(raw);
    const found = url ? routes.flatMap((each) => matching(each, url.pathname)) : [];
    const chosen = found.find(({ method }) => method === raw.method);
    const route = chosen?.route ?? 'no route';
    const work = begin(process, `${name} ${route}`, {
      kind: SpanKind.SERVER,
      traceparent: raw.headers.traceparent,
      attributes: { 'http.request.method': raw.method, 'http.route': chosen && route },
    });
    const { log, telemetry } = work.env;
    const about = { route, account: markOf(chosen?.params) };
    log.info(about, 'answering');

    let failure: unknown;
    const answer = await work.within(act).catch((error: unknown) => {
      if (error instanceof UnsetError) {
        const lacks = { account: markOf(error), reason: error.code, variable: error.variable };
        log.warn({ ...about, ...lacks }, 'configuration lacks something');
      }
      if (error instanceof PublicError) return { ...problem(error), reason: error.code };
      failure = error;
      log.error({ ...about, ...errorFields(error) }, 'request failed');
      return problem({ status: 500, code: 'internal', detail: undefined, headers: {} });
    });
    const { status } = answer;
    const reason = 'reason' in answer ? answer.reason : undefined;
    const ended = { 'http.response.status_code': status, 'counterfoil.reason': reason };
    const seconds = work.end({ ...ended, 'counterfoil.account': about.account }, failure);
    const labels = { 'http.route': route, 'http.response.status_code': status };
    telemetry.measures.requests.record(seconds, { ...labels, ...(reason && { reason }) });
    log.info({ ...about, status, reason, milliseconds: Math.round(seconds * 1000) }, 'answered');
    return answer;

    async function act(): Promise<Answer> {
      if (!chosen || !url) throw refusal(found.map((each) => each.method));
      return reply(work, deps, raw, chosen, url);
    }
  }

  async function reply(
    { env, trace }: Work,
    deps: Deps,
    raw: RawRequest,
    chosen: Chosen,
    url: URL,
  ): Promise<Answer> {
    const { uid, authenticatedAt } = caller === 'bank' ? NOBODY : await admit(env, raw);
    const { method, headers, rawBody } = raw;
    const request = {
      method,
      url: raw.url,
      headers,
      rawBody,
      params: chosen.params,
      query: url.searchParams,
      uid,
      authenticatedAt,
    };
    const now = env.now();
    const cause = chosen.once
      ? {
          id: `${uid} ${method} ${url.pathname} ${readIdempotencyKey(raw)}`,
          fingerprint: bodyFingerprint(rawBody),
        }
      : { id: randomUUID(), fingerprint: '' };
    const by = { functionName: name, cause: cause.id, publishes, traceparent: trace.traceparent, now };
    const decide = async (): Promise<Decided> => {
      const { writes, events = [], redrives = [], ...answer } = await chosen.answer(request, { deps, now });
      return { writes, events: [...outgoing(by, events), ...redrives.map(linkedTo(trace))], answer };
    };
    const whole = { functionName: name, ...cause, comesAgain: false };
    return chosen.once ? answerOnce(env, whole, decide) : answerThis(env, whole, decide);
  }

  async function admit(env: Env, { headers }: RawRequest): Promise<Omit<Caller, 'isOperator'>> {
    const { isOperator, ...who } = await env.identify(headers.authorization);
    if (caller === 'operator' && !isOperator) throw new PublicError(403, 'operator.role-missing');
    return who;
  }
}

const NOBODY = { uid: '', authenticatedAt: undefined };

type Decided = Pick<Effects, 'events'> & {
  readonly writes: Effects['writes'] | undefined;
  readonly answer: Answer;
};

/** Does what this one request asks for; the same request once more is another. */
async function answerThis(env: Env, cause: Cause, decide: () => Promise<Decided>): Promise<Answer> {
  const first = await decide();
  let latest = first;
  const { writes, events } = first;
  if (writes === undefined) await publish(env.platform, events);
  else {
    let isNew = true;
    await decideOnce(env, cause, async () => {
      if (!isNew) latest = await decide();
      isNew = false;
      return { writes: latest.writes ?? [], events: latest.events };
    });
  }
  return latest.answer;
}

/**
 * Does it once for its key, and gives the same answer to whoever comes again with it. What was refused leaves the key
 * free. While one with the key is under way here, another is told to come later; in another instance it waits by losing
 * the commit, and is answered the same.
 */
async function answerOnce(env: Env, cause: Cause, decide: () => Promise<Decided>): Promise<Answer> {
  const thing = `${cause.functionName} ${cause.id}`;
  if (env.turns.wanting(thing) > 0)
    throw new PublicError(409, 'idempotency-key.in-flight', 'It is being done. Ask again soon.', {
      'retry-after': '1',
    });
  const done = await env.turns
    .take(thing, () =>
      decideOnce(env, cause, async () => {
        const { writes = [], events, answer } = await decide();
        return { writes, events, answer: JSON.stringify(answer) };
      }),
    )
    .catch((error: unknown) => {
      if (error instanceof PermanentError && error.code === 'event.conflict')
        throw new PublicError(422, 'idempotency-key.reused', 'The key was used for something else.');
      throw error;
    });
  return JSON.parse(done.answer ?? '{}') as Answer;
}

// Longer than any id of ours or a bank's that we take, and short enough to be a document's id once encoded.
const PARAM_LENGTH_MAX = 128;

function matching<R extends { matches: ReturnType<typeof match> }>(route: R, pathname: string) {
  try {
    const found = route.matches(pathname);
    if (!found) return [];
    const params = texts(found.params);
    const names = Object.values(params).every((param) => param.length <= PARAM_LENGTH_MAX);
    return names ? [{ ...route, params }] : [];
  } catch {
    return []; // a path that is not valid percent-encoding names nothing
  }
}

function urlOf({ url }: RawRequest): URL | undefined {
  try {
    return new URL(url, 'http://function');
  } catch {
    return undefined;
  }
}

function texts(params: ParamData): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
}

function refusal(methods: readonly string[]): PublicError {
  if (methods.length === 0) return new PublicError(404, 'route.not-found');
  return new PublicError(405, 'method.not-allowed', undefined, { allow: [...new Set(methods)].join(', ') });
}
