import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Firestore } from '@google-cloud/firestore';
import { Webhook } from 'standardwebhooks';
import type { LogLine } from '../../local/functions.ts';
import { untilQuiet } from '../../local/quiet.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { idFrom } from '../../shared/events/id.ts';
import { transactionIdOf, transactionPath } from '../../shared/store/transactions.ts';
import { median, printTable, ratio } from './figures.ts';
import { BASE } from './ground.ts';

// How long a bank's event is on its way, from the webhook to the transaction that is recorded, while a poison event for
// another account is told again and again beside it: one that is parked, and one that fails and is tried again.
const ROUNDS = Number(process.argv[2] ?? 7);
const EVENTS = 200;
const EVERY_MS = 25;
const POISON_EVERY = 10; // of the others
const ACCOUNTS = 20;

const KINDS = ['no poison', 'poison that is parked', 'poison that is tried again'] as const;
type Poison = { readonly event: BankEvent | undefined; mend(): Promise<unknown> };
type BankEvent = { readonly id: string; readonly accountId: string };

async function main(): Promise<void> {
  const recorded = new Map<string, number>();
  const onLog = ({ function: name, eventId, outcome }: LogLine) => {
    if (name === 'record-transaction' && outcome === 'done') recorded.set(String(eventId), performance.now());
  };
  const stack = await startStack({ base: BASE, warm: true, onLog, say: () => {} });
  try {
    const { webhookSecrets } = JSON.parse(readFileSync(`.local/${BASE}/stack.json`, 'utf8'));
    const bank = aBank(stack, webhookSecrets.sandbox[0]);
    const figures = new Map(KINDS.map((kind) => [kind, { median: [] as number[], p95: [] as number[] }]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      process.stderr.write(`round ${round} of ${ROUNDS}\r`);
      for (const kind of KINDS) {
        const poison = await POISON[kind](bank);
        const latencies = await flow(bank, poison, recorded);
        await poison.mend();
        await untilQuiet(stack, 60);
        if (round === 0) continue; // everything is compiled from here on
        figures.get(kind)?.median.push(median(latencies));
        figures.get(kind)?.p95.push([...latencies].sort((a, b) => a - b)[Math.floor(EVENTS * 0.95)] ?? NaN);
      }
    }
    const of = (kind: (typeof KINDS)[number]) => figures.get(kind) ?? { median: [], p95: [] };
    const baseline = of('no poison').median;
    printTable([
      [`${EVENTS} events for others, webhook to recorded`, 'median ms', 'p95 ms', 'x none'],
      ...KINDS.map((kind) => [
        kind,
        median(of(kind).median).toFixed(0),
        median(of(kind).p95).toFixed(0),
        ratio(of(kind).median, baseline).toFixed(2),
      ]),
    ]);
  } finally {
    await stack.stop();
  }
}

/** Milliseconds from webhook to record of each event for the others, one after another at a steady pace. */
async function flow(bank: Bank, { event }: Poison, recorded: ReadonlyMap<string, number>): Promise<number[]> {
  const posted = new Map<string, number>();
  const posts: Promise<unknown>[] = [];
  for (let n = 0; n < EVENTS; n += 1) {
    const other = aBooking(`acct_bench_${n % ACCOUNTS}`);
    posted.set(factOf(other), performance.now());
    posts.push(bank.tell(other));
    if (event && n % POISON_EVERY === 0) posts.push(bank.tell(event));
    await new Promise((wake) => setTimeout(wake, EVERY_MS));
  }
  await Promise.all(posts);
  const deadline = performance.now() + 60_000;
  while (![...posted.keys()].every((id) => recorded.has(id))) {
    if (performance.now() > deadline) throw new Error('not all events were recorded within a minute');
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return [...posted].map(([id, at]) => (recorded.get(id) ?? NaN) - at);
}

const POISON: Record<(typeof KINDS)[number], (bank: Bank) => Promise<Poison>> = {
  'no poison': async () => ({ event: undefined, mend: async () => {} }),
  // A second word about one transaction: a conflict, which only a person can settle.
  async 'poison that is parked'(bank) {
    const [accountId, transactionId] = [`acct_${randomUUID()}`, randomUUID()];
    await bank.tell(aBooking(accountId, transactionId, '100'));
    await untilQuiet(bank.stack, 60);
    return { event: aBooking(accountId, transactionId, '999'), mend: async () => {} };
  },
  // Its transaction is a document that nobody can read, until it is taken away.
  async 'poison that is tried again'(bank) {
    const [accountId, transactionId] = [`acct_${randomUUID()}`, randomUUID()];
    const id = transactionIdOf('sandbox', accountId, { kind: 'transaction', id: transactionId });
    const garbage = bank.firestore.doc(transactionPath(accountId, id));
    await garbage.create({ id: 'garbage' });
    return { event: aBooking(accountId, transactionId), mend: () => garbage.delete() };
  },
};

type Bank = ReturnType<typeof aBank>;

function aBank(stack: Stack, secret: string) {
  return {
    stack,
    firestore: new Firestore({ projectId: process.env.GOOGLE_CLOUD_PROJECT ?? '' }),
    /** Posts a delivery of this one event, signed now. */
    async tell(event: BankEvent): Promise<void> {
      const body = JSON.stringify({ events: [event] });
      const [id, at] = [`msg_${randomUUID()}`, new Date()];
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      };
      const answer = await fetch(`${stack.api}/webhooks/sandbox`, { method: 'POST', headers, body });
      if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}`);
    },
  };
}

function aBooking(
  accountId: string,
  transactionId: string = randomUUID(),
  amountMinor = '100',
): BankEvent & object {
  const amount = { amountMinor, currency: 'DKK' };
  const data = { transactionId, direction: 'credit', amount };
  const occurredAt = new Date().toISOString();
  return { id: `evt_${randomUUID()}`, type: 'transaction.booked', occurredAt, accountId, data } as BankEvent;
}

/** The id that the event has as a fact. */
function factOf({ id, accountId }: BankEvent): string {
  return idFrom('fact', 'sandbox', id, 'transaction.booked', accountId);
}

await main();
