import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { match } from 'path-to-regexp';
import { PublicError } from '../shared/errors.ts';
import { send } from '../shared/runtime/door.ts';
import { problem } from '../shared/runtime/problem.ts';
import type { LocalFunction } from './functions.ts';
import type { Scheduler } from './scheduler.ts';

// As `npm run manifest` made it last, so that a running stack shows what was changed.
const OPENAPI = join(import.meta.dirname, '../docs/openapi.json');

/** The one address of the outside world, in place of production's load balancer. */
export type Gateway = {
  /** Requests being handled that may change something, and how many there have been. */
  inFlight(): number;
  handled(): number;
  stop(): Promise<void>;
};

export async function startGateway(options: {
  port: number;
  functions: readonly LocalFunction[];
  isQuiet: () => Promise<boolean>;
  scheduler: Scheduler;
}): Promise<Gateway> {
  const routes = options.functions.flatMap((local) =>
    local.fn.trigger === 'request'
      ? local.fn.routes.map((route) => ({ local, matches: match(pathOf(route)) }))
      : [],
  );
  let inFlight = 0;
  let handled = 0;

  const server = createServer((request, response) => {
    const changes = request.method !== 'GET';
    if (changes) inFlight += 1;
    response.once('close', () => {
      if (changes) [inFlight, handled] = [inFlight - 1, handled + 1];
    });
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, 'function.unreachable');
    });
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve),
  );

  return {
    inFlight: () => inFlight,
    handled: () => handled,
    stop: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname = '/'] = (request.url ?? '/').split('?');
    if (pathname === '/_local/quiet') {
      const quiet = await options.isQuiet();
      return send(response, { status: quiet ? 200 : 503, body: { quiet } });
    }
    const [, name] = /^\/_local\/tick\/([a-z-]+)$/.exec(pathname) ?? [];
    if (name !== undefined && request.method === 'POST') {
      const failure = await options.scheduler.tick(name).catch(({ message }: Error) => message);
      return send(response, failure ? { status: 409, body: { failure } } : { status: 204 });
    }
    if (pathname === '/_local/schedules/hold' && request.method === 'POST') {
      await options.scheduler.hold();
      return send(response, { status: 204 });
    }
    if (pathname === '/_local/schedules/go-on' && request.method === 'POST') {
      options.scheduler.goOn();
      return send(response, { status: 204 });
    }
    if (pathname === '/v1/openapi.json' && request.method === 'GET')
      return send(response, { status: 200, body: JSON.parse(await readFile(OPENAPI, 'utf8')) });
    const route = routes.find(({ matches }) => isMatch(matches, pathname));
    if (!route) return refuse(response, 404, 'route.not-found');
    await pass(request, response, await route.local.ready());
  }
}

/** Hands the request on as it came, byte by byte, and the answer back; who leaves in the middle ends both. */
async function pass(request: IncomingMessage, response: ServerResponse, address: string): Promise<void> {
  const onward = httpRequest(address + request.url, { method: request.method, headers: request.headers });
  const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
  const [[answer]] = await Promise.all([answered, pipeline(request, onward)]);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  send(response, problem(new PublicError(status, code)));
}

function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1);
}

function isMatch(matches: ReturnType<typeof match>, pathname: string): boolean {
  try {
    return matches(pathname) !== false;
  } catch {
    return false;
  }
}
