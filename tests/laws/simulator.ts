import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { registry } from '../../functions/registry.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { ATTEMPTS_EXHAUSTED } from '../../shared/runtime/dead-letter.ts';
import type {
  DeclaredFunction,
  RawRequest,
  RequestFunction,
  ScheduleFunction,
} from '../../shared/runtime/declared.ts';
import type { Answer } from '../../shared/runtime/problem.ts';
import type { Fields } from '../../shared/store/document.ts';
import { aBody, aRequest, CONFIG, NOW, signedHeaders } from '../../shared/testing/builders.ts';
import { aDevice, aPushService, devicesOf } from '../../shared/testing/push-service.ts';
import { aWorldOn } from '../../shared/testing/world.ts';
import { type Life, type Violation, violationsAfter, watchLaws } from './laws.ts';
import { thePayers } from './payers.ts';
import { aPayingBank, isToBank, type PayingBank } from './paying-bank.ts';
import { paymentViolations, watchPayments } from './payment-laws.ts';
import { calm, type Schedule } from './schedule.ts';

/** The functions of one release. */
export type Release = readonly DeclaredFunction[];

const functions: Release = registry.map(({ fn }) => fn);
const OWNER = 'uid-ann';
const STRANGER = 'uid-bo';
const ACCOUNTS = ['acct-1', 'acct-2'];
const DEVICES = devicesOf(OWNER, aDevice());
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ROUNDS_MAX = 50;
const STORMY_ROUNDS = 10;
// Between them the bank is asked what became of payments, also after it forgot their keys.
const WAITS_MINUTES = [10, 10, 180, 1260, 180];

// Every phone of this process; a world's functions call it as they call FCM.
let push = aPushService();
// And the bank, where customers pay.
let bankAsked: PayingBank['fetch'] | undefined;
globalThis.fetch = (url, init) =>
  bankAsked && isToBank(String(url)) ? bankAsked(String(url), init as object) : push.fetch(url, init);

// What is random in functions decides in which order a query finds what they stored, so it follows from the schedule too.
let drawn = 0;
const next = (digits: number) => {
  drawn += 1;
  return String(drawn).padStart(digits, '0');
};
crypto.randomUUID = () => `00000000-0000-4000-8000-${next(12)}`;
// Of traces, which are random only so that no two of them are alike.
crypto.randomBytes = ((size: number) => Buffer.from(next(size * 2), 'hex')) as typeof crypto.randomBytes;
syncBuiltinESMExports();

export type Verdict = {
  readonly violations: readonly Violation[];
  /** How often a function handled something. */
  readonly handled: number;
  readonly steps: () => readonly string[];
};

/** Lives through a schedule, and through its story as it would go on a calm day, and says which laws were broken. */
export async function simulate(
  schedule: Schedule,
  { release = functions, beside = [] }: { release?: Release; beside?: Release } = {},
): Promise<Verdict> {
  const reference = await calmLifeOf(schedule, release);
  const world = aLife(schedule, release, beside);
  const violations = await world.live().then(
    (life) => violationsAfter(life, reference.life, schedule.story),
    (error: Error) => [{ law: 'all comes to rest', shown: error.message }],
  );
  const { handled, steps } = world;
  return { violations: [...reference.violations, ...violations], handled: handled(), steps };
}

let lastCalm:
  | { readonly story: unknown; readonly release: Release; readonly reference: Reference }
  | undefined;
type Reference = { readonly life: Life; readonly violations: readonly Violation[] };

async function calmLifeOf({ story }: Schedule, release: Release): Promise<Reference> {
  if (lastCalm?.story === story && lastCalm.release === release) return lastCalm.reference;
  const life = await aLife(calm(story), release, []).live();
  const reference = { life, violations: violationsAfter(life, life, story) };
  lastCalm = { story, release, reference };
  return reference;
}

/** Counterfoil, its bank, its customers, its operators, and time. */
function aLife(
  { story, deliveries, faults, weather, shards, draw }: Schedule,
  release: Release,
  beside: Release,
) {
  const { orders = [] } = story;
  let clock = NOW.getTime();
  const bank =
    orders.length === 0
      ? undefined
      : aPayingBank({
          now: () => clock,
          draw,
          deliver: (events) => post(aBody(...events)),
          note: (done) => world.note(done),
        });
  const cloud = memoryCloud({
    faults,
    random: draw,
    stored: new Map([...DEVICES, ...(bank?.documents ?? [])]),
  });
  const phones = aPushService();
  const now = () => new Date(clock + draw(8) * 1000); // no two machines have the same time
  // As soon as two clocks have it that it is over.
  const config = { ...CONFIG, BALANCE_SHARDS: String(shards), UNKNOWN_AFTER_SECONDS: '1' };
  const settings = { functions: release, beside, weather, config, env: { now } };
  const world = aWorldOn({ ...cloud, turn: async () => {} }, settings);
  const laws = watchLaws(cloud);
  const paid = bank ? watchPayments(cloud, bank) : [];
  const toStrangers: number[] = [];
  const { handled, steps } = world;
  return { live, handled, steps };

  async function live(): Promise<Life> {
    push = phones;
    bankAsked = bank?.fetch;
    drawn = 0;
    for (const body of deliveries) post(body);
    for (const accountId of [...ACCOUNTS, ...ACCOUNTS].filter(() => draw(3) === 2)) look(accountId);
    const payers = bank && customersOf(bank);
    if (payers) place(payers);
    await world.rest();
    await mend();
    if (bank) await settle(bank);

    // Until every hold is due of which the bank said for how long, and spoke no more.
    clock = NOW.getTime() + 20 * DAY_MS;
    for (let rounds = 0; rounds < ROUNDS_MAX && isAnyDue(cloud.documents(), clock); rounds += 1) {
      tick('expire-holds');
      await world.rest();
      await mend();
      clock += 15 * MINUTE_MS;
    }

    const pushes = phones.calls.length;
    repeat();
    await world.rest();
    await mend();
    const { violations, acknowledged, told, asked } = laws;
    const documents = cloud.documents();
    if (bank && payers) violations.push(...paid, ...paymentViolations(documents, bank, payers.promised));
    return {
      ...{ documents, violations, acknowledged, told, toStrangers, failures: world.failures },
      pushed: shownOf(documents),
      asked: asked(documents),
      pushesRepeated: phones.calls.length - pushes,
    };
  }

  /** Again and again until it is answered 202, as a bank does. */
  function post(rawBody: Buffer): void {
    const headers = signedHeaders(rawBody, { at: now() });
    ask('receive-bank-webhook', aRequest('POST', '/webhooks/sandbox', '', { headers, rawBody }), (answer) => {
      if (answer?.status === 202) laws.acknowledge(rawBody);
      else post(rawBody);
    });
  }

  function customersOf(bank: PayingBank) {
    return thePayers({
      accounts: bank,
      draw,
      ask,
      strangerWasAnswered: (status) => toStrangers.push(status),
    });
  }

  function place(payers: ReturnType<typeof customersOf>): void {
    payers.place(orders);
    // A tick comes whenever it comes, also while calls are on their way.
    for (let ticks = draw(3); ticks > 0; ticks -= 1) tick('resolve-unknown-payments', ticks);
  }

  /** Until every payment has come to what it will be, and the bank was asked for what it did not tell. */
  async function settle(bank: PayingBank): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS_MAX && isAnyOpen(cloud.documents(), bank); rounds += 1) {
      clock += (WAITS_MINUTES[rounds] ?? 60) * MINUTE_MS;
      bank.passes();
      tick('resolve-unknown-payments');
      await world.rest();
      await mend();
    }
  }

  function look(accountId: string): void {
    ask('serve-accounts', aRequest('GET', `/v1/accounts/${accountId}`, OWNER), (answer) => {
      if (answer?.status === 200) laws.sawBalance(accountId, answer.body);
    });
  }

  /** What requests and ticks left behind is published within minutes, and what was given up an operator redrives. */
  async function mend(): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
      const documents = [...cloud.documents()];
      const unpublished = documents.some(([, fields]) => fields.unpublished === true);
      const parked = documents.filter(
        ([path, { reason }]) => path.startsWith('parked/') && reason === ATTEMPTS_EXHAUSTED,
      );
      const waiting = parked.filter(([, { state }]) => state === 'waiting');
      if (!unpublished && waiting.length === 0) return;
      // Every storm is over at some time.
      if (rounds === STORMY_ROUNDS) cloud.calm();
      clock += 2 * MINUTE_MS;
      if (unpublished) tick('republish-unpublished');
      // Also what was redriven before: harmless, and done all the time.
      const again = parked.filter((each) => rounds === 0 && !waiting.includes(each) && draw(4) === 3);
      for (const [path] of [...waiting, ...again])
        ask('serve-parked', aRequest('POST', `/v1/operators/${path}/redrive`, 'op-1'));
      await world.rest();
    }
  }

  /** Somebody repeats what was long handled, on another day; and somebody asks for what is not theirs. */
  function repeat(): void {
    clock += draw(3) * DAY_MS;
    for (const { topic, message } of world.published.filter(() => draw(16) === 15))
      world.route(topic, message);
    const transaction = [...cloud.documents().keys()].find((path) => path.includes('/transactions/'));
    const [, of = ACCOUNTS[0], , id = 'txn_none'] = transaction?.split('/') ?? [];
    for (const accountId of ACCOUNTS) {
      const own = `/v1/accounts/${accountId}`;
      const paths = [own, `${own}/transactions`, `${own}/transactions/${id}`, `${own}/spending/2026-11`];
      const elsewhere = accountId !== of && draw(2) === 1;
      const [path = own, uid] = elsewhere ? [paths[2], OWNER] : [paths[draw(4)], STRANGER];
      ask('serve-accounts', aRequest('GET', path, uid), (answer) => {
        if (answer && answer.status < 500) toStrangers.push(answer.status);
      });
    }
  }

  function ask(
    name: string,
    request: RawRequest,
    answered: (answer: Answer | undefined) => void = () => {},
  ): void {
    world.request(named<RequestFunction>(release, name), request, answered);
  }

  function tick(name: string, n = 0): void {
    world.schedule(named<ScheduleFunction>(release, name), new Date(clock + n).toISOString());
  }

  /** The transactions that the phone shows, as what they turned out to be; an alert that is over rings no phone. */
  function shownOf(documents: ReadonlyMap<string, Fields>): string[] {
    const { shows } = phones.phone(aDevice().fcmToken);
    const notification = (id: unknown) => documents.get(`customers/${OWNER}/notifications/${id}`);
    const about = shows.map(({ tag }) => {
      const shown = notification(tag);
      return (shown?.movedTo === undefined ? shown : notification(shown.movedTo))?.transactionId;
    });
    return [...new Set(about.flatMap((id) => (typeof id === 'string' ? [id] : [])))].sort();
  }
}

function isAnyOpen(documents: ReadonlyMap<string, Fields>, bank: PayingBank): boolean {
  return (
    bank.isBusy() || [...documents.values()].some(({ _awaitsBankSince }) => _awaitsBankSince !== undefined)
  );
}

function isAnyDue(documents: ReadonlyMap<string, Fields>, clock: number): boolean {
  return [...documents.values()].some(
    ({ _holdExpiresAt: at }) => typeof at === 'string' && Date.parse(at) <= clock,
  );
}

function named<Fn extends DeclaredFunction>(release: Release, name: string): Fn {
  const fn = release.find((each) => each.name === name);
  if (!fn) throw new Error(`This release has no ${name}.`);
  return fn as Fn;
}
