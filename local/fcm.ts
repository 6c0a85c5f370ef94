import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type FcmAnswer, nextAnswers, phones, refusal } from './phones.ts';

/** Firebase Cloud Messaging, as far as we use it, and the phones behind it. */
export type FcmStandIn = { readonly url: string; stop(): Promise<void> };

/**
 * A stand-in for FCM's HTTP v1 API on 127.0.0.1. `GET /_phones/{token}` tells what that phone shows;
 * `PUT /_answers/{token}` with a list of `{ status, errorCode?, retryAfter? }` or `"cut"` says what its next messages
 * are answered with, `"cut"` being a connection that breaks once the message has been taken.
 */
export async function startFcm(port: number): Promise<FcmStandIn> {
  const service = phones();
  const server = createServer((request, response) => {
    answer(request)
      .then((reply) => (reply === 'cut' ? response.destroy() : send(response, reply)))
      .catch(() => send(response, { status: 400, headers: {}, body: { error: 'Send JSON.' } }));
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    stop: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  };

  async function answer(request: IncomingMessage): Promise<FcmAnswer> {
    const [, kind = '', token = ''] = /^\/(_phones|_answers)\/([^/]+)$/.exec(request.url ?? '') ?? [];
    const call = `${request.method} ${kind || request.url}`;
    if (call === 'GET _phones') return ok(service.phone(decodeURIComponent(token)));
    if (call === 'PUT _answers') {
      service.answer(decodeURIComponent(token), nextAnswers.parse(await json(request)));
      return ok({});
    }
    if (!/^POST \/v1\/projects\/[^/]+\/messages:send$/.test(call)) return refusal({ status: 404 });
    if (request.headers.authorization !== 'Bearer owner') return refusal({ status: 401 });
    return service.send(await json(request), new Date());
  }
}

function ok(body: unknown): FcmAnswer {
  return { status: 200, headers: {}, body };
}

async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}

function send(response: ServerResponse, { status, headers, body }: Exclude<FcmAnswer, 'cut'>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
