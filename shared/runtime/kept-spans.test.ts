import type { Span } from '@opentelemetry/api';
import { trace as api, ROOT_CONTEXT, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import {
  createAlwaysRecordSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keptSpans } from './kept-spans.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that keeps this share of its traces, and a collector that takes what it is sent, or does not answer. */
function aProcess({ share = 1, answers = true } = {}) {
  const sent: string[][] = [];
  const exporter: SpanExporter = {
    export(spans: readonly ReadableSpan[], done: (result: { code: number }) => void) {
      sent.push(spans.map(({ name }) => name));
      if (answers) done({ code: 0 });
    },
    shutdown: async () => {},
  };
  const processor = keptSpans(exporter);
  const sampler = createAlwaysRecordSampler(new TraceIdRatioBasedSampler(share));
  const tracer = new TracerProvider({ sampler, spanProcessors: [processor] }).getTracer('test');
  const below = (parent: Span, name: string) => tracer.startSpan(name, {}, api.setSpan(ROOT_CONTEXT, parent));
  return { tracer, below, processor, sent };
}

test('spans of one piece of work are sent once it is over, all together', async () => {
  const { tracer, below, processor, sent } = aProcess();
  const work = tracer.startSpan('work');
  below(work, 'commit').end();
  await processor.forceFlush();
  expect(sent).toEqual([]);
  work.end();
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent).toEqual([['commit', 'work']]);
});

test('of a trace that is not sampled only work is sent that failed somewhere, or was slow', async () => {
  const { tracer, below, processor, sent } = aProcess({ share: 0 });
  for (const name of ['well', 'failed', 'slow']) {
    const work = tracer.startSpan(name, { startTime: new Date(0) });
    expect(work.spanContext().traceFlags & TraceFlags.SAMPLED).toBe(0);
    const call = below(work, `${name} call`);
    if (name === 'failed') call.setStatus({ code: SpanStatusCode.ERROR });
    call.end();
    work.end(new Date(name === 'slow' ? 1000 : 999));
  }
  await processor.forceFlush();
  expect(sent.flat()).toEqual(['failed call', 'failed', 'slow call', 'slow']);
});

test('many are sent before their time, so that none is lost', async () => {
  const { tracer, sent } = aProcess();
  for (let n = 0; n < 1200; n += 1) {
    tracer.startSpan(`work ${n}`).end();
    await Promise.resolve();
  }
  expect(sent.map(({ length }) => length)).toEqual([500, 500]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent.flat()).toHaveLength(1200);
});

test('while nobody takes them the newest are kept, and no more than there is room for', async () => {
  const { tracer, processor, sent } = aProcess({ answers: false });
  for (let n = 0; n < 20_000; n += 1) tracer.startSpan(`work ${n}`).end();
  void processor.forceFlush();
  await vi.advanceTimersByTimeAsync(5000);
  const [first = [], ...others] = sent;
  expect(first.length).toBeLessThanOrEqual(5000);
  expect(first.at(-1)).toBe('work 19999');
  // The next waits for its answer.
  expect(others).toEqual([]);
});
