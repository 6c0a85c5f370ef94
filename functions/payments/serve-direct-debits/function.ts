import * as z from 'zod';
import { directDebitDecisionWanted } from '../../../shared/events/payments.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';
import { askBack, block, refuse, unblock } from './decide.ts';
import { getDirectDebit, getMandate, listDirectDebits, listMandates } from './list.ts';

/** Shows who may collect from a customer and what they collect, and takes what the customer decides of it. */
export default onRequest({
  name: 'serve-direct-debits',
  caller: 'customer',
  publishes: [directDebitDecisionWanted],
  impact: 'Customers do not see direct debits, and can neither refuse them nor have them back.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  routes: {
    'GET /v1/accounts/:accountId/mandates': listMandates,
    'GET /v1/accounts/:accountId/mandates/:mandateId': getMandate,
    'GET /v1/accounts/:accountId/direct-debits': listDirectDebits,
    'GET /v1/accounts/:accountId/direct-debits/:directDebitId': getDirectDebit,
    'POST /v1/accounts/:accountId/direct-debits/:directDebitId/refusal': { once: refuse },
    'POST /v1/accounts/:accountId/direct-debits/:directDebitId/refund': { once: askBack },
    'POST /v1/accounts/:accountId/mandates/:mandateId/block': { once: block },
    'POST /v1/accounts/:accountId/mandates/:mandateId/unblock': { once: unblock },
  },
});
