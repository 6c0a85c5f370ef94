import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { PublicError, UnsetError } from '../errors.ts';
import { draft, type Event, kind } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import { CODES, readOne } from '../platform/platform.ts';
import { write } from '../store/document.ts';
import { anEnv, aRequest, eventIn, silentLog } from '../testing/builders.ts';
import { type Trouble, withTroubles } from '../testing/troubles.ts';
import { type Log, type LogFields, markOf } from './log.ts';
import { onRequest, type Request } from './on-request.ts';

const ordered = kind('thing.ordered', 'customers', z.object({}));
const order = { status: 202, events: [draft(ordered, { subject: 'thing-1', data: {} })] };

/** `serve-things` for customers: one route that reads, one that orders, one that fails as it is told. */
function served({ fails, publish = [] }: { fails?: Error; publish?: Trouble[] } = {}) {
  const cloud = memoryCloud();
  const published: Event[] = [];
  cloud.onPublish((_, message) => published.push(eventIn(message)));
  const read = vi.fn(async (_: Request) => ({ status: 200, body: { id: 'thing-1' } }));
  const lines: LogFields[] = [];
  const messages: string[] = [];
  const line = (fields: LogFields, message: string) => {
    messages.push(message);
    lines.push(fields);
  };
  const log: Log = { ...silentLog, info: line, warn: line, error: line, in: () => log };
  const fn = onRequest({
    name: 'serve-things',
    caller: 'customer',
    publishes: [ordered],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    routes: {
      'GET /v1/things/:thingId': read,
      'PUT /v1/things/:thingId': async () => ({ status: 204 }),
      'POST /v1/things': async () => order,
      'GET /v1/failures': async () => {
        throw fails ?? new Error('nothing to fail with');
      },
    },
  });
  const platform = withTroubles(cloud.instance(), { publish });
  return { answer: fn.start(anEnv({ platform, log }), {}), published, read, lines, messages };
}

describe('where a request goes', () => {
  test('to its route, with what stands in the path and the query, and the verified customer', async () => {
    const { answer, read } = served();
    const { status, body } = await answer(aRequest('GET', '/v1/things/caf%C3%A9%2F1?limit=5', 'uid-ann'));
    expect({ status, body }).toEqual({ status: 200, body: { id: 'thing-1' } });
    expect(read.mock.calls[0]?.[0]).toMatchObject({ params: { thingId: 'café/1' }, uid: 'uid-ann' });
    expect(read.mock.calls[0]?.[0].query.get('limit')).toBe('5');
  });

  test.each(['/', '/v1/thing', '/v1/things/1/2', '/v1/things/%E0%A4%A', '//[', '*'])(
    'a path that names nothing is not found: %s',
    async (url) => {
      const { answer } = served();
      const { status, headers, body } = await answer(aRequest('GET', url, 'uid-ann'));
      expect(status).toBe(404);
      expect(headers?.['content-type']).toBe('application/problem+json');
      expect(body).toMatchObject({ status: 404, code: 'route.not-found', title: 'Not Found' });
    },
  );

  test('another method is refused with those that are there', async () => {
    const { answer } = served();
    const { status, headers, body } = await answer(aRequest('DELETE', '/v1/things/1', 'uid-ann'));
    expect({ status, allow: headers?.allow }).toEqual({ status: 405, allow: 'GET, PUT' });
    expect(body).toMatchObject({ code: 'method.not-allowed' });
  });
});

describe('an id in a path', () => {
  test('may have 128 characters, longer than any of ours; a longer one names nothing', async () => {
    const { answer } = served();
    const asked = async (length: number) =>
      (await answer(aRequest('GET', `/v1/things/${'a'.repeat(length)}`, 'uid-ann'))).status;
    expect([await asked(128), await asked(129)]).toEqual([200, 404]);
  });
});

describe('who may ask', () => {
  test('a bank without a token: its adapter knows it by its signature', async () => {
    const fn = onRequest({
      name: 'receive-things',
      caller: 'bank',
      publishes: [],
      impact: 'None: a test.',
      config: z.object({}),
      connect: () => ({}),
      routes: { 'POST /webhooks': async ({ uid }) => ({ status: 200, body: { uid } }) },
    });
    expect(await fn.start(anEnv(), {})(aRequest('POST', '/webhooks', ''))).toEqual({
      status: 200,
      body: { uid: '' },
    });
  });

  test('nobody without a token, whatever the route answers', async () => {
    const { answer, read } = served();
    const { status, body } = await answer(aRequest('GET', '/v1/things/1', ''));
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 'token.missing' } });
    expect(read).not.toHaveBeenCalled();
  });
});

describe('an operator', () => {
  const fn = onRequest({
    name: 'serve-operators',
    caller: 'operator',
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    routes: { 'GET /v1/operators/things': async ({ uid }) => ({ status: 200, body: { uid } }) },
  });
  const asked = (uid: string) => fn.start(anEnv(), {})(aRequest('GET', '/v1/operators/things', uid));

  test('is who has the role; a customer is refused, and nobody is asked to sign in', async () => {
    expect(await asked('op-eve')).toMatchObject({ status: 200, body: { uid: 'op-eve' } });
    expect(await asked('uid-ann')).toMatchObject({ status: 403, body: { code: 'operator.role-missing' } });
    expect(await asked('')).toMatchObject({ status: 401 });
  });
});

describe('a request that changes something', () => {
  /** Counts its calls in one document that everybody changes. */
  function counting(troubles: { commit?: Trouble[]; publish?: Trouble[] } = {}) {
    let decisions = 0;
    const cloud = memoryCloud();
    const published: Event[] = [];
    cloud.onPublish((_, message) => published.push(eventIn(message)));
    const fn = onRequest({
      name: 'serve-counters',
      caller: 'customer',
      publishes: [ordered],
      impact: 'None: a test.',
      config: z.object({}),
      connect: ({ reads }) => reads,
      routes: {
        'POST /v1/count': async (_, { deps }) => {
          decisions += 1;
          const read = await readOne(deps, 'counters/one');
          const count = ((read.fields?.count as bigint | undefined) ?? 0n) + 1n;
          return {
            status: 200,
            body: { count: String(count) },
            writes: [write(read, { count })],
            events: [draft(ordered, { subject: 'thing-1', data: {} })],
          };
        },
      },
    });
    const start = () => fn.start(anEnv({ platform: withTroubles(cloud.instance(), troubles) }), {});
    const answer = start();
    return {
      cloud,
      published,
      ask: () => answer(aRequest('POST', '/v1/count', 'uid-ann')),
      count: () => cloud.documents().get('counters/one')?.count,
      decided: () => decisions,
    };
  }

  test('is answered once it is committed and its events are durable', async () => {
    const { ask, count, published, decided } = counting();
    expect(await ask()).toEqual({ status: 200, body: { count: '1' } });
    expect(count()).toBe(1n);
    expect(published).toHaveLength(1);
    expect(decided()).toBe(1);
  });

  test('is decided again on what others changed meanwhile: of ten at once none is lost', async () => {
    const { ask, count } = counting();
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(count()).toBe(10n);
    expect(
      answers.map(({ body }) => Number((body as { count: string }).count)).sort((a, b) => a - b),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('is answered as it is decided at last: here somebody else was faster, and there is nothing left to change', async () => {
    const cloud = memoryCloud();
    const platform = withTroubles(cloud.instance(), { commit: [CODES.aborted] });
    let decisions = 0;
    const fn = onRequest({
      name: 'serve-counters',
      caller: 'customer',
      publishes: [],
      impact: 'None: a test.',
      config: z.object({}),
      connect: () => ({}),
      routes: {
        'POST /v1/things': async () => {
          decisions += 1;
          if (decisions > 1) return { status: 409 };
          return { status: 201, writes: [{ do: 'create', path: 'things/1', fields: {} }] };
        },
      },
    });
    const answer = await fn.start(anEnv({ platform }), {})(aRequest('POST', '/v1/things', 'uid-ann'));
    expect(answer).toEqual({ status: 409 });
    expect([...cloud.documents().keys()].filter((path) => path.startsWith('things/'))).toEqual([]);
  });

  test('waits for its turn, however long the row: nobody sends it again', async () => {
    const { ask, count } = counting();
    const answers = await Promise.all(Array.from({ length: 40 }, ask));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(count()).toBe(40n);
  });

  test('is done once when the answer of its commit is lost', async () => {
    for (const trouble of ['lost-answer', 'own-retry'] as const) {
      const { ask, count } = counting({ commit: [trouble] });
      expect(await ask()).toEqual({ status: 200, body: { count: '1' } });
      expect(count()).toBe(1n);
    }
  });

  test('whose events cannot be published is a 500, and they are left to be published later', async () => {
    const { ask, count, cloud } = counting({ publish: [14, 14, 14, 14] });
    expect((await ask()).status).toBe(500);
    expect(count()).toBe(1n);
    const left = [...cloud.documents().values()].filter(({ unpublished }) => unpublished === true);
    expect(left).toHaveLength(1);
  });
});

describe('what a caller hears of a failure', () => {
  test('their own mistake, with its code and what to mend', async () => {
    const fails = new PublicError(422, 'payment.same-account', 'Choose another account.', {
      'retry-after': '1',
    });
    const { status, headers, body } = await served({ fails }).answer(
      aRequest('GET', '/v1/failures', 'uid-ann'),
    );
    expect(status).toBe(422);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '1' });
    expect(body).toEqual({
      type: 'urn:counterfoil:problem:payment.same-account',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'payment.same-account',
      detail: 'Choose another account.',
    });
  });

  test('nothing of our own: neither the message nor the cause of a 500', async () => {
    const fails = new Error('no row for DK5000400440116243', { cause: new Error('password=hunter2') });
    const answer = await served({ fails }).answer(aRequest('GET', '/v1/failures', 'uid-ann'));
    expect(answer.body).toEqual({
      type: 'urn:counterfoil:problem:internal',
      title: 'Internal Server Error',
      status: 500,
      code: 'internal',
      detail: undefined,
    });
    expect(JSON.stringify(answer)).not.toMatch(/DK50|hunter2/);
  });

  test('and the log hears that it failed and where, and neither message nor cause', async () => {
    const fails = new TypeError('no row for DK5000400440116243', { cause: new Error('password=hunter2') });
    const { answer, lines, messages } = served({ fails });
    await answer(aRequest('GET', '/v1/failures', 'uid-ann'));
    expect(messages).toEqual(['answering', 'request failed', 'answered']);
    expect(lines.slice(1)).toMatchObject([{ errorName: 'TypeError' }, { status: 500, reason: undefined }]);
    expect(JSON.stringify(lines)).not.toMatch(/DK50|hunter2/);
  });

  test('and the log hears the status and the code, no more', async () => {
    const { answer, lines } = served({ fails: new PublicError(404, 'account.not-found') });
    await answer(aRequest('GET', '/v1/failures?iban=DK5000400440116243', 'uid-ann'));
    const route = 'GET /v1/failures';
    expect(lines).toMatchObject([{ route }, { route, status: 404, reason: 'account.not-found' }]);
    expect(lines[1]?.milliseconds).toBeLessThan(60_000);
    expect(JSON.stringify(lines)).not.toContain('DK50');
  });

  test('and where an operator could mend it the log names the variable and marks the account, which the caller does not hear', async () => {
    const accountId = 'DK5000400440116243';
    const fails = new UnsetError(422, 'payment.limit-none', { variable: 'PAYMENT_LIMITS.JPY', accountId });
    const { answer, lines, messages } = served({ fails });
    const { status, body } = await answer(aRequest('GET', '/v1/failures', 'uid-ann'));
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('No limits are set') },
    });
    expect(JSON.stringify(body)).not.toContain('PAYMENT_LIMITS');
    expect(messages).toEqual(['answering', 'configuration lacks something', 'answered']);
    const account = markOf({ accountId });
    expect(lines[1]).toMatchObject({ reason: 'payment.limit-none', variable: 'PAYMENT_LIMITS.JPY', account });
    expect(JSON.stringify(lines)).not.toContain('DK50');
  });
});

describe('an answer that tells of something ordered', () => {
  test('comes after its events are durable', async () => {
    const { answer, published } = served();
    const { status, body } = await answer(aRequest('POST', '/v1/things', 'uid-ann'));
    expect({ status, body }).toEqual({ status: 202, body: undefined });
    expect(published.map(({ type }) => type)).toEqual(['thing.ordered']);
  });

  test('is a 500 when they are not: nothing is acknowledged that could be lost', async () => {
    const { answer, published } = served({ publish: [14] });
    expect((await answer(aRequest('POST', '/v1/things', 'uid-ann'))).status).toBe(500);
    expect(published).toEqual([]);
  });

  test('is a 500 when nobody knows whether they are', async () => {
    const { answer } = served({ publish: ['lost-answer'] });
    expect((await answer(aRequest('POST', '/v1/things', 'uid-ann'))).status).toBe(500);
  });
});
