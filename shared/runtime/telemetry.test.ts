import { expect, test } from 'vitest';
import { TRACEPARENT } from '../testing/builders.ts';
import { childOf } from './telemetry.ts';

test('a span below the caller keeps the trace and the flags, and has an id of its own', () => {
  const child = childOf(TRACEPARENT);
  expect(child.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(child.spanId).not.toBe('b7ad6b7169203331');
  expect(child.traceparent).toBe(`00-0af7651916cd43dd8448eb211c80319c-${child.spanId}-01`);
});

test('a span may begin with a zero, and whatever comes after the flags is of a later version', () => {
  const header = `${TRACEPARENT.replace('b7ad6b7169203331', '07ad6b7169203331')}-what-is-new`;
  expect(childOf(header).traceId).toBe('0af7651916cd43dd8448eb211c80319c');
});

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['cut off', TRACEPARENT.slice(0, 40)],
  ['of a trace with only zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['of a span with only zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
  ['in capitals', TRACEPARENT.toUpperCase()],
  ['behind something else', `00-${TRACEPARENT}`],
])('a header that is %s begins a new trace', (_, header) => {
  const { traceId, traceparent } = childOf(header);
  expect(traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
