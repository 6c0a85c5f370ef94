import type { Hono } from 'hono';
import type * as z from 'zod';
import type { Bank } from './bank.ts';
import { body, keyOf } from './bodies.ts';
import * as requests from './requests.ts';

/** The routes of mandates and collections. What must not be done twice by mistake wants an `Idempotency-Key`. */
export function addDirectDebits(api: Hono, { directDebits }: Bank): void {
  making('/accounts/:id/mandates', requests.mandate, directDebits.mandate);
  making('/mandates/:id/cancellation', requests.nothing, directDebits.cancel);
  making('/mandates/:id/block', requests.nothing, directDebits.block);
  making('/mandates/:id/unblock', requests.nothing, directDebits.unblock);
  making('/mandates/:id/collections', requests.collection, directDebits.collect);
  api.post('/collections/:id/refusal', (c) => c.json(directDebits.refuse(c.req.param('id'), keyOf(c)), 201));
  api.post('/collections/:id/return', (c) => c.json(directDebits.giveBack(c.req.param('id'), keyOf(c)), 201));

  function making<S extends z.ZodType>(
    path: string,
    schema: S,
    make: (id: string, request: z.output<S>) => object,
  ) {
    api.post(path, async (c) => c.json(make(c.req.param('id') ?? '', await body(c, schema)), 201));
  }
}
