import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { PublicError } from '../errors.ts';
import { errorFields, type Log } from './log.ts';
import { type Answer, problem } from './problem.ts';
import { roomForCalls } from './room.ts';

/** A request whose body has been read: what functions-framework and we look for on it. */
export type ReadRequest = IncomingMessage & { rawBody: Buffer; body: unknown };

export type Door = {
  readonly limitBytes: number;
  /** As what Pub/Sub pushes is wanted; what a bank or an app sends stays bytes. */
  readonly parsesJson: boolean;
  /** Throws a `PublicError` for a caller who may not come in. */
  readonly admit: (authorization: string | undefined) => Promise<void>;
  readonly log: Log;
};

// What is over the limit is read to its end, so that the sender hears why, but not for ever.
const DISCARD_BYTES_MAX = 32 * 1024 * 1024;
const DRAIN_SECONDS = 9; // Cloud Run ends an instance 10 s after SIGTERM

/**
 * Stands before the framework's own listener: health, size limit, push token, raw bytes. The framework alone
 * would parse 1 GB before asking anyone, and answer bad JSON with HTML and a stack.
 */
export function guard(server: Server, door: Door): Server {
  const [inner] = server.listeners('request') as RequestListener[];
  if (!inner) throw new Error('door.no-listener');
  const room = roomForCalls();
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    room.begin();
    response.once('close', room.end);
    enter(request, response).catch((error: unknown) => {
      if (!(error instanceof PublicError)) door.log.error(errorFields(error), 'door failed');
      send(response, problem(error instanceof PublicError ? error : new PublicError(500, 'internal')));
    });
  });
  return server;

  async function enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/healthz') return send(response, { status: 200, body: { status: 'ok' } });
    await door.admit(request.headers.authorization);
    const rawBody = await readBody(request, door.limitBytes);
    const read = request as ReadRequest;
    read.rawBody = rawBody;
    read.body = door.parsesJson ? parsed(request, rawBody) : rawBody;
    inner?.(read, response);
  }
}

/** Answers as JSON. */
export function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  if (response.headersSent) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(text && { 'content-type': 'application/json' }),
    'cache-control': 'no-store',
    ...headers,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** What nobody caught leaves nobody knows what behind: it is told without its message, and the process ends. */
export function endOnUncaught(log: Log): void {
  process.once('uncaughtException', (error) => {
    log.error(errorFields(error), 'uncaught');
    process.exit(1);
  });
}

/** On SIGTERM: takes nothing new, finishes what it has begun, and ends. */
export function drainOnSigterm(server: Server, log: Log, close: () => Promise<void>): void {
  process.once('SIGTERM', () => {
    const deadline = setTimeout(() => process.exit(1), DRAIN_SECONDS * 1000);
    deadline.unref();
    server.close(async () => {
      await close();
      log.info({}, 'drained');
      process.exit(0);
    });
    // A client keeps its connection after the answer, and that alone would hold the process for seconds.
    setInterval(() => server.closeIdleConnections(), 50).unref();
  });
}

/** By its events: to iterate over it would cost four times as much. */
function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      if (bytes <= limitBytes) resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      else reject(new PublicError(413, 'body.too-large', `At most ${limitBytes} bytes.`));
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes <= DISCARD_BYTES_MAX) return;
      request.pause();
      end();
    });
    request.on('end', end);
    request.on('error', reject);
  });
}

/** Pub/Sub pushes JSON, which the framework wants parsed. */
function parsed(request: IncomingMessage, rawBody: Buffer): unknown {
  if (
    request.method !== 'POST' ||
    !/^application\/(cloudevents\+)?json/.test(request.headers['content-type'] ?? '')
  ) {
    return rawBody;
  }
  try {
    return JSON.parse(rawBody.toString()) as unknown;
  } catch {
    return rawBody;
  }
}
