import { randomUUID } from 'node:crypto';
import type { LogLine } from '../../local/functions.ts';
import { untilQuiet } from '../../local/quiet.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { printTable } from './figures.ts';
import { aBankEvent, BASE, signed } from './ground.ts';

// How much the local stack's receiver holds while functions tell of more and more: after each tenth of so many booked
// transfers, through all functions. What it holds must not grow, so the baseline is the first tenth.
const EVENTS = Number(process.argv[2] ?? 10_000);
const STEPS = 10;
const A_DELIVERY = 10;
const AT_ONCE = 8;
const ACCOUNTS = 200;
const QUIET_SECONDS = 600;
const WAITING_MAX = 300;
const LAST_HOP = 'compose-notification';

type Held = ReturnType<Stack['telemetry']['kept']> & { readonly events: number; readonly heapMb: number };

async function main(): Promise<void> {
  const collect = globalThis.gc;
  if (!collect) throw new Error('run it by npm run bench:receiver: it needs --expose-gc');
  let handled = 0;
  const onLog = ({ function: fn, outcome }: LogLine) => {
    if (fn === LAST_HOP && outcome === 'done') handled += 1;
  };
  const stack = await startStack({
    base: BASE,
    memory: { firestore: '8g', pubsub: '4g' },
    onLog,
    say: () => {},
  });
  const held: Held[] = [];
  try {
    const accounts = Array.from({ length: ACCOUNTS }, () => `acct_${randomUUID()}`);
    for (let n = 0; n < ACCOUNTS; n += A_DELIVERY)
      await tell(stack, accounts.slice(n, n + A_DELIVERY).map(opening));
    await untilQuiet(stack, QUIET_SECONDS);
    for (let step = 1; step <= STEPS; step += 1) {
      await tellMany(stack, accounts, { events: EVENTS / STEPS, handled: () => handled });
      collect();
      const events = (EVENTS / STEPS) * step;
      held.push({ ...stack.telemetry.kept(), events, heapMb: process.memoryUsage().heapUsed / 2 ** 20 });
      process.stderr.write(`${events} of ${EVENTS}\r`);
    }
    print(held);
  } finally {
    await stack.stop();
  }
}

async function tellMany(
  stack: Stack,
  accounts: readonly string[],
  { events, handled }: { events: number; handled: () => number },
): Promise<void> {
  const before = handled();
  let left = events;
  const teller = async () => {
    while (left > 0) {
      const count = Math.min(A_DELIVERY, left);
      left -= count;
      // What waits longer than a minute is delivered again, and all of it takes the longer for that.
      while (events - left - (handled() - before) > WAITING_MAX)
        await new Promise((wake) => setTimeout(wake, 20));
      await tell(
        stack,
        Array.from({ length: count }, (_, n) => booking(accounts[(left + n) % ACCOUNTS] ?? '')),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, teller));
  await untilHandled(stack);
}

/** Whether all is quiet is a query, for which the emulator goes through all that it stores; this asks nobody. */
async function untilHandled(stack: Stack): Promise<void> {
  const deadline = Date.now() + QUIET_SECONDS * 1000;
  for (let quiet = 0; quiet < 20; ) {
    if (Date.now() > deadline) throw new Error(`not handled within ${QUIET_SECONDS} seconds`);
    await new Promise((wake) => setTimeout(wake, 50));
    quiet = Object.values(stack.waiting()).some((count) => count > 0) ? 0 : quiet + 1;
  }
}

function opening(accountId: string) {
  return aBankEvent('account.opened', { ownerRefs: [`owner-of-${accountId}`], currency: 'DKK' }, accountId);
}

function booking(accountId: string) {
  const amount = { amountMinor: '100', currency: 'DKK' };
  return aBankEvent(
    'transaction.booked',
    { transactionId: randomUUID(), direction: 'credit', amount },
    accountId,
  );
}

async function tell(stack: Stack, events: readonly ReturnType<typeof aBankEvent>[]): Promise<void> {
  const [secret = ''] = stack.webhookSecrets;
  const answer = await fetch(`${stack.api}/webhooks/sandbox`, { method: 'POST', ...signed(events, secret) });
  if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}`);
  await answer.arrayBuffer();
}

function print(held: readonly Held[]): void {
  const [first] = held;
  printTable([
    ['events', 'traces', 'spans', 'figures', 'log lines', 'heap MB', 'x first'],
    ...held.map(({ events, traces, spans, metrics, lines, heapMb }) => [
      String(events),
      ...[traces, spans, metrics, lines].map(String),
      heapMb.toFixed(0),
      (heapMb / (first?.heapMb ?? heapMb)).toFixed(2),
    ]),
  ]);
}

await main();
