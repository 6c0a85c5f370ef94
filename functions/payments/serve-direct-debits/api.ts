import * as z from 'zod';
import type { CollectionState } from '../../../shared/domain/direct-debit.ts';
import { accountNotFound } from '../../../shared/runtime/described/instruction.ts';
import { type Api, asAnswered, pageOf } from '../../../shared/runtime/described.ts';
import { aMandate, announced, collected, directDebit, mandate } from './answers.ts';

const accountId = z.string();
const ofDirectDebit = {
  params: { accountId, directDebitId: z.string() },
  notFound: { ...accountNotFound, ...asAnswered('direct-debit.not-found') },
};
const ofMandate = {
  params: { accountId, mandateId: z.string() },
  notFound: { ...accountNotFound, ...asAnswered('mandate.not-found') },
};
const ofBlocking = {
  params: ofMandate.params,
  refusals: {
    404: ofMandate.notFound,
    409: {
      ...asAnswered('mandate.cancelled'),
      'mandate.decision-in-flight': 'The customer’s last decision is still on its way. Ask again soon.',
    },
  },
};

type Told<State extends CollectionState> = Record<`direct-debit.${State}`, string> & Record<string, string>;
const over = asAnswered('direct-debit.refused', 'direct-debit.returned') satisfies Told<
  'refused' | 'returned'
>;
const notRefusable = {
  ...over,
  ...asAnswered('direct-debit.collected', 'direct-debit.due'),
} satisfies Told<Exclude<CollectionState, 'announced'>>;
const notRefundable = {
  ...over,
  ...asAnswered('direct-debit.announced', 'direct-debit.b2b', 'direct-debit.refund-late', 'mandate.unknown'),
} satisfies Told<Exclude<CollectionState, 'collected'>>;

export default {
  'GET /v1/accounts/:accountId/mandates': {
    operationId: 'listMandates',
    summary: 'List an account’s mandates',
    description: 'Who may collect from it; those that were cancelled too.',
    params: { accountId },
    answers: {
      200: {
        description: 'The mandates.',
        schema: z.strictObject({ items: z.array(mandate) }),
        example: { items: [aMandate] },
      },
    },
    refusals: { 404: accountNotFound },
  },
  'GET /v1/accounts/:accountId/mandates/:mandateId': {
    operationId: 'getMandate',
    summary: 'Read a mandate',
    description: 'As it is now, and what its customer decided last.',
    params: ofMandate.params,
    answers: { 200: { description: 'The mandate.', schema: mandate, example: aMandate } },
    refusals: { 404: ofMandate.notFound },
  },
  'GET /v1/accounts/:accountId/direct-debits': {
    operationId: 'listDirectDebits',
    summary: 'List an account’s direct debits',
    description: 'What was collected and what will be; the newest first.',
    params: { accountId },
    isPaged: true,
    answers: {
      200: {
        description: 'A page of them.',
        schema: pageOf(directDebit),
        example: { items: [announced] },
      },
    },
    refusals: { 404: accountNotFound },
  },
  'GET /v1/accounts/:accountId/direct-debits/:directDebitId': {
    operationId: 'getDirectDebit',
    summary: 'Read a direct debit',
    description: 'As it is now, and what its customer decided last.',
    params: ofDirectDebit.params,
    answers: { 200: { description: 'The direct debit.', schema: directDebit, example: announced } },
    refusals: { 404: ofDirectDebit.notFound },
  },
  'POST /v1/accounts/:accountId/direct-debits/:directDebitId/refusal': {
    operationId: 'refuseDirectDebit',
    summary: 'Refuse a direct debit',
    description:
      'Has the bank not pay what is announced. Until the bank says so the refusal is `wanted`; asked again, it is answered alike.',
    params: ofDirectDebit.params,
    answers: {
      202: {
        description: 'The bank will be told.',
        schema: directDebit,
        example: { ...announced, wanted: 'refusal' },
      },
    },
    refusals: { 404: ofDirectDebit.notFound, 409: notRefusable },
  },
  'POST /v1/accounts/:accountId/direct-debits/:directDebitId/refund': {
    operationId: 'refundDirectDebit',
    summary: 'Have a direct debit back',
    description:
      'Asks for what was collected, until eight weeks after its debit. Until the bank gives it back the refund is `wanted`; asked again, it is answered alike.',
    params: ofDirectDebit.params,
    answers: {
      202: {
        description: 'The bank will be asked.',
        schema: directDebit,
        example: { ...collected, wanted: 'refund' },
      },
    },
    refusals: { 404: ofDirectDebit.notFound, 409: notRefundable },
  },
  'POST /v1/accounts/:accountId/mandates/:mandateId/block': {
    operationId: 'blockMandate',
    summary: 'Block a mandate',
    description: 'Keeps its creditor from collecting. Until the bank says so the block is `wanted`.',
    params: ofBlocking.params,
    answers: {
      200: {
        description: 'It is blocked already.',
        schema: mandate,
        example: { ...aMandate, state: 'blocked' },
      },
      202: {
        description: 'The bank will be told.',
        schema: mandate,
        example: { ...aMandate, wanted: 'block' },
      },
    },
    refusals: ofBlocking.refusals,
  },
  'POST /v1/accounts/:accountId/mandates/:mandateId/unblock': {
    operationId: 'unblockMandate',
    summary: 'Unblock a mandate',
    description: 'Lets its creditor collect again. Until the bank says so it is `wanted`.',
    params: ofBlocking.params,
    answers: {
      200: { description: 'It is not blocked.', schema: mandate, example: aMandate },
      202: {
        description: 'The bank will be told.',
        schema: mandate,
        example: { ...aMandate, state: 'blocked', wanted: 'unblock' },
      },
    },
    refusals: ofBlocking.refusals,
  },
} satisfies Api;
