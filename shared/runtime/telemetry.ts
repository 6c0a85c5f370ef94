import { randomBytes } from 'node:crypto';

/** A place in a trace, as W3C trace context names it. */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly traceparent: string };

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})/;

/** A new span below the caller's, or the first of a new trace where the caller's header is missing or invalid. */
export function childOf(traceparent: string | undefined): Trace {
  const [, traceId = randomBytes(16).toString('hex'), flags = '01'] =
    TRACEPARENT.exec(traceparent ?? '') ?? [];
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}
