import { randomUUID } from 'node:crypto';
import {
  trace as api,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { Platform } from '../platform/platform.ts';
import { type Measures, measuresOf } from './measures.ts';

/** A place in a trace, as W3C trace context names it. */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly traceparent: string };

/** What a process tells of its work: nothing, unless OpenTelemetry is configured. */
export type Telemetry = {
  readonly tracer: Tracer;
  readonly measures: Measures;
  /** Does it as the work of this span: what it calls of an observed platform are spans below. */
  within<T>(span: Span, act: () => Promise<T>): Promise<T>;
  observed(platform: Platform): Platform;
  /** Of what is being done; what happens on the way is told as its events. */
  current(): Span;
  /** Does it, and does not return before what was told of it is sent, where nothing else is under way. */
  during<T>(act: () => Promise<T>): Promise<T>;
  /** Sends what is left. */
  close(): Promise<void>;
};

/** Where nothing is under way, or nothing is told of it. */
const NO_SPAN: Span = api.wrapSpanContext(INVALID_SPAN_CONTEXT);

export const noTelemetry: Telemetry = {
  tracer: api.getTracer('counterfoil'),
  measures: measuresOf(),
  within: (_span, act) => act(),
  observed: (platform) => platform,
  current: () => NO_SPAN,
  during: (act) => act(),
  async close() {},
};

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})/;

/** A new span below the caller's, or the first of a new trace where the caller's header is missing or invalid. */
export function childOf(traceparent: string | undefined): Trace {
  const [, traceId = randomHex(32), , flags = '01'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const spanId = randomHex(16);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** Never all zeros. Node keeps random numbers for these ids ready, and would ask for each of others by itself. */
function randomHex(length: number): string {
  return randomUUID().replaceAll('-', '').slice(0, length);
}

/** The place that a header names, where it is valid. */
export function contextIn(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags = '00'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
