import * as z from 'zod';
import { authorisation } from '../../../shared/runtime/authorise.ts';
import {
  anAssertion,
  authorisationBody,
  authorisationRefusals,
  awaitedRefusals,
  renewed,
} from '../../../shared/runtime/described/authorisation.ts';
import {
  instructionFields,
  instructionRefusals,
  notOpen,
  ofOneAccount,
} from '../../../shared/runtime/described/instruction.ts';
import { type Api, asAnswered, pageOf } from '../../../shared/runtime/described.ts';
import { anOrder, aPause, authorised, awaiting, ended, ordered, paused, standingOrder } from './answers.ts';
import { end, standingOrder as order, pause } from './request.ts';

const params = { standingOrderId: z.string() };
const notFound = asAnswered('standing-order.not-found');
const over = { 'standing-order.ended': 'It has ended. Order another one.' };

export default {
  'POST /v1/standing-orders': {
    operationId: 'createStandingOrder',
    summary: 'Order a payment that repeats',
    description:
      'Nothing is reserved: each payment is held against the money of its day. One that is large awaits the customer’s `authorisation`.',
    body: {
      schema: order,
      description: 'What is paid, and when.',
      example: anOrder,
      fields: {
        ...instructionFields,
        schedule:
          'Every so many weeks or months from `startsOn`, until `endsOn` where it has one. A month that is too short has it on its last day.',
        convention:
          'What is due when banks are closed is paid on the bank day after it, or before it. Without it: after it.',
      },
    },
    answers: {
      201: {
        description: 'It is taken on.',
        schema: standingOrder,
        example: ordered,
        headers: { location: 'Where the standing order is from now on.' },
      },
    },
    refusals: {
      ...instructionRefusals,
      422: {
        ...instructionRefusals[422],
        'standing-order.date-past': 'startsOn is over.',
        'standing-order.no-runs': 'It ends before it is due for the first time.',
        'standing-order.first-run-past': 'The bank day before its first due date is over.',
      },
    },
  },
  'GET /v1/standing-orders': {
    operationId: 'listStandingOrders',
    summary: 'List an account’s standing orders',
    description: 'The newest first; those that have ended too.',
    ...ofOneAccount,
    answers: {
      200: {
        description: 'A page of them.',
        schema: pageOf(standingOrder),
        example: { items: [ordered] },
      },
    },
  },
  'GET /v1/standing-orders/:standingOrderId': {
    operationId: 'getStandingOrder',
    summary: 'Read a standing order',
    description: 'As it is now, with the payment to come. What was paid is among the account’s payments.',
    params,
    answers: { 200: { description: 'The standing order.', schema: standingOrder, example: ordered } },
    refusals: { 404: notFound },
  },
  'POST /v1/standing-orders/:standingOrderId/authorisation': {
    operationId: 'authoriseStandingOrder',
    summary: 'Authorise a standing order',
    description:
      'By a passkey of whoever ordered it: its amount, its payee and its dates, once for all of its payments. What was due before is not caught up.',
    params,
    body: { schema: authorisation, example: { assertion: anAssertion }, ...authorisationBody },
    answers: {
      200: { description: 'It runs.', schema: standingOrder, example: authorised },
    },
    refusals: {
      ...authorisationRefusals,
      404: notFound,
      422: {
        ...authorisationRefusals[422],
        ...notOpen,
        'standing-order.no-runs': 'All of its dates are over. Order another one.',
      },
    },
  },
  'POST /v1/standing-orders/:standingOrderId/challenge': {
    operationId: 'renewStandingOrderChallenge',
    summary: 'Ask for a fresh challenge of a standing order',
    description: renewed,
    params,
    answers: {
      200: { description: 'The standing order, with it.', schema: standingOrder, example: awaiting },
    },
    refusals: { ...awaitedRefusals, 404: notFound },
  },
  'POST /v1/standing-orders/:standingOrderId/pause': {
    operationId: 'pauseStandingOrder',
    summary: 'Pause a standing order',
    description: 'What is due within the pause is not paid, and not caught up.',
    params,
    body: {
      schema: pause,
      description: 'When.',
      example: aPause,
      fields: {
        from: 'The first day of it, not before this day by the bank’s calendar.',
        until: 'The last; without it, it lasts until it is resumed.',
      },
    },
    answers: { 200: { description: 'The pause is kept.', schema: standingOrder, example: paused } },
    refusals: {
      404: notFound,
      409: over,
      422: {
        'standing-order.date-past': 'from is over.',
        ...asAnswered('standing-order.too-many-pauses'),
      },
    },
  },
  'POST /v1/standing-orders/:standingOrderId/resume': {
    operationId: 'resumeStandingOrder',
    summary: 'Resume a standing order',
    description: 'Takes back what is left of its pauses.',
    params,
    answers: { 200: { description: 'It has no pause left.', schema: standingOrder, example: ordered } },
    refusals: { 404: notFound, 409: over },
  },
  'POST /v1/standing-orders/:standingOrderId/end': {
    operationId: 'endStandingOrder',
    summary: 'End a standing order',
    description: 'At once, whatever was due, or on a day to come.',
    params,
    body: {
      schema: end,
      isOptional: true,
      description: 'When, where that is not at once.',
      example: { endsOn: '2027-06-30' },
      fields: {
        endsOn: 'The last day on which it may be due, no later than it ends so far; without it, at once.',
      },
    },
    answers: { 200: { description: 'It ends so.', schema: standingOrder, example: ended } },
    refusals: {
      404: notFound,
      409: over,
      422: {
        'standing-order.date-past': 'endsOn is over.',
        'standing-order.ends-before': 'It ends before that.',
      },
    },
  },
} satisfies Api;
