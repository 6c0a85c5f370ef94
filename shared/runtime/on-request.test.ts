import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { PublicError } from '../errors.ts';
import { draft, type Event, kind } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import { anEnv, aRequest, eventIn, silentLog } from '../testing/builders.ts';
import { type Trouble, withTroubles } from '../testing/troubles.ts';
import type { Log, LogFields } from './log.ts';
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
  const log: Log = { ...silentLog, info: (fields) => lines.push(fields), in: () => log };
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
  return { answer: fn.start(anEnv({ platform, log }), {}), published, read, lines };
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

describe('who may ask', () => {
  test('nobody without a token, whatever the route answers', async () => {
    const { answer, read } = served();
    const { status, body } = await answer(aRequest('GET', '/v1/things/1', ''));
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 'token.missing' } });
    expect(read).not.toHaveBeenCalled();
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

  test('and the log hears the status and the code, no more', async () => {
    const { answer, lines } = served({ fails: new PublicError(404, 'account.not-found') });
    await answer(aRequest('GET', '/v1/failures?iban=DK5000400440116243', 'uid-ann'));
    expect(lines).toMatchObject([{ status: 404, reason: 'account.not-found' }]);
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
