import type { Hono } from 'hono';
import type { Bank } from './bank.ts';
import { body, keyOf } from './bodies.ts';
import { paymentAnswer } from './payment-book.ts';
import * as requests from './payment-requests.ts';
import { checked } from './problem.ts';

/** What the customer's side asks of payments: to pay, to say what became of it, to stop it, to ask for it back. */
export function addPayments(api: Hono, bank: Bank): void {
  const { payments, book, recalls, payees, mishaps } = bank;

  api.post('/payments', (c) =>
    mishaps.ordering(async () => c.json(payments.order(keyOf(c), await body(c, requests.payment)), 202)),
  );
  api.get('/payments', (c) => {
    const { idempotencyKey, reference } = checked(requests.paymentsQuery, c.req.query(), badQuery);
    mishaps.inquiring();
    if (reference !== undefined) return c.json({ items: book.ofReference(reference).map(paymentAnswer) });
    const payment = payments.underKey(idempotencyKey ?? '');
    return c.json({ items: payment ? [paymentAnswer(payment)] : [] });
  });
  api.get('/payments/:id', (c) => {
    mishaps.inquiring();
    return c.json(paymentAnswer(book.get(c.req.param('id'))));
  });
  api.post('/payments/:id/recalls', async (c) =>
    c.json(recalls.request(keyOf(c), c.req.param('id'), await body(c, requests.recall)), 201),
  );
  api.post('/payee-verifications', async (c) =>
    c.json(payees.verify(await body(c, requests.payeeVerification))),
  );
}

const badQuery = { status: 400, code: 'invalid-query' };
