import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PublicError } from '../errors.ts';
import { silentLog } from '../testing/builders.ts';
import { drainOnSigterm, guard, type ReadRequest, send } from './door.ts';
import type { Log } from './log.ts';

const LIMIT = 1000;
let server: Server;
let seen: Pick<ReadRequest, 'rawBody' | 'body'>[];
let lines: Parameters<Log['error']>[];

/** A door before a listener that says what it was given. */
async function opened(
  admit: (authorization: string | undefined) => Promise<void> = async () => {},
  parsesJson = true,
) {
  seen = [];
  lines = [];
  server = createServer((request, response) => {
    const { rawBody, body } = request as ReadRequest;
    seen.push({ rawBody, body });
    if (request.url === '/nothing') send(response, { status: 204 });
    send(response, { status: 200, body: { length: rawBody.length } });
    if (request.url === '/failing') throw new TypeError('of DK5000400440116243');
  });
  const log = { ...silentLog, error: (...line: (typeof lines)[number]) => lines.push(line) };
  guard(server, { limitBytes: LIMIT, parsesJson, admit, log });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
}

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const port = () => (server.address() as AddressInfo).port;

type Sent = {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: Buffer;
  chunked?: boolean;
};

async function sent({ method = 'POST', path = '/', headers = {}, body, chunked = false }: Sent) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = body && !chunked ? { 'content-length': String(body.length) } : {};
    const options = { port: port(), host: '127.0.0.1', method, path, headers: { ...length, ...headers } };
    const request = httpRequest(options, resolve).on('error', reject);
    if (chunked && body)
      for (let at = 0; at < body.length; at += 300) request.write(body.subarray(at, at + 300));
    request.end(chunked ? undefined : body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    text,
    headers: response.headers,
  };
}

describe('health', () => {
  test('is told to anybody, without asking the function', async () => {
    await opened(async () => {
      throw new PublicError(401, 'push-token.invalid');
    });
    const { status, text } = await sent({ method: 'GET', path: '/healthz' });
    expect({ status, text }).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect(seen).toEqual([]);
  });
});

describe('the body', () => {
  test('arrives byte for byte, whatever it is and without a content type', async () => {
    await opened();
    const body = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    await sent({ body });
    expect(seen[0]?.rawBody.equals(body)).toBe(true);
  });

  test('arrives byte for byte also where it is JSON', async () => {
    await opened();
    const body = Buffer.from('{ "b": 1,\n "a": "\\u00e6" }');
    await sent({ body, headers: { 'content-type': 'application/json' } });
    expect(seen[0]?.rawBody.equals(body)).toBe(true);
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'application/cloudevents+json'])(
    'is parsed for the framework as %s',
    async (type) => {
      await opened();
      await sent({ body: Buffer.from('{"a":1}'), headers: { 'content-type': type } });
      expect(seen[0]?.body).toEqual({ a: 1 });
    },
  );

  test('stays bytes where it is not posted', async () => {
    await opened();
    const headers = { 'content-type': 'application/json' };
    await sent({ method: 'PUT', body: Buffer.from('{"a":1}'), headers });
    expect(Buffer.isBuffer(seen[0]?.body)).toBe(true);
  });

  test('stays bytes where it comes from a bank or an app, as JSON too', async () => {
    await opened(undefined, false);
    await sent({ body: Buffer.from('{"a":1}'), headers: { 'content-type': 'application/json' } });
    expect(Buffer.isBuffer(seen[0]?.body)).toBe(true);
  });

  test.each(['text/plain', 'application/octet-stream', 'x/application/json'])(
    'stays bytes as %s',
    async (type) => {
      await opened();
      await sent({ body: Buffer.from('{"a":1}'), headers: { 'content-type': type } });
      expect(Buffer.isBuffer(seen[0]?.body)).toBe(true);
    },
  );

  test('that is bad JSON is the function’s to judge: no HTML, no stack', async () => {
    await opened();
    const { status, type } = await sent({
      body: Buffer.from('{"a":'),
      headers: { 'content-type': 'application/json' },
    });
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' });
    expect(seen[0]?.rawBody.toString()).toBe('{"a":');
    expect(seen[0]?.body).toEqual(Buffer.from('{"a":'));
  });

  test('of none is empty', async () => {
    await opened();
    await sent({ method: 'GET' });
    expect(seen[0]?.rawBody.length).toBe(0);
  });
});

describe('the size', () => {
  test.each([
    ['with its length told', false],
    ['in chunks, its length not told', true],
  ])('at the limit is let in, and one byte more is 413: %s', async (_, chunked) => {
    await opened();
    expect((await sent({ body: Buffer.alloc(LIMIT), chunked })).text).toBe('{"length":1000}');
    const { status, type, text } = await sent({ body: Buffer.alloc(LIMIT + 1), chunked });
    expect({ status, type }).toEqual({ status: 413, type: 'application/problem+json' });
    expect(JSON.parse(text)).toMatchObject({
      status: 413,
      code: 'body.too-large',
      detail: 'At most 1000 bytes.',
    });
    expect(seen).toHaveLength(1);
  });

  test('far over the limit is 413 too: the sender hears why', async () => {
    await opened();
    expect((await sent({ body: Buffer.alloc(5_000_000) })).status).toBe(413);
  });

  test('without an end is not read to the end of days: the sender hears why while it still sends', async () => {
    await opened();
    const socket = connect(port(), '127.0.0.1');
    const answer = new Promise<Buffer>((heard) => socket.once('data', heard));
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000), Buffer.from('\r\n')]);
    const feed = () => {
      while (socket.write(chunk));
    };
    socket.on('error', () => {}).on('drain', feed);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    feed();
    expect((await answer).toString()).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
    expect(seen).toEqual([]);
  });
});

describe('who is not let in', () => {
  test('hears a refusal, and the function hears nothing', async () => {
    await opened(async (authorization) => {
      if (authorization !== 'Bearer good') throw new PublicError(401, 'push-token.invalid');
    });
    const { status, text } = await sent({ body: Buffer.from('{}') });
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ code: 'push-token.invalid' });
    expect(seen).toEqual([]);
    expect(lines).toEqual([]);
    expect((await sent({ body: Buffer.from('{}'), headers: { authorization: 'Bearer good' } })).status).toBe(
      200,
    );
  });

  test('hears it before having sent a body: nothing is read for a stranger', async () => {
    await opened(async () => {
      throw new PublicError(401, 'push-token.invalid');
    });
    const socket = connect(port(), '127.0.0.1');
    const answer = new Promise<Buffer>((heard) => socket.once('data', heard));
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n');
    expect((await answer).toString()).toMatch(/^HTTP\/1.1 401 /);
    socket.destroy();
    expect(seen).toEqual([]);
  });

  test('hears that, and not that the body is too large', async () => {
    await opened(async () => {
      throw new PublicError(401, 'push-token.invalid');
    });
    expect((await sent({ body: Buffer.alloc(LIMIT + 1) })).status).toBe(401);
  });

  test('because of our own trouble hears a 500 that says nothing of it', async () => {
    await opened(async () => {
      throw new Error('keys of DK5000400440116243');
    });
    const { status, text } = await sent({ body: Buffer.from('{}') });
    expect({ status, ...(JSON.parse(text) as object) }).toMatchObject({ status: 500, code: 'internal' });
    expect(lines).toMatchObject([[{ errorName: 'Error' }, 'door failed']]);
    expect(text + JSON.stringify(lines)).not.toContain('DK50');
  });
});

test('a server that has no listener yet cannot be guarded', () => {
  expect(() =>
    guard(createServer(), { limitBytes: 1, parsesJson: true, admit: async () => {}, log: silentLog }),
  ).toThrow('door.no-listener');
});

describe('an answer', () => {
  test('of nothing has no body and no type', async () => {
    await opened();
    const { status, type, text, headers } = await sent({ path: '/nothing' });
    expect({ status, type, text }).toEqual({ status: 204, type: undefined, text: '' });
    expect(headers['content-length']).toBe('0');
  });

  test('that was given stands, whatever fails after it', async () => {
    await opened();
    expect((await sent({ path: '/failing' })).status).toBe(200);
    expect(lines).toMatchObject([[{ errorName: 'TypeError' }, 'door failed']]);
    expect(JSON.stringify(lines)).not.toContain('DK50');
  });
});

describe('on SIGTERM', () => {
  /** What the process does then, without a signal and without its end. */
  function draining() {
    const once = vi.spyOn(process, 'once').mockReturnValue(process);
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const info = vi.fn();
    drainOnSigterm(server, { ...silentLog, info }, async () => {});
    const [signal, drain] = once.mock.lastCall ?? [];
    expect(signal).toBe('SIGTERM');
    return { drain: drain as () => void, exit, info };
  }

  test('a connection that a client only keeps holds nobody up', async () => {
    await opened();
    const { drain, exit, info } = draining();
    const socket = connect(port(), '127.0.0.1');
    const answer = new Promise((heard) => socket.once('data', heard));
    const isClosed = new Promise((closed) => socket.once('close', closed));
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await answer;
    drain();
    await isClosed;
    await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(0));
    expect(info).toHaveBeenCalledWith({}, 'drained');
  });

  test('a client that keeps its connection after the answer holds nobody up for the seconds that it would', async () => {
    await opened();
    const { drain, exit } = draining();
    const socket = connect(port(), '127.0.0.1');
    const answer = new Promise<Buffer>((heard) => socket.once('data', heard));
    const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf';
    await new Promise((written) => socket.write(head, written));
    await vi.waitFor(
      () => new Promise((told) => server.getConnections((_, open) => told(expect(open).toBe(1)))),
    );
    drain();
    expect(exit).not.toHaveBeenCalled();
    socket.write('half');
    expect((await answer).toString()).toMatch(/^HTTP\/1.1 200 /);
    await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(0), { timeout: 3000 }); // alone it would be 5 s
    socket.destroy();
  });

  test('what takes for ever is cut off after 9 seconds, before the platform does it after 10', async () => {
    await opened();
    const { drain, exit } = draining();
    const socket = connect(port(), '127.0.0.1');
    await new Promise((written) =>
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf', written),
    );
    await vi.waitFor(
      () => new Promise((told) => server.getConnections((_, open) => told(expect(open).toBe(1)))),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    drain();
    await vi.advanceTimersByTimeAsync(8999);
    expect(exit).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(exit).toHaveBeenCalledWith(1);
    vi.useRealTimers();
    socket.destroy();
    await vi.waitFor(() => expect(exit).toHaveBeenLastCalledWith(0));
  });
});

test('a sender that hangs up in the middle harms nobody else', async () => {
  await opened();
  const socket = connect(port(), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nhalf');
  await new Promise((written) => socket.write('.', written));
  socket.destroy();
  expect((await sent({ body: Buffer.from('{}') })).status).toBe(200);
  expect(seen).toHaveLength(1);
});

test('nothing that we answer is kept by caches', async () => {
  await opened();
  expect((await sent({ body: Buffer.from('{}') })).headers['cache-control']).toBe('no-store');
});
