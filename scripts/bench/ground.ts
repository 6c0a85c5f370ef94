import { createHmac, randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { registry } from '../../functions/registry.ts';
import { startEmulators } from '../../local/emulators.ts';
import { startPushTokens } from '../../local/tokens.ts';
import { banks, secretsVariable } from '../../shared/banks/index.ts';
import { draft, type Event, type Kind } from '../../shared/events/event.ts';
import { topicsOf } from '../../shared/runtime/declared.ts';
import { outgoing, toMessage } from '../../shared/runtime/outgoing.ts';

const BASE = 8500;
const PROJECT = 'demo-bench';
const SECRET = `whsec_${Buffer.from('a secret of nothing but benches').toString('base64')}`;

export type Ground = Awaited<ReturnType<typeof openGround>>;

/** Real emulators with every topic, and what a function's process needs to start on them. */
export async function openGround() {
  const folder = `.local/${BASE}`;
  const emulators = await startEmulators({
    ports: { firestore: BASE + 80, pubsub: BASE + 85 },
    project: PROJECT,
    folder,
  });
  Object.assign(process.env, emulators.variables);
  const tokens = await startPushTokens(BASE + 98);
  const pubsub = new PubSub({ projectId: PROJECT });
  const topics = topicsOf(registry.map(({ fn }) => fn));
  await Promise.all(topics.map((topic) => pubsub.createTopic(topic)));

  return {
    port: BASE + 1,
    tokenFor: tokens.tokenFor,
    /** A clean environment: what an engineer's shell exports is not in production either. */
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      ...emulators.variables,
      // Pretended, so that unsigned tokens pass and no keys are fetched.
      FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9',
      ...tokens.variables,
      PUSH_TOKEN_AUDIENCE: 'bench',
      ...Object.fromEntries(banks.map(({ name }) => [secretsVariable(name), SECRET])),
    },
    async close() {
      await pubsub.close();
      await tokens.stop();
      await emulators.stop();
    },
  };
}

/** A delivery of one booked transfer, signed now, never the same twice. */
export function aDelivery(accountId = 'acct_bench') {
  const amount = { amountMinor: '100', currency: 'DKK' };
  const data = { transactionId: `btx_${randomUUID()}`, direction: 'credit', amount };
  const event = {
    id: `evt_${randomUUID()}`,
    type: 'transaction.booked',
    occurredAt: new Date().toISOString(),
    accountId,
    data,
  };
  const body = JSON.stringify({ events: [event] });
  const [id, timestamp] = [`msg_${randomUUID()}`, String(Math.floor(Date.now() / 1000))];
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { body, headers };
}

/** A Pub/Sub push of one event, as production's push posts it. */
export function aPush<Type extends string, Data>(kind: Kind<Type, Data>, data: Data): string {
  const by = {
    functionName: 'bench',
    cause: randomUUID(),
    publishes: [kind],
    traceparent: '',
    now: new Date(),
  };
  const [made] = outgoing(by, [draft(kind, { subject: 'bench', data }) as never]);
  const message = toMessage(made?.event as Event);
  return JSON.stringify({
    message: {
      data: Buffer.from(message.data).toString('base64'),
      attributes: message.attributes,
      messageId: randomUUID(),
    },
    subscription: `projects/${PROJECT}/subscriptions/bench`,
  });
}

/** A token as the Auth emulator makes them: unsigned. */
export function aToken(own: { role?: string } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `https://securetoken.google.com/${PROJECT}`,
    aud: PROJECT,
    sub: 'customer',
    iat: now,
    exp: now + 3600,
    ...own,
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
}
