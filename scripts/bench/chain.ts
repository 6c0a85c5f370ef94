import { randomUUID } from 'node:crypto';
import { registry } from '../../functions/registry.ts';
import { type Child, start } from '../../local/child.ts';
import { startFcm } from '../../local/fcm.ts';
import { portsFrom } from '../../local/ports.ts';
import { type DeclaredFunction, type EventFunction, subscriptionOf } from '../../shared/runtime/declared.ts';
import { type Bill, billOf, messagesOf, NOTHING, type Published, sum, throughput, topicOf } from './bill.ts';
import { type aBankEvent, aToken, BASE, type Ground, signed } from './ground.ts';
import { cpuMs } from './processor.ts';
import { type Call, startWire } from './wire.ts';

/** One function's work on one message or request; with no event it is a message that a filter keeps from it. */
export type Row = {
  readonly name: string;
  readonly event: string;
  readonly bill: Bill;
  /** Of `bill`, what was pushed to it. */
  readonly deliveredBytes: number;
  readonly made: readonly Call[];
};

/** What a function's process has done since it started. */
export type Usage = { readonly handlings: number; readonly cpuMs: number; readonly logBytes: number };

/** The functions' processes behind a counting wire, and what they publish brought to whom it concerns. */
export async function openChain(ground: Ground) {
  const ports = portsFrom(BASE);
  const calls: Call[] = [];
  const onCall = (call: Call) => calls.push(call);
  const { FIRESTORE_EMULATOR_HOST = '', PUBSUB_EMULATOR_HOST = '' } = ground.env;
  const firestore = await startWire({ port: ports.firestoreProxy, target: FIRESTORE_EMULATOR_HOST, onCall });
  const pubsub = await startWire({ port: ports.pubsubProxy, target: PUBSUB_EMULATOR_HOST, onCall });
  const fcm = await startFcm(ports.fcm);
  const processes = new Map<string, Process>();
  return { tell, ask, usage, stop };

  /** Everything that follows from one event of the bank's. */
  async function tell(event: ReturnType<typeof aBankEvent>): Promise<Row[]> {
    const request = { method: 'POST', ...signed([event]) };
    return follow(await call('receive-bank-webhook', '/webhooks/sandbox', request), 'the webhook');
  }

  async function ask(name: string, path: string, method = 'GET', body?: object): Promise<Row[]> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${aToken()}` };
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    return follow(await call(name, path, request), `${method} ${path}`);
  }

  async function follow(first: { name: string; made: readonly Call[] }, event: string): Promise<Row[]> {
    const { name, made } = first;
    const rows: Row[] = [{ name, event, bill: sum(made.map(billOf)), deliveredBytes: 0, made }];
    const waiting = publishedIn(first.made);
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { topic, message } = next;
      const type = message.attributes.type ?? '';
      const deliveredBytes = throughput([message]);
      const delivery = { ...NOTHING, bytes: deliveredBytes };
      for (const fn of listenersOf(topic)) {
        // Pub/Sub charges for what a filter keeps back as for what it delivers.
        if (fn.prefix !== undefined && !type.startsWith(fn.prefix)) {
          rows.push({ name: 'kept back by filters', event: '', bill: delivery, deliveredBytes, made: [] });
          continue;
        }
        const { made } = await call(fn.name, '/projects/p/topics/t', aPushOf(fn, message));
        const bill = sum([delivery, ...made.map(billOf)]);
        rows.push({ name: fn.name, event: type, bill, deliveredBytes, made });
        waiting.push(...publishedIn(made));
      }
    }
    return rows;
  }

  /** Calls one function, and no other meanwhile: all that goes over the wire is its own. */
  async function call(name: string, path: string, request: RequestInit) {
    const { address: listening, tally } = processes.get(name) ?? begin(name);
    const address = await listening;
    calls.length = 0;
    tally.handlings += 1;
    const response = await fetch(`${address}${path}`, request);
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    return { name, made: [...calls] };
  }

  function begin(name: string): Process {
    const port = ports.door(processes.size);
    const env = {
      ...ground.env,
      FIRESTORE_EMULATOR_HOST: firestore.address,
      PUBSUB_EMULATOR_HOST: pubsub.address,
      FCM_EMULATOR_HOST: fcm.url.replace('http://', ''),
      PUSH_TOKEN_CHECKED_BY: 'cloud-run',
      PORT: String(port),
    };
    const tally = { handlings: 0, logBytes: 0 };
    let heard = (_line: string) => {};
    const onLine = (line: string) => {
      tally.logBytes += Buffer.byteLength(line) + 1;
      heard(line);
    };
    const child = start([process.execPath, `dist/${name}/start.cjs`], { env, onLine });
    const address = new Promise<string>((resolve, reject) => {
      heard = (line) => {
        if (line.includes('"listening"')) resolve(`http://127.0.0.1:${port}`);
      };
      child.ended.then(() => reject(new Error(`${name} ended`)));
    });
    const begun = { child, address, tally };
    processes.set(name, begun);
    return begun;
  }

  function usage(): Map<string, Usage> {
    return new Map(
      [...processes].map(([name, { child, tally }]) => [name, { ...tally, cpuMs: cpuMs([child.pid]) }]),
    );
  }

  async function stop(): Promise<void> {
    await Promise.all([...processes.values()].map(({ child }) => child.stop()));
    await Promise.all([firestore.stop(), pubsub.stop(), fcm.stop()]);
  }
}

type Process = {
  readonly child: Child;
  readonly address: Promise<string>;
  readonly tally: { handlings: number; logBytes: number };
};

function listenersOf(topic: string): EventFunction[] {
  const isListener = (fn: DeclaredFunction) => fn.trigger === 'event' && subscriptionOf(fn).topic === topic;
  return registry.flatMap(({ fn }) => (isListener(fn) ? [fn as EventFunction] : []));
}

export function publishedIn(made: readonly Call[]): { topic: string; message: Published }[] {
  return made
    .filter(({ path }) => path.endsWith(':publish'))
    .flatMap(({ path, request }) =>
      messagesOf(request).map((message) => ({ topic: topicOf(path), message })),
    );
}

function aPushOf(fn: EventFunction, { data, attributes }: Published): RequestInit {
  const message = { data: data.toString('base64'), attributes, messageId: randomUUID() };
  const subscription = `projects/p/subscriptions/${subscriptionOf(fn).name}`;
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify({ message, subscription }) };
}
