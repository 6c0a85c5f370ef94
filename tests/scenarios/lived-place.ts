import { registry } from '../../functions/registry.ts';
import type { DescribedRoute } from '../../shared/runtime/described.ts';
import type { Answer } from '../../shared/runtime/problem.ts';
import { aFact, aRequest, CONFIG, signedHeaders } from '../../shared/testing/builders.ts';
import { aWorld } from '../../shared/testing/world.ts';

import { whoAnswers } from './coherence.ts';

type Told = { readonly route: string; readonly api: DescribedRoute };
type Item = { readonly id: string };

const CALLERS = { customer: 'uid-ann', operator: 'op-eve', bank: '' };

/** Ann’s account with something of all that anybody can ask for; each route is asked as its description has it. */
export async function aLivedPlace() {
  const world = aWorld({ functions: registry.map(({ fn }) => fn), config: CONFIG });
  let keys = 0;
  await world.deliver('bank-facts', ...FACTS);
  await ask('PUT /v1/devices/phone', { fcmToken: 'token-1', locale: 'da-DK' });
  const [sent, returned] = [await order({}), await order({})];
  const later = await order({ requestedExecutionDate: '2026-11-27' });
  await world.deliver('bank-facts', ...[sent, returned].map(settled), recalled(returned), cameBack(returned));

  const params: Record<string, string> = {
    ...{ accountId: 'acct-1', month: '2026-11', deviceId: 'phone', bank: 'sandbox', paymentId: sent },
    transactionId: await firstOf('GET /v1/accounts/acct-1/transactions'),
    notificationId: await firstOf('GET /v1/notifications'),
    id: await firstOf('GET /v1/operators/parked'),
  };
  // What a route needs to do what it is for, beside these parameters or in place of its description’s example.
  const instead: Record<string, { params?: Record<string, string>; query?: string; body?: unknown }> = {
    'GET /v1/payments': { query: '?accountId=acct-1' },
    'POST /v1/payments/:paymentId/cancellation': { params: { paymentId: later } },
    'GET /v1/operators/parked/:id': { query: '?raw=true' },
  };

  return {
    asks({ route, api }: Told): Promise<Answer> {
      const { query = '', body = api.body?.example, ...more } = instead[route] ?? {};
      const known = { ...params, ...more.params };
      const path = route.replaceAll(/:(\w+)/g, (_, name: string) => {
        if (known[name] === undefined) throw new Error(`say in aLivedPlace what :${name} of ${route} is`);
        return known[name];
      });
      return ask(path + query, body);
    },
  };

  async function ask(route: string, body?: unknown): Promise<Answer> {
    const [method = '', url = ''] = route.split(' ');
    const fn = whoAnswers(route);
    keys += 1;
    const rawBody = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const signed = fn.caller === 'bank' ? signedHeaders(rawBody) : {};
    const headers = { 'idempotency-key': `key-${keys}`, ...signed };
    return world.ask(fn, aRequest(method, url, CALLERS[fn.caller], { headers, rawBody }));
  }

  async function order(changes: object): Promise<string> {
    const amount = { amountMinor: '3200', currency: 'DKK' };
    const creditor = { name: 'Bo Holm', iban: 'DK5000400440116243' };
    const { body } = await ask('POST /v1/payments', { accountId: 'acct-1', amount, creditor, ...changes });
    return (body as Item).id;
  }

  async function firstOf(route: string): Promise<string> {
    const { body } = await ask(route);
    return (body as { readonly items: readonly Item[] }).items[0]?.id ?? '';
  }
}

const booked = { amountMinor: 2_500_000n, currency: 'DKK' };
const merchant = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };
const abroad = { merchantAmount: { amountMinor: 429n, currency: 'EUR' }, fxRate: '7.459' };

const FACTS = [
  aFact('account.opened', { iban: 'DK9520000123456789', resourceVersion: 1 }),
  aFact('transaction.booked', { direction: 'credit', amount: booked, bookedOn: '2026-11-23' }),
  aFact('account.balance-updated', { booked, available: booked, asOf: '2026-11-23T09:00:00.000Z' }),
  aFact('card.authorisation-created', { merchant, ...abroad, time: '2026-11-23T09:30:00.000Z' }),
  aFact('card.authorisation-created', { id: 'fact-9', authorisationId: 'auth-9', merchant }),
  // It names no authorisation, and is of another amount than any.
  aFact('card.cleared', { clearingId: 'clearing-9', amountMinor: 9_000n, bookedOn: '2026-11-23', merchant }),
  // Without a number, of an account whose states have numbers: it is parked.
  aFact('account.frozen'),
];

const SETTLED_AT = '2026-11-23T10:00:01.000Z';

function settled(paymentId: string) {
  const time = SETTLED_AT;
  return aFact('payment.status-changed', { id: `settled-${paymentId}`, paymentId, isoStatus: 'ACSC', time });
}

function recalled(paymentId: string) {
  return aFact('payment.recall-requested', { paymentId, reason: 'DUPL', time: '2026-11-23T10:00:02.000Z' });
}

function cameBack(paymentId: string) {
  const time = '2026-11-23T10:00:03.000Z';
  return aFact('payment.returned', {
    paymentId,
    returnId: 'return-1',
    reason: 'AC04',
    amountMinor: 3_200n,
    time,
  });
}
