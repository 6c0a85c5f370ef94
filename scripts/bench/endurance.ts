import { randomUUID } from 'node:crypto';
import { registry } from '../../functions/registry.ts';
import { type MemoryCloud, memoryCloud } from '../../shared/platform/memory.ts';
import type { Message, Platform } from '../../shared/platform/platform.ts';
import type { EventFunction } from '../../shared/runtime/declared.ts';
import type { Env } from '../../shared/runtime/env.ts';
import { median, printTable } from './figures.ts';
import { aBankEvent, anEnv, configOf, signed } from './ground.ts';

// What one process with every function in it has of memory after so many events, from a bank's signed deliveries through
// all who listen. The store and the topics are in memory too, and are begun anew again and again, so that what stays is
// the functions' own: their queues, turns, caches and dependencies. The baseline is a tenth of the way.
const EVENTS = Number(process.argv[2] ?? 1_000_000);
const STEPS = 10;
const DELIVERIES_A_STORE = 400;
const ACCOUNTS = 20;
const SAMPLES = 5;
const GROWTH_MAX = 1.1;

type Place = { readonly events: number; readonly megabytes: number };

async function main(): Promise<void> {
  const functions = allFunctions();
  const places: Place[] = [];
  const resident: number[] = [];
  while (places.length < STEPS) {
    await functions.live(DELIVERIES_A_STORE);
    resident.push(process.memoryUsage.rss() / 2 ** 20);
    const events = functions.handled();
    process.stderr.write(`${events} of ${EVENTS}\r`);
    if (events >= (EVENTS / STEPS) * (places.length + 1))
      places.push({ events, megabytes: median(resident.slice(-SAMPLES)) });
    await new Promise((wake) => setImmediate(wake)); // for a signal to be heard
  }
  print(places);
}

/** Every function of the registry that the bank's events reach, started once, on a store that is exchanged. */
function allFunctions() {
  let cloud: MemoryCloud;
  let platform: Platform;
  let queue: { to: (message: Message) => Promise<void>; message: Message }[] = [];
  let handled = 0;
  const current: Platform = {
    get: (paths) => platform.get(paths),
    query: (query) => platform.query(query),
    aggregate: (matching, sums) => platform.aggregate(matching, sums),
    snapshot: () => platform.snapshot(),
    commit: (writes) => platform.commit(writes),
    publish: (topic, messages) => platform.publish(topic, messages),
  };
  const env: Env = anEnv(current);
  const listeners = registry.flatMap(({ fn }) =>
    fn.trigger === 'event' ? [{ fn, receive: fn.start(env, configOf(fn)) }] : [],
  );
  const door = registry.flatMap(({ fn }) =>
    fn.name === 'receive-bank-webhook' && fn.trigger === 'request' ? [fn.start(env, configOf(fn))] : [],
  )[0];

  return {
    handled: () => handled,
    async live(deliveries: number): Promise<void> {
      cloud = memoryCloud();
      platform = cloud.instance();
      cloud.onPublish((topic, message) => {
        for (const { fn, receive } of listeners)
          if (fn.on[0].topic === topic && passes(fn, message)) queue.push({ to: receive, message });
      });
      const accounts = Array.from({ length: ACCOUNTS }, () => `acct_${randomUUID()}`);
      await tell(
        accounts.map((id) => aBankEvent('account.opened', { ownerRefs: ['nobody'], currency: 'DKK' }, id)),
      );
      for (let n = ACCOUNTS; n < deliveries; n += 1)
        await tell([aPurchaseOrTransfer(accounts[n % ACCOUNTS] ?? '', n)]);
    },
  };

  async function tell(events: readonly ReturnType<typeof aBankEvent>[]): Promise<void> {
    const { body, headers } = signed(events);
    const request = { method: 'POST', url: '/webhooks/sandbox', headers, rawBody: Buffer.from(body) };
    const answer = await door?.(request);
    if (answer?.status !== 202) throw new Error(`the webhook answered ${answer?.status}`);
    while (queue.length > 0) {
      const taken = queue;
      queue = [];
      for (const { to, message } of taken) await to(message);
      handled += taken.length;
    }
  }
}

/** As its subscription filters. */
function passes({ prefix = '' }: EventFunction, { attributes }: Message): boolean {
  return attributes.type?.startsWith(prefix) ?? false;
}

function aPurchaseOrTransfer(accountId: string, n: number) {
  const amount = { amountMinor: '100', currency: 'DKK' };
  const merchant = { name: 'Kaffebar', mcc: '5814', country: 'DK' };
  const card = { cardId: `card_${accountId}`, direction: 'debit', amount, merchant };
  // An authorisation, and then its clearing, on the account whose turn it is; every third event is a transfer.
  const turn = Math.floor(n / ACCOUNTS);
  const authorisationId = `auth_${accountId}_${turn - (turn % 3)}`;
  if (turn % 3 === 0)
    return aBankEvent('card.authorisation-created', { ...card, authorisationId }, accountId);
  const clearing = { ...card, authorisationId, clearingId: randomUUID(), final: true };
  if (turn % 3 === 1) return aBankEvent('card.cleared', clearing, accountId);
  return aBankEvent(
    'transaction.booked',
    { transactionId: randomUUID(), direction: 'credit', amount },
    accountId,
  );
}

function print(places: readonly Place[]): void {
  const [baseline = Number.NaN] = places.map(({ megabytes }) => megabytes);
  printTable([
    ['events handled', 'MB resident', 'x the first tenth'],
    ...places.map(({ events, megabytes }) => [
      events.toLocaleString('en'),
      megabytes.toFixed(0),
      (megabytes / baseline).toFixed(2),
    ]),
  ]);
  if ((places.at(-1)?.megabytes ?? 0) / baseline <= GROWTH_MAX) return;
  console.log(`\nIt is to stay below ${GROWTH_MAX} times.`);
  process.exitCode = 1;
}

await main();
