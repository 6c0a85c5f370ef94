import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';

const SLOW_MS = 1000;
const BATCH = 500;
const WAITING_MAX = 5000;
const SEND_AFTER_MS = 1000;

/**
 * Keeps back the spans of each piece of work until it is over, and then sends all of them or none: those of a trace
 * that is sampled, those of work that failed somewhere, and those of work that was slow.
 */
export function keptSpans(exporter: SpanExporter): SpanProcessor {
  /** By the id of each span under way: the spans that ended of the same work. */
  const works = new Map<string, ReadableSpan[]>();
  let waiting: ReadableSpan[] = [];
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  return {
    onStart(span) {
      const { parentSpanContext: parent } = span as unknown as ReadableSpan;
      const own = parent && !parent.isRemote ? works.get(parent.spanId) : undefined;
      works.set(span.spanContext().spanId, own ?? []);
    },
    onEnd(span) {
      const { spanId } = span.spanContext();
      const ended = works.get(spanId) ?? [];
      works.delete(spanId);
      ended.push(span);
      const { parentSpanContext: parent } = span;
      if (parent && !parent.isRemote) return;
      if (!isWorthKeeping(span, ended)) return;
      waiting.push(...ended);
      // Nobody takes them: the newest tell more about what is going on.
      if (waiting.length > WAITING_MAX) waiting = waiting.slice(-WAITING_MAX / 2);
      if (waiting.length >= BATCH && !sending) void send();
      else timer ??= setTimeout(() => void send(), SEND_AFTER_MS).unref();
    },
    forceFlush: send,
    async shutdown() {
      await send();
      await exporter.shutdown();
    },
  };

  async function send(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await sending;
    if (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const sent = new Promise<void>((resolve) => exporter.export(batch, () => resolve()));
      sending = sent.finally(() => {
        sending = undefined;
      });
    }
    await sending; // perhaps of another, who took ours along
  }
}

function isWorthKeeping(root: ReadableSpan, all: readonly ReadableSpan[]): boolean {
  return (
    (root.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0 ||
    all.some(({ status }) => status.code === SpanStatusCode.ERROR) ||
    hrTimeToMilliseconds(root.duration) >= SLOW_MS
  );
}
