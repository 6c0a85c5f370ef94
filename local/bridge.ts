import { randomUUID } from 'node:crypto';
import { type Message, PubSub, type Subscription } from '@google-cloud/pubsub';
import type { Topic } from '../shared/events/event.ts';
import { subscriptionOf, topicsOf } from '../shared/runtime/declared.ts';
import type { LocalFunction } from './functions.ts';
import type { PushTokens } from './tokens.ts';

/**
 * Pulls every subscription and posts to its function what production's push posts: filtered, with a signed
 * token and the delivery attempt. (The emulator's own push ignores filters, signs nothing, and holds two
 * messages in flight.)
 */
export type Bridge = {
  /** Whether nothing is waiting or being handled in any subscription. */
  isQuiet(): Promise<boolean>;
  /** How many messages its functions have been given and not yet acknowledged, by subscription. */
  waiting(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
};

const IN_FLIGHT_MAX = 32;
const ATTEMPTS_MAX = 100;
const ACK_DEADLINE_SECONDS = 60;
// Production waits 10 to 600 s between tries; an engineer does not.
const RETRY = { minimumBackoff: { nanos: 300_000_000 }, maximumBackoff: { seconds: 10 } };
const SETTLED_MAX = 10_000;
const PROBE = 'probe';
const PROBE_SECONDS = 5;
const DEAD_LETTERS: Topic = 'dead-letters';

export async function startBridge(options: {
  project: string;
  functions: readonly LocalFunction[];
  tokens: PushTokens;
}): Promise<Bridge> {
  const pubsub = new PubSub({ projectId: options.project });
  const topics = topicsOf(options.functions.map(({ fn }) => fn));
  await Promise.all(topics.map((topic) => pubsub.topic(topic).get({ autoCreate: true })));

  // Message ids that a function has not yet acknowledged, by subscription; and how often anything moved.
  const unacknowledged = new Set<string>();
  // Acknowledged lately: one that was delivered twice at once, and once in vain, does not come again for that.
  const settled = new Set<string>();
  const probes = new Map<string, () => void>();
  let moves = 0;

  const subscriptions = await Promise.all(
    options.functions.flatMap((local) => (local.fn.trigger === 'event' ? [subscribe(local)] : [])),
  );

  return {
    async isQuiet() {
      if (unacknowledged.size > 0) return false;
      const before = moves;
      return (await probe()) && unacknowledged.size === 0 && moves === before;
    },
    waiting() {
      const counts: Record<string, number> = {};
      for (const id of unacknowledged) {
        const [subscription = ''] = id.split(' ');
        counts[subscription] = (counts[subscription] ?? 0) + 1;
      }
      return counts;
    },
    async stop() {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
      await pubsub.close();
    },
  };

  async function subscribe(local: LocalFunction): Promise<Subscription> {
    if (local.fn.trigger !== 'event') throw new Error('bridge.not-an-event-function');
    const { name, topic } = subscriptionOf(local.fn);
    const deadLetterPolicy = {
      deadLetterTopic: `projects/${options.project}/topics/${DEAD_LETTERS}`,
      maxDeliveryAttempts: ATTEMPTS_MAX,
    };
    const [exists] = await pubsub.subscription(name).exists();
    if (!exists) {
      await pubsub.topic(topic).createSubscription(name, {
        ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
        retryPolicy: RETRY,
        // What cannot even be parked stays where it is.
        ...(topic !== DEAD_LETTERS && { deadLetterPolicy }),
      });
    }
    const subscription = pubsub.subscription(name, {
      flowControl: { maxMessages: IN_FLIGHT_MAX, allowExcessMessages: false },
    });
    subscription.on('message', (message) => take(local, name, message));
    // The client reconnects by itself; without a listener an error would end the stack.
    subscription.on('error', () => {});
    return subscription;
  }

  function take(local: LocalFunction, subscription: string, message: Message): void {
    const id = `${subscription} ${message.id}`;
    const probed = message.attributes[PROBE];
    const { prefix } = local.fn as { prefix?: string };
    if (probed) {
      message.ack();
      probes.get(`${subscription} ${probed}`)?.();
    } else if (prefix && !message.attributes.type?.startsWith(prefix)) {
      message.ack();
    } else {
      moves += 1;
      unacknowledged.add(id);
      void push(local, subscription, message).then((acknowledged) => {
        if (acknowledged) settle(id);
        if (acknowledged) message.ack();
        else message.nack();
        // After the last attempt Pub/Sub itself moves the message to the dead letters.
        if (settled.has(id) || message.deliveryAttempt >= ATTEMPTS_MAX) unacknowledged.delete(id);
      });
    }
  }

  function settle(id: string): void {
    settled.add(id);
    for (const oldest of settled) {
      if (settled.size <= SETTLED_MAX) return;
      settled.delete(oldest);
    }
  }

  async function push(local: LocalFunction, subscription: string, message: Message): Promise<boolean> {
    try {
      const address = await local.ready();
      const response = await fetch(`${address}/projects/${options.project}/topics/${subscription}`, {
        method: 'POST',
        signal: AbortSignal.timeout(ACK_DEADLINE_SECONDS * 1000),
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await options.tokens.tokenFor(local.url)}`,
        },
        body: JSON.stringify({
          message: {
            data: message.data.toString('base64'),
            attributes: message.attributes,
            messageId: message.id,
            publishTime: message.publishTime.toISOString(),
            ...(message.orderingKey && { orderingKey: message.orderingKey }),
          },
          subscription: `projects/${options.project}/subscriptions/${subscription}`,
          deliveryAttempt: message.deliveryAttempt,
        }),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  /**
   * Sends a message through every subscription and waits for it: what was published before has then arrived
   * too. The emulator has no figure of its backlogs.
   */
  async function probe(): Promise<boolean> {
    const mark = randomUUID();
    const keys = subscriptions.map(({ name }) => `${name.split('/').at(-1)} ${mark}`);
    const arrived = Promise.all(keys.map((key) => new Promise<void>((resolve) => probes.set(key, resolve))));
    const data = Buffer.from(PROBE);
    await Promise.all(
      topics.map((topic) => pubsub.topic(topic).publishMessage({ data, attributes: { [PROBE]: mark } })),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), PROBE_SECONDS * 1000);
    });
    const result = await Promise.race([arrived.then(() => true), late]);
    clearTimeout(timer);
    for (const key of keys) probes.delete(key);
    return result;
  }
}
