import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type * as z from 'zod';
import { paymentHeaders } from './payment-requests.ts';
import { checked, Problem } from './problem.ts';

export function atMost(kib: number) {
  const tooLarge = new Problem(413, 'body-too-large', `A request has at most ${kib} KiB.`);
  return bodyLimit({ maxSize: kib * 1024, onError: () => tooLarge.toResponse() });
}

/** Reads a JSON body by its schema; no body at all is an empty object. */
export async function body<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Problem(400, 'invalid-json', 'The body is not JSON.');
  }
  return checked(schema, value, { status: 422, code: 'invalid-body' });
}

/** The key under which the request is done once; one without is refused. */
export function keyOf(c: Context): string {
  const headers = { 'Idempotency-Key': c.req.header('idempotency-key') };
  const badHeader = { status: 400, code: 'invalid-header' };
  return checked(paymentHeaders, headers, badHeader)['Idempotency-Key'];
}
