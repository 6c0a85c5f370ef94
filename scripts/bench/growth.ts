import { randomUUID } from 'node:crypto';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import serveAccounts from '../../functions/ledger/serve-accounts/function.ts';
import { transactionBooked } from '../../shared/events/bank-facts.ts';
import { type MemoryCloud, memoryCloud } from '../../shared/platform/memory.ts';
import type { Message, Platform } from '../../shared/platform/platform.ts';
import { accountPath, writeAccount } from '../../shared/store/accounts.ts';
import type { Write } from '../../shared/store/document.ts';
import { inboxPath } from '../../shared/store/inbox.ts';
import {
  transactionIdOf,
  transactionOf,
  transactionPath,
  writeTransaction,
} from '../../shared/store/transactions.ts';
import { median, printTable, ratio } from './figures.ts';
import { anEnv, aPush, messageIn } from './ground.ts';

// Whether what is stored already makes the next event, or the feed's first page, slower: on the memory platform, where
// nothing but the work itself takes time. All worlds are there at once, and each has its turn in every round.
const ROUNDS = Number(process.argv[2] ?? 7);
const STORED = [100, 10_000, 1_000_000];
const ACCOUNT_TRANSACTIONS = 20; // where they are spread
const EVENTS = 300;
const WARM_UP_EVENTS = 50; // of each turn: the world before it has left the processor's caches full
const WRITES_AT_ONCE = 500;
const PAGES = 40;
const PAGES_MS_MAX = 2000;
const PAGE_ACCOUNTS = 5; // as many as there are in the smallest world: the processor's caches are alike in all

const SHAPES = {
  'in one account': () => 1,
  'spread over accounts': (stored: number) => stored / ACCOUNT_TRANSACTIONS,
};

type World = { readonly stored: number; readonly accounts: number; readonly cloud: MemoryCloud };
type Figures = { readonly event: number[]; readonly page: number[]; kept: number };

async function main(): Promise<void> {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  for (const [shape, accountsOf] of Object.entries(SHAPES)) {
    const worlds: World[] = [];
    for (const stored of STORED) {
      process.stderr.write(`${stored} ${shape}        \r`);
      worlds.push(await aWorld(stored, accountsOf(stored)));
    }
    print(shape, await measure(worlds));
  }
}

async function measure(worlds: readonly World[]): Promise<Map<World, Figures>> {
  const figures = new Map(worlds.map((world) => [world, { event: [], page: [], kept: 0 } as Figures]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    process.stderr.write(`round ${round} of ${ROUNDS}              \r`);
    globalThis.gc?.();
    // Another is the first one each round: what comes after a collection is a little slower.
    const inTurn = worlds.map((_, n) => worlds[(n + round) % worlds.length] as World);
    const events = await record(inTurn);
    for (const world of inTurn) {
      const page = await turnPages(world);
      if (round === 0) continue; // everything is compiled from here on
      figures.get(world)?.event.push(events.get(world) ?? 0);
      figures.get(world)?.page.push(page);
    }
  }
  for (const [world, known] of figures) {
    heapBytes(); // what one collection leaves, as caches that are empty now, the next one takes
    const before = heapBytes();
    await record([world], () => {
      known.kept = (heapBytes() - before) / EVENTS;
    });
  }
  return figures;
}

/**
 * Milliseconds of one event in each world, which take turns event by event: none finds its documents in the processor's
 * caches, as none would in production. The worlds are afterwards as they were before.
 */
async function record(worlds: readonly World[], onRecorded = () => {}): Promise<Map<World, number>> {
  const each = worlds.map((world) => {
    const platform = world.cloud.instance();
    const receive = recordTransaction.start(anEnv(platform), { BALANCE_SHARDS: 1 });
    const messages = Array.from({ length: EVENTS }, (_, n) => aMessage(accountId(n % world.accounts)));
    return { world, platform, receive, messages, times: [] as number[] };
  });
  for (let n = 0; n < EVENTS; n += 1) {
    for (const { receive, messages, times } of each) {
      const startedAt = performance.now();
      await receive(messages[n] as Message);
      times.push(performance.now() - startedAt);
    }
  }
  onRecorded();
  for (const { platform, messages } of each) for (const message of messages) await undo(platform, message);
  return new Map(each.map(({ world, times }) => [world, median(times.slice(WARM_UP_EVENTS))]));
}

async function turnPages({ cloud, accounts }: World): Promise<number> {
  const env = anEnv(cloud.instance());
  const respond = serveAccounts.start(env, {});
  const until = performance.now() + PAGES_MS_MAX;
  const times: number[] = [];
  while (times.length === 0 || (times.length < PAGES && performance.now() < until)) {
    const url = `/v1/accounts/${accountId(times.length % Math.min(PAGE_ACCOUNTS, accounts))}/transactions`;
    const request = { method: 'GET', url, headers: {}, rawBody: Buffer.alloc(0) };
    const startedAt = performance.now();
    const { body } = await respond(request);
    times.push(performance.now() - startedAt);
    const { items } = body as { items: readonly unknown[] };
    if (items.length !== ACCOUNT_TRANSACTIONS) throw new Error(`a page of ${items.length}`);
  }
  return median(times);
}

async function aWorld(stored: number, accounts: number): Promise<World> {
  const cloud = memoryCloud();
  const platform = cloud.instance();
  await createAll(accounts, (n) => anAccount(accountId(n)));
  await createAll(stored, (n) => aTransaction(accountId(n % accounts), n));
  return { stored, accounts, cloud };

  async function createAll(count: number, nth: (n: number) => Write): Promise<void> {
    for (let n = 0; n < count; n += WRITES_AT_ONCE) {
      const length = Math.min(WRITES_AT_ONCE, count - n);
      await platform.commit(Array.from({ length }, (_, place) => nth(n + place)));
    }
  }
}

function anAccount(id: string): Write {
  const account = { id, bank: 'sandbox', ownerIds: ['nobody'], currency: 'DKK', status: 'open' } as const;
  const none = { path: accountPath(id), fields: undefined, version: undefined };
  return writeAccount(none, { ...account, openedAt: new Date(0).toISOString() });
}

/** As record-transaction writes it. */
function aTransaction(id: string, n: number): Write {
  const root = { kind: 'transaction', id: `btx_${n}` } as const;
  const transactionId = transactionIdOf('sandbox', id, root);
  const part = {
    kind: 'booking',
    id: root.id,
    occurredAt: new Date(1_700_000_000_000 + n * 1000).toISOString(),
    direction: 'credit',
    amountMinor: 100n,
    currency: 'DKK',
  } as const;
  const none = { path: transactionPath(id, transactionId), fields: undefined, version: undefined };
  const arrival = { [`booking:${root.id}`]: { factId: `fact_${n}`, deliveryId: `dlv_${n}` } };
  const parts = { [`booking ${root.id}`]: part };
  return writeTransaction(
    none,
    transactionOf({ id: transactionId, bank: 'sandbox', root: root.kind, parts, arrival, aliases: [] }),
  );
}

function aMessage(account: string): Message {
  const origin = { bank: 'sandbox', accountId: account, bankEventId: randomUUID(), deliveryId: 'dlv_bench' };
  const amount = { amountMinor: 100n, currency: 'DKK' };
  const receivedAt = new Date().toISOString();
  const direction = 'credit' as const;
  const data = { ...origin, receivedAt, role: 'books' as const, transactionId: randomUUID() };
  return messageIn(aPush(transactionBooked, { ...data, direction, amount }));
}

function accountId(n: number): string {
  return `acct_${n}`;
}

/** Deletes what was recorded of this message; its account's balance stays, as one document whatever is in it. */
async function undo(platform: Platform, { data }: Message): Promise<void> {
  const event = JSON.parse(Buffer.from(data).toString());
  const root = { kind: 'transaction', id: event.data.transactionId } as const;
  const id = transactionIdOf('sandbox', event.data.accountId, root);
  const paths = [transactionPath(event.data.accountId, id), inboxPath('record-transaction', event.id)];
  const recorded = await platform.get(paths);
  await platform.commit(recorded.map((read) => ({ do: 'delete', read })));
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function print(shape: string, figures: ReadonlyMap<World, Figures>): void {
  const [smallest = { event: [], page: [] }] = figures.values();
  printTable([
    [`stored ${shape}`, 'us an event', 'x the fewest', 'KB kept', 'us a page', 'x the fewest'],
    ...[...figures].map(([{ stored }, { event, page, kept }]) => [
      stored.toLocaleString('en'),
      (median(event) * 1000).toFixed(0),
      ratio(event, smallest.event).toFixed(2),
      (kept / 1024).toFixed(1),
      (median(page) * 1000).toFixed(0),
      ratio(page, smallest.page).toFixed(2),
    ]),
  ]);
  console.log();
}

await main();
