import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PublicError } from '../errors.ts';
import { draft, kind } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import { anEnv, aRequest } from '../testing/builders.ts';
import { type Trouble, withTroubles } from '../testing/troubles.ts';
import { onRequest } from './on-request.ts';
import { takeTurns } from './turns.ts';

const ordered = kind('thing.ordered', 'customers', z.object({ n: z.number() }));

/** `order-things`: each order that is not refused makes one document and one event, and is answered with its number. */
function ordering({ troubles = [] as Trouble[], env = {}, refusals = 0 } = {}) {
  const cloud = memoryCloud();
  const published: unknown[] = [];
  cloud.onPublish((_, message) => published.push(message));
  let made = 0;
  let left = refusals;
  const fn = onRequest({
    ...{ name: 'order-things', caller: 'customer', publishes: [ordered], impact: 'None: a test.' },
    ...{ config: z.object({}), connect: () => ({}) },
    routes: {
      'POST /v1/things': {
        once: async () => {
          if (left-- > 0) throw new PublicError(422, 'thing.refused');
          made += 1;
          return {
            status: 202,
            headers: { location: `/v1/things/${made}` },
            body: { n: made },
            writes: [{ do: 'create', path: `things/${made}`, fields: { n: BigInt(made) } }],
            events: [draft(ordered, { subject: 'thing', data: { n: made } })],
          };
        },
      },
    },
  });
  const platform = withTroubles(cloud.instance(), { commit: troubles });
  const answer = fn.start(anEnv({ platform, ...env }), {});
  const post = (key: string | undefined, body: object = { a: 1, b: 2 }, uid = 'uid-ann') =>
    answer(
      aRequest('POST', '/v1/things', uid, {
        headers: key === undefined ? {} : { 'idempotency-key': key },
        rawBody: Buffer.from(JSON.stringify(body)),
      }),
    );
  const things = () => [...cloud.documents().keys()].filter((path) => path.startsWith('things/'));
  return { post, things, published };
}

describe('a request that is done once for its key', () => {
  test('is answered the same the second time, and does nothing more', async () => {
    const { post, things, published } = ordering();
    const first = await post('key-1');
    expect(first).toMatchObject({ status: 202, headers: { location: '/v1/things/1' }, body: { n: 1 } });
    expect(await post('key-1')).toEqual(first);
    expect(things()).toEqual(['things/1']);
    // What followed is told again under its id, for the case that it was not told before.
    expect(published.length).toBeLessThanOrEqual(2);
  });

  test('is the same request however its JSON is written', async () => {
    const { post, things } = ordering();
    await post('key-1', { a: 1, b: { c: 1, d: 2 } });
    expect((await post('key-1', { b: { d: 2, c: 1 }, a: 1 })).status).toBe(202);
    expect(things()).toHaveLength(1);
  });

  test('with another body is refused, and does nothing', async () => {
    const { post, things } = ordering();
    await post('key-1');
    expect(await post('key-1', { a: 2 })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key.reused' },
    });
    expect(things()).toHaveLength(1);
  });

  test('is another request under another key, or of another caller', async () => {
    const { post, things } = ordering();
    const bodies = [await post('key-1'), await post('key-2'), await post('key-1', {}, 'uid-bo')];
    expect(bodies.map(({ body }) => (body as { n: number }).n)).toEqual([1, 2, 3]);
    expect(things()).toHaveLength(3);
  });

  test('leaves its key free where it was refused', async () => {
    const { post, things } = ordering({ refusals: 1 });
    expect((await post('key-1')).status).toBe(422);
    expect(things()).toEqual([]);
    expect((await post('key-1')).status).toBe(202);
  });

  test.each([
    [undefined, 'idempotency-key.missing'],
    ['', 'idempotency-key.invalid'],
    ['two words', 'idempotency-key.invalid'],
    ['k'.repeat(256), 'idempotency-key.invalid'],
  ])('needs a key: %s', async (key, code) => {
    const { post, things } = ordering();
    expect(await post(key)).toMatchObject({ status: 400, body: { code } });
    expect(things()).toEqual([]);
  });

  test('of whatever kind is told to have a new key for each request', async () => {
    const { post } = ordering();
    const detail = 'Send an Idempotency-Key header, a new one for each request.';
    expect(await post(undefined)).toMatchObject({ body: { detail } });
  });

  test('is told to come later while one with its key is under way here', async () => {
    const { post, things } = ordering();
    const [first, second] = await Promise.all([post('key-1'), post('key-1')]);
    expect(first?.status).toBe(202);
    expect(second).toMatchObject({
      ...{ status: 409, headers: { 'retry-after': '1' } },
      body: { code: 'idempotency-key.in-flight' },
    });
    expect(things()).toHaveLength(1);
  });

  test('loses to one with its key in another instance, and is answered as that one', async () => {
    const { post, things } = ordering({
      env: {
        turns: { ...takeTurns(), wanting: () => 0, take: (_: string, act: () => Promise<never>) => act() },
      },
    });
    const [first, second] = await Promise.all([post('key-1'), post('key-1')]);
    expect([first?.status, second?.status]).toEqual([202, 202]);
    expect(first?.body).toEqual(second?.body);
    expect(things()).toHaveLength(1);
  });

  test('is answered as it was done when the answer of its commit was lost', async () => {
    const { post, things } = ordering({
      troubles: ['lost-answer'],
    });
    expect((await post('key-1')).status).toBe(202);
    expect((await post('key-1')).body).toEqual({ n: 1 });
    expect(things()).toHaveLength(1);
  });
});
