import { describe, expect, test } from 'vitest';
import { idFrom } from '../../../shared/events/id.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { noTelemetry } from '../../../shared/runtime/telemetry.ts';
import {
  aBody,
  aRequest,
  aWireEvent,
  NOW,
  signedHeaders,
  WEBHOOK_SECRET,
} from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import receiveBankWebhook from './function.ts';

const body = aBody(aWireEvent('account.frozen'));
const OLD_SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX';
const PROCESSOR_SECRET = 'whsec_GBkaGxwdHh8gISIjJCUmJygpKissLS4v';

function received(unavailable = 0) {
  const ages: unknown[][] = [];
  const webhookAge = { record: (...told: unknown[]) => void ages.push(told) };
  const telemetry = { ...noTelemetry, measures: { ...noTelemetry.measures, webhookAge } };
  const world = aWorld({
    env: { telemetry },
    functions: [receiveBankWebhook],
    config: {
      SANDBOX_WEBHOOK_SECRETS: `${OLD_SECRET}, ${WEBHOOK_SECRET}`,
      SANDBOX_PROCESSOR_WEBHOOK_SECRETS: PROCESSOR_SECRET,
    },
    faults: { unavailable },
  });
  return {
    ages,
    deliveries: () =>
      world
        .events('partner-bank-webhooks')
        .map(({ id, data }) => ({ id, ...deliveryReceived.data.parse(data) })),
    async post(rawBody: Buffer, headers: Record<string, string> = signedHeaders(rawBody), bank = 'sandbox') {
      const request = aRequest('POST', `/webhooks/${bank}`, '', { headers, rawBody });
      const { status, body: answered } = await world.ask(receiveBankWebhook, request);
      return answered === undefined ? `${status}` : `${status} ${(answered as { code: string }).code}`;
    },
  };
}

describe('a delivery that the bank signed', () => {
  test('is answered 202, and its bytes are on their way as they were signed', async () => {
    const { post, deliveries } = received();
    const odd = Buffer.from('{ "events" : [ {"id":"\\u00e6"} ] }\n');
    expect(await post(odd)).toBe('202');
    expect(deliveries()).toHaveLength(1);
    expect(Buffer.from(deliveries()[0]?.bodyBase64 ?? '', 'base64').equals(odd)).toBe(true);
    expect(deliveries()[0]).toMatchObject({ bank: 'sandbox', receivedAt: NOW.toISOString() });
  });

  test('says by which of the live secrets it was signed, and when, and nobody can tell the secret by it', async () => {
    const { post, deliveries } = received();
    await post(body, signedHeaders(body, { secret: OLD_SECRET, at: new Date(NOW.getTime() - 7000) }));
    await post(body);
    const [old, current] = deliveries().map(({ signature }) => signature);
    expect(old).toEqual({ key: idFrom('key', OLD_SECRET), at: '2026-11-23T09:59:53.000Z' });
    expect(current).toEqual({ key: idFrom('key', WEBHOOK_SECRET), at: NOW.toISOString() });
  });

  test('counts how old it was when it arrived, also by a clock that is ahead of ours', async () => {
    const { post, ages } = received();
    for (const seconds of [-7, 0, 7])
      await post(body, signedHeaders(body, { at: new Date(NOW.getTime() + seconds * 1000) }));
    expect(ages).toEqual([
      [7, { bank: 'sandbox' }],
      [0, { bank: 'sandbox' }],
      [0, { bank: 'sandbox' }],
    ]);
  });

  test('keeps the headers of its signature, and no others', async () => {
    const { post, deliveries } = received();
    const headers = signedHeaders(body);
    await post(body, {
      ...headers,
      cookie: 'session=1',
      authorization: 'Bearer x',
      'x-forwarded-for': '10.0.0.1',
    });
    expect(deliveries()[0]?.headers).toEqual(headers);
  });

  test('sent again, later and signed anew, is the same delivery', async () => {
    const { post, deliveries } = received();
    await post(body);
    await post(body, signedHeaders(body, { at: new Date(NOW.getTime() + 60_000) }));
    expect(deliveries()).toHaveLength(2);
    expect(new Set(deliveries().map(({ id }) => id)).size).toBe(1);
  });

  test('sent again under another webhook-id is the same delivery', async () => {
    const { post, deliveries } = received();
    await post(body);
    await post(body, signedHeaders(body, { id: 'msg-2' }));
    expect(deliveries()).toHaveLength(2);
    expect(new Set(deliveries().map(({ deliveryId }) => deliveryId)).size).toBe(1);
  });

  test('of other bytes is another delivery, though they say the same under the same webhook-id', async () => {
    const { post, deliveries } = received();
    await post(body);
    await post(Buffer.concat([body, Buffer.from(' ')]));
    expect(new Set(deliveries().map(({ deliveryId }) => deliveryId)).size).toBe(2);
  });

  test('has an id that follows from the bank and the bytes alone, on every machine', async () => {
    const { post, deliveries } = received();
    await post(Buffer.from('{"events":[]}'));
    // Computed in Python.
    expect(deliveries()[0]).toMatchObject({
      id: 'dlv_rwUi7dWExi8eg-rAxB0ooQMvRpE',
      deliveryId: 'dlv_rwUi7dWExi8eg-rAxB0ooQMvRpE',
    });
  });

  test('with either secret is taken, while both are live', async () => {
    const { post } = received();
    expect(await post(body, signedHeaders(body, { secret: OLD_SECRET }))).toBe('202');
    expect(await post(body, signedHeaders(body, { secret: WEBHOOK_SECRET }))).toBe('202');
  });

  test('may hold what we do not understand: that is not for this door to judge', async () => {
    const { post } = received();
    expect(await post(aBody('hello', { type: 'account.painted-blue' }, null))).toBe('202');
    expect(await post(aBody())).toBe('202');
  });

  test('is not acknowledged while it cannot be made durable, so that the bank sends it again', async () => {
    const { post, deliveries } = received(1);
    expect(await post(body)).toBe('500 internal');
    expect(deliveries()).toEqual([]);
  });
});

describe('a secret that could sign nothing safely is refused at start', () => {
  const ofBytes = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
  const isTaken = (secrets: string) =>
    receiveBankWebhook.config.safeParse({
      SANDBOX_WEBHOOK_SECRETS: secrets,
      SANDBOX_PROCESSOR_WEBHOOK_SECRETS: PROCESSOR_SECRET,
    }).success;

  test.each([ofBytes(24), ofBytes(64), `${OLD_SECRET},${WEBHOOK_SECRET}`])('%s is taken', (secrets) => {
    expect(isTaken(secrets)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['one of 23 bytes', ofBytes(23)],
    ['one of 65 bytes', ofBytes(65)],
    ['one without its prefix', ofBytes(32).replace('whsec_', '')],
    ['a good one and an empty one', `${WEBHOOK_SECRET},`],
    ['a good one and a short one', `${WEBHOOK_SECRET},${ofBytes(8)}`],
  ])('%s is not', (_, secrets) => {
    expect(isTaken(secrets)).toBe(false);
  });
});

describe('a delivery that is refused leaves nothing', () => {
  test.each<[string, string, () => [Buffer, Record<string, string>?, string?]]>([
    ['another’s signature', '401 signature.mismatch', () => [body, signedHeaders(aBody())]],
    ['no signature', '401 signature.headers-missing', () => [body, {}]],
    [
      'an old one',
      '401 signature.timestamp-stale',
      () => [body, signedHeaders(body, { at: new Date('2026-11-23T09:00:00Z') })],
    ],
    ['an unsigned one that is no JSON', '401 signature.headers-missing', () => [Buffer.from('{'), {}]],
    ['a signed one that is no JSON', '400 delivery.unreadable', () => [Buffer.from('{')]],
    ['a signed one that is no UTF-8', '400 delivery.unreadable', () => [Buffer.from([0x22, 0xff, 0x22])]],
    ['a signed one without events', '400 delivery.unreadable', () => [Buffer.from('{"event":[]}')]],
    [
      'a signed one whose events are no list',
      '400 delivery.unreadable',
      () => [Buffer.from('{"events":{}}')],
    ],
    ['a signed one of nothing', '400 delivery.unreadable', () => [Buffer.alloc(0)]],
    ['an unknown bank', '404 bank.unknown', () => [body, undefined, 'elsewhere']],
  ])('%s: %s', async (_, answer, sent) => {
    const { post, deliveries } = received();
    expect(await post(...sent())).toBe(answer);
    expect(deliveries()).toEqual([]);
  });
});
