import fetchBalances from '../../functions/ledger/fetch-balances/function.ts';
import fetchStatements from '../../functions/ledger/fetch-statements/function.ts';
import reconcileAccounts from '../../functions/ledger/reconcile-accounts/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import { registry } from '../../functions/registry.ts';
import { accountOpened, transactionBooked } from '../../shared/events/bank-facts.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { Message, Platform, Reads } from '../../shared/platform/platform.ts';
import type { EventFunction } from '../../shared/runtime/declared.ts';
import { type Bill, dollarsPerMillion, NOTHING, throughput } from './bill.ts';
import { printTable } from './figures.ts';
import { anEnv, aPush, configOf, messageIn } from './ground.ts';

// What it costs to compare every account with its bank in one night, and yesterday's statement of each: counted on the memory
// platform, whose calls are Firestore's, with a bank that agrees. What differs costs more, and there is little of it.
const ACCOUNTS = 500;
const DAYS = 10;
const A_DAY = 2; // entries of each account
const NIGHT = '2026-11-24T02:00:00.000Z';
const YESTERDAY = '2026-11-23';
const SIZES = [35_000, 1_000_000];
const MINOR = 100n;

const accountId = (n: number) => `acct_${String(n).padStart(6, '0')}`;

async function main(): Promise<void> {
  const cloud = memoryCloud();
  const queue: Message[] = [];
  let published = NOTHING;
  const listeners = registry.filter(
    ({ fn }) => fn.trigger === 'event' && fn.on[0].topic === 'coherence',
  ).length;
  cloud.onPublish((topic, message) => {
    if (topic !== 'coherence') return;
    queue.push(message);
    // Published once, and charged for each subscription, whatever that filters.
    const bytes = throughput([{ ...message, data: Buffer.from(message.data) }]) * (1 + listeners);
    published = { ...published, bytes: published.bytes + bytes };
  });
  await fill(cloud.instance());

  let bill = NOTHING;
  const counted = counting(cloud.instance(), (more) => {
    bill = {
      ...bill,
      reads: bill.reads + more.reads,
      writes: bill.writes + more.writes,
      deletes: bill.deletes + more.deletes,
    };
  });
  let requests = 0;
  const ask = async (url: string) => {
    requests += 1;
    return { status: 200, body: JSON.stringify(url.includes('/statements/') ? statement() : balance()) };
  };
  const env = { ...anEnv(counted), ask, now: () => new Date(NIGHT) };
  const start = (fn: EventFunction) => fn.start(env, configOf(fn));
  const [balances, statements] = [start(fetchBalances), start(fetchStatements)];
  await reconcileAccounts.start(env, configOf(reconcileAccounts))('tick'); // enough for a round of so few
  for (const message of queue.splice(0)) {
    const to = message.attributes.type === 'comparison.wanted' ? balances : statements;
    await to(message);
  }
  print({ ...bill, bytes: published.bytes }, requests);
}

/** Accounts with the entries of the last days, behind the functions' backs that are to be counted. */
async function fill(platform: Platform): Promise<void> {
  const env = anEnv(platform);
  const open = trackAccount.start(env, configOf(trackAccount));
  const record = recordTransaction.start(env, configOf(recordTransaction));
  for (let n = 0; n < ACCOUNTS; n += 1) {
    await open(messageIn(aPush(accountOpened, { ...originOf(n, 0), ownerIds: ['nobody'], currency: 'DKK' })));
    for (let day = 0; day < DAYS; day += 1)
      for (let entry = 0; entry < A_DAY; entry += 1) {
        const occurredAt = new Date(Date.parse(NIGHT) - day * 86_400_000 - 4 * 3_600_000).toISOString();
        const id = `btx_${n}_${day}_${entry}`;
        const amount = { amountMinor: MINOR, currency: 'DKK' };
        const data = { ...originOf(n, day), transactionId: id, direction: 'credit' as const, amount };
        const event = JSON.parse(aPush(transactionBooked, data));
        await record(at(occurredAt, messageIn(JSON.stringify(event))));
      }
  }
}

function originOf(n: number, day: number) {
  const [bankEventId, receivedAt] = [`evt_${n}_${day}`, NIGHT];
  return {
    bank: 'sandbox',
    accountId: accountId(n),
    bankEventId,
    deliveryId: 'dlv_bench',
    receivedAt,
    role: 'books' as const,
  };
}

/** The same event, as of this instant. */
function at(time: string, { data, attributes }: Message): Message {
  const event = JSON.parse(Buffer.from(data).toString());
  return { data: Buffer.from(JSON.stringify({ ...event, time })), attributes };
}

function balance(): object {
  return { bookedMinor: String(MINOR * BigInt(DAYS * A_DAY)), currency: 'DKK', asOf: NIGHT };
}

function statement(): object {
  const amount = { amountMinor: String(MINOR), currency: 'DKK' };
  const lines = Array.from({ length: A_DAY }, (_, n) => ({
    lineId: `l${n}`,
    direction: 'credit',
    amount,
    bookingDate: YESTERDAY,
  }));
  const closingMinor = String(MINOR * BigInt(A_DAY));
  return { date: YESTERDAY, currency: 'DKK', openingMinor: '0', closingMinor, lines };
}

type Counted = Pick<Bill, 'reads' | 'writes' | 'deletes'>;

function counting(platform: Platform, add: (more: Counted) => void): Platform {
  const none = { reads: 0, writes: 0, deletes: 0 };
  const reads = ({ get, query, aggregate }: Reads): Reads => ({
    async get(paths) {
      add({ ...none, reads: paths.length });
      return get(paths);
    },
    async query(asked) {
      const found = await query(asked);
      add({ ...none, reads: Math.max(1, found.length) });
      return found;
    },
    aggregate, // nothing sums where nothing is wrong
  });
  return {
    ...reads(platform),
    snapshot: () => reads(platform.snapshot()),
    async commit(writes) {
      // An inbox entry expires, which is charged for as a delete.
      const deletes = writes.filter((write) => 'fields' in write && write.fields.expiresAt !== undefined);
      add({ ...none, writes: writes.length, deletes: deletes.length });
      return platform.commit(writes);
    },
    publish: platform.publish,
  };
}

function print({ reads, writes, deletes, bytes }: Bill, requests: number): void {
  const each = (count: number) => (count / ACCOUNTS).toFixed(2);
  const dollars = dollarsPerMillion({ ...NOTHING, reads, writes, deletes, bytes }) / 1_000_000 / ACCOUNTS;
  printTable([
    ['a night, of an account', 'reads', 'writes', 'deletes', 'Pub/Sub KB', 'asked of the bank'],
    ['balance and statement', each(reads), each(writes), each(deletes), each(bytes / 1000), each(requests)],
  ]);
  console.log();
  printTable([
    ['accounts', '$ a night', '$ a month', 'requests to the bank a second, in three hours'],
    ...SIZES.map((accounts) => [
      accounts.toLocaleString('en'),
      (accounts * dollars).toFixed(2),
      (accounts * dollars * 30).toFixed(0),
      ((accounts * requests) / ACCOUNTS / (3 * 3600)).toFixed(1),
    ]),
  ]);
}

await main();
