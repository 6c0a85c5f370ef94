import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { transactionBooked } from '../../shared/events/bank-facts.ts';
import { googlePlatform } from '../../shared/platform/google.ts';
import type { Env } from '../../shared/runtime/env.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { balanceFrom, balancesOf } from '../../shared/store/balances.ts';
import { median, printTable } from './figures.ts';
import { aPush, openGround } from './ground.ts';

// How many transactions a second 50 writers bring to one account: record-transaction as it is deployed, with its
// inbox, its document and its follow-up event, against the textbook's read-add-write of one balance.
const ROUNDS = Number(process.argv[2] ?? 3);
const WRITERS = 50;
// Before transactions on one document queue up behind each other, a few get through.
const WARM_UP_SECONDS = 5;
const SECONDS = 10;

async function main(): Promise<void> {
  const ground = await openGround();
  try {
    const ratios: number[] = [];
    const ours: number[] = [];
    const textbook: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`round ${round} of ${ROUNDS}\r`);
      const fast = await recordByIncrements();
      const slow = await recordByTransactions();
      ours.push(fast);
      textbook.push(slow);
      ratios.push(fast / slow);
    }
    printTable([
      [`${WRITERS} writers, one account, ${SECONDS} s`, 'a second', 'x textbook'],
      ['textbook read-add-write', median(textbook).toFixed(1), '1'],
      ['record-transaction', median(ours).toFixed(1), median(ratios).toFixed(0)],
    ]);
  } finally {
    await ground.close();
  }
}

async function recordByIncrements(): Promise<number> {
  const platform = googlePlatform({ projectId: process.env.GOOGLE_CLOUD_PROJECT ?? '' });
  const receive = recordTransaction.start(anEnv(platform), { BALANCE_SHARDS: 1 });
  const accountId = `acct_${randomUUID()}`;
  const { done, inTime } = await write(async () => {
    const origin = { bank: 'sandbox', accountId, bankEventId: randomUUID(), deliveryId: 'dlv_bench' };
    const amount = { amountMinor: 100n, currency: 'DKK' };
    const receivedAt = new Date().toISOString();
    const data = {
      ...origin,
      receivedAt,
      role: 'books' as const,
      transactionId: randomUUID(),
      direction: 'credit' as const,
      amount,
    };
    const { message } = JSON.parse(aPush(transactionBooked, data));
    await receive({ data: Buffer.from(message.data, 'base64'), attributes: message.attributes });
  });
  const { booked } = balanceFrom(await platform.query(balancesOf(accountId)), 'DKK');
  if (booked !== BigInt(done) * 100n) throw new Error(`${done} transactions of 100 make ${booked}`);
  return inTime / SECONDS;
}

async function recordByTransactions(): Promise<number> {
  const firestore = new Firestore();
  const account = firestore.doc(`textbook/${randomUUID()}`);
  const { inTime } = await write(() =>
    firestore.runTransaction(async (transaction) => {
      const seen = firestore.doc(`textbook-seen/${randomUUID()}`);
      const [known, read] = await transaction.getAll(seen, account);
      if (known?.exists) return;
      transaction.create(seen, { at: new Date() });
      transaction.create(account.collection('transactions').doc(), { amount: 100 });
      transaction.set(account, { balance: (read?.get('balance') ?? 0) + 100 });
    }),
  );
  await firestore.terminate();
  return Math.max(inTime, 1) / SECONDS;
}

/** Fifty writers, each one thing after another until the time is over; counted is what ended within it. */
async function write(act: () => Promise<unknown>): Promise<{ done: number; inTime: number }> {
  const from = Date.now() + WARM_UP_SECONDS * 1000;
  const deadline = from + SECONDS * 1000;
  let done = 0;
  let inTime = 0;
  const writer = async () => {
    while (Date.now() < deadline) {
      // The textbook's transactions give up after five conflicts.
      const failed = await act().then(
        () => false,
        () => true,
      );
      if (failed) continue;
      done += 1;
      if (Date.now() > from && Date.now() <= deadline) inTime += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return { done, inTime };
}

function anEnv(platform: Env['platform']): Env {
  const silent: Log = { info() {}, warn() {}, error() {}, in: () => silent };
  return {
    platform,
    log: silent,
    now: () => new Date(),
    sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
    identify: async () => ({ uid: 'nobody', isOperator: false }),
    accessToken: async () => 'nothing',
    fcm: { sendUrl: 'http://nowhere', isEmulated: true },
  };
}

await main();
