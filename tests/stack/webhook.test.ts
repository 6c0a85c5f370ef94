import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  atApi,
  atBank,
  bankEvent,
  booking,
  deliver,
  figuresOf,
  firestore,
  newCustomer,
  openAccount,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';

const MINUTE = 60_000;

async function deliveriesKept(): Promise<number> {
  return (await firestore.collection('deliveries').count().get()).data().count;
}

describe('a delivery that is not the bank’s is a 401, and changes nothing', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  await untilQuiet();
  const body = JSON.stringify({ events: [booking(account, '777')] });
  const good = signedDelivery(body);
  const bent = (headers: Record<string, string>, bytes: string | Buffer = body) => ({
    ...good,
    headers: { ...good.headers, ...headers },
    body: bytes,
  });
  const eacute = JSON.stringify({ events: [{ ...booking(account, '777'), note: '\ufffd' }] });
  const invalidUtf8 = Buffer.from(eacute.replace('\ufffd', '\u0000'), 'latin1');
  invalidUtf8[invalidUtf8.indexOf(0)] = 0xff;

  test.each([
    ['a changed byte', bent({}, body.replace('777', '778'))],
    ['other bytes that decode to the same text', { ...signedDelivery(eacute), body: invalidUtf8 }],
    ['junk behind the time stamp', bent({ 'webhook-timestamp': `${good.headers['webhook-timestamp']}junk` })],
    [
      'a time stamp older than five minutes',
      signedDelivery(body, { at: new Date(Date.now() - 5.1 * MINUTE) }),
    ],
    [
      'a time stamp more than five minutes ahead',
      signedDelivery(body, { at: new Date(Date.now() + 5.1 * MINUTE) }),
    ],
    [
      'another secret',
      signedDelivery(body, { secret: `whsec_${Buffer.from(randomUUID()).toString('base64')}` }),
    ],
    ['no signature', bent({ 'webhook-signature': '' })],
    ['another id', bent({ 'webhook-id': 'msg_other' })],
  ])('%s', async (_what, delivery) => {
    const before = await deliveriesKept();
    const { status, body: problem, headers } = await deliver(delivery);
    expect(status).toBe(401);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(problem).toMatchObject({ status: 401, title: 'Unauthorized' });
    await untilQuiet();
    expect(await deliveriesKept()).toBe(before);
    expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '0' });
  });

  test('the same delivery unbent, under either live secret, is taken', async () => {
    expect((await deliver(good)).status).toBe(202);
    const other = JSON.stringify({ events: [booking(account, '223')] });
    expect((await deliver(signedDelivery(other, { secret: stack.webhookSecrets.sandbox[1] }))).status).toBe(
      202,
    );
    await untilQuiet();
    expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '1000' });
  });
});

test('over 1 MiB is 413, before anything else is asked', async () => {
  const { status, body } = await deliver({ method: 'POST', body: Buffer.alloc(2 * 1024 * 1024, 'x') });
  expect([status, body.code]).toEqual([413, 'body.too-large']);
});

test('signed but unreadable is 400; GET is 405; an unknown bank is 404; no events is 202', async () => {
  for (const unreadable of ['{"events": [', '{"event": []}', '[]', 'null', '']) {
    expect((await deliver(signedDelivery(unreadable))).status).toBe(400);
  }
  const get = await deliver({ method: 'GET' });
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  const unknown = await fetch(`${stack.api}/webhooks/nobody`, signedDelivery('{"events":[]}'));
  expect(unknown.status).toBe(404);
  expect((await deliver(signedDelivery('{"events":[]}'))).status).toBe(202);
});

test('an unknown type and invalid data are archived and parked, and the rest of the delivery goes on', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const unknown = bankEvent('transaction.teleported', account, {});
  const invalid = {
    ...booking(account, '3200'),
    data: { transactionId: 'btx_1', direction: 'credit', amount: 32 },
  };
  const martian = booking(account, '5');
  (martian.data.amount as { currency: string }).currency = 'XTS';
  const body = JSON.stringify({ events: [unknown, booking(account, '4200'), invalid, martian] });
  const delivery = signedDelivery(body);

  expect((await deliver(delivery)).status).toBe(202);
  await untilQuiet();

  expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '4200' });
  const kept = await firestore
    .collection('deliveries')
    .where('headers.webhook-id', '==', delivery.headers['webhook-id'])
    .get();
  expect(kept.docs.map((document) => Buffer.from(document.get('bytes')).toString())).toEqual([body]);
  const parked = await firestore
    .collection('parked')
    .where('facts.deliveryId', '==', kept.docs[0]?.get('deliveryId'))
    .get();
  const found = parked.docs.map((document) => {
    const message = JSON.parse(Buffer.from(document.get('bytes')).toString());
    const cutOut = JSON.parse(Buffer.from(message.data.bodyBase64, 'base64').toString());
    return [document.get('reason'), cutOut.events];
  });
  expect(found).toHaveLength(3);
  expect(found).toEqual(
    expect.arrayContaining([
      ['bank-event.unknown-type', [unknown]],
      ['bank-event.invalid', [invalid]],
      ['currency.unknown', [martian]],
    ]),
  );
});

test('one delivery posted 100 times, 20 at once, is one transaction and one balance change', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const delivery = signedDelivery(JSON.stringify({ events: [booking(account, '12345')] }));

  const statuses: number[] = [];
  const poster = async () => {
    for (let n = 0; n < 5; n += 1) statuses.push((await deliver(delivery)).status);
  };
  await Promise.all(Array.from({ length: 20 }, poster));
  await untilQuiet();

  expect(statuses).toEqual(Array.from({ length: 100 }, () => 202));
  expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '12345', heldMinor: '0' });
  const { body } = await atApi<{ items: unknown[] }>(
    `/v1/accounts/${account}/transactions`,
    customer.idToken,
  );
  expect(body.items).toHaveLength(1);
});

test('a delivery of nearly 1 MiB is kept whole and read whole, and a huge unreadable event is parked whole', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const huge = { ...bankEvent('transaction.teleported', account, {}), note: 'ø'.repeat(400_000) };
  const body = JSON.stringify({ events: [huge, booking(account, '100')] });
  const delivery = signedDelivery(body);

  expect((await deliver(delivery)).status).toBe(202);
  await untilQuiet();

  expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '100' });
  const kept = await firestore
    .collection('deliveries')
    .where('headers.webhook-id', '==', delivery.headers['webhook-id'])
    .get();
  const chunks = await kept.docs[0]?.ref.collection('chunks').get();
  const bytes = [kept.docs[0], ...(chunks?.docs ?? [])].map((document) =>
    Buffer.from(document?.get('bytes')),
  );
  expect(Buffer.concat(bytes).toString()).toBe(body);
  const parked = await firestore
    .collection('parked')
    .where('facts.deliveryId', '==', kept.docs[0]?.get('deliveryId'))
    .get();
  expect(parked.size).toBe(1);
});

test('an event id that comes again with other content is parked as a conflict, and moves nothing', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const first = booking(account, '100');
  const other = { ...booking(account, '999'), id: first.id };
  for (const event of [first, first, other]) {
    expect((await deliver(signedDelivery(JSON.stringify({ events: [event] })))).status).toBe(202);
    await untilQuiet();
  }
  expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '100' });
  const parked = await firestore.collection('parked').where('reason', '==', 'event.conflict').get();
  const mine = parked.docs.filter((document) => Buffer.from(document.get('bytes')).includes(account));
  expect(mine.map((document) => document.get('function'))).toEqual(['record-transaction']);
});

test('12,000 unreadable events in one delivery hold nothing up', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const events = [booking(account, '4711'), ...Array.from({ length: 12_000 }, () => 1)];
  expect((await deliver(signedDelivery(JSON.stringify({ events })))).status).toBe(202);
  await untilQuiet();
  expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '4711' });
});

test('a refund that is told again with what it belongs to is booked once', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const { authorisationId = '', clearingId = '' } = await atBank(`/accounts/${account}/purchases`, {
    amountMinor: '5000',
  });
  const occurredAt = new Date().toISOString();
  for (const named of [{}, { clearingId }, { clearingId, authorisationId }]) {
    const amount = { amountMinor: '900', currency: 'DKK' };
    const data = { cardId: 'card_1', refundId: 'rfd_1', direction: 'credit', amount, ...named };
    const event = { ...bankEvent('card.refunded', account, data), occurredAt };
    expect((await deliver(signedDelivery(JSON.stringify({ events: [event] })))).status).toBe(202);
    await untilQuiet();
    // 50.00 out, 9.00 back
    expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '-4100' });
  }
  const { body } = await atApi<{ items: object[] }>(`/v1/accounts/${account}/transactions`, customer.idToken);
  expect(body.items).toMatchObject([{ status: 'booked', direction: 'debit', amountMinor: '4100' }]);
});
