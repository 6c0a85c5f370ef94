import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { signIn } from '../../local/customer.ts';
import type { LogLine } from '../../local/functions.ts';
import type { Phone } from '../../local/phones.ts';
import { untilQuiet } from '../../local/quiet.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { median, printTable } from './figures.ts';
import { BASE } from './ground.ts';

// How long a purchase takes from the bank's webhook to the phone, and who has how much of it: one after another, on a
// whole stack of its own, every function awake.
const PURCHASES = Number(process.argv[2] ?? 200);
const WARM_UP = 10;
const HOPS = [
  'receive-bank-webhook',
  'translate-delivery',
  'record-transaction',
  'compose-notification',
  'send-push',
] as const;

async function main(): Promise<void> {
  const lines: LogLine[] = [];
  const stack = await startStack({
    base: BASE,
    warm: true,
    onLog: (line) => lines.push(line),
    say: () => {},
  });
  try {
    const ways: number[][] = [];
    const { account, fcmToken } = await aPhone(stack);
    for (let n = 1 - WARM_UP; n <= PURCHASES; n += 1) {
      process.stderr.write(`purchase ${n} of ${PURCHASES}  \r`);
      lines.length = 0;
      await purchase(stack, account);
      await untilQuiet(stack, 60);
      const { arrivedAt } = (await (await fetch(`${stack.fcm}/_phones/${fcmToken}`)).json()) as Phone;
      if (n > 0) ways.push(wayOf(lines, Date.parse(arrivedAt ?? '')));
    }
    print(ways);
  } finally {
    await stack.stop();
  }
}

async function aPhone(stack: Stack): Promise<{ account: string; fcmToken: string }> {
  const { uid, idToken } = await signIn(stack.auth);
  const fcmToken = randomUUID();
  await ask(`${stack.api}/v1/devices/phone`, 'PUT', { fcmToken, locale: 'da-DK' }, `Bearer ${idToken}`);
  const opened = await ask(`${stack.bank}/accounts`, 'POST', { ownerRefs: [uid], currency: 'DKK' });
  await untilQuiet(stack, 60);
  return { account: ((await opened.json()) as { accountId: string }).accountId, fcmToken };
}

async function purchase(stack: Stack, account: string): Promise<void> {
  const body = { amountMinor: '3200', clear: false, merchant: { name: 'Kaffebaren' } };
  await ask(`${stack.bank}/accounts/${account}/purchases`, 'POST', body);
}

async function ask(url: string, method: string, body: unknown, authorization = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/**
 * Milliseconds for each hop, and for all: from when the one before was done, the way through Pub/Sub included. The
 * first begins when the webhook was at its door, and the last ends when the push was in the tray.
 */
function wayOf(lines: readonly LogLine[], arrivedAt: number): number[] {
  const done = HOPS.map((name) => {
    const line = lines.find((each) => each.function === name && each.milliseconds !== undefined);
    if (!line) throw new Error(`${name} took no part`);
    return { at: Date.parse(String(line.time)), milliseconds: Number(line.milliseconds) };
  });
  const startedAt = (done[0]?.at ?? 0) - (done[0]?.milliseconds ?? 0);
  const ends = [...done.slice(0, -1).map(({ at }) => at), arrivedAt];
  return [...ends.map((end, n) => end - (ends[n - 1] ?? startedAt)), arrivedAt - startedAt];
}

function print(ways: readonly number[][]): void {
  const column = (n: number) => ways.map((way) => way[n] ?? Number.NaN);
  const whole = median(column(HOPS.length));
  const row = (name: string, figures: readonly number[]) => [
    name,
    median(figures).toFixed(0),
    percentile99(figures).toFixed(0),
    `${((median(figures) / whole) * 100).toFixed(0)} %`,
  ];
  printTable([
    [`${ways.length} purchases, one after another`, 'median ms', 'p99 ms', 'of it'],
    ...HOPS.map((name, n) => row(name, column(n))),
    row('webhook to phone', column(HOPS.length)),
  ]);
  const load = loadavg()[0] ?? 0;
  console.log(
    `A purchase was on the phone ${whole.toFixed(0)} ms after its webhook, in the median; the machine's load was ${load.toFixed(1)}.`,
  );
}

function percentile99(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.ceil(figures.length * 0.99) - 1] ?? Number.NaN;
}

await main();
