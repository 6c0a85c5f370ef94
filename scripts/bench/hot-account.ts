import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { transactionBooked } from '../../shared/events/bank-facts.ts';
import { googlePlatform } from '../../shared/platform/google.ts';
import { balanceFrom, balancesOf } from '../../shared/store/balances.ts';
import { median, printTable, ratio } from './figures.ts';
import { anEnv, aPush, messageIn, openGround } from './ground.ts';

// How many transactions a second 50 writers bring to one account: record-transaction as it is deployed, with its
// inbox, its document and its follow-up event, its balance in so many shards, against the textbook's read-add-write of
// one balance. A round takes a minute.
const ROUNDS = Number(process.argv[2] ?? 3);
const SHARDS = [1, 10, 100];
const WRITERS = 50;
// Before transactions on one document queue up behind each other, a few get through.
const WARM_UP_SECONDS = 4;
const SECONDS = 8;

async function main(): Promise<void> {
  const ground = await openGround();
  try {
    const textbook: number[] = [];
    const ours = SHARDS.map((shards) => ({ shards, perSecond: [] as number[] }));
    await recordByIncrements(1); // everything is compiled from here on
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`round ${round} of ${ROUNDS}\r`);
      for (const { shards, perSecond } of ours) perSecond.push(await recordByIncrements(shards));
      textbook.push(await recordByTransactions());
    }
    const row = (name: string, perSecond: readonly number[]) => [
      name,
      median(perSecond).toFixed(1),
      ratio(perSecond, textbook).toFixed(0),
      ratio(perSecond, ours[0]?.perSecond ?? []).toFixed(2),
    ];
    printTable([
      [`${WRITERS} writers, one account, ${SECONDS} s`, 'a second', 'x textbook', 'x one shard'],
      row('textbook read-add-write', textbook),
      ...ours.map(({ shards, perSecond }) => row(`record-transaction, shards: ${shards}`, perSecond)),
    ]);
    console.log('Every sum was exact.');
  } finally {
    await ground.close();
  }
}

/** How many a second; throws where the shards together are not the sum of all that was recorded. */
async function recordByIncrements(shards: number): Promise<number> {
  const platform = googlePlatform({ projectId: process.env.GOOGLE_CLOUD_PROJECT ?? '' });
  const receive = recordTransaction.start(anEnv(platform), { BALANCE_SHARDS: shards });
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
    await receive(messageIn(aPush(transactionBooked, data)));
  });
  const balances = await platform.query(balancesOf(accountId));
  const isSpread = balances.length <= shards && (shards === 1 || balances.length > 1);
  if (!isSpread) throw new Error(`${balances.length} shards of ${shards}`);
  const { booked } = balanceFrom(balances, 'DKK');
  if (booked !== BigInt(done) * 100n) throw new Error(`${done} transactions of 100 make ${booked}`);
  return Math.max(inTime, 1) / SECONDS;
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

await main();
