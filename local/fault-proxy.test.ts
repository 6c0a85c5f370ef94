import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { NO_FAULTS, planner } from './proxy-faults.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PROTOCOLS = ['HTTP/2', 'HTTP/1.1'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** An emulator of a kind, which counts what it was asked, and the proxy before it. */
async function aProxy(faults: Parameters<FaultProxy['plague']>[0] = {}, protocol: Protocol = 'HTTP/2') {
  let asked = 0;
  // As emulators do, it answers what it has read whole.
  const answer = (request: Readable, response: { end(body: string): void }) => {
    asked += 1;
    request.resume().on('end', () => response.end('x'.repeat(40_000)));
  };
  const server = protocol === 'HTTP/2' ? http2.createServer(answer) : http.createServer(answer);
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy = await startFaultProxy(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  proxy.plague(faults);
  cleanups.push(async () => {
    await proxy.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { proxy, asked: () => asked };
}

/** A client of one connection, as those of gRPC are, or of as many as it has calls under way. */
function aClient(proxy: FaultProxy, protocol: Protocol = 'HTTP/2'): () => Promise<number> {
  return protocol === 'HTTP/2' ? anHttp2Client(proxy) : anHttp1Client(proxy);
}

function anHttp2Client(proxy: FaultProxy) {
  const session = http2.connect(`http://${proxy.address}`);
  session.on('error', () => {});
  cleanups.push(() => session.destroy());
  /** The length of the answer; rejects where the connection ends first. */
  return async (): Promise<number> => {
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    stream.end('question');
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await once(stream, 'close');
    if (bytes === 0) throw new Error('no answer');
    return bytes;
  };
}

function anHttp1Client(proxy: FaultProxy) {
  const agent = new http.Agent({ keepAlive: true });
  cleanups.push(() => agent.destroy());
  return async (): Promise<number> => {
    const request = http.request(`http://${proxy.address}`, { method: 'POST', agent });
    // Its body comes in several parts.
    request.write('question');
    setTimeout(() => request.end('x'.repeat(100_000)), 5);
    const [response] = (await once(request, 'response').catch((error: NodeJS.ErrnoException) => {
      throw new Error(`no answer: ${error.code}`);
    })) as [http.IncomingMessage];
    let bytes = 0;
    for await (const part of response) bytes += (part as Buffer).length;
    return bytes;
  };
}

async function took(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

describe.each(PROTOCOLS)('between a client and an emulator that speak %s', (protocol) => {
  test('until it is plagued every byte goes through', async () => {
    const { proxy } = await aProxy({}, protocol);
    const ask = aClient(proxy, protocol);
    expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(Array(20).fill(40_000));
    expect(proxy.counts()).toEqual({
      requests: 20,
      cut: 0,
      reset: 0,
      answersCut: 0,
      slowed: 0,
      blackholed: 0,
    });
  });

  test.each([
    ['cut', 'no answer'],
    ['reset', 'ECONNRESET'],
  ])('a request that is %s has not gone through', async (kind, error) => {
    const { proxy, asked } = await aProxy({ [kind]: 1 }, protocol);
    await expect(aClient(proxy, protocol)()).rejects.toThrow(error);
    expect(asked()).toBe(0);
    expect(proxy.counts()).toMatchObject({ [kind]: 1 });
  });

  test('a request whose answer is cut off has gone through', async () => {
    const { proxy, asked } = await aProxy({ cutAnswer: 1 }, protocol);
    await expect(aClient(proxy, protocol)()).rejects.toThrow('no answer');
    expect(asked()).toBe(1);
    expect(proxy.counts()).toMatchObject({ answersCut: 1 });
  });

  test('so many answers are cut off as were asked for, and what is asked next is answered', async () => {
    const { proxy, asked } = await aProxy({}, protocol);
    proxy.cutAnswers(1);
    await expect(aClient(proxy, protocol)()).rejects.toThrow('no answer');
    expect(await aClient(proxy, protocol)()).toBe(40_000);
    expect(asked()).toBe(2);
  });

  test('a slow request arrives later, whole', async () => {
    const { proxy } = await aProxy({ seed: 1, slow: 1, slowMs: 400 }, protocol);
    const ask = aClient(proxy, protocol);
    expect(await took(async () => expect(await ask()).toBe(40_000))).toBeGreaterThan(20);
    expect(proxy.counts().slowed).toBe(1);
  });

  test('a black hole passes nothing either way, and what it held goes on after it', async () => {
    const { proxy, asked } = await aProxy({ seed: 3, blackhole: 1, blackholeMs: 1000 }, protocol);
    const ask = aClient(proxy, protocol);
    const answer = ask();
    await new Promise((wake) => setTimeout(wake, 50));
    expect(asked()).toBe(0);
    expect(await answer).toBe(40_000);
    expect(proxy.counts().blackholed).toBe(1);
  });

  test('once it is calmed, what was held goes on at once, and nothing more goes wrong', async () => {
    const { proxy } = await aProxy({ blackhole: 1, blackholeMs: 3_600_000 }, protocol);
    const ask = aClient(proxy, protocol);
    const answer = ask();
    await new Promise((wake) => setTimeout(wake, 50));
    proxy.calm();
    expect(await answer).toBe(40_000);
    expect(await ask()).toBe(40_000);
    expect(proxy.counts().blackholed).toBe(1);
  });
});

test('the end of a connection ends all calls that are under way on it', async () => {
  const { proxy } = await aProxy({ cutAnswer: 1 });
  const ask = aClient(proxy);
  const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(proxy.counts().answersCut).toBe(1);
});

test('the same seed plans the same, another another, and no share changes what another fault meets', () => {
  const shares = { cut: 0.2, reset: 0.2, cutAnswer: 0.5, slow: 0.5, slowMs: 100 };
  const plans = (faults: object) => {
    const next = planner({ ...NO_FAULTS, ...shares, ...faults });
    return Array.from({ length: 50 }, () => next());
  };
  const cutAnswers = (faults: object) => plans(faults).map(({ cutsAnswer }) => cutsAnswer);
  expect(plans({ seed: 7 })).toEqual(plans({ seed: 7 }));
  expect(plans({ seed: 7 })).not.toEqual(plans({ seed: 8 }));
  expect(cutAnswers({ seed: 7, slow: 1, cut: 0, blackhole: 1 })).toEqual(cutAnswers({ seed: 7 }));
});
