import * as z from 'zod';
import { banks } from '../../../shared/banks/index.ts';
import type { Api } from '../../../shared/runtime/described.ts';

const names = banks.map(({ name }) => name) as [string, ...string[]];

export default {
  'POST /webhooks/:bank': {
    operationId: 'receiveWebhook',
    summary: 'Deliver a bank’s webhook',
    description:
      'Takes a delivery in whatever it holds, once its signature is right. It is durable when it is answered; one that comes again is harmless.',
    params: { bank: z.enum(names) },
    body: {
      schema: z.looseObject({}),
      description: 'A delivery in the bank’s own words: its bytes are what is signed.',
      example: {
        events: [
          {
            id: 'evt-1',
            type: 'transaction.booked',
            occurredAt: '2026-11-23T09:00:00Z',
            accountId: 'acct-1',
            data: {
              transactionId: 'salary-2026-11',
              direction: 'credit',
              amount: { amountMinor: '2500000', currency: 'DKK' },
            },
          },
        ],
      },
    },
    answers: { 202: { description: 'It is durable. Nobody has read it yet.' } },
    refusals: {
      400: { 'delivery.unreadable': 'It is signed by the bank, and nobody could read it.' },
      401: {
        'signature.headers-missing': 'A header of the signature is missing.',
        'signature.timestamp-invalid': 'Its time is none.',
        'signature.timestamp-stale': 'Its time is more than five minutes from ours.',
        'signature.mismatch': 'No live secret of this bank’s gives this signature.',
      },
      404: { 'bank.unknown': 'There is no such bank.' },
    },
  },
} satisfies Api;
