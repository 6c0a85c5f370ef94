import * as z from 'zod';
import { accountNotFound } from '../../../shared/runtime/described/instruction.ts';
import { type Api, asAnswered, pageOf } from '../../../shared/runtime/described.ts';
import { cursorAfter } from '../../../shared/runtime/page.ts';
import { account, anAccount, aTransaction, someSpending, spending, transaction } from './answers.ts';

const accountId = z.string();

export default {
  'GET /v1/accounts': {
    operationId: 'listAccounts',
    summary: 'List the customer’s accounts',
    description: 'All of them, each with its balance as of one moment.',
    answers: {
      200: {
        description: 'The accounts.',
        schema: z.strictObject({ items: z.array(account) }),
        example: { items: [anAccount] },
      },
    },
  },
  'GET /v1/accounts/:accountId': {
    operationId: 'getAccount',
    summary: 'Read an account',
    description: 'With its balance as of one moment.',
    params: { accountId },
    answers: { 200: { description: 'The account.', schema: account, example: anAccount } },
    refusals: { 404: accountNotFound },
  },
  'GET /v1/accounts/:accountId/transactions': {
    operationId: 'listTransactions',
    summary: 'List an account’s transactions',
    description: 'The newest first. A purchase is one transaction from its authorisation to its last refund.',
    params: { accountId },
    isPaged: true,
    answers: {
      200: {
        description: 'A page of them.',
        schema: pageOf(transaction),
        example: {
          items: [aTransaction],
          nextCursor: cursorAfter(aTransaction),
        },
      },
    },
    refusals: { 404: accountNotFound },
  },
  'GET /v1/accounts/:accountId/transactions/:transactionId': {
    operationId: 'getTransaction',
    summary: 'Read a transaction',
    description:
      'Also by an id that it had before it was known what it belongs to; the answer has its id of now.',
    params: { accountId, transactionId: z.string() },
    answers: { 200: { description: 'The transaction.', schema: transaction, example: aTransaction } },
    refusals: {
      404: { ...accountNotFound, ...asAnswered('transaction.not-found') },
    },
  },
  'GET /v1/accounts/:accountId/spending/:month': {
    operationId: 'getSpending',
    summary: 'Read a month’s spending by merchant',
    description: 'What is booked of card purchases, less what came back; the most first.',
    params: { accountId, month: z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/) },
    answers: { 200: { description: 'The month.', schema: spending, example: someSpending } },
    refusals: { 400: { 'month.invalid': 'A month is as in 2026-11.' }, 404: accountNotFound },
  },
} satisfies Api;
