import type { RequestFunction } from '../../../shared/runtime/declared.ts';
import { LIMIT_DEFAULT, LIMIT_MAX } from '../../../shared/runtime/page.ts';
import { KEPT_DAYS } from '../../../shared/store/inbox.ts';
import type { ROOMS } from '../declared.ts';

/** Operators have a tag of their own: no app calls what is theirs, in whichever room it is. */
export const OPERATORS = 'operators';

/** Of each room, and of operators. */
export const TAGS = {
  bank: 'What partner banks call.',
  ledger: 'Accounts, balances, transactions and spending.',
  payments:
    'Payments, standing orders and direct debits, and what became of them. docs/payments.md draws a payment’s states.',
  cards: 'Cards.',
  customers: 'The passkeys by which customers authorise payments.',
  notifications: 'What customers are told, where they are pushed to, and what they want to be pushed.',
  operations: 'What keeps all of it running.',
  [OPERATORS]: 'What operators do by hand.',
} as const satisfies Record<(typeof ROOMS)[number] | typeof OPERATORS, string>;

/** What all of it has in common. */
export const INFO = {
  title: 'Counterfoil',
  version: '1',
  summary: 'The customer’s half of a partner bank’s ledger.',
  description: `Amounts are minor units as strings of digits, in the currency beside them; where a figure has a sign, it says so. Instants are
RFC 3339 in UTC, days are plain dates in the bank’s calendar. Answers may gain fields.

A refusal is problem details (RFC 9457): \`code\` is stable and for programs, \`detail\` for people. Beside those of each operation,
a path that is none of these, or has a parameter of more than 128 characters, is a 404 \`route.not-found\`, another method a 405 \`method.not-allowed\`. What is not the caller’s is a 404.

An operation with an \`Idempotency-Key\` is done once for each key of its caller and path, for ${KEPT_DAYS} days: who comes again with it gets the same answer,
and a refusal leaves the key free.`,
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

/** The body of every refusal. */
export const PROBLEM = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable, for programs.' },
    detail: {
      type: 'string',
      description: 'For a person who mends the request; repeats nothing that was sent.',
    },
  },
  required: ['type', 'title', 'status', 'code'],
  examples: [
    {
      type: 'urn:counterfoil:problem:account.not-found',
      title: 'Not Found',
      status: 404,
      code: 'account.not-found',
    },
  ],
};

/** What operations refer to, beside schemas. */
export const COMPONENTS = {
  securitySchemes: {
    customer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'The customer’s Firebase ID token.',
    },
    operator: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A Firebase ID token with the claim `role: operator`.',
    },
    bank: {
      type: 'apiKey',
      in: 'header',
      name: 'webhook-signature',
      description:
        'Each bank signs as it does; the sandbox bank by Standard Webhooks: HMAC-SHA256 of `id.timestamp.body`, with `webhook-id` and `webhook-timestamp` beside it.',
    },
  } satisfies Record<RequestFunction['caller'], object>,
  parameters: {
    limit: {
      name: 'limit',
      in: 'query',
      description: 'How many items a page has.',
      schema: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT },
    },
    cursor: {
      name: 'cursor',
      in: 'query',
      description: 'The `nextCursor` of the page before, as it was received.',
      schema: { type: 'string' },
    },
    idempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description: 'The caller’s own choice, a new one for each thing that is asked for.',
      schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
      example: '6f1c2c1e-8a0b-4f57-9a35-3c8f5f7c2d11',
    },
  },
  responses: {
    internal: {
      description: 'Internal Server Error.\n\n- `internal`: It is our trouble. Ask again later.',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
};
