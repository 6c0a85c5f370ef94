import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AGAIN, openCalls } from './call.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A service that gives these answers in turn, the last of them for ever; and one who calls it. */
async function aService(answers: readonly [Answer, ...Answer[]], seconds = 5) {
  const asked: string[] = [];
  const connections = new Set<unknown>();
  const server = createServer((request, response) => {
    connections.add(request.socket);
    request.resume().on('end', () => {
      asked.push(String(request.headers.authorization));
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? answers[0];
      answer(request, response);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanups.push(() => server.close().closeAllConnections());
  let token = 1;
  const service = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accessToken: vi.fn(async () => `token-${token}`),
    dropToken() {
      token += 1;
    },
  };
  const call = openCalls(seconds);
  const ask = (again: ReadonlySet<number> = AGAIN.reads, body: object = {}) =>
    call(service, { path: '/v1/x:do', body, again });
  return { ask, asked, connections, service };
}

const json = (status: number, body: unknown): Answer => {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const ok = json(200, { done: true });
const error = (status: number, name: string) => json(status, { error: { code: status, status: name } });
const unavailable = error(503, 'UNAVAILABLE');

/** What goes wrong on the way, while nobody knows whether it was done. */
const FAULTS: readonly [string, Answer][] = [
  ['a connection that is cut before the answer', (_request, response) => response.socket?.destroy()],
  [
    'half an answer',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"do');
      setTimeout(() => response.socket?.destroy(), 20);
    },
  ],
  ['half an answer that says it is whole', (_request, response) => response.writeHead(200).end('{"do')],
  [
    'a page of a load balancer',
    (_request, response) => response.writeHead(502).end('<html>Bad gateway</html>'),
  ],
  ['a service that is not there for a moment', unavailable],
  ['a quota', error(429, 'RESOURCE_EXHAUSTED')],
];

describe.each(FAULTS)('%s', (_, fault) => {
  test('is met by asking again', async () => {
    const { ask, asked } = await aService([fault, fault, ok]);
    expect(await ask()).toEqual({ done: true });
    expect(asked).toHaveLength(3);
  });

  test('is met so too where a document is created, which cannot be done twice', async () => {
    const { ask, asked } = await aService([fault, ok]);
    expect(await ask(AGAIN.creatingCommits)).toEqual({ done: true });
    expect(asked).toHaveLength(2);
  });

  test('is told at once where asking again could do it twice', async () => {
    const { ask, asked } = await aService([fault, ok]);
    await expect(ask(AGAIN.otherCommits)).rejects.toMatchObject({ name: 'StoreError' });
    expect(asked).toHaveLength(1);
  });
});

test.each([
  ['ALREADY_EXISTS', 409, 6],
  ['ABORTED', 409, 10],
  ['FAILED_PRECONDITION', 400, 9],
  ['INVALID_ARGUMENT', 400, 3],
  ['NOT_FOUND', 404, 5],
  ['PERMISSION_DENIED', 403, 7],
])('%s is told with its code, and not tried again', async (name, status, code) => {
  const { ask, asked } = await aService([error(status, name), ok]);
  await expect(ask()).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(1);
});

test('an error in the middle of a stream is no answer', async () => {
  const middle = json(200, [{ document: {} }, { error: { code: 9, status: 'FAILED_PRECONDITION' } }]);
  const { ask } = await aService([middle]);
  await expect(ask()).rejects.toMatchObject({ code: 9 });
});

test('what stays out of order is given up in time, with its own code', async () => {
  const { ask, asked } = await aService([unavailable], 0.5);
  await expect(ask()).rejects.toMatchObject({ code: 14 });
  expect(asked.length).toBeGreaterThan(1);
});

test('a service that takes and never answers is given up with the code of a deadline', async () => {
  const { ask } = await aService([() => {}], 0.3);
  await expect(ask()).rejects.toMatchObject({ code: 4 });
});

describe('a token', () => {
  const expired = error(401, 'UNAUTHENTICATED');

  test('that is not taken is forgotten, and the call made once more with another, even if it could be done twice', async () => {
    const { ask, asked } = await aService([expired, ok]);
    expect(await ask(AGAIN.otherCommits)).toEqual({ done: true });
    expect(asked).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('whose successor is not taken either is told', async () => {
    const { ask, asked } = await aService([expired]);
    await expect(ask()).rejects.toMatchObject({ code: 16 });
    expect(asked).toHaveLength(2);
  });

  test('that does not come keeps nobody longer than the call itself', async () => {
    const { ask, asked, service } = await aService([ok], 0.3);
    service.accessToken.mockImplementation(() => new Promise(() => {}));
    await expect(ask()).rejects.toMatchObject({ code: 4 });
    expect(asked).toEqual([]);
  });

  test('that could not be had is asked for again', async () => {
    const { ask, asked, service } = await aService([ok]);
    service.accessToken.mockRejectedValueOnce(new Error('metadata.status-500'));
    expect(await ask(AGAIN.creatingCommits)).toEqual({ done: true });
    expect(asked).toEqual(['Bearer token-1']);
  });
});

test('calls go over a connection that is kept', async () => {
  const { ask, connections } = await aService([ok]);
  for (let n = 0; n < 5; n += 1) await ask();
  expect(connections.size).toBe(1);
});
