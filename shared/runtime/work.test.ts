import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import republishUnpublished from '../../functions/operations/republish-unpublished/function.ts';
import { memoryCloud } from '../platform/memory.ts';
import { CODES, type Message, type Platform, StoreError } from '../platform/platform.ts';
import { createInbox, inboxPath } from '../store/inbox.ts';
import { aFact, anEnv, eventIn, NOW, TRACEPARENT } from '../testing/builders.ts';
import { observed } from './observed.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

const [, TRACE, CALLER] = TRACEPARENT.split('-');
const authorised = aFact('card.authorisation-created', { amountMinor: 3_200n });

/** A process of record-transaction, what it told of its work, and what it published. */
function aProcess(change: (platform: Platform) => Partial<Platform> = () => ({})) {
  const exporter = new InMemorySpanExporter();
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const current = new AsyncLocalStorage<Span>();
  const measured: unknown[][] = [];
  const noting = (name: string) => ({ record: (...told: unknown[]) => void measured.push([name, ...told]) });
  const telemetry: Telemetry = {
    ...noTelemetry,
    measures: { ...noTelemetry.measures, events: noting('seconds'), eventAge: noting('age') },
    tracer: tracers.getTracer('test'),
    within: (span, act) => current.run(span, act),
    current: () => current.getStore() ?? noTelemetry.current(),
    observed: (platform) => observed(platform, { ...telemetry, current: () => current.getStore() }),
  };
  const cloud = memoryCloud();
  const published: Message[] = [];
  cloud.onPublish((_topic, message) => published.push(message));
  const start = (platform: Platform) =>
    recordTransaction.start(anEnv({ platform: telemetry.observed(platform), telemetry }), {
      BALANCE_SHARDS: 1,
    });
  const own = cloud.instance();
  const receive = start({ ...own, ...change(own) });
  const spans = () =>
    exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      id: span.spanContext().spanId,
      trace: span.spanContext().traceId,
      parent: span.parentSpanContext?.spanId,
      attributes: span.attributes,
      events: span.events.map(({ name }) => name),
      links: span.links.map(({ context }) => context.traceId),
      error: span.status.message,
    }));
  const handlings = () => spans().filter(({ name }) => name.startsWith('record-transaction'));
  /** Another one, on the same store and topics. */
  const another = () => start(cloud.instance());
  return { receive, another, telemetry, cloud, measured, published, spans, handlings };
}

/** Fails the first time. */
function once<Args extends unknown[], R>(call: (...args: Args) => Promise<R>, failure: () => Error) {
  let isFirst = true;
  return async (...args: Args): Promise<R> => {
    if (!isFirst) return call(...args);
    isFirst = false;
    throw failure();
  };
}

test('a handling is a span of the caller’s trace, and what it calls are spans below it that name no document', async () => {
  const { receive, spans, published } = aProcess();
  await receive({ ...authorised, deliveryAttempt: 2 });
  const told = spans();
  const handling = told.at(-1);
  expect(handling).toMatchObject({
    name: 'record-transaction card.authorisation-created',
    trace: TRACE,
    parent: CALLER,
    attributes: {
      'cloudevents.event_type': 'card.authorisation-created',
      'counterfoil.outcome': 'done',
      'messaging.destination.name': 'bank-facts',
      'messaging.gcp_pubsub.message.delivery_attempt': 2,
    },
  });
  expect(told.map(({ name, parent }) => [name, parent])).toEqual([
    ['firestore get', handling?.id],
    ['firestore commit', handling?.id],
    ['publish transactions', handling?.id],
    ['record-transaction card.authorisation-created', CALLER],
  ]);
  expect(told[1]?.attributes).toMatchObject({
    'db.collection.name': 'accounts/*/balances accounts/*/transactions inbox',
    'db.operation.batch.size': 3,
  });
  expect(published[0]?.attributes.traceparent).toBe(`00-${TRACE}-${handling?.id}-01`);
});

test('a redelivery is another span of the same trace, which says that it was done before', async () => {
  const { receive, handlings } = aProcess();
  await receive(authorised);
  await receive(authorised);
  expect(handlings()).toMatchObject([
    { trace: TRACE, parent: CALLER, events: [], attributes: { 'counterfoil.outcome': 'done' } },
    {
      trace: TRACE,
      parent: CALLER,
      events: ['done before'],
      attributes: { 'counterfoil.outcome': 'repeated' },
    },
  ]);
});

test('what follows joins the trace also after a crash between commit and publish', async () => {
  let isAlive = true;
  const { receive, another, handlings, published } = aProcess(({ get }) => ({
    async publish() {
      isAlive = false;
      throw new Error('crashed');
    },
    async get(paths) {
      if (!isAlive) throw new Error('crashed');
      return get(paths);
    },
  }));
  await expect(receive(authorised)).rejects.toThrow('crashed');
  await another()(authorised);
  const [first, second] = handlings();
  expect([first?.error, second?.error]).toEqual(['Error', undefined]);
  expect(second?.events).toEqual(['done before']);
  // Below the handling that decided it, whoever it was that published it.
  expect(published.map(({ attributes }) => attributes.traceparent)).toEqual([`00-${TRACE}-${first?.id}-01`]);
});

test('a commit that was refused because of another is told, with its code', async () => {
  const conflict = (platform: Platform) => ({
    commit: once(platform.commit, () => new StoreError(CODES.aborted)),
  });
  const { receive, handlings, spans } = aProcess(conflict);
  await receive(authorised);
  expect(handlings()).toMatchObject([{ events: ['decided again'], error: undefined }]);
  expect(spans().filter(({ error }) => error)).toMatchObject([{ name: 'firestore commit', error: '10' }]);
});

test('so is a commit of our own whose answer was lost', async () => {
  const lost = (platform: Platform) => ({
    commit: once(platform.commit, () => new StoreError(CODES.unavailable)),
  });
  const { receive, handlings } = aProcess((platform) => ({
    async commit(writes) {
      await platform.commit(writes);
      return lost(platform).commit(writes);
    },
  }));
  await receive(authorised);
  expect(handlings()).toMatchObject([
    { events: ['answer lost'], attributes: { 'counterfoil.outcome': 'done' } },
  ]);
});

test('what is published once more goes on in its own trace, and is linked to the work that had it so', async () => {
  const { receive, handlings } = aProcess();
  const operator = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
  await receive({ ...authorised, attributes: { ...authorised.attributes, link: operator } });
  expect(handlings()).toMatchObject([{ trace: TRACE, parent: CALLER, links: ['ab'.repeat(16)] }]);
});

test('what cannot be read ends its span too, parked', async () => {
  const { receive, handlings } = aProcess();
  await receive({ data: Buffer.from('{'), attributes: {} });
  expect(handlings()).toMatchObject([
    {
      attributes: { 'counterfoil.outcome': 'parked', 'counterfoil.reason': 'event.not-json' },
      error: undefined,
    },
  ]);
});

test('each handling is measured once, with how it ended, and with the age of what was handled', async () => {
  const { receive, measured } = aProcess();
  const publishedAt = new Date(NOW.getTime() - 1500);
  await receive({ ...authorised, publishedAt });
  await receive(authorised);
  await receive({ data: Buffer.from('{'), attributes: {} });
  const type = { event_type: 'card.authorisation-created' };
  const unreadable = { event_type: 'unreadable', outcome: 'parked', reason: 'event.not-json' };
  expect(measured).toEqual([
    ['seconds', expect.any(Number), { ...type, outcome: 'done' }],
    ['age', 1.5, type],
    ['seconds', expect.any(Number), { ...type, outcome: 'repeated' }],
    ['seconds', expect.any(Number), unreadable],
  ]);
});

test('a tick that publishes what others left behind is linked to their traces', async () => {
  const { cloud, telemetry, spans, published } = aProcess();
  const platform = cloud.instance();
  const event = { ...eventIn(authorised), traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` };
  const left = { events: [{ topic: 'bank-facts', event } as const], unpublished: true };
  const entry = { attempt: 'one', fingerprint: '', handledAt: new Date(0), ...left };
  await platform.commit(createInbox(inboxPath('some-function', 'cause'), entry));
  await republishUnpublished.start(anEnv({ platform, telemetry }), {})('minute');
  expect(published).toHaveLength(1);
  expect(spans()).toMatchObject([{ name: 'republish-unpublished tick', links: ['ab'.repeat(16)] }]);
});
