import * as z from 'zod';
import type { Refusal } from '../../../shared/domain/funds.ts';
import { type Api, pageOf } from '../../../shared/runtime/described.ts';
import { cancelled, ordered, payment, sent } from './answers.ts';
import { wish } from './cancel.ts';
import { order } from './request.ts';

const params = { paymentId: z.string() };
const notFound = { 'payment.not-found': 'None of the caller’s accounts has such a payment.' };
const accountNotFound = { 'account.not-found': 'The caller has no such account.' };

const fundsRefusals = {
  'payment.insufficient-funds': 'It is more than what is available.',
  'payment.limit-payment': 'It is more than the customer’s limit for one payment.',
  'payment.limit-day': 'With it, what was ordered from the account today is more than its limit.',
  'payment.limit-customer-day': 'With it, what the customer ordered today is more than their limit.',
  'payment.limit-none': 'No limits are set in this currency, so nothing can be ordered.',
  'payment.too-many-open': 'The account has too many open payments.',
} satisfies Record<`payment.${Refusal | 'limit-none'}`, string>;

export default {
  'POST /v1/payments': {
    operationId: 'orderPayment',
    summary: 'Order a payment',
    description:
      'Reserves the money and has the bank pay; what became of it is in the payment’s `state`. One for a later ' +
      'day is kept until then, and one that is large awaits the customer’s authorisation: neither reserves anything yet.',
    body: {
      schema: order,
      description: 'The order; none of it ever changes.',
      example: {
        accountId: 'acct-1',
        amount: ordered.amount,
        creditor: ordered.creditor,
        remittance: 'Rent',
        endToEndId: 'RENT-2026-11',
      },
      fields: {
        accountId: 'The account that pays.',
        amount: 'In the account’s currency, more than zero.',
        creditor:
          'A name of 1 to 140 characters beside an IBAN or a Danish account number; or another account of the customer’s own.',
        scheme:
          'By which clearing. Without it: `own-account` to an account of their own, `sepa` for euros to an IBAN, else `domestic`.',
        remittance: 'What the creditor reads of it; at most 140 printable characters.',
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
      404: { 'account.not-found': 'The caller has no such account, to pay from or to be paid.' },
      422: {
        'account.frozen': 'One of these accounts is frozen.',
        'account.closed': 'One of these accounts is closed.',
        'payment.currency': 'The amount is not in the account’s currency.',
        'payment.same-account': 'The account that pays is the one that is paid.',
        'payment.scheme': 'The bank has no such payments, or this one cannot go by the scheme it names.',
        'payment.date-past': 'requestedExecutionDate is over.',
        ...fundsRefusals,
      },
    },
  },
  'GET /v1/payments': {
    operationId: 'listPayments',
    summary: 'List an account’s payments',
    description: 'The newest first.',
    query: { accountId: z.string() },
    isPaged: true,
    answers: {
      200: { description: 'A page of them.', schema: pageOf(payment), example: { items: [sent] } },
    },
    refusals: {
      400: { 'account-id.missing': 'The request does not say of which account.' },
      404: accountNotFound,
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
} satisfies Api;
