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
  accountNotFound,
  fundsRefusals,
  instructionFields,
  instructionRefusals,
  notOpen,
  ofOneAccount,
} from '../../../shared/runtime/described/instruction.ts';
import { type Api, asAnswered, pageOf } from '../../../shared/runtime/described.ts';
import { anOrder, authorised, awaiting, cancelled, ordered, payment, sent, verification } from './answers.ts';
import { wish } from './cancel.ts';
import { order } from './request.ts';
import { payee } from './verify-payee.ts';

const params = { paymentId: z.string() };
const notFound = asAnswered('payment.not-found');

export default {
  'POST /v1/payments': {
    operationId: 'orderPayment',
    summary: 'Order a payment',
    description:
      'Reserves the money and has the bank pay; what became of it is in the payment’s `state`. One for a later ' +
      'day is kept until then, and one that is large awaits the customer’s `authorisation`: neither reserves anything yet.',
    body: {
      schema: order,
      description: 'The order; none of it ever changes.',
      example: anOrder,
      fields: {
        ...instructionFields,
        endToEndId: 'The payer’s reference. Without it, one is made of the payment’s id.',
        requestedExecutionDate: 'Not before this day, by the bank’s calendar; without it, as soon as can be.',
      },
    },
    answers: {
      202: {
        description: 'It is taken on.',
        schema: payment,
        example: ordered,
        headers: { location: 'Where the payment is from now on.' },
      },
    },
    refusals: {
      ...instructionRefusals,
      422: {
        ...instructionRefusals[422],
        'payment.date-past': 'requestedExecutionDate is over.',
        ...fundsRefusals,
      },
    },
  },
  'GET /v1/payments': {
    operationId: 'listPayments',
    summary: 'List an account’s payments',
    description: 'The newest first.',
    ...ofOneAccount,
    answers: {
      200: { description: 'A page of them.', schema: pageOf(payment), example: { items: [sent] } },
    },
  },
  'GET /v1/payments/:paymentId': {
    operationId: 'getPayment',
    summary: 'Read a payment',
    description: 'As it is now, with every transition there was.',
    params,
    answers: { 200: { description: 'The payment.', schema: payment, example: sent } },
    refusals: { 404: notFound },
  },
  'POST /v1/payments/:paymentId/authorisation': {
    operationId: 'authorisePayment',
    summary: 'Authorise a payment',
    description:
      'By a passkey of whoever ordered it. From now on it is as one that needed none, ordered now; what cannot be reserved still waits.',
    params,
    body: { schema: authorisation, example: { assertion: anAssertion }, ...authorisationBody },
    answers: { 202: { description: 'It is taken on.', schema: payment, example: authorised } },
    refusals: {
      ...authorisationRefusals,
      404: notFound,
      422: { ...authorisationRefusals[422], ...notOpen, ...fundsRefusals },
    },
  },
  'POST /v1/payments/:paymentId/challenge': {
    operationId: 'renewPaymentChallenge',
    summary: 'Ask for a fresh challenge of a payment',
    description: renewed,
    params,
    answers: { 200: { description: 'The payment, with it.', schema: payment, example: awaiting } },
    refusals: { ...awaitedRefusals, 404: notFound },
  },
  'POST /v1/payments/:paymentId/cancellation': {
    operationId: 'cancelPayment',
    summary: 'Cancel a payment',
    description:
      'Cancels what has not been released to the bank, and gives back what was reserved. What is cancelled already is answered alike.',
    params,
    answers: { 200: { description: 'It is cancelled.', schema: payment, example: cancelled } },
    refusals: {
      404: notFound,
      409: { 'payment.submitted': 'It is too late: it was released to the bank, or is over.' },
    },
  },
  'POST /v1/payments/:paymentId/recall': {
    operationId: 'recallPayment',
    summary: 'Recall a payment',
    description:
      'Asks for what was sent to be given back. The other bank decides, which takes days; the payment’s `recall` says how it stands.',
    params,
    body: {
      schema: wish,
      description: 'Why.',
      example: { reason: 'duplicate' },
      fields: { reason: 'ISO 20022’s DUPL, TECH, FRAD and CUST.' },
    },
    answers: { 202: { description: 'The bank will be asked.', schema: payment, example: sent } },
    refusals: { 404: notFound, 409: { 'payment.not-sent': 'Only what was sent can be recalled.' } },
  },
  'POST /v1/payee-verifications': {
    operationId: 'verifyPayee',
    summary: 'Verify a payee',
    description:
      'Whether the name is that of the IBAN’s holder, before anything is ordered. Whether to pay all the same is the customer’s to decide.',
    body: {
      schema: payee,
      description: 'Who is to be paid, and from where.',
      example: { accountId: 'acct-1', name: 'Bo Holm Hansen', iban: 'DK5000400440116243' },
      fields: {
        accountId: 'The account that would pay: its bank is asked.',
        name: 'Of 1 to 140 printable characters.',
      },
    },
    answers: {
      200: {
        description: 'What the bank says; `not-possible` where it cannot say, or does not answer.',
        schema: verification,
        example: { match: 'close-match', name: 'Bo Holm' },
      },
    },
    refusals: { 404: accountNotFound },
  },
} satisfies Api;
