import { createServer } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import { memoryCloud } from '../shared/platform/memory.ts';
import { openTelemetry } from '../shared/runtime/open-telemetry.ts';
import { startTelemetryReceiver, type TelemetryReceiver } from './telemetry.ts';

const PORT = 8798;
let receiver: TelemetryReceiver | undefined;

afterEach(async () => {
  await receiver?.stop();
  vi.unstubAllEnvs();
});

async function opened({ keptShare = 1, spansMax = 100 } = {}) {
  receiver = await startTelemetryReceiver(PORT, spansMax);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  const telemetry = openTelemetry({ function: 'some-function', revision: 'one' }, keptShare);
  /** One span with a child; what is kept of both is told when this returns. */
  const work = ({ error, startTime }: { error?: string; startTime?: Date } = {}) =>
    telemetry.during(async () => {
      const span = telemetry.tracer.startSpan('work', {
        kind: SpanKind.CONSUMER,
        ...(startTime && { startTime }),
      });
      const failure = error === undefined ? undefined : Object.assign(new Error('of Ann'), { code: error });
      const get = async () => {
        if (failure) throw failure;
        return [];
      };
      const platform = telemetry.observed({ ...memoryCloud().instance(), get });
      await telemetry.within(span, () => platform.get(['accounts/acct-1'])).catch(() => {});
      span.addEvent('turn', { others: 2 });
      span.end();
      return span.spanContext().traceId;
    });
  const trace = async (traceId: string) =>
    ((await (await fetch(`${receiver?.url}/traces/${traceId}`)).json()) as { spans: object[] }).spans;
  return { telemetry, receiver, work, trace };
}

test('what is told is there as soon as the work is answered', async () => {
  const { work, trace } = await opened();
  expect(await trace(await work())).toMatchObject([
    { name: 'firestore get', attributes: { 'db.collection.name': 'accounts' } },
    {
      function: 'some-function',
      name: 'work',
      events: [{ name: 'turn', attributes: { others: 2 } }],
      links: [],
    },
  ]);
});

test('of a share of nothing all of what failed somewhere is told, and all of what was slow', async () => {
  const { work, trace } = await opened({ keptShare: 0 });
  expect(await trace(await work())).toEqual([]);
  expect(await trace(await work({ error: 'aborted' }))).toMatchObject([
    { name: 'firestore get', error: 'aborted' },
    { name: 'work' },
  ]);
  const aSecondAgo = new Date(Date.now() - 1000);
  expect(await trace(await work({ startTime: aSecondAgo }))).toHaveLength(2);
});

test('it keeps so many spans and no more, the newest', async () => {
  const { work, trace, receiver: kept } = await opened({ spansMax: 6 });
  const traces: string[] = [];
  for (let n = 0; n < 12; n += 1) traces.push(await work());
  expect(kept?.kept()).toMatchObject({ spans: 6, traces: 3 });
  expect(await trace(traces[0] ?? '')).toEqual([]);
  expect(await trace(traces[11] ?? '')).toHaveLength(2);
});

test('what is counted comes at the end at the latest', async () => {
  const { telemetry } = await opened();
  telemetry.measures.conflicts.add(2, { code: 10 });
  telemetry.measures.events.record(0.25, { event_type: 'card.cleared', outcome: 'done' });
  await telemetry.close();
  const metrics = (await (await fetch(`${receiver?.url}/metrics`)).json()) as object[];
  expect(metrics).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: 'counterfoil.commit.conflicts',
        attributes: { code: 10 },
        count: 2,
      }),
      expect.objectContaining({
        name: 'messaging.process.duration',
        attributes: { event_type: 'card.cleared', outcome: 'done' },
        count: 1,
        sum: 0.25,
      }),
    ]),
  );
});

test('what a call of the platform reads, writes and publishes is counted', async () => {
  const { telemetry } = await opened();
  const platform = telemetry.observed(memoryCloud().instance());
  await platform.commit([{ do: 'create', path: 'accounts/acct-1', fields: { id: 'acct-1' } }]);
  await platform.get(['accounts/acct-1', 'accounts/acct-2']);
  await platform.query({ collection: 'nothing' });
  await platform.publish('customers', [{ data: Buffer.alloc(0), attributes: { type: 'account.changed' } }]);
  await telemetry.close();
  const metrics = (await (await fetch(`${receiver?.url}/metrics`)).json()) as Record<string, unknown>[];
  const counted = metrics.map(({ name, attributes, count }) => ({ name, attributes, count }));
  expect(counted).toEqual(
    expect.arrayContaining([
      { name: 'counterfoil.firestore.documents', attributes: { operation: 'read' }, count: 3 },
      { name: 'counterfoil.firestore.documents', attributes: { operation: 'write' }, count: 1 },
      { name: 'counterfoil.events.published', attributes: { event_type: 'account.changed' }, count: 1 },
    ]),
  );
});

test('nobody waits for a receiver that takes and never answers', async () => {
  const { work, receiver: own } = await opened();
  await own?.stop();
  const silent = createServer(() => {}).listen(PORT, '127.0.0.1');
  try {
    const ended = work().then(() => 'answered');
    const late = new Promise((resolve) => setTimeout(resolve, 5000, 'late')); // the exporter itself waits for 10 s
    expect(await Promise.race([ended, late])).toBe('answered');
  } finally {
    silent.close().closeAllConnections();
  }
});

test('what is no OTLP is refused, and nothing of it kept', async () => {
  const { receiver: kept } = await opened();
  const answer = await fetch(`${kept?.url}/v1/traces`, { method: 'POST', body: '{"resourceSpans":7}' });
  expect(answer.status).toBe(400);
  expect(kept?.kept()).toMatchObject({ spans: 0 });
});
