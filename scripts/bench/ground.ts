import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import { registry } from '../../functions/registry.ts';
import { startEmulators } from '../../local/emulators.ts';
import { portBase, portsFrom } from '../../local/ports.ts';
import { startPushTokens } from '../../local/tokens.ts';
import { apiVariable, banks, secretsVariable } from '../../shared/banks/index.ts';
import { draft, type Event, type Kind } from '../../shared/events/event.ts';
import { googlePlatform } from '../../shared/platform/google.ts';
import { googleRestPlatform } from '../../shared/platform/google-rest.ts';
import type { Message } from '../../shared/platform/platform.ts';
import { ask } from '../../shared/platform/rest/ask.ts';
import { type Config, type DeclaredFunction, topicsOf } from '../../shared/runtime/declared.ts';
import type { Env } from '../../shared/runtime/env.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { outgoing, toMessage } from '../../shared/runtime/outgoing.ts';
import { noTelemetry } from '../../shared/runtime/telemetry.ts';
import { takeTurns } from '../../shared/runtime/turns.ts';
import { path } from '../../shared/store/document.ts';

export const BASE = portBase({ COUNTERFOIL_PORT_BASE: process.env.COUNTERFOIL_PORT_BASE ?? '8500' });
const PROJECT = 'demo-bench';
const SECRET = `whsec_${Buffer.from('a secret of nothing but benches').toString('base64')}`;
// A bank that lists nothing and knows nobody answers there.
const BANK = '/bank';
const SECRETS = {
  ...Object.fromEntries(banks.map(({ name }) => [secretsVariable(name), SECRET])),
  [apiVariable('sandbox')]: `http://127.0.0.1:${portsFrom(BASE).telemetry}${BANK}`,
};

// A bench that is interrupted takes what it started with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export type Ground = Awaited<ReturnType<typeof openGround>>;

/** Real emulators with every topic, and what a function's process needs to start on them. */
export async function openGround() {
  const folder = `.local/${BASE}`;
  const { firestore, pubsub: pubsubPort, keys, telemetry, door } = portsFrom(BASE);
  const emulators = await startEmulators({
    ports: { firestore, pubsub: pubsubPort },
    project: PROJECT,
    folder,
  });
  Object.assign(process.env, emulators.variables);
  const tokens = await startPushTokens(keys);
  const collector = await startCollector(telemetry);
  const pubsub = new PubSub({ projectId: PROJECT });
  const topics = topicsOf(registry.map(({ fn }) => fn));
  await Promise.all(topics.map((topic) => pubsub.createTopic(topic)));

  /** A clean environment: what an engineer's shell exports is not in production either. */
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    ...emulators.variables,
    // Pretended, so that unsigned tokens pass and no keys are fetched.
    FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9',
    ...tokens.variables,
    PUSH_TOKEN_AUDIENCE: 'bench',
    ...SECRETS,
  };
  return {
    port: door(0),
    project: PROJECT,
    tokens,
    env,
    /** And this, for one that tells of its work. */
    telling: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${telemetry}` },
    async close() {
      await new Promise((done) => collector.close(done).closeAllConnections());
      await pubsub.close();
      await tokens.stop();
      await emulators.stop();
    },
  };
}

/** Has the emulators compile what they run, for clients of either kind. */
export async function warmUp({ project: projectId }: Ground, times = 1000): Promise<void> {
  for (const platform of [googleRestPlatform({ projectId }), googlePlatform({ projectId })])
    for (let n = 0; n < times; n += 1) {
      const at = path('warm', randomUUID());
      await platform.get([at]);
      await platform.commit([{ do: 'create', path: at, fields: { n: BigInt(n) } }]);
      await platform.query({ collection: `${at}/nothing`, limit: 1 });
      await platform.publish('transactions', [{ data: Buffer.from('warm'), attributes: {} }]);
    }
}

/** Takes whatever functions tell of their work, and forgets it; and is the bank. */
async function startCollector(port: number): Promise<Server> {
  const collector = createServer(({ url = '' }, response) => {
    const isBank = url.startsWith(BANK);
    const list = { items: [], asOf: new Date().toISOString() };
    response.statusCode = isBank && !url.includes('/events') ? 404 : 200;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(isBank ? list : {}));
  });
  await new Promise<void>((resolve, reject) =>
    collector.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  return collector;
}

/** A delivery of one booked transfer, signed now, never the same twice. */
export function aDelivery(accountId = 'acct_bench') {
  const amount = { amountMinor: '100', currency: 'DKK' };
  const data = { transactionId: `btx_${randomUUID()}`, direction: 'credit', amount };
  return signed([aBankEvent('transaction.booked', data, accountId)]);
}

export function aBankEvent(type: string, data: object, accountId = 'acct_bench') {
  return { id: `evt_${randomUUID()}`, type, occurredAt: new Date().toISOString(), accountId, data };
}

/** A delivery of these events, signed now. */
export function signed(events: readonly ReturnType<typeof aBankEvent>[], secret = SECRET) {
  const body = JSON.stringify({ events });
  const [id, timestamp] = [`msg_${randomUUID()}`, String(Math.floor(Date.now() / 1000))];
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
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

/** What is in a push, as it reaches a function's code. */
export function messageIn(push: string): Message {
  const { message } = JSON.parse(push);
  return { data: Buffer.from(message.data, 'base64'), attributes: message.attributes };
}

/** A function's configuration here: its defaults, and the secret of benches. */
export function configOf(fn: DeclaredFunction): Config {
  return fn.config.parse(SECRETS);
}

/** What a function stands on where it runs in this process. */
export function anEnv(platform: Env['platform']): Env {
  const silent: Log = { info() {}, warn() {}, error() {}, in: () => silent };
  return {
    platform,
    log: silent,
    telemetry: noTelemetry,
    turns: takeTurns(),
    now: () => new Date(),
    sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
    identify: async () => ({ uid: 'nobody', isOperator: false }),
    accessToken: async () => 'nothing',
    fcm: { sendUrl: 'http://nowhere', isEmulated: true },
    ask,
  };
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
