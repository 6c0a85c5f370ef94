import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { buildFunctions } from '../build.ts';
import { MEASURED_FILE, type Measured, STORIES, type Story, type Told } from '../measured.ts';
import { type Bill, billOf, dollarsPerMillion, sum } from './bill.ts';
import { openChain, publishedIn, type Row, type Usage } from './chain.ts';
import { printTable } from './figures.ts';
import { aBankEvent, openGround } from './ground.ts';
import { openStore } from './stored.ts';

// What each function reads and writes for one event of a bank's, counted between its process and the emulators: the
// deployed bundles, one message after another, each to every subscription of its topic. Then what each takes of a
// processor, over so many rounds of everything. All of it is written down for `npm run model`.
const ACCOUNT = 'acct_cost';
const FEED_PAGE = 20;
const WARM_UP_ROUNDS = 100;
const ROUNDS = 200;
// A card's document holds what is known of it for three months, and takes the longer the more that is.
const ROUNDS_A_CARD = 30;

type Chain = Awaited<ReturnType<typeof openChain>>;

async function main(): Promise<void> {
  await buildFunctions();
  const ground = await openGround();
  const chain = await openChain(ground);
  const store = openStore();
  const told: Partial<Record<Story, Told>> = {};
  const count = (story: Story, rows: readonly Row[]) => {
    const collections = store.keep(rows.flatMap(({ made }) => made));
    told[story] = { ...countsOf(rows), collections };
    return rows;
  };
  const device = { fcmToken: 'a', locale: 'da-DK' };
  try {
    await chain.ask('serve-notifications', '/v1/devices/phone', 'PUT', device);
    print('an account is opened', count('account-opened', await chain.tell(anOpening(ACCOUNT, 'customer'))));

    const booked = aBooking();
    const rows = count('transfer-booked', await chain.tell(booked));
    print('a transfer is booked', rows);
    check(rows.find(({ name }) => name === 'record-transaction')?.bill);
    print('... and told again', count('told-again', await chain.tell(booked)));

    const [first, second] = [anAuthorisation('auth_1', '3200'), anAuthorisation('auth_2', '4711')];
    print('a card payment is authorised', count('card-authorised', await chain.tell(first)));
    print('... and cleared', count('card-cleared', await chain.tell(aClearing('3200', 'auth_1'))));
    store.keep((await chain.tell(second)).flatMap(({ made }) => made));
    const unlinked = count('card-cleared-unlinked', await chain.tell(aClearing('4711')));
    print('a clearing that names no authorisation, and has one', unlinked);

    for (let n = 0; n < FEED_PAGE; n += 1) await chain.tell(aBooking());
    print('the app asks', [
      ...count('accounts-asked', await chain.ask('serve-accounts', '/v1/accounts')),
      ...(await chain.ask('serve-accounts', `/v1/accounts/${ACCOUNT}`)),
      ...count('feed-asked', await chain.ask('serve-accounts', `/v1/accounts/${ACCOUNT}/transactions`)),
      ...count('notifications-asked', await chain.ask('serve-notifications', '/v1/notifications')),
    ]);

    const functions = await measure(chain);
    printTable([
      ['a handling, one at a time', 'CPU ms', 'log bytes', 'handlings'],
      ...Object.entries(functions).map(([name, { cpuMs, logBytes, handlings }]) => [
        name,
        cpuMs.toFixed(1),
        logBytes.toFixed(0),
        String(handlings),
      ]),
    ]);
    await write({ stories: complete(told), functions });
  } finally {
    await chain.stop();
    await ground.close();
  }
}

/** What a handling takes of each function's process, once it is warm. */
async function measure(chain: Chain): Promise<Measured['functions']> {
  for (let n = 0; n < WARM_UP_ROUNDS; n += 1) await round(chain, n);
  const before = chain.usage();
  for (let n = WARM_UP_ROUNDS; n < WARM_UP_ROUNDS + ROUNDS; n += 1) await round(chain, n);
  const taken = [...chain.usage()].map(([name, now]) => [name, perHandling(before.get(name), now)] as const);
  return Object.fromEntries(taken.filter(([, { handlings }]) => handlings >= ROUNDS).sort());
}

async function round(chain: Chain, n: number): Promise<void> {
  if (n % 20 === 0) process.stderr.write(`round ${n} of ${WARM_UP_ROUNDS + ROUNDS}\r`);
  const [authorisation, card] = [`auth_round_${n}`, `card_${Math.floor(n / ROUNDS_A_CARD)}`];
  await chain.tell(anOpening(`acct_round_${n}`, `customer_${n}`));
  await chain.tell(aBooking());
  await chain.tell(anAuthorisation(authorisation, '3200', card));
  await chain.tell(aClearing('3200', authorisation, card));
  await chain.ask('serve-accounts', '/v1/accounts');
  await chain.ask('serve-accounts', `/v1/accounts/${ACCOUNT}/transactions`);
  await chain.ask('serve-notifications', '/v1/notifications');
}

function perHandling(before: Usage | undefined, now: Usage): Usage {
  const handlings = now.handlings - (before?.handlings ?? 0);
  const each = (figure: 'cpuMs' | 'logBytes') => {
    return Math.round(((now[figure] - (before?.[figure] ?? 0)) / handlings) * 100) / 100;
  };
  return { handlings, cpuMs: each('cpuMs'), logBytes: each('logBytes') };
}

function countsOf(rows: readonly Row[]): Omit<Told, 'collections'> {
  const messages = (of: readonly number[]) => ({ messages: of.length, bytes: of.reduce((a, b) => a + b, 0) });
  return {
    handlings: rows
      .filter(({ event }) => event !== '')
      .map(({ name, event, bill: { bytes, ...bill }, deliveredBytes, made }) => ({
        ...{ function: name, event, ...bill },
        delivered: messages(deliveredBytes > 0 ? [deliveredBytes] : []),
        published: { messages: publishedIn(made).length, bytes: sum(made.map(billOf)).bytes },
      })),
    keptBack: messages(rows.flatMap(({ event, bill }) => (event === '' ? [bill.bytes] : []))),
  };
}

function complete(told: Partial<Record<Story, Told>>): Measured['stories'] {
  const missing = STORIES.filter((story) => !told[story]);
  if (missing.length > 0) throw new Error(`nobody told ${missing.join(', ')}`);
  return told as Measured['stories'];
}

async function write(counted: Pick<Measured, 'stories' | 'functions'>): Promise<void> {
  const measuredOn = new Date().toISOString().slice(0, 10);
  const measured: Measured = {
    ...{ measuredOn, command: 'npm run bench:cost', node: process.versions.node },
    ...counted,
  };
  await writeFile(MEASURED_FILE, `${JSON.stringify(measured, null, 2)}\n`);
  console.log(`\n${MEASURED_FILE} has it; npm run model -- --docs makes docs/scale.md of it.`);
}

const DKK = (amountMinor: string) => ({ amountMinor, currency: 'DKK' });
const MERCHANT = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };

function anOpening(accountId: string, owner: string) {
  return aBankEvent('account.opened', { ownerRefs: [owner], currency: 'DKK' }, accountId);
}

function aBooking() {
  const counterparty = { name: 'Løn A/S', iban: 'DK5000400440116243' };
  const data = { transactionId: randomUUID(), direction: 'credit', amount: DKK('100'), counterparty };
  return aBankEvent('transaction.booked', data, ACCOUNT);
}

function anAuthorisation(authorisationId: string, amountMinor: string, cardId = 'card_cost') {
  const expiresAt = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const card = { cardId, direction: 'debit', amount: DKK(amountMinor), merchant: MERCHANT };
  return aBankEvent('card.authorisation-created', { ...card, authorisationId, expiresAt }, ACCOUNT);
}

function aClearing(amountMinor: string, authorisationId: string | null = null, cardId = 'card_cost') {
  const card = { cardId, direction: 'debit', amount: DKK(amountMinor), merchant: MERCHANT };
  const data = { ...card, clearingId: randomUUID(), authorisationId, final: true };
  return aBankEvent('card.cleared', data, ACCOUNT);
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
