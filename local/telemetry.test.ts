import { SpanKind } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
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
  /** One span with a child; both are told when this returns. */
  const work = (error?: string) =>
    telemetry.during(async () => {
      const span = telemetry.tracer.startSpan('work', { kind: SpanKind.CONSUMER });
      if (error) span.setStatus({ code: 2, message: error });
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
    {
      function: 'some-function',
      name: 'work',
      events: [{ name: 'turn', attributes: { others: 2 } }],
      links: [],
    },
  ]);
});

test('of a share of nothing only what failed is told', async () => {
  const { work, trace } = await opened({ keptShare: 0 });
  expect(await trace(await work())).toEqual([]);
  expect(await trace(await work('aborted'))).toMatchObject([{ error: 'aborted' }]);
});

test('it keeps so many spans and no more, the newest', async () => {
  const { work, trace, receiver: kept } = await opened({ spansMax: 5 });
  const traces: string[] = [];
  for (let n = 0; n < 12; n += 1) traces.push(await work());
  expect(kept?.kept()).toMatchObject({ spans: 5, traces: 5 });
  expect(await trace(traces[0] ?? '')).toEqual([]);
  expect(await trace(traces[11] ?? '')).toHaveLength(1);
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

test('nobody waits for a receiver that does not answer', async () => {
  const { work, receiver: gone } = await opened();
  await gone?.stop();
  const startedAt = performance.now();
  await work();
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('what is no OTLP is refused, and nothing of it kept', async () => {
  const { receiver: kept } = await opened();
  const answer = await fetch(`${kept?.url}/v1/traces`, { method: 'POST', body: '{"resourceSpans":7}' });
  expect(answer.status).toBe(400);
  expect(kept?.kept()).toMatchObject({ spans: 0 });
});
