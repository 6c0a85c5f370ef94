import * as z from 'zod';
import { utc } from '../../domain/instant.ts';
import { ISO_STATUSES, type PaymentOrder } from '../../domain/payment.ts';
import { instant } from '../../events/event.ts';
import type { Ask, BankApi, PaymentSaid, PaymentTerms } from '../bank.ts';

/**
 * As Danish banks have it. In truth it carries out at once whatever it is sent, so what it promises is the latest day; and it
 * remembers an idempotency key for a day.
 */
export const sandboxTerms: PaymentTerms = {
  timeZone: 'Europe/Copenhagen',
  keyLifetimeSeconds: 24 * 3600,
  schemes: {
    sepa: { calendar: 'TARGET', cutOff: '16:00' },
    'sepa-instant': {},
    domestic: { calendar: 'DK', cutOff: '16:00' },
    'own-account': {},
  },
};

const payment = z.object({
  paymentId: z.string(),
  status: z.enum(ISO_STATUSES),
  reason: z.string().max(64).optional(),
  statusAt: instant,
});
const refusal = z.object({ type: z.string().regex(/^urn:sandbox-bank:[a-z-]{1,64}$/) });
const verified = z.object({
  match: z.enum(['match', 'close-match', 'no-match', 'not-possible']),
  name: z.string().max(256).optional(),
});

type Payments = Pick<BankApi, 'pay' | 'paymentsNamed' | 'recall' | 'verifyPayee'>;

/** The sandbox bank's payments, by its own API. */
export function openSandboxPayments(baseUrl: string, ask: Ask): Payments {
  return {
    async pay(order, idempotencyKey) {
      const { status, body } = await post('/payments', requestOf(order), idempotencyKey);
      if (status === 202) return saidOf(JSON.parse(body));
      // What it says it did not take, it did not take; whatever else it answers leaves that open.
      if (status === 422) return { isoStatus: 'RJCT', reason: reasonIn(body) };
      throw unexpected(status);
    },
    async paymentsNamed(paymentId) {
      const { status, body } = await ask(`${baseUrl}/payments?reference=${encodeURIComponent(paymentId)}`);
      if (status !== 200) throw unexpected(status);
      return z
        .object({ items: z.array(z.unknown()) })
        .parse(JSON.parse(body))
        .items.map(saidOf);
    },
    async recall(paymentId, reason, idempotencyKey) {
      const [said] = await this.paymentsNamed(paymentId);
      if (said?.bankPaymentId === undefined) return false;
      const path = `/payments/${encodeURIComponent(said.bankPaymentId)}/recalls`;
      const { status } = await post(path, { reason }, idempotencyKey);
      if (status !== 201 && status !== 409) throw unexpected(status);
      return status === 201;
    },
    async verifyPayee(payee) {
      const { status, body } = await post('/payee-verifications', payee);
      if (status !== 200) throw unexpected(status);
      return verified.parse(JSON.parse(body));
    },
  };

  function post(path: string, body: object, idempotencyKey?: string) {
    const headers = {
      'content-type': 'application/json',
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    };
    return ask(baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
  }
}

function requestOf({ id, accountId, scheme, amount, creditor, remittance, endToEndId }: PaymentOrder) {
  const { amountMinor, currency } = amount;
  return {
    ...{ accountId, amountMinor: String(amountMinor), currency, scheme, creditor },
    ...{ remittance, endToEndId, reference: id },
  };
}

/** The bank's own word for why, where it has one. */
function reasonIn(body: string): string {
  return refusal.parse(JSON.parse(body)).type.replace('urn:sandbox-bank:', '');
}

function saidOf(answer: unknown): PaymentSaid {
  const { paymentId, status, reason, statusAt } = payment.parse(answer);
  return { isoStatus: status, reason, at: utc(statusAt), bankPaymentId: paymentId };
}

// What it says may repeat what customers are called.
function unexpected(status: number): Error {
  return Object.assign(new Error('bank.refused'), { code: `bank.status-${status}` });
}
