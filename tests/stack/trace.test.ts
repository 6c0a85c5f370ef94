import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { KeptSpan } from '../../local/otlp.ts';
import {
  bankEvent,
  deliver,
  firestore,
  newCustomer,
  openAccount,
  putAtApi,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';
import { newOperator, parked } from './operators.ts';

/** A place in a trace of our own, for the bank to call from. */
function aTrace() {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, header: { traceparent: `00-${traceId}-${spanId}-01` } };
}

function purchaseAt(account: string): string {
  const purchase = bankEvent('card.authorisation-created', account, {
    ...{ cardId: 'card-1', authorisationId: randomUUID(), direction: 'debit' },
    merchant: { name: 'Kaffebaren', mcc: '5814', country: 'DK' },
    amount: { amountMinor: '3200', currency: 'DKK' },
  });
  return JSON.stringify({ events: [purchase] });
}

async function post(body: string, header: Record<string, string>): Promise<void> {
  const delivery = signedDelivery(body);
  const answer = await deliver({ ...delivery, headers: { ...delivery.headers, ...header } });
  expect(answer.status).toBe(202);
}

/** The spans of a trace, once there are as many of functions at work; calls of the platform left out. */
async function hopsOf(traceId: string, count: number): Promise<KeptSpan[]> {
  const deadline = Date.now() + 15_000;
  let hops: KeptSpan[] = [];
  while (Date.now() < deadline) {
    const answer = await fetch(`${stack.telemetry}/traces/${traceId}`);
    const { spans } = (await answer.json()) as { spans: KeptSpan[] };
    hops = spans.filter((span) => span.name.startsWith(span.function));
    if (hops.length >= count) break;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return hops;
}

/** Each hop with whom it follows. */
function followed(hops: readonly KeptSpan[], caller: string): string[] {
  const names = new Map(hops.map(({ spanId, name }) => [spanId, name]));
  const parentOf = ({ parentSpanId = '' }: KeptSpan) =>
    parentSpanId === caller ? 'the bank' : (names.get(parentSpanId)?.split(' ')[0] ?? 'nobody');
  return hops.map((hop) => `${hop.name} <- ${parentOf(hop)}`).sort();
}

const outcomeOf = (hops: readonly KeptSpan[], name: string) =>
  hops.filter((hop) => hop.function === name).map(({ attributes }) => attributes['counterfoil.outcome']);

const HOPS = [
  'archive-delivery delivery.received <- receive-bank-webhook',
  'compose-notification transaction.recorded <- record-transaction',
  'match-unlinked card.authorisation-created <- translate-delivery',
  'receive-bank-webhook POST /webhooks/:bank <- the bank',
  'record-transaction card.authorisation-created <- translate-delivery',
  'send-push notification.requested <- compose-notification',
  'tally-spending card.authorisation-created <- translate-delivery',
  'translate-delivery delivery.received <- receive-bank-webhook',
];

test('a purchase is one trace from the bank’s bytes to the phone, and a redelivery joins it', async () => {
  const customer = await newCustomer();
  const phone = { fcmToken: `token-${randomUUID()}`, locale: 'da-DK' };
  expect((await putAtApi('/v1/devices/phone', customer, phone)).status).toBe(200);
  const account = await openAccount(customer);
  await untilQuiet();
  const { traceId, spanId, header } = aTrace();
  const body = purchaseAt(account);
  await post(body, header);
  const first = await hopsOf(traceId, HOPS.length);
  expect(followed(first, spanId)).toEqual(HOPS);
  expect(first.every(({ error }) => error === undefined)).toBe(true);

  // The same bytes, as another delivery: what they say was done before, in the trace in which it was done.
  const again = aTrace();
  await post(body, again.header);
  const second = await hopsOf(again.traceId, 3);
  expect(followed(second, again.spanId)).toEqual([
    'archive-delivery delivery.received <- receive-bank-webhook',
    'receive-bank-webhook POST /webhooks/:bank <- the bank',
    'translate-delivery delivery.received <- receive-bank-webhook',
  ]);
  expect(outcomeOf(second, 'translate-delivery')).toEqual(['repeated']);
  const both = await hopsOf(traceId, HOPS.length + 5);
  expect(outcomeOf(both, 'record-transaction').sort()).toEqual(['done', 'repeated']);
  expect(outcomeOf(both, 'send-push').sort()).toEqual(['done', 'repeated']);
});

/** Has it redriven; answers the trace of whoever did. */
const redrives = {
  async 'over HTTPS'(id: string) {
    const operator = await newOperator();
    const by = aTrace();
    const answer = await fetch(`${stack.api}/v1/operators/parked/${id}/redrive`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator.idToken}`, ...by.header },
    });
    expect(answer.status).toBe(202);
    return by.traceId;
  },
  async 'by the command line'(id: string) {
    expect((await parked('redrive', id, '--yes')).code).toBe(0);
    const { spans } = (await (await fetch(`${stack.telemetry}/traces`)).json()) as { spans: KeptSpan[] };
    return spans.findLast(({ name }) => name === 'parked redrive')?.traceId ?? 'none';
  },
};

test.each(Object.entries(redrives))(
  'what was parked goes on in its own trace when it is redriven %s, and leads to who redrove it',
  async (_, redrive) => {
    const customer = await newCustomer();
    const accountId = `acct_${randomUUID()}`;
    const foreign = firestore.doc(`accounts/${accountId}`);
    await foreign.create({ schema: 1n, id: accountId, bank: 'another', ownerIds: [], status: 'open' });
    const { traceId, header } = aTrace();
    const opened = bankEvent('account.opened', accountId, { ownerRefs: [customer.uid], currency: 'DKK' });
    await post(JSON.stringify({ events: [opened] }), header);
    await untilQuiet();
    expect(outcomeOf(await hopsOf(traceId, 4), 'track-account')).toEqual(['parked']);

    await foreign.delete();
    const found = await firestore.collection('parked').where('facts.accountId', '==', accountId).get();
    const id = found.docs.find((each) => each.get('function') === 'track-account')?.id;
    const by = await redrive(id ?? 'none');
    await untilQuiet();
    const hops = await hopsOf(traceId, 6);
    const handlings = hops.filter((hop) => hop.function === 'track-account');
    expect(handlings.map(({ attributes }) => attributes['counterfoil.outcome']).sort()).toEqual([
      'done',
      'parked',
    ]);
    expect(new Set(handlings.map(({ parentSpanId }) => parentSpanId)).size).toBe(1);
    const redriven = handlings.find(({ attributes }) => attributes['counterfoil.outcome'] === 'done');
    expect(redriven?.links).toMatchObject([{ traceId: by }]);
  },
);
