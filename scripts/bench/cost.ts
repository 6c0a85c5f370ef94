import { randomUUID } from 'node:crypto';
import { registry } from '../../functions/registry.ts';
import { type Child, start } from '../../local/child.ts';
import { startFcm } from '../../local/fcm.ts';
import { portsFrom } from '../../local/ports.ts';
import { type DeclaredFunction, type EventFunction, subscriptionOf } from '../../shared/runtime/declared.ts';
import { buildFunctions } from '../build.ts';
import {
  type Bill,
  billOf,
  dollarsPerMillion,
  messagesOf,
  NOTHING,
  type Published,
  sum,
  throughput,
  topicOf,
} from './bill.ts';
import { printTable } from './figures.ts';
import { aBankEvent, aToken, BASE, type Ground, openGround, signed } from './ground.ts';
import { type Call, startWire } from './wire.ts';

// What each function reads and writes for one event of a bank's, counted between its process and the emulators: the
// deployed bundles, one message after another, each to every subscription of its topic.
const ACCOUNT = 'acct_cost';
const CARD = 'card_cost';
const FEED_PAGE = 20;

type Row = { readonly name: string; readonly event: string; readonly bill: Bill };

async function main(): Promise<void> {
  await buildFunctions();
  const ground = await openGround();
  const chain = await openChain(ground);
  try {
    await chain.ask('serve-notifications', '/v1/devices/phone', 'PUT', { fcmToken: 'a', locale: 'da-DK' });
    const opened = aBankEvent('account.opened', { ownerRefs: ['customer'], currency: 'DKK' }, ACCOUNT);
    print('an account is opened', await chain.tell(opened));

    const booked = aBooking();
    const rows = await chain.tell(booked);
    print('a transfer is booked', rows);
    check(rows.find(({ name }) => name === 'record-transaction')?.bill);
    print('... and told again', await chain.tell(booked));

    print('a card payment is authorised', await chain.tell(anAuthorisation('auth_1', '3200')));
    print('... and cleared', await chain.tell(aClearing('3200', 'auth_1')));
    await chain.tell(anAuthorisation('auth_2', '4711'));
    print('a clearing that names no authorisation, and has one', await chain.tell(aClearing('4711')));

    for (let n = 0; n < FEED_PAGE; n += 1) await chain.tell(aBooking());
    const account = `/v1/accounts/${ACCOUNT}`;
    print('the app asks', [
      ...(await chain.ask('serve-accounts', '/v1/accounts')),
      ...(await chain.ask('serve-accounts', account)),
      ...(await chain.ask('serve-accounts', `${account}/transactions`)),
      ...(await chain.ask('serve-notifications', '/v1/notifications')),
    ]);
  } finally {
    await chain.stop();
    await ground.close();
  }
}

const DKK = (amountMinor: string) => ({ amountMinor, currency: 'DKK' });
const MERCHANT = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };

function aBooking() {
  const counterparty = { name: 'Løn A/S', iban: 'DK5000400440116243' };
  const data = { transactionId: randomUUID(), direction: 'credit', amount: DKK('100'), counterparty };
  return aBankEvent('transaction.booked', data, ACCOUNT);
}

function anAuthorisation(authorisationId: string, amountMinor: string) {
  const expiresAt = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const card = { cardId: CARD, direction: 'debit', amount: DKK(amountMinor), merchant: MERCHANT };
  return aBankEvent('card.authorisation-created', { ...card, authorisationId, expiresAt }, ACCOUNT);
}

function aClearing(amountMinor: string, authorisationId: string | null = null) {
  const card = { cardId: CARD, direction: 'debit', amount: DKK(amountMinor), merchant: MERCHANT };
  const data = { ...card, clearingId: randomUUID(), authorisationId, final: true };
  return aBankEvent('card.cleared', data, ACCOUNT);
}

/** The functions' processes behind a counting wire, and what they publish brought to whom it concerns. */
async function openChain(ground: Ground) {
  const ports = portsFrom(BASE);
  const calls: Call[] = [];
  const onCall = (call: Call) => calls.push(call);
  const { FIRESTORE_EMULATOR_HOST = '', PUBSUB_EMULATOR_HOST = '' } = ground.env;
  const firestore = await startWire({ port: ports.firestoreProxy, target: FIRESTORE_EMULATOR_HOST, onCall });
  const pubsub = await startWire({ port: ports.pubsubProxy, target: PUBSUB_EMULATOR_HOST, onCall });
  const fcm = await startFcm(ports.fcm);
  const children: Child[] = [];
  const addresses = new Map<string, Promise<string>>();
  return { tell, ask, stop };

  /** Everything that follows from one event of the bank's. */
  async function tell(event: ReturnType<typeof aBankEvent>): Promise<Row[]> {
    const request = { method: 'POST', ...signed([event]) };
    return follow(await call('receive-bank-webhook', '/webhooks/sandbox', request), 'the webhook');
  }

  async function ask(name: string, path: string, method = 'GET', body?: object): Promise<Row[]> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${aToken()}` };
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    return follow(await call(name, path, request), `${method} ${path.replace(ACCOUNT, '...')}`);
  }

  async function follow(first: { name: string; made: readonly Call[] }, event: string): Promise<Row[]> {
    const rows: Row[] = [{ name: first.name, event, bill: sum(first.made.map(billOf)) }];
    const waiting = publishedIn(first.made);
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { topic, message } = next;
      const type = message.attributes.type ?? '';
      const delivery = { ...NOTHING, bytes: throughput([message]) };
      for (const fn of listenersOf(topic)) {
        // Pub/Sub charges for what a filter keeps back as for what it delivers.
        if (fn.prefix !== undefined && !type.startsWith(fn.prefix)) {
          rows.push({ name: 'kept back by filters', event: '', bill: delivery });
          continue;
        }
        const { made } = await call(fn.name, '/projects/p/topics/t', aPushOf(fn, message));
        rows.push({ name: fn.name, event: type, bill: sum([delivery, ...made.map(billOf)]) });
        waiting.push(...publishedIn(made));
      }
    }
    return rows;
  }

  /** Calls one function, and no other meanwhile: all that goes over the wire is its own. */
  async function call(name: string, path: string, request: RequestInit) {
    const address = await (addresses.get(name) ?? begin(name));
    calls.length = 0;
    const response = await fetch(`${address}${path}`, request);
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    return { name, made: [...calls] };
  }

  function begin(name: string): Promise<string> {
    const port = ports.door(addresses.size);
    const env = {
      ...ground.env,
      FIRESTORE_EMULATOR_HOST: firestore.address,
      PUBSUB_EMULATOR_HOST: pubsub.address,
      FCM_EMULATOR_HOST: fcm.url.replace('http://', ''),
      PUSH_TOKEN_CHECKED_BY: 'cloud-run',
      PORT: String(port),
    };
    const address = new Promise<string>((resolve, reject) => {
      const child = start([process.execPath, `dist/${name}/start.cjs`], {
        env,
        onLine: (line) => {
          if (line.includes('"listening"')) resolve(`http://127.0.0.1:${port}`);
        },
      });
      child.ended.then(() => reject(new Error(`${name} ended`)));
      children.push(child);
    });
    addresses.set(name, address);
    return address;
  }

  async function stop(): Promise<void> {
    await Promise.all(children.map((child) => child.stop()));
    await Promise.all([firestore.stop(), pubsub.stop(), fcm.stop()]);
  }
}

function listenersOf(topic: string): EventFunction[] {
  const isListener = (fn: DeclaredFunction) => fn.trigger === 'event' && subscriptionOf(fn).topic === topic;
  return registry.flatMap(({ fn }) => (isListener(fn) ? [fn as EventFunction] : []));
}

function publishedIn(made: readonly Call[]): { topic: string; message: Published }[] {
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

/** One read, three writes, two round trips: more would cost every purchase of every customer. */
function check(bill: Bill | undefined): void {
  if (bill && bill.reads <= 1 && bill.writes <= 3 && bill.roundTrips <= 2) return;
  console.log('record-transaction is to take 1 read, 3 writes and 2 round trips for a booked transfer.\n');
  process.exitCode = 1;
}

function print(title: string, rows: readonly Row[]): void {
  const keptBack = rows.filter(({ event }) => event === '');
  const own = rows.filter(({ event }) => event !== '');
  const last = keptBack.length > 0 ? [{ ...keptBack[0], bill: sum(keptBack.map(({ bill }) => bill)) }] : [];
  const all = { name: 'all of it', event: '', bill: sum(rows.map(({ bill }) => bill)) };
  printTable([
    [title, 'event', 'reads', 'writes', 'deletes', 'round trips', 'Pub/Sub KB', '$ a million'],
    ...[...own, ...last, all].map(({ name = '', event = '', bill }) => [
      name,
      event,
      ...[bill.reads, bill.writes, bill.deletes, bill.roundTrips].map(String),
      (bill.bytes / 1000).toFixed(1),
      dollarsPerMillion(bill).toFixed(2),
    ]),
  ]);
  console.log();
}

await main();
