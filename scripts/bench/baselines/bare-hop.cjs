// A hop of the pipeline and nothing else: the framework as its documentation shows it, the same reads and writes by
// the bare client, and a bare publish. No signature is checked, nothing is parsed that need not be, nothing is logged.
const { FieldValue, Firestore } = require('@google-cloud/firestore');
const functions = require('@google-cloud/functions-framework');
const { PubSub } = require('@google-cloud/pubsub');

const firestore = new Firestore();
const pubsub = new PubSub();
const topics = new Map();

const publish = (name, data) => {
  const topic = topics.get(name) ?? pubsub.topic(name, { batching: { maxMessages: 1 } });
  topics.set(name, topic);
  return topic.publishMessage({ data, attributes: { type: 'bare' } });
};
const messageOf = ({ data }) => Buffer.from(data.message.data, 'base64');
const entryOf = (hop, { id }) => firestore.doc(`inbox/${hop}-${id}`);
const kept = (bytes) => ({ bytes, handledAt: new Date(), unpublished: false });

functions.http('receive', async (request, response) => {
  await publish('partner-bank-webhooks', request.rawBody);
  response.status(202).end();
});

functions.cloudEvent('archive', async (event) => {
  const body = messageOf(event);
  const delivery = firestore.doc(`deliveries/${event.id}`);
  await delivery.get();
  const batch = firestore.batch();
  batch.create(entryOf('archive', event), kept(Buffer.from('[]')));
  batch.create(delivery, { bytes: body, receivedAt: new Date() });
  await batch.commit();
});

functions.cloudEvent('translate', async (event) => {
  const body = messageOf(event);
  const batch = firestore.batch();
  batch.create(entryOf('translate', event), kept(body));
  await batch.commit();
  await publish('bank-facts', body);
});

functions.cloudEvent('record', async (event) => {
  const body = messageOf(event);
  const [{ accountId, occurredAt, data }] = JSON.parse(body.toString()).events;
  const account = firestore.doc(`accounts/${accountId}`);
  const transaction = account.collection('transactions').doc(data.transactionId);
  await transaction.get();
  const booked = Number(data.amount.amountMinor);
  const batch = firestore.batch();
  batch.create(entryOf('record', event), kept(body));
  batch.create(transaction, { ...data, occurredAt, bankIds: [data.transactionId] });
  batch.set(
    account.collection('balances').doc('0'),
    { DKK: { booked: FieldValue.increment(booked) } },
    { merge: true },
  );
  await batch.commit();
  await publish('transactions', body);
});
