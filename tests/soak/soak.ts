import type { LogLine } from '../../local/functions.ts';
import { startStack } from '../../local/stack.ts';
import { unleash } from './chaos.ts';
import { differencesOf, pushesIn } from './compare.ts';
import { outcomesOf } from './compare-payments.ts';
import { type Customer, customersOf, drive, openAccounts, signedInAgain, untilNotMore } from './driving.ts';
import { HEALS_SOON, heal, NOTHING_LOST } from './healing.ts';
import { each, get } from './http.ts';
import { ledgerOf, paymentsAtBank } from './ledger.ts';
import { type LifeOptions, planLife } from './life.ts';
import { planOrders } from './orders.ts';
import { startPaying } from './paying.ts';
import type { Report } from './report.ts';
import { firestoreOf, readSeen } from './seen.ts';
import { PAYS_SOON, settle } from './settling.ts';
import { untilQuiet, waitingIn, waitingLine } from './waiting.ts';

export type SoakOptions = LifeOptions & {
  /** So many are ordered, with all that they lead to. */
  readonly payments: number;
  /** At least so many processes of functions are killed. */
  readonly kills: number;
  /** Functions use Google's own clients. */
  readonly clients?: boolean;
  /** The share of deliveries that the bank loses for good. */
  readonly lose?: number;
  readonly base: number;
  /** After so long it fails with what is still waiting. */
  readonly minutesMax: number;
};

const PROGRESS_EVERY_MS = 10_000;
// One kill of send-push may repeat all that it had been given; more than that and a few of a hundred is a fault of ours.
const GIVEN_TO_ONE_MAX = 32;
const REPEATED_PUSHES_SHARE_MAX = 0.05;

/**
 * Has a bank live a random life with everything going wrong that can, on a stack of its own, and compares all that
 * Counterfoil then has with what the bank has. Rejects when it has not come to rest in time.
 */
export async function soak(options: SoakOptions, say: (line: string) => void): Promise<Report> {
  const deadline = Date.now() + options.minutesMax * 60_000;
  // What the stack's functions are configured by, as an engineer's shell would.
  Object.assign(process.env, PAYS_SOON, options.lose && HEALS_SOON);
  const outcomes = new Map<string, number>();
  const crashes: string[] = [];
  const stack = await startStack({
    base: options.base,
    proxies: true,
    clients: options.clients ?? false,
    memory: { firestore: '2g', pubsub: '1g' },
    onLog: (line) => void (hasEnded(line) && count(outcomes, outcomeOf(line))),
    say: (line) => {
      if (!line.includes('(SIGKILL) and is started again')) crashes.push(line);
    },
  });
  const firestore = firestoreOf(stack);
  try {
    return await run();
  } finally {
    await firestore.terminate();
    await stack.stop();
  }

  async function run(): Promise<Report> {
    const life = planLife(options);
    const customers = await customersOf(stack, life.customers);
    const accountIds = await openAccounts(stack, life, customers);
    const { seed, kills, lose } = options;
    const payer = await startPaying(stack, planOrders(options, life), customers, accountIds);
    const [first = ''] = accountIds;
    const chaos = await unleash(stack, firestore, { seed, kills, steps: life.steps.length, lose }, first);

    const startedAt = Date.now();
    let toldAt = startedAt;
    const { links } = await drive(stack, life, accountIds, async (step) => {
      await chaos.after(step);
      await payer.after(step);
      if (Date.now() > deadline) throw new Error(`Not driven in time. ${await waitingIn(stack, firestore)}`);
      if (Date.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = Date.now();
      say(`  ${step + 1} of ${life.steps.length} steps, ${sumOf(chaos.kills)} kills, ${waitingLine(stack)}`);
    });
    await payer.done();
    const drivenAt = Date.now();
    say('the bank is done; what is under way arrives in the storm, and the last of it in calm ...');
    await untilNotMore(stack, { unacknowledged: 0, given: 10 });
    await chaos.calm();
    const bankFaults = await get<Record<string, number>>(`${stack.bank}/_sandbox/faults`);
    const quiet = () => untilQuiet(stack, firestore, deadline, say);
    await quiet();
    await settle(stack, firestore, { ordered: payer.ordered, seed }, quiet);
    const healed = lose ? await heal(stack, quiet) : NOTHING_LOST;
    const quietAt = Date.now();

    const again: Customer[] = [];
    await each(customers, async (customer) => void again.push(await signedInAgain(stack, customer)));
    const { accounts, told } = await ledgerOf(stack, accountIds, links);
    const seen = await readSeen(stack, firestore, again, accounts);
    const pushes = pushesIn(seen);
    const poisoned = chaos.poisoned();
    const repeatedPushesMax = Math.ceil(pushes.shown * REPEATED_PUSHES_SHARE_MAX) + GIVEN_TO_ONE_MAX;
    const payments = await paymentsAtBank(stack, payer.ordered);
    const expected = { accounts, payments, told, poisoned, repeatedPushesMax };
    const ended = crashes.map((seenLine) => {
      return { where: 'a function', what: 'said', expected: 'nothing', seen: seenLine };
    });
    return {
      differences: [...differencesOf(expected, seen), ...ended, ...healed.differences, ...payer.differences],
      seed,
      payments: { ordered: payments.length, ...payer.counts, ...outcomesOf(seen.accounts) },
      healed: healed.drifts,
      events: told.length,
      accounts: accounts.length,
      transactions: [...seen.accounts.values()].reduce((sum, { documents }) => sum + documents.length, 0),
      seconds: {
        driving: seconds(startedAt, drivenAt),
        quiet: seconds(drivenAt, quietAt),
        comparing: seconds(quietAt, Date.now()),
      },
      kills: chaos.kills,
      redelivered: chaos.redelivered,
      poisoned,
      faults: {
        bank: bankFaults,
        firestore: stack.proxies?.firestore.counts() ?? {},
        pubsub: stack.proxies?.pubsub.counts() ?? {},
      },
      outcomes,
      pushes,
    };
  }
}

/** What begins is told too. */
function hasEnded({ message }: LogLine): boolean {
  return message !== 'handling' && message !== 'answering' && message !== 'running';
}

function outcomeOf({ function: name, outcome, message, errorCode, errorName }: LogLine): string {
  if (outcome !== undefined) return `handled: ${outcome}`;
  if (message === 'handling failed') return `failed: ${errorCode ?? errorName} in ${name}`;
  return message === 'answered' ? 'answered' : `${message}`;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}

function seconds(from: number, to: number): number {
  return Math.round((to - from) / 100) / 10;
}
