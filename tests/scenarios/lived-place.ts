import { registry } from '../../functions/registry.ts';
import type { DescribedRoute } from '../../shared/runtime/described.ts';
import type { Answer } from '../../shared/runtime/problem.ts';
import { anAuthenticator } from '../../shared/testing/authenticator.ts';
import { aRequest, CONFIG, signedHeaders } from '../../shared/testing/builders.ts';
import { aWorld } from '../../shared/testing/world.ts';
import { whoAnswers } from './coherence.ts';
import { cameBack, DIRECT_DEBITS, FACTS, recalled, settled } from './lived-facts.ts';

type Told = { readonly route: string; readonly api: DescribedRoute };
type Item = { readonly id: string };
type Options = { readonly challenge: string };
/** What a route needs to do what it is for, beside the parameters that are known, or in place of its description’s example. */
type Instead = {
  readonly params?: Record<string, string>;
  readonly query?: string;
  /** Made when it is sent. */
  readonly body?: () => Promise<object>;
};

const CALLERS = { customer: 'uid-ann', operator: 'op-eve', bank: '' };

/** Ann’s account with something of all that anybody can ask for; each route is asked as its description has it. */
export async function aLivedPlace() {
  const world = aWorld({ functions: registry.map(({ fn }) => fn), config: CONFIG, env: { ask: askBank } });
  let keys = 0;
  const [phone, key] = [anAuthenticator(), anAuthenticator()];
  await world.deliver('bank-facts', ...FACTS);
  await ask('PUT /v1/devices/phone', { fcmToken: 'token-1', locale: 'da-DK' });
  const [sent, returned] = [await order({}), await order({})];
  const later = await order({ requestedExecutionDate: '2026-11-27' });
  const large = await order({ amount: { amountMinor: '100000', currency: 'DKK' } });
  const largeSeries = await standingOrder('100000');
  for (const own of [phone, key]) await ask('POST /v1/passkeys', await registrationOf(own));
  await world.deliver('bank-facts', ...[sent, returned].map(settled), recalled(returned), cameBack(returned));

  const params: Record<string, string> = {
    ...{ accountId: 'acct-1', month: '2026-11', deviceId: 'phone', bank: 'sandbox', paymentId: sent },
    transactionId: await firstOf('GET /v1/accounts/acct-1/transactions'),
    notificationId: await firstOf('GET /v1/notifications'),
    id: await firstOf('GET /v1/operators/parked'),
    passkeyId: await firstOf('GET /v1/passkeys'),
    standingOrderId: await standingOrder('3200'),
    ...{ mandateId: DIRECT_DEBITS.mandateId, directDebitId: DIRECT_DEBITS.announced },
  };
  const instead: Record<string, Instead> = {
    'GET /v1/payments': { query: '?accountId=acct-1' },
    'POST /v1/payments/:paymentId/authorisation': {
      params: { paymentId: large },
      body: async () => ({ assertion: phone.get(await toSign(`/v1/payments/${large}`)) }),
    },
    'POST /v1/payments/:paymentId/challenge': { params: { paymentId: large } },
    'POST /v1/payments/:paymentId/cancellation': { params: { paymentId: later } },
    'POST /v1/standing-orders/:standingOrderId/authorisation': {
      params: { standingOrderId: largeSeries },
      body: async () => ({ assertion: phone.get(await toSign(`/v1/standing-orders/${largeSeries}`)) }),
    },
    'POST /v1/standing-orders/:standingOrderId/challenge': { params: { standingOrderId: largeSeries } },
    'GET /v1/standing-orders': { query: '?accountId=acct-1' },
    'POST /v1/accounts/:accountId/direct-debits/:directDebitId/refund': {
      params: { directDebitId: DIRECT_DEBITS.collected },
    },
    'POST /v1/passkeys': { body: () => registrationOf(anAuthenticator()) },
    'GET /v1/operators/parked/:id': { query: '?raw=true' },
  };

  return {
    async asks({ route, api }: Told): Promise<Answer> {
      const { query = '', body = async () => api.body?.example, ...more } = instead[route] ?? {};
      const known = { ...params, ...more.params };
      const path = route.replaceAll(/:(\w+)/g, (_, name: string) => {
        if (known[name] === undefined) throw new Error(`say in aLivedPlace what :${name} of ${route} is`);
        return known[name];
      });
      return ask(path + query, await body());
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

  async function standingOrder(amountMinor: string): Promise<string> {
    const { body } = await ask('POST /v1/standing-orders', {
      accountId: 'acct-1',
      amount: { amountMinor, currency: 'DKK' },
      creditor: { name: 'Bo Holm', iban: 'DK5000400440116243' },
      remittance: 'Rent',
      schedule: { every: 'week', interval: 2, startsOn: '2026-12-01' },
    });
    return (body as Item).id;
  }

  /** The registration of another passkey, by the phone’s own where that is one already. */
  async function registrationOf(own: ReturnType<typeof anAuthenticator>) {
    const { body } = await ask('POST /v1/passkeys/registration-options');
    const { options, proof } = body as { options: Options; proof?: { options: Options } };
    const proven = proof && { proof: phone.get(proof.options) };
    return { name: 'My passkey', attestation: own.create(options), ...proven };
  }

  async function toSign(path: string): Promise<Options> {
    const { body } = await ask(`GET ${path}`);
    return (body as { authorisation: { options: Options } }).authorisation.options;
  }

  async function firstOf(route: string): Promise<string> {
    const { body } = await ask(route);
    return (body as { readonly items: readonly Item[] }).items[0]?.id ?? '';
  }
}

/** A bank that compares a payee’s name, and knows nothing else. */
async function askBank(url: string): Promise<{ status: number; body: string }> {
  if (!url.endsWith('/payee-verifications')) return { status: 404, body: '' };
  return { status: 200, body: JSON.stringify({ match: 'close-match', name: 'Bo Holm' }) };
}
