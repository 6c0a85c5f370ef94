import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What befalls a call, and whether the service has then done what it was asked. */
const FAULTS = {
  'quota before': { done: false, answer: says(429, 'RESOURCE_EXHAUSTED') },
  'unavailable before': { done: false, answer: says(503, 'UNAVAILABLE') },
  'unavailable after': { done: true, answer: says(503, 'UNAVAILABLE') },
  'load balancer before': { done: false, answer: page },
  'load balancer after': { done: true, answer: page },
  'token not taken': { done: false, answer: says(401, 'UNAUTHENTICATED') },
  'cut before': { done: false, answer: cut },
  'cut after': { done: true, answer: cut },
  'half an answer': { done: true, answer: half },
  'slow answer': { done: true, answer: slow },
} as const;

export type Fault = keyof typeof FAULTS;
export const faults = Object.keys(FAULTS) as Fault[];

/** Stands before an emulator's REST API. `next` says what befalls the next call; nothing, where it says nothing. */
export async function startFront(target: string, next: () => Fault | undefined) {
  const counts = new Map<Fault, number>();
  const server = createServer(async (asked, response) => {
    const body = await bytesOf(asked);
    const name = next();
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
    const fault = name && FAULTS[name];
    const answer = fault?.done === false ? undefined : await passedOn(target, asked, body);
    if (fault) fault.answer(response, answer?.body ?? Buffer.alloc(0));
    else response.writeHead(answer?.status ?? 500, { 'content-type': 'application/json' }).end(answer?.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => new Map(counts),
    close: () => server.close().closeAllConnections(),
  };
}

async function passedOn(target: string, asked: IncomingMessage, body: Buffer) {
  const { method, url, headers } = asked;
  const passing = request(`http://${target}${url}`, { method, headers });
  passing.end(body);
  const [answer] = (await once(passing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await bytesOf(answer) };
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function says(code: number, status: string) {
  return (response: ServerResponse) => {
    const body = JSON.stringify({ error: { code, status } });
    response.writeHead(code, { 'content-type': 'application/json' }).end(body);
  };
}

function page(response: ServerResponse): void {
  response.writeHead(502).end('<html>Bad gateway</html>');
}

function cut(response: ServerResponse): void {
  response.socket?.destroy();
}

function half(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-length': body.length + 1 });
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

function slow(response: ServerResponse, body: Buffer): void {
  setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 300);
}
