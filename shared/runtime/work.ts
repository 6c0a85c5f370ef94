import {
  type Attributes,
  trace as api,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
} from '@opentelemetry/api';
import type { Env } from './env.ts';
import { failed } from './observed.ts';
import { childOf, contextIn, type Trace } from './telemetry.ts';

/** One thing that a process does, and the environment in which it does it, whose log is of its span. */
export type Work = {
  readonly env: Env;
  readonly trace: Trace;
  /** Does all of it: what it calls of the platform belongs to its span too. */
  within<T>(act: () => Promise<T>): Promise<T>;
  /** With what came of it, and the error where it failed; returns the seconds that it took. */
  end(attributes: Attributes, error?: unknown): number;
};

/** Begins work that somebody else asked for, in their trace; `linked` are traces of others that it has to do with. */
export function begin(
  env: Env,
  name: string,
  {
    kind = SpanKind.INTERNAL,
    traceparent,
    linked = [],
    attributes = {},
  }: {
    kind?: SpanKind;
    traceparent: string | undefined;
    linked?: readonly (string | undefined)[];
    attributes?: Attributes;
  },
): Work {
  const startedAt = performance.now();
  const parent = contextIn(traceparent);
  const context = parent ? api.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const links = linked.flatMap((each): Link[] => {
    const of = contextIn(each);
    return of ? [{ context: of }] : [];
  });
  const span = env.telemetry.tracer.startSpan(name, { kind, attributes, links }, context);
  const trace = span.isRecording() ? traceOf(span.spanContext()) : childOf(traceparent);
  return {
    env: { ...env, log: env.log.in(trace) },
    trace,
    within: (act) => env.telemetry.within(span, act),
    end(ended, error) {
      span.setAttributes(ended);
      if (error !== undefined) failed(span, error);
      span.end();
      return (performance.now() - startedAt) / 1000;
    },
  };
}

function traceOf({ traceId, spanId, traceFlags }: SpanContext): Trace {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}
