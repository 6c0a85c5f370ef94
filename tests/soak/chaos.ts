import { randomUUID } from 'node:crypto';
import { FieldPath, type Firestore, type QueryDocumentSnapshot } from '@google-cloud/firestore';
import { PubSub } from '@google-cloud/pubsub';
import { Webhook } from 'standardwebhooks';
import type { ProxyFaults } from '../../local/proxy-faults.ts';
import type { Stack } from '../../local/stack.ts';
import { send } from './http.ts';
import { type Random, randomFrom } from './random.ts';
import { PAYMENT_FAULTS } from './settling.ts';

/** All that a bank does wrong with its deliveries, and with payments. What its wrong clock stamps is refused, and comes again. */
const BANK_FAULTS = {
  duplicate: 0.1,
  retell: 0.1,
  reorder: 0.2,
  drop: 0.05,
  delayMs: 300,
  burstMs: 250,
  skewSeconds: 900,
  skewShare: 0.03,
  rotateEvery: 40,
  batch: 4,
  ...PAYMENT_FAULTS,
};

// A call of a function gives up after 10 s: some of what a black hole holds takes effect after that.
const PROXY_FAULTS = { slow: 0.02, slowMs: 200, blackholeMs: 12_000 };
const ENDINGS = { cut: 0.0002, reset: 0.0002, cutAnswer: 0.0006, blackhole: 0.00004 };

// Whoever takes in, whoever counts money, whoever tells customers and whoever pays are killed in any case.
const KILLED_FIRST = [
  ...['record-transaction', 'receive-bank-webhook', 'compose-notification', 'submit-payment'],
  ...['order-payment', 'track-payment', 'release-payment', 'resolve-unknown-payments'],
];
const REDELIVER_EVERY = 100;
const REDELIVERED_AT_ONCE = 10;
const POISON_EVERY = 400;
const TRIES_MAX = 300;

export type Chaos = {
  /** What goes wrong after this step of the life. */
  after(step: number): Promise<void>;
  /** From now on nothing more goes wrong. */
  calm(): Promise<void>;
  readonly kills: ReadonlyMap<string, number>;
  readonly redelivered: { deliveries: number; events: number };
  poisoned(): number;
};

/** Turns all faults on. What is killed when follows from the seed; whom it meets at what, from the clock too. */
export async function unleash(
  stack: Stack,
  firestore: Firestore,
  {
    seed,
    kills: killsWanted,
    steps,
    lose = 0,
  }: { seed: number; kills: number; steps: number; lose?: number },
  poisonedAccount: string,
): Promise<Chaos> {
  const random = randomFrom(seed + 1);
  const pubsub = new PubSub({ projectId: 'demo-counterfoil' });
  const killSteps = Array.from({ length: killsWanted }, () => random.below(steps)).sort((a, b) => a - b);
  const kills = new Map<string, number>();
  const redelivered = { deliveries: 0, events: 0 };
  let killed = 0;
  let poisoned = 0;

  await send(`${stack.bank}/faults`, 'PUT', { seed, ...BANK_FAULTS, lose });
  const plague: Omit<ProxyFaults, 'seed'> = { ...PROXY_FAULTS, ...ENDINGS };
  stack.proxies?.firestore.plague({ seed, ...plague });
  stack.proxies?.pubsub.plague({ seed: seed + 1, ...plague });

  return {
    kills,
    redelivered,
    poisoned: () => poisoned,
    async after(step) {
      while (killed < killSteps.length && (killSteps[killed] ?? 0) <= step) {
        if (!(await kill(KILLED_FIRST[killed]))) break; // none is awake; at the next step, then
        killed += 1;
      }
      if (step % REDELIVER_EVERY === REDELIVER_EVERY - 1) await redeliver();
      if (step % POISON_EVERY === POISON_EVERY / 2) await poison();
    },
    async calm() {
      await send(`${stack.bank}/faults`, 'PUT', {});
      stack.proxies?.firestore.calm();
      stack.proxies?.pubsub.calm();
      await pubsub.close();
    },
  };

  async function kill(name?: string): Promise<boolean> {
    const awake = stack.functions.filter((local) => local.pid() !== null);
    const chosen = awake.find(({ fn }) => fn.name === name) ?? awake[random.below(Math.max(1, awake.length))];
    const pid = chosen?.pid();
    if (!chosen || !pid) return false;
    process.kill(pid, 'SIGKILL');
    kills.set(chosen.fn.name, (kills.get(chosen.fn.name) ?? 0) + 1);
    return true;
  }

  /** Deliveries as the bank would send them again, and events as Pub/Sub would: both it may do at any time. */
  async function redeliver(): Promise<void> {
    for (const document of await some('deliveries', 'sandbox:dlv_')) {
      const body = Buffer.from(document.get('bytes')).toString();
      if (await isTaken(body)) redelivered.deliveries += 1;
    }
    for (const document of await some('inbox', 'inb_')) {
      if (document.get('chunks') !== 0n) continue;
      const events = JSON.parse(Buffer.from(document.get('bytes')).toString()) as Outgoing[];
      for (const { topic, event } of events) {
        const { type, traceparent, to } = event;
        const attributes = { type, traceparent, ...(to !== undefined && { to }) };
        await pubsub.topic(topic).publishMessage({ data: Buffer.from(JSON.stringify(event)), attributes });
        redelivered.events += 1;
      }
    }
  }

  /** A few documents from anywhere in a collection of hashed ids. */
  async function some(collection: string, prefix: string): Promise<QueryDocumentSnapshot[]> {
    const from = prefix + letter(random) + letter(random);
    const query = firestore.collection(collection).orderBy(FieldPath.documentId()).startAt(from);
    return (await query.limit(REDELIVERED_AT_ONCE).get()).docs;
  }

  /** Sends an event that nobody can read, until it is taken. */
  async function poison(): Promise<void> {
    const id = `evt_poison_${poisoned}`;
    const event = { id, type: 'account.painted-blue', occurredAt: new Date(), accountId: poisonedAccount };
    const body = JSON.stringify({ events: [event] });
    for (let tries = 1; !(await isTaken(body)); tries += 1) {
      if (tries === TRIES_MAX) throw new Error('The poison is not taken.');
      await new Promise((wake) => setTimeout(wake, 200));
    }
    poisoned += 1;
  }

  /** Posts a delivery, signed anew; not taken is one that met a kill. */
  async function isTaken(body: string): Promise<boolean> {
    const [id, at] = [`msg_${randomUUID()}`, new Date()];
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(stack.webhookSecrets[0] ?? '').sign(id, at, body),
    };
    const answer = await fetch(`${stack.api}/webhooks/sandbox`, { method: 'POST', headers, body }).catch(
      () => {},
    );
    return answer?.status === 202;
  }
}

type Outgoing = { topic: string; event: { type: string; traceparent: string; to?: string } };

const LETTERS = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

function letter(random: Random): string {
  return LETTERS[random.below(LETTERS.length)] ?? '';
}
