import * as z from 'zod';
import { instant } from '../../../shared/events/event.ts';
import { type Api, asAnswered, pageOf } from '../../../shared/runtime/described.ts';
import { PARKED_STATES } from '../../../shared/store/parked.ts';
import { drop } from './function.ts';

const parkedFields = {
  id: z.string(),
  function: z.string().meta({ description: 'Which gave it up.' }),
  reason: z.string().meta({ description: 'Why, as a code.' }),
  facts: z.record(z.string(), z.string()).meta({ description: 'Ids, codes and counts beside the reason.' }),
  attempts: z.int().meta({ description: 'How often it was given up, after each redrive anew.' }),
  traceparent: z.string().meta({ description: 'W3C trace context: the trace that it was parked in.' }),
  parkedAt: instant,
  lastParkedAt: instant.optional(),
  state: z.enum(PARKED_STATES),
  waitsFor: z
    .string()
    .optional()
    .meta({ description: 'The path of what redrives it by itself once it is there.' }),
};
const parked = z.strictObject(parkedFields).meta({ id: 'Parked' });

const audit = z.strictObject({
  at: instant,
  by: z.string(),
  action: z.enum(['redrive', 'drop', 'read', 'assign']),
  why: z.string().optional(),
});

const raw = z
  .strictObject({
    dataBase64: z.string(),
    attributes: z.record(z.string(), z.string()),
    event: z.looseObject({}).optional().meta({ description: 'The event as it reads, where it can be read.' }),
  })
  .meta({ description: 'What was delivered: personal data. That it was read is kept in the audit.' });

const whole = z
  .strictObject({
    ...parkedFields,
    event: z.strictObject({ id: z.string(), type: z.string(), time: instant }).optional(),
    bytes: z.int(),
    audit: z.array(audit).meta({ description: 'What operators did about it, the oldest first.' }),
    handled: z.boolean().meta({ description: 'Whether its function has handled it since.' }),
    raw: raw.optional(),
  })
  .meta({ id: 'ParkedWhole' });

const aParked = {
  id: 'prk_Vb2kYw5m3iCzqZfKj7uLwOQn1Xs',
  function: 'track-account',
  reason: 'fact.version-missing',
  facts: { accountId: 'acct-1' },
  attempts: 1,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  parkedAt: '2026-11-23T10:00:00.000Z',
  state: 'waiting',
};
const aWhole = {
  ...aParked,
  event: { id: 'fact-2', type: 'account.frozen', time: '2026-11-23T09:00:00.000Z' },
  bytes: 612,
  audit: [],
  handled: false,
};

const params = { id: z.string() };
const notFound = asAnswered('parked.not-found');

export default {
  'GET /v1/operators/parked': {
    operationId: 'listParked',
    summary: 'List what is parked',
    description: 'What could not be processed, and why; the newest first. Ids, codes and counts alone.',
    query: {
      state: z.enum(PARKED_STATES).optional(),
      function: z.string().optional(),
      reason: z.string().optional(),
    },
    isPaged: true,
    answers: {
      200: { description: 'A page of them.', schema: pageOf(parked), example: { items: [aParked] } },
    },
    refusals: {
      400: {
        'filter.unknown': 'There is no such filter; a list that ignored it would be of the wrong ones.',
        'state.invalid': 'There is no such state.',
      },
    },
  },
  'GET /v1/operators/parked/:id': {
    operationId: 'getParked',
    summary: 'Read what is parked',
    description:
      'With which event it is and what was done about it; its bytes only for those who ask for them.',
    params,
    query: {
      raw: z.enum(['true']).optional().meta({ description: 'With its bytes, which the audit remembers.' }),
    },
    answers: { 200: { description: 'The message.', schema: whole, example: aWhole } },
    refusals: { 404: notFound },
  },
  'POST /v1/operators/parked/:id/redrive': {
    operationId: 'redriveParked',
    summary: 'Redrive what is parked',
    description:
      'Hands it to the function that gave it up, once more. What was redriven before is redriven again, which is harmless.',
    params,
    answers: {
      202: {
        description: 'It is on its way.',
        schema: z.strictObject({ id: z.string(), state: z.literal('redriven') }),
        example: { id: aParked.id, state: 'redriven' },
      },
    },
    refusals: {
      404: notFound,
      409: {
        'parked.dropped': 'It was dropped.',
        'redrive.useless': 'It would only be parked again: nobody can read it.',
      },
    },
  },
  'POST /v1/operators/parked/:id/drop': {
    operationId: 'dropParked',
    summary: 'Drop what is parked',
    description: 'It will never be handled. It stays, with who said so and why.',
    params,
    body: { schema: drop, description: 'Why.', example: { why: 'The bank sent it twice under two ids.' } },
    answers: {
      200: {
        description: 'It is dropped.',
        schema: z.strictObject({ id: z.string(), state: z.literal('dropped') }),
        example: { id: aParked.id, state: 'dropped' },
      },
    },
    refusals: { 404: notFound, 409: { 'parked.not-waiting': 'It was redriven or dropped already.' } },
  },
} satisfies Api;
