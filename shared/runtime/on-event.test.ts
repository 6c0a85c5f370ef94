import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import { messageParked } from '../events/dead-letters.ts';
import { draft, type Event, kind, minorUnits } from '../events/event.ts';
import { memoryCloud } from '../platform/memory.ts';
import { type Message, readOne } from '../platform/platform.ts';
import { write } from '../store/document.ts';
import { aMessage, anEnv, eventIn, NOW, TRACEPARENT } from '../testing/builders.ts';
import { withTroubles } from '../testing/troubles.ts';
import { parkedId } from './dead-letter.ts';
import { type Log, markOf } from './log.ts';
import { onEvent } from './on-event.ts';
import { toMessage } from './outgoing.ts';

const happened = kind('thing.happened', 'transactions', z.object({ amountMinor: minorUnits }));
const noticed = kind('thing.noticed', 'transactions', z.object({ amountMinor: minorUnits }));
const other = kind('other.happened', 'transactions', z.object({}));

const message = aMessage([happened], {
  type: 'thing.happened',
  subject: 'thing-1',
  id: 'evt-1',
  data: { amountMinor: 3200n },
});

const declaredToWatch = {
  name: 'watch-things',
  publishes: [],
  impact: 'None: a test.',
  config: z.object({}),
  connect: () => ({}),
};

type Decide = (event: Event<string, { amountMinor: bigint }>) => Promise<object>;

/** `watch-things`, deciding this, in a place where everything is seen. */
function watched(
  decide: Decide = async () => ({}),
  publish: (number | 'none')[] = [],
  { rebuild, cloud = memoryCloud() }: { rebuild?: string; cloud?: ReturnType<typeof memoryCloud> } = {},
) {
  const published: Event[] = [];
  cloud.onPublish((_, message) => published.push(eventIn(message)));
  const fn = onEvent({
    name: 'watch-things',
    on: [happened],
    publishes: [noticed],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    decide,
  });
  const env = anEnv({ platform: withTroubles(cloud.instance(), { publish }), rebuild });
  return {
    cloud,
    published,
    receive: fn.start(env, {}),
    documents: cloud.documents,
    parked: () => parkedIn(published),
  };
}

function parkedIn(published: readonly Event[]) {
  return published
    .filter(({ type }) => type === 'message.parked')
    .map(({ data }) => messageParked.data.parse(data));
}

function raw(text: string, attributes: Record<string, string> = {}): Message {
  return { data: Buffer.from(text), attributes };
}

describe('an event that is redriven to one function', () => {
  const redriven = (to: string) => {
    const event = { ...eventIn(message), to };
    return toMessage(event);
  };

  test('is handled by that one, and let pass by every other', async () => {
    const decide = vi.fn(async () => ({}));
    const { receive, documents } = watched(decide);
    await receive(redriven('watch-other-things'));
    expect(decide).not.toHaveBeenCalled();
    expect(documents().size).toBe(0);
    await receive(redriven('watch-things'));
    expect(decide).toHaveBeenCalledTimes(1);
  });

  test('is the same event as before: what was done about it is not done again', async () => {
    const { receive, documents } = watched(async () => ({
      writes: [{ do: 'create', path: `things/${documents().size}`, fields: {} }],
    }));
    await receive(message);
    await receive(redriven('watch-things'));
    expect([...documents().keys()].filter((path) => path.startsWith('things/'))).toEqual(['things/0']);
  });

  test('says so in an attribute too', () => {
    expect(redriven('watch-things').attributes.to).toBe('watch-things');
    expect(message.attributes).not.toHaveProperty('to');
  });
});

describe('many events at once that want one document', () => {
  test('take turns for it, a long row comes again later, and none is lost or done twice', async () => {
    const cloud = memoryCloud();
    const store = cloud.instance();
    const fn = onEvent({
      name: 'count-things',
      on: [happened],
      publishes: [],
      impact: 'None: a test.',
      config: z.object({}),
      connect: ({ reads }) => reads,
      async decide(_, { deps }) {
        const read = await readOne(deps, 'counters/one');
        return { writes: [write(read, { count: ((read.fields?.count as bigint) ?? 0n) + 1n })] };
      },
    });
    const receive = fn.start(anEnv({ platform: store }), {});
    let waiting = Array.from({ length: 60 }, (_, n) =>
      aMessage([happened], {
        type: 'thing.happened',
        subject: 's',
        id: `evt-${n}`,
        data: { amountMinor: 1n },
      }),
    );
    const rounds: number[] = [];
    while (waiting.length > 0 && rounds.length < 20) {
      const results = await Promise.allSettled(waiting.map(receive));
      const failed = results.flatMap((result) =>
        result.status === 'rejected' ? [String(result.reason)] : [],
      );
      expect(new Set(failed).size).toBeLessThanOrEqual(1);
      if (failed.length > 0) expect(failed[0]).toBe('Error: store.contended');
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'store.contended' });
      waiting = waiting.filter((_, n) => results[n]?.status === 'rejected');
      rounds.push(failed.length);
    }
    expect(cloud.documents().get('counters/one')?.count).toBe(60n);
    expect(rounds[0]).toBeGreaterThan(0); // the row was too long for some
    expect(rounds.at(-1)).toBe(0);
  });
});

describe('what a function redrives', () => {
  test('goes out after its own events, once its commit is done, and again for whoever comes again', async () => {
    const again = { topic: 'transactions' as const, event: { ...eventIn(message), id: 'evt-0', to: 'x' } };
    const { receive, published } = watched(async () => ({ redrives: [again] }));
    await receive(message);
    await receive(message);
    expect(published.map(({ id, to }) => `${id} ${to}`)).toEqual(['evt-0 x', 'evt-0 x']);
  });
});

test('what waits for something is parked with what it waits for', async () => {
  const { receive, parked } = watched(async () => {
    throw new PermanentError('account.not-opened', {}, { waitsFor: 'accounts/acct-1' });
  });
  await receive(message);
  expect(parked()).toMatchObject([{ reason: 'account.not-opened', waitsFor: 'accounts/acct-1' }]);
});

describe('an event that is handled to rebuild a read model', () => {
  const decide = async (): Promise<object> => ({
    events: [draft(noticed, { subject: 'thing-1', data: { amountMinor: 1n } })],
  });

  test('is handled once more, whoever handled it before, and tells nobody', async () => {
    const { cloud, receive } = watched(decide);
    await receive(message);
    const rebuild = watched(decide, [], { rebuild: 'rebuild-1', cloud });
    await rebuild.receive(message);
    await rebuild.receive(message);
    expect(rebuild.published).toEqual([]);
    // One entry of what was handled as it came, and one of the rebuild.
    expect(cloud.documents().size).toBe(2);
    await watched(decide, [], { rebuild: 'rebuild-2', cloud }).receive(message);
    expect(cloud.documents().size).toBe(3);
  });

  test('is not parked when it cannot be: whoever rebuilds hears why', async () => {
    const refuse: Decide = async () => {
      throw new PermanentError('fact.conflict');
    };
    const { receive, published } = watched(refuse, [], { rebuild: 'rebuild-1' });
    await expect(receive(message)).rejects.toThrow('fact.conflict');
    await expect(receive(raw('hello'))).rejects.toThrow('event.not-json');
    expect(published).toEqual([]);
  });
});

describe('an event', () => {
  test('is handed over with its amounts as bigints', async () => {
    const decide = vi.fn<Decide>(async () => ({}));
    await watched(decide).receive(message);
    expect(decide.mock.calls[0]?.[0]).toMatchObject({ id: 'evt-1', data: { amountMinor: 3200n } });
  });

  test('delivered twice is decided upon twice and committed once', async () => {
    const add = { do: 'increment', path: 'counters/1', by: { things: 5n } };
    const { receive, documents } = watched(async () => ({ writes: [add] }));
    await receive(message);
    await receive(message);
    expect(documents().get('counters/1')).toEqual({ things: 5n });
  });

  test('of a kind that the function does not list is acknowledged, and leaves nothing', async () => {
    const decide = vi.fn<Decide>();
    const { receive, documents, published } = watched(decide);
    await receive(aMessage([other], { type: 'other.happened', subject: 'x', data: {} }));
    expect(decide).not.toHaveBeenCalled();
    expect(documents().size).toBe(0);
    expect(published).toEqual([]);
  });
});

describe('what follows from an event', () => {
  const follows = async () => ({
    events: [1n, 2n].map((amountMinor) => draft(noticed, { subject: 'thing-1', data: { amountMinor } })),
  });

  test('has ids that follow from the event, the function and the place, on every machine', async () => {
    const { receive, published } = watched(follows);
    await receive(message);
    await receive(message);
    // Computed in Python.
    const [first, second] = ['evt_iTgKa2kro4lkHhdzOj4a2qe3uiM', 'evt_TpiQZR2i9VfT0riOL-QRhQiGFB4'];
    expect(published.map(({ id }) => id)).toEqual([first, second, first, second]);
  });

  test('goes out as on the wire: digits in text, the clock, the source, and the same trace one span on', async () => {
    const { receive, published } = watched(follows);
    await receive(message);
    expect(published[0]).toMatchObject({
      specversion: '1.0',
      source: '/functions/watch-things',
      type: 'thing.noticed',
      subject: 'thing-1',
      time: NOW.toISOString(),
      data: { amountMinor: '1' },
    });
    const [, trace, span] = (published[0]?.traceparent ?? '').split('-');
    const [, traceBefore, spanBefore] = TRACEPARENT.split('-');
    expect(trace).toBe(traceBefore);
    expect(span).not.toBe(spanBefore);
  });

  test('may bring an id and a time of its own, as a fact of the bank does', async () => {
    const own = { subject: 'x', id: 'fact-7', time: '2026-01-02T03:04:05.000Z', data: { amountMinor: 1n } };
    const { receive, published } = watched(async () => ({ events: [draft(noticed, own)] }));
    await receive(message);
    expect(published[0]).toMatchObject({ id: 'fact-7', time: '2026-01-02T03:04:05.000Z' });
  });

  test('must be declared: else nothing is committed and nothing published', async () => {
    const stray = draft(other, { subject: 'x', data: {} });
    const { receive, published, documents } = watched(async () => ({ events: [stray] }));
    await expect(receive(message)).rejects.toThrow('which it does not declare');
    expect(published).toEqual([]);
    expect(documents().size).toBe(0);
  });
});

describe('what the log says of an event', () => {
  async function logged(decide: Decide, given = message) {
    const lines: unknown[][] = [];
    const write = (...line: unknown[]) => void lines.push(line);
    const log: Log = { info: write, warn: write, error: write, in: () => log };
    const fn = onEvent({ ...declaredToWatch, on: [happened], decide });
    await fn
      .start(
        anEnv({ log }),
        {},
      )(given)
      .catch(() => {});
    return lines;
  }
  const one = { eventId: 'evt-1', type: 'thing.happened' };
  const begun = [one, 'handling'];

  test('is one line at its start, and one at its end: which it was, how it ended and how long it took', async () => {
    const lines = await logged(async () => ({}));
    expect(lines).toMatchObject([begun, [{ ...one, outcome: 'done', reason: undefined }, 'handled']]);
    const [, [{ milliseconds }]] = lines as [unknown, [{ milliseconds: number }]];
    expect(milliseconds).toBeLessThan(60_000);
  });

  test('is which variable would have to say more, where that is why it ended as it did', async () => {
    const lines = await logged(async () => ({ variable: 'THING_LIMITS.JPY' }));
    const lacks = [{ ...one, variable: 'THING_LIMITS.JPY' }, 'configuration lacks something'];
    expect(lines).toMatchObject([begun, lacks, [{ ...one, outcome: 'done' }, 'handled']]);
  });

  test('is why it was parked, and nothing that it held', async () => {
    const refuse = async () => {
      throw new PermanentError('account.closed', { iban: 'DK5000400440116243' });
    };
    const lines = await logged(refuse);
    expect(lines).toMatchObject([
      begun,
      [{ ...one, outcome: 'parked', reason: 'account.closed' }, 'handled'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('DK50');
    expect(await logged(refuse, raw('hello'))).toMatchObject([
      [{ outcome: 'parked', reason: 'event.not-json' }, 'handled'],
    ]);
  });

  test('is that it was let pass, where it is none of its business', async () => {
    const stranger = aMessage([other], { type: 'other.happened', subject: 'x', data: {} });
    const lines = await logged(async () => ({}), stranger);
    expect(lines.slice(1)).toMatchObject([[{ type: 'other.happened', outcome: 'ignored' }, 'handled']]);
  });

  test('names the account by a mark, and not by an id that may be its number', async () => {
    const ofAccount = kind('thing.happened', 'bank-facts', z.object({ accountId: z.string() }));
    const told = aMessage([ofAccount], {
      type: 'thing.happened',
      subject: 'x',
      data: { accountId: 'DK5000400440116243' },
    });
    const lines = await logged(async () => ({}), told);
    const account = markOf({ accountId: 'DK5000400440116243' });
    expect(lines[0]).toMatchObject([{ account }, 'handling']);
    expect(account).toMatch(/^acc_/);
    expect(JSON.stringify(lines)).not.toContain('DK50');
  });

  test('is what failed, where it comes again', async () => {
    const failing = async () => {
      throw new TypeError('of DK5000400440116243');
    };
    const lines = await logged(failing);
    expect(lines).toMatchObject([begun, [{ ...one, errorName: 'TypeError' }, 'handling failed']]);
    expect(JSON.stringify(lines)).not.toContain('DK50');
  });
});

test('a function is given its configuration, the store, and the clock', async () => {
  const connect = vi.fn((_given: object) => 'what it made of it');
  const decide = vi.fn(async (_event: Event, _context: object) => ({}));
  const config = z.object({ LIMIT: z.string() });
  const fn = onEvent({ ...declaredToWatch, on: [happened], config, connect, decide });
  const env = anEnv();
  await fn.start(env, { LIMIT: '7' })(message);
  const { platform: reads, accessToken, fcm, ask, telemetry } = env;
  const { measures } = telemetry;
  expect(connect.mock.lastCall?.[0]).toEqual({
    ...{ config: { LIMIT: '7' }, reads, accessToken, fcm, ask, measures },
    snapshot: expect.any(Function),
  });
  expect(decide.mock.lastCall?.[1]).toEqual({ deps: 'what it made of it', now: NOW });
  expect(fn).toMatchObject({ trigger: 'event', name: 'watch-things' });
});

describe('a message that nobody can read', () => {
  const envelope = eventIn(message);

  test.each([
    ['no JSON', 'hello', 'event.not-json'],
    ['nothing at all', '', 'event.not-json'],
    ['JSON that is no event', '{"id":7}', 'event.invalid'],
    ['an event of another version', JSON.stringify({ ...envelope, specversion: '0.3' }), 'event.invalid'],
    ['an event without an id', JSON.stringify({ ...envelope, id: '' }), 'event.invalid'],
    ['data of another shape', JSON.stringify({ ...envelope, data: { amountMinor: 3200 } }), 'event.invalid'],
    ['null', 'null', 'event.invalid'],
  ])('%s: is parked with its bytes and attributes, and acknowledged', async (_, text, reason) => {
    const decide = vi.fn<Decide>();
    const { receive, parked } = watched(decide);
    await receive(raw(text, { type: 'thing.happened' }));
    expect(decide).not.toHaveBeenCalled();
    expect(parked()).toMatchObject([{ function: 'watch-things', reason, attempts: 1 }]);
    expect(parked()[0]?.message).toEqual({
      dataBase64: Buffer.from(text).toString('base64'),
      attributes: { type: 'thing.happened' },
    });
  });

  test('is parked with bytes that are no text, unchanged', async () => {
    const { receive, parked } = watched();
    await receive({ data: new Uint8Array([0xff, 0x00, 0xfe]), attributes: {} });
    expect(parked()[0]?.message.dataBase64).toBe('/wD+');
  });

  test('says where it is wrong, and not what it was', async () => {
    const { receive, parked } = watched();
    await receive(raw(JSON.stringify({ ...envelope, data: { amountMinor: 'DK5000400440116243' } })));
    expect(parked()[0]?.facts.issues).toContain('amountMinor');
    expect(JSON.stringify(parked()[0]?.facts)).not.toContain('DK50');
  });

  test('says all that is wrong, at a length that fits into a log', async () => {
    const { receive, parked } = watched();
    await receive(raw(JSON.stringify({ ...envelope, specversion: 'x', id: '' })));
    expect(parked()[0]?.facts.issues).toBe('specversion: invalid_value, id: too_small');

    const many = kind('thing.listed', 'transactions', z.object({ all: z.array(z.string()) }));
    const listing = { ...declaredToWatch, on: [many] as const, decide: async () => ({}) };
    const told = aMessage([many], { type: 'thing.listed', subject: 'x', data: { all: [] } });
    const wrong = { ...eventIn(told), data: { all: Array.from({ length: 100 }, () => 7) } };
    const cloud = memoryCloud();
    const published: Event[] = [];
    cloud.onPublish((_, sent) => published.push(eventIn(sent)));
    await onEvent(listing).start(anEnv({ platform: cloud.instance() }), {})(toMessage(wrong));
    const issues = String(parkedIn(published)[0]?.facts.issues);
    expect(issues).toMatch(/^all\.0: invalid_type, all\.1: /);
    expect(issues).toHaveLength(500);
  });

  test('is one parked document, however often it comes, and each parking an event of its own', async () => {
    const { receive, published, parked } = watched();
    await receive(raw('hello'));
    await receive(raw('hello'));
    await receive(raw('another'));
    expect(parked().map(({ parkedId }) => parkedId)).toEqual([
      // Computed in Python: by the function and the SHA-256 of the bytes.
      'prk_wAwdySTIDPiaNrVUDaEMmOKXhGg',
      'prk_wAwdySTIDPiaNrVUDaEMmOKXhGg',
      expect.not.stringMatching(/^prk_wAwdySTIDPiaNrVUDaEMmOKXhGg$/),
    ]);
    expect(new Set(published.map(({ id }) => id)).size).toBe(3);
  });

  test('is not acknowledged before it is parked', async () => {
    const { receive, parked } = watched(undefined, [14]);
    await expect(receive(raw('hello'))).rejects.toThrow('store.code-14');
    await receive(raw('hello'));
    expect(parked()).toHaveLength(1);
  });
});

describe('an event that cannot be processed', () => {
  test('for good is parked with the code and its facts, and acknowledged', async () => {
    const { receive, parked } = watched(async () => {
      throw new PermanentError('account.not-found', { accountId: 'acct-1', tries: 3 });
    });
    await receive(message);
    expect(parked()).toMatchObject([
      { reason: 'account.not-found', facts: { accountId: 'acct-1', tries: 3 } },
    ]);
    expect(parked()[0]?.message.dataBase64).toBe(Buffer.from(message.data).toString('base64'));
  });

  const refusing = () =>
    watched(async () => {
      throw new PermanentError('account.not-found');
    });
  const told = (changes: Partial<Event>) => toMessage({ ...envelope, ...changes });
  const envelope = eventIn(message);

  test('is one parked document, however it is told: another trace is not another event', async () => {
    const { receive, parked, published } = refusing();
    await receive(told({}));
    await receive(told({ traceparent: TRACEPARENT.replace('b7ad', 'c7ad') }));
    expect(new Set(parked().map(({ parkedId }) => parkedId)).size).toBe(1);
    expect(new Set(published.map(({ id }) => id)).size).toBe(2);
  });

  test('is another parked document for another event, other content, and another function', async () => {
    const { receive, parked } = refusing();
    await receive(told({}));
    await receive(told({ id: 'evt-2' }));
    await receive(told({ fingerprint: 'f-1' }));
    await receive(told({ fingerprint: 'f-2' }));
    const ids = parked().map(({ parkedId: id }) => id);
    expect(new Set([...ids, parkedId('watch-others', message, envelope)]).size).toBe(5);
  });

  test('since it says other things than the one before it under the same id is parked as a conflict', async () => {
    const { receive, parked } = watched();
    await receive(told({ fingerprint: 'f-1' }));
    await receive(told({ fingerprint: 'f-1' }));
    expect(parked()).toEqual([]);
    await receive(told({ fingerprint: 'f-2' }));
    expect(parked()).toMatchObject([{ reason: 'event.conflict' }]);
  });

  test('because what follows cannot be encoded is parked, and nothing is committed', async () => {
    const add = { do: 'increment', path: 'counters/1', by: { things: 5n } };
    const wrong = draft(noticed, { subject: 'x', data: { amountMinor: -1n } });
    const { receive, parked, documents } = watched(async () => ({ writes: [add], events: [wrong] }));
    await receive(message);
    expect(parked()).toMatchObject([{ reason: 'event.unencodable', facts: { type: 'thing.noticed' } }]);
    expect(documents().size).toBe(0);
  });

  test('for now is not acknowledged, and not parked', async () => {
    const { receive, published } = watched(async () => {
      throw new Error('the bank does not answer');
    });
    await expect(receive(message)).rejects.toThrow('the bank does not answer');
    expect(published).toEqual([]);
  });

  test('for good, but was processed before, is acknowledged and not parked', async () => {
    let isClosed = false;
    const { receive, published } = watched(async () => {
      if (isClosed) throw new PermanentError('account.closed');
      return { events: [draft(noticed, { subject: 'x', data: { amountMinor: 1n } })] };
    });
    await receive(message);
    isClosed = true;
    await receive(message);
    expect(published.map(({ type }) => type)).toEqual(['thing.noticed', 'thing.noticed']);
  });
});

describe('a message that Pub/Sub gave up', () => {
  const givenUp = (changes: Record<string, string> = {}): Message => ({
    data: message.data,
    attributes: {
      ...message.attributes,
      CloudPubSubDeadLetterSourceSubscription: 'watch-things-0a1b2c3d',
      CloudPubSubDeadLetterSourceSubscriptionProject: 'demo-counterfoil',
      CloudPubSubDeadLetterSourceDeliveryCount: '100',
      ...changes,
    },
  });

  async function parked(given: Message) {
    const decide = vi.fn(async () => ({}));
    const keeper = onEvent({
      name: 'keep-dead-letters',
      on: [messageParked],
      publishes: [],
      impact: 'None: a test.',
      config: z.object({}),
      connect: () => ({}),
      decide: decide as (event: Event) => Promise<object>,
    });
    await keeper.start(anEnv(), {})(given);
    return (decide.mock.calls as unknown as [[Event<string, z.output<typeof messageParked.data>>]])[0][0];
  }

  test('reads as if its function had parked it, with its own bytes and attributes', async () => {
    const { data, subject } = await parked(givenUp());
    expect(subject).toBe('watch-things');
    expect(data).toEqual({
      parkedId: expect.stringMatching(/^prk_/),
      function: 'watch-things',
      reason: 'delivery.attempts-exhausted',
      facts: {},
      attempts: 100,
      message: { dataBase64: Buffer.from(message.data).toString('base64'), attributes: message.attributes },
    });
  });

  test('is the same parked document as when its function had parked it', async () => {
    const { receive, parked: parkedItself } = watched(async () => {
      throw new PermanentError('account.not-found');
    });
    await receive(message);
    expect((await parked(givenUp())).data.parkedId).toBe(parkedItself()[0]?.parkedId);
  });

  test('that nobody can read is the same parked document too', async () => {
    const { receive, parked: parkedItself } = watched();
    await receive(raw('hello'));
    const { data } = await parked({ ...givenUp(), data: Buffer.from('hello') });
    expect(data.parkedId).toBe(parkedItself()[0]?.parkedId);
  });

  test('once more, after a redrive, is another event about the same document', async () => {
    const time = (at: string) => givenUp({ CloudPubSubDeadLetterSourceTopicPublishTime: at });
    const [first, again, later] = [
      await parked(time('2026-11-23T09:00:00Z')),
      await parked(time('2026-11-23T09:00:00Z')),
      await parked(time('2026-11-24T09:00:00Z')),
    ];
    expect(again.id).toBe(first.id);
    expect(later.id).not.toBe(first.id);
    expect(later.data.parkedId).toBe(first.data.parkedId);
  });

  test('names its function also where the subscription is told with its project', async () => {
    const name = 'projects/demo-counterfoil/subscriptions/watch-things-0a1b2c3d';
    const { data } = await parked(givenUp({ CloudPubSubDeadLetterSourceSubscription: name }));
    expect(data.function).toBe('watch-things');
  });

  test.each(['', 'many', '0'])('counts as one attempt where the count is %j', async (count) => {
    const { data } = await parked(givenUp({ CloudPubSubDeadLetterSourceDeliveryCount: count }));
    expect(data.attempts).toBe(1);
  });
});

test('a function that calls outside gets the same key for each try of one event, and another for another', async () => {
  const keys: string[] = [];
  const fn = onEvent({
    name: 'send-things',
    on: [happened],
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    async deliver(_, { idempotencyKey }) {
      keys.push(idempotencyKey);
      return [];
    },
  });
  const cloud = memoryCloud();
  const start = (commit: 'crash-before' | 'none') =>
    fn.start(anEnv({ platform: withTroubles(cloud.instance(), { commit: [commit] }) }), {});
  await expect(start('crash-before')(message)).rejects.toThrow('crashed');
  await start('none')(message);
  await start('none')(message);
  await start('none')(
    aMessage([happened], { type: 'thing.happened', subject: 'x', id: 'evt-2', data: { amountMinor: 1n } }),
  );
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(2);
});
