import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from './ask.ts';

async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('what is asked is answered whole, with its status', async () => {
  const asked: string[] = [];
  const url = await serverOf((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404).write('{"a":');
    setTimeout(() => response.end('"æ"}'), 10);
  });
  expect(await ask(`${url}/events?after=1`)).toEqual({ status: 404, body: '{"a":"æ"}' });
  expect(asked).toEqual(['GET /events?after=1']);
});

test('half an answer, and none, are errors', async () => {
  const url = await serverOf((request, response) => {
    if (request.url === '/half') response.writeHead(200, { 'content-length': '9' }).write('{');
    setTimeout(() => response.destroy(), 10);
  });
  await expect(ask(`${url}/half`)).rejects.toThrow();
  await expect(ask(`${url}/none`)).rejects.toThrow();
});
