import { FieldValue, Firestore } from '@google-cloud/firestore';
import { type Message, PubSub } from '@google-cloud/pubsub';

// As many messages under way at once as the bridge has.
const IN_FLIGHT_MAX = 32;

/** Where an empty function of each hop listens. */
export type EmptyHops = Readonly<Record<'receive' | 'archive' | 'translate' | 'record', string>>;

/**
 * The pipeline's hops with empty functions: publish, pull, POST to a function that does nothing, and then the same
 * reads, writes and publishes by the bare clients, from this process. `tell` is what the bank's POST is here.
 */
export async function openEmptyHops(project: string, hops: EmptyHops) {
  const pubsub = new PubSub({ projectId: project });
  const firestore = new Firestore({ projectId: project });
  const topics = await Promise.all(
    ['partner-bank-webhooks', 'bank-facts', 'transactions'].map(
      async (name) => (await pubsub.createTopic(name))[0],
    ),
  );
  const [webhooks, facts, transactions] = topics.map((topic) => (data: Buffer) => {
    topic.setPublishOptions({ batching: { maxMessages: 1 } });
    return topic.publishMessage({ data, attributes: { type: 'bare' } });
  });
  const subscriptions = [
    await pull('archive', 'partner-bank-webhooks', async ({ id, data }) => {
      const delivery = firestore.doc(`deliveries/${id}`);
      await delivery.get();
      const batch = firestore.batch().create(entryOf('archive', id), kept(Buffer.from('[]')));
      await batch.create(delivery, { bytes: data, receivedAt: new Date() }).commit();
    }),
    await pull('translate', 'partner-bank-webhooks', async ({ id, data }) => {
      await firestore.batch().create(entryOf('translate', id), kept(data)).commit();
      await facts?.(data);
    }),
    await pull('record', 'bank-facts', async ({ id, data: body }) => {
      const [{ accountId, occurredAt, data }] = JSON.parse(body.toString()).events;
      const account = firestore.doc(`accounts/${accountId}`);
      const transaction = account.collection('transactions').doc(data.transactionId);
      await transaction.get();
      const booked = FieldValue.increment(Number(data.amount.amountMinor));
      const batch = firestore.batch().create(entryOf('record', id), kept(body));
      batch.create(transaction, { ...data, occurredAt, bankIds: [data.transactionId] });
      batch.set(account.collection('balances').doc('0'), { DKK: { booked } }, { merge: true });
      await batch.commit();
      await transactions?.(body);
    }),
  ];

  return {
    firestore,
    async tell(request: { body: string; headers: Record<string, string> }) {
      await post(hops.receive, request.headers, request.body);
      await webhooks?.(Buffer.from(request.body));
    },
    async stop() {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
      await Promise.all([pubsub.close(), firestore.terminate()]);
    },
  };

  async function pull(hop: keyof EmptyHops, topic: string, work: (message: Message) => Promise<void>) {
    const [subscription] = await pubsub.topic(topic).createSubscription(hop, {
      flowControl: { maxMessages: IN_FLIGHT_MAX, allowExcessMessages: false },
    });
    subscription.on('message', async (message) => {
      const { id: messageId, data, attributes } = message;
      const pushed = { message: { messageId, attributes, data: data.toString('base64') }, subscription: hop };
      await post(hops[hop], { 'content-type': 'application/json' }, JSON.stringify(pushed));
      await work(message);
      message.ack();
    });
    return subscription;
  }

  function entryOf(hop: string, id: string) {
    return firestore.doc(`inbox/${hop}-${id}`);
  }
}

function kept(bytes: Buffer) {
  return { bytes, handledAt: new Date(), unpublished: false };
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`an empty function answered ${response.status}`);
  await response.arrayBuffer();
}
