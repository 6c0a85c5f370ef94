import { randomUUID } from 'node:crypto';
import { match, type ParamData } from 'path-to-regexp';
import type { z } from 'zod';
import { PublicError } from '../errors.ts';
import type { Kind } from '../events/event.ts';
import type { Declaration, Given, RawRequest, RequestFunction } from './declared.ts';
import type { Env } from './env.ts';
import { decideOnce } from './inbox.ts';
import { errorFields } from './log.ts';
import type { Decision } from './on-event.ts';
import { outgoing, publish } from './outgoing.ts';
import { type Answer, problem } from './problem.ts';

/** A request at its route. `uid` is the verified caller's, and empty where that is a bank. */
export type Request = Pick<RawRequest, 'method' | 'url' | 'headers' | 'rawBody'> & {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly uid: string;
};

/** An answer, sent once what it changes is committed, in one commit, and its events are durable. */
export type Reply<Publishes extends Kind> = Answer & Decision<Publishes>;

type Route<Publishes extends Kind, Deps> = (
  request: Request,
  context: { readonly deps: Deps; readonly now: Date },
) => Promise<Reply<Publishes>>;

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
  const { name, caller, publishes, connect } = declaration;
  const routes = Object.entries(declaration.routes).map(([route, answer]) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, matches: match(path), answer };
  });

  return {
    ...declaration,
    trigger: 'request',
    routes: Object.keys(declaration.routes),
    start(env, config) {
      const { platform: reads, accessToken, fcm } = env;
      const deps = connect({ config: config as z.output<C>, reads, accessToken, fcm });
      return (request) => respond(env, deps, request);
    },
  };

  async function respond(env: Env, deps: Deps, raw: RawRequest): Promise<Answer> {
    const startedAt = performance.now();
    const log = env.log.in(raw.trace);
    const answer = await route(env, deps, raw).catch((error: unknown) => {
      if (error instanceof PublicError) return { ...problem(error), reason: error.code };
      log.error(errorFields(error), 'request failed');
      return problem({ status: 500, code: 'internal', detail: undefined, headers: {} });
    });
    const { status } = answer;
    const reason = 'reason' in answer ? answer.reason : undefined;
    log.info({ status, reason, milliseconds: Math.round(performance.now() - startedAt) }, 'answered');
    return answer;
  }

  async function route(env: Env, deps: Deps, raw: RawRequest): Promise<Answer> {
    const url = URL.canParse(raw.url, 'http://function') ? new URL(raw.url, 'http://function') : undefined;
    const found = url ? routes.flatMap((each) => matching(each, url.pathname)) : [];
    const chosen = found.find(({ method }) => method === raw.method);
    if (!chosen || !url) throw refusal(found.map(({ method }) => method));

    const uid = caller === 'bank' ? '' : await admit(env, raw);
    const { method, headers, rawBody } = raw;
    const request = {
      method,
      url: raw.url,
      headers,
      rawBody,
      params: chosen.params,
      query: url.searchParams,
      uid,
    };
    const now = env.now();
    const cause = randomUUID();
    const by = { functionName: name, cause, publishes, traceparent: raw.trace.traceparent, now };
    const follow = ({ events = [], redrives = [] }: Reply<Publishes[number]>) => [
      ...outgoing(by, events),
      ...redrives,
    ];
    let reply = await chosen.answer(request, { deps, now });
    if (reply.writes === undefined) await publish(env.platform, follow(reply));
    else {
      let isNew = true;
      await decideOnce(
        env,
        { functionName: name, id: cause, fingerprint: '', comesAgain: false },
        async () => {
          if (!isNew) reply = await chosen.answer(request, { deps, now });
          isNew = false;
          return { writes: reply.writes ?? [], events: follow(reply) };
        },
      );
    }
    const { writes: _writes, events: _events, redrives: _redrives, ...answer } = reply;
    return answer;
  }

  async function admit(env: Env, { headers }: RawRequest): Promise<string> {
    const { uid, isOperator } = await env.identify(headers.authorization);
    if (caller === 'operator' && !isOperator) throw new PublicError(403, 'operator.role-missing');
    return uid;
  }
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

function texts(params: ParamData): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
}

function refusal(methods: readonly string[]): PublicError {
  if (methods.length === 0) return new PublicError(404, 'route.not-found');
  return new PublicError(405, 'method.not-allowed', undefined, { allow: [...new Set(methods)].join(', ') });
}
