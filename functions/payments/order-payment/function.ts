import { openApis } from '../../../shared/banks/index.ts';
import { paymentRecallWanted, paymentRequested } from '../../../shared/events/payments.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';
import { authorisePayment, renewChallenge } from './authorise.ts';
import { cancelPayment, recallPayment } from './cancel.ts';
import { config } from './context.ts';
import { getPayment, listPayments } from './list.ts';
import { orderPayment } from './order.ts';
import { verifyPayee } from './verify-payee.ts';

/** Takes customers' payment orders, and shows what became of them. An order is done once for its key; another's account is a 404. */
export default onRequest({
  name: 'order-payment',
  caller: 'customer',
  publishes: [paymentRequested, paymentRecallWanted],
  impact: 'Customers cannot pay, nor see what became of their payments.',
  config,
  connect: ({ reads, ask, config: own }) => ({ reads, apis: openApis(own, ask), config: own }),
  routes: {
    'POST /v1/payments': { once: orderPayment },
    'GET /v1/payments': listPayments,
    'GET /v1/payments/:paymentId': getPayment,
    'POST /v1/payments/:paymentId/authorisation': { once: authorisePayment },
    'POST /v1/payments/:paymentId/challenge': renewChallenge,
    'POST /v1/payments/:paymentId/cancellation': { once: cancelPayment },
    'POST /v1/payments/:paymentId/recall': { once: recallPayment },
    'POST /v1/payee-verifications': verifyPayee,
  },
});
