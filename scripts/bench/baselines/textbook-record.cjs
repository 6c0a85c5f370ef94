// An event function as it is usually written: read, add and write in a transaction, then publish.
const { Firestore } = require('@google-cloud/firestore');
const functions = require('@google-cloud/functions-framework');
const { PubSub } = require('@google-cloud/pubsub');
const pino = require('pino');
const { z } = require('zod');

const log = pino();
const firestore = new Firestore();
const pubsub = new PubSub();
const fact = z.object({
  id: z.string(),
  data: z.object({ accountId: z.string(), transactionId: z.string() }),
});

functions.cloudEvent('record', async (event) => {
  const { id, data } = fact.parse(JSON.parse(Buffer.from(event.data.message.data, 'base64').toString()));
  const account = firestore.doc(`textbook/${data.accountId}`);
  await firestore.runTransaction(async (transaction) => {
    const balance = (await transaction.get(account)).get('balance') ?? 0;
    transaction.set(account, { balance: balance + 100 });
    transaction.create(account.collection('transactions').doc(id), { transactionId: data.transactionId });
  });
  await pubsub.topic('transactions').publishMessage({ json: { id } });
  log.info({ id }, 'recorded');
});
