import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  transactionIdOf,
  transactionOf,
  transactionPath,
  writeTransaction,
} from '../../shared/store/transactions.ts';
import { aPart, partsOf } from '../../shared/testing/builders.ts';
import {
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
import { atOperators, newOperator } from './operators.ts';

/** Puts a message into a topic behind everybody's back. */
async function publish(topic: string, message: object): Promise<void> {
  const url = `http://${stack.emulators.pubsub}/v1/projects/${stack.project}/topics/${topic}:publish`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ messages: [message] }) });
  expect(answer.status).toBe(200);
}

test.each([
  ['bank-facts', 'record-transaction'],
  ['dead-letters', 'park-dead-letter'],
])('a message in %s that is no event is parked for %s, and does not come again', async (topic, name) => {
  const mark = randomUUID();
  await publish(topic, { attributes: { mark } }); // without any data
  await publish(topic, { attributes: { mark }, data: Buffer.from(`no event: ${mark}`).toString('base64') });
  await untilQuiet();
  const parked = await firestore.collection('parked').where('attributes.mark', '==', mark).get();
  expect(parked.docs.map((document) => [document.get('function'), document.get('reason')])).toEqual([
    [name, 'event.not-json'],
    [name, 'event.not-json'],
  ]);
});

type Item = { id: string; reason: string; facts: { transactionId?: string } };

test('a poison event for one account holds up nobody, is listed whole, and is booked once its cause is mended', async () => {
  const [customer, operator] = [await newCustomer(), await newOperator()];
  const [poisoned, other] = [await openAccount(customer), await openAccount(customer)];
  const transactionId = `btx_${randomUUID()}`;
  const poison = booking(poisoned, '3200', transactionId);
  // Somebody wrote another amount of that transaction into the store by hand.
  const id = transactionIdOf('sandbox', poisoned, { kind: 'transaction', id: transactionId });
  const wrong = firestore.doc(transactionPath(poisoned, id));
  const parts = partsOf(aPart('booking', 999n, { id: transactionId }));
  const nothing = { path: wrong.path, fields: undefined, version: undefined };
  const known = { id, bank: 'sandbox', root: 'transaction', parts, arrival: {}, aliases: [] } as const;
  const made = writeTransaction(nothing, transactionOf(known));
  if (made.do !== 'create') throw new Error('it was there before');
  await wrong.create(made.fields);

  const others = Array.from({ length: 20 }, (_, n) => booking(other, String(n + 1)));
  const events = [others.slice(0, 10), [poison], others.slice(10)].flat();
  for (const event of events) await deliver(signedDelivery(JSON.stringify({ events: [event] })));
  await untilQuiet();
  // 1 + 2 + ... + 20
  expect(await figuresOf(other, customer)).toMatchObject({ bookedMinor: '210' });
  expect(await figuresOf(poisoned, customer)).toMatchObject({ bookedMinor: '0' });

  const list = await atOperators<{ items: Item[] }>(
    '?state=waiting&function=record-transaction&limit=100',
    operator.idToken,
  );
  const mine = list.body.items.find(({ facts }) => facts.transactionId === id);
  expect(mine).toMatchObject({ reason: 'fact.conflict', attempts: 1, state: 'waiting' });
  type Raw = { raw: { event: { data: { amount: object; deliveryId: string } } } };
  const whole = await atOperators<Raw>(`/${mine?.id}?raw=true`, operator.idToken);
  expect(whole.body.raw.event.data.amount).toEqual({ amountMinor: '3200', currency: 'DKK' });

  await wrong.delete();
  for (const _ of ['once', 'twice']) {
    const answer = await atOperators(`/${mine?.id}/redrive`, operator.idToken, {});
    expect(answer).toMatchObject({ status: 202, body: { state: 'redriven' } });
    await untilQuiet();
    expect(await figuresOf(poisoned, customer)).toMatchObject({ bookedMinor: '3200' });
  }
});
