import * as z from 'zod';
import type { Api } from '../../../shared/runtime/described.ts';
import { assignment } from './function.ts';

export default {
  'POST /v1/operators/assignments': {
    operationId: 'assignEntry',
    summary: 'Assign a card’s entry',
    description:
      'Says which authorisation an unlinked clearing or reversal belongs to. It goes before the rule, and is kept with who said so and why.',
    body: {
      schema: assignment,
      description: 'What belongs to what.',
      example: {
        bank: 'sandbox',
        accountId: 'acct-1',
        cardId: 'card-1',
        entry: { kind: 'clearing', id: 'clearing-9' },
        authorisationId: 'auth-9',
        why: 'The merchant confirmed it by telephone.',
      },
      fields: {
        bank: 'The bank that told of them.',
        entry: 'The bank’s id of the entry that names no authorisation.',
        authorisationId: 'null: it belongs to none.',
        why: 'Kept in the audit.',
      },
    },
    answers: {
      202: {
        description: 'It is said.',
        schema: z.strictObject({
          id: z.string().meta({ description: 'Of the fact, and of its audit entry.' }),
        }),
        example: { id: 'fact_Jz0gIyuzMbLYA7LwjOCEGw4cgBK' },
      },
    },
    refusals: {
      404: {
        'entry.not-found': 'This card has no such entry.',
        'authorisation.not-found': 'This card has no such authorisation.',
      },
    },
  },
} satisfies Api;
