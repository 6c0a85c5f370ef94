import { onRequest } from '../../../shared/runtime/on-request.ts';
import { authoriseStandingOrder, renewChallenge } from './authorise.ts';
import { endStandingOrder, pauseStandingOrder, resumeStandingOrder } from './change.ts';
import { config } from './context.ts';
import { createStandingOrder } from './create.ts';
import { getStandingOrder, listStandingOrders } from './list.ts';

/** Takes customers' standing orders, has them authorised, shows them, and has them pause, resume and end. Another's account is a 404. */
export default onRequest({
  name: 'serve-standing-orders',
  caller: 'customer',
  publishes: [],
  impact: 'Customers can neither order a payment that repeats, nor stop one.',
  config,
  connect: ({ reads, config: own }) => ({ reads, config: own }),
  routes: {
    'POST /v1/standing-orders': { once: createStandingOrder },
    'GET /v1/standing-orders': listStandingOrders,
    'GET /v1/standing-orders/:standingOrderId': getStandingOrder,
    'POST /v1/standing-orders/:standingOrderId/authorisation': { once: authoriseStandingOrder },
    'POST /v1/standing-orders/:standingOrderId/challenge': renewChallenge,
    'POST /v1/standing-orders/:standingOrderId/pause': { once: pauseStandingOrder },
    'POST /v1/standing-orders/:standingOrderId/resume': { once: resumeStandingOrder },
    'POST /v1/standing-orders/:standingOrderId/end': { once: endStandingOrder },
  },
});
