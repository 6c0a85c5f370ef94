import * as z from 'zod';
import type { Bank } from '../../../shared/banks/bank.ts';
import { bankNamed, banks, secretsVariable } from '../../../shared/banks/index.ts';
import { PublicError } from '../../../shared/errors.ts';
import { deliveryIdOf } from '../../../shared/events/delivery.ts';
import { draft } from '../../../shared/events/event.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';

const secretsOf = (bank: Bank) =>
  z
    .string()
    .transform((list) => list.split(',').map((secret) => secret.trim()))
    .pipe(z.array(z.string().refine(bank.isSecret)))
    .meta({ secret: true, description: 'Live webhook secrets of this bank, comma-separated.' });

/** Takes a bank's delivery in: answers 202 only once its raw bytes are durable, and understands none of it. */
export default onRequest({
  name: 'receive-bank-webhook',
  caller: 'bank',
  publishes: [deliveryReceived],
  impact: 'Nothing that happens at the bank reaches customers until the bank delivers again.',
  config: z.object(Object.fromEntries(banks.map((bank) => [secretsVariable(bank.name), secretsOf(bank)]))),
  connect: ({ config, measures }) => ({
    measures,
    secretsOf: (bank: string) => config[secretsVariable(bank)] ?? [],
  }),
  routes: {
    'POST /webhooks/:bank': async ({ params, method, url, headers, rawBody }, { deps, now }) => {
      const bank = bankNamed(params.bank ?? '');
      if (!bank) throw new PublicError(404, 'bank.unknown');

      const verdict = bank.verify({ method, url, headers, rawBody, now, secrets: deps.secretsOf(bank.name) });
      if (verdict.kind === 'unverified') throw new PublicError(401, verdict.reason);
      if (verdict.kind === 'unreadable') throw new PublicError(400, 'delivery.unreadable', verdict.reason);

      const ageMs = now.getTime() - Date.parse(verdict.signature.at);
      deps.measures.webhookAge.record(Math.max(0, ageMs) / 1000, { bank: bank.name });
      const deliveryId = deliveryIdOf(bank.name, rawBody);
      const data = {
        bank: bank.name,
        deliveryId,
        receivedAt: now.toISOString(),
        headers: { ...verdict.headers },
        signature: verdict.signature,
        bodyBase64: rawBody.toString('base64'),
      };
      return {
        status: 202,
        events: [draft(deliveryReceived, { subject: deliveryId, id: deliveryId, data })],
      };
    },
  },
});
