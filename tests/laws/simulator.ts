import { registry } from '../../functions/registry.ts';
import { type MemoryCloud, memoryCloud } from '../../shared/platform/memory.ts';
import type { DeclaredFunction, RequestFunction, ScheduleFunction } from '../../shared/runtime/declared.ts';
import { aRequest, NOW, signedHeaders, WEBHOOK_SECRET } from '../../shared/testing/builders.ts';
import { aDevice, aPushService, devicesOf } from '../../shared/testing/push-service.ts';
import { aWorldOn } from '../../shared/testing/world.ts';
import { type Life, type Violation, violationsAfter, watchLaws } from './laws.ts';
import { calm, type Schedule } from './schedule.ts';

/** The functions of one release. */
export type Release = readonly DeclaredFunction[];

const functions: Release = registry.map(({ fn }) => fn);
const SECRETS = {
  SANDBOX_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  SANDBOX_PROCESSOR_WEBHOOK_SECRETS: `whsec_${Buffer.from('the processor’s own secret').toString('base64')}`,
};
const OWNER = 'uid-ann';
const STRANGER = 'uid-bo';
const ACCOUNTS = ['acct-1', 'acct-2'];
const DEVICES = devicesOf(OWNER, aDevice());
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TICKS_MAX = 50;

// Every phone of this process; a world's functions call it as they call FCM.
let push = aPushService();
globalThis.fetch = (url, init) => push.fetch(url, init);

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
  const { life, world } = await live(schedule, release, beside);
  return {
    violations: [...reference.violations, ...violationsAfter(life, reference.life, schedule.story)],
    handled: world.handled(),
    steps: world.steps,
  };
}

let lastCalm:
  | { readonly story: unknown; readonly release: Release; readonly reference: Reference }
  | undefined;
type Reference = { readonly life: Life; readonly violations: readonly Violation[] };

async function calmLifeOf({ story }: Schedule, release: Release): Promise<Reference> {
  if (lastCalm?.story === story && lastCalm.release === release) return lastCalm.reference;
  const { life } = await live(calm(story), release, []);
  const reference = { life, violations: violationsAfter(life, life, story) };
  lastCalm = { story, release, reference };
  return reference;
}

async function live(
  { deliveries, faults, weather, shards, draw }: Schedule,
  release: Release,
  beside: Release,
) {
  const cloud = memoryCloud({ faults, random: draw, stored: DEVICES });
  push = aPushService();
  let clock = NOW.getTime();
  const now = () => new Date(clock + draw(8) * 1000); // no two machines have the same time
  const config = { ...SECRETS, BALANCE_SHARDS: String(shards) };
  const settings = { functions: release, beside, weather, config, env: { now } };
  const world = aWorldOn({ ...cloud, turn: async () => {} }, settings);
  const laws = watchLaws(cloud);
  const receive = named<RequestFunction>(release, 'receive-bank-webhook');
  const serve = named<RequestFunction>(release, 'serve-accounts');
  const republish = named<ScheduleFunction>(release, 'republish-unpublished');

  for (const body of deliveries) post(body);
  for (const accountId of ACCOUNTS.filter(() => draw(4) === 1)) read(accountId, OWNER);
  await world.rest();

  // What requests and ticks left behind is published within minutes, whoever died.
  for (let ticks = 0; ticks < TICKS_MAX && isAnyUnpublished(cloud); ticks += 1) {
    clock += 2 * MINUTE_MS;
    world.schedule(republish, new Date(clock).toISOString());
    await world.rest();
  }

  // Somebody repeats what was long handled: another instance, another day.
  const pushes = push.calls.length;
  clock += draw(3) * DAY_MS;
  for (const { topic, message } of world.published.filter(() => draw(16) === 1)) world.route(topic, message);
  const toStrangers: number[] = [];
  for (const accountId of ACCOUNTS) read(accountId, STRANGER);
  await world.rest();

  const { violations, acknowledged, told } = laws;
  const shows = push.phone(aDevice().fcmToken).shows;
  const life: Life = {
    ...{
      documents: cloud.documents(),
      violations,
      acknowledged,
      told,
      toStrangers,
      failures: world.failures,
    },
    pushed: new Set(
      shows
        .map(({ tag }) => tag)
        .filter((tag) => isOfTransaction(cloud, tag))
        .toSorted(),
    ),
    pushesRepeated: push.calls.length - pushes,
  };
  return { life, world };

  /** Again and again until it is answered 202, as a bank does. */
  function post(rawBody: Buffer): void {
    const headers = signedHeaders(rawBody, { at: now() });
    world.request(receive, aRequest('POST', '/webhooks/sandbox', '', { headers, rawBody }), (answer) => {
      if (answer?.status === 202) laws.acknowledge(rawBody);
      else post(rawBody);
    });
  }

  function read(accountId: string, uid: string): void {
    world.request(serve, aRequest('GET', `/v1/accounts/${accountId}`, uid), (answer) => {
      if (uid === STRANGER && answer && answer.status < 500) toStrangers.push(answer.status);
      if (uid === OWNER && answer?.status === 200) laws.sawBalance(accountId, answer.body);
    });
  }
}

function isAnyUnpublished(cloud: MemoryCloud): boolean {
  return [...cloud.documents().values()].some(({ unpublished }) => unpublished === true);
}

function named<Fn extends DeclaredFunction>(release: Release, name: string): Fn {
  const fn = release.find((each) => each.name === name);
  if (!fn) throw new Error(`This release has no ${name}.`);
  return fn as Fn;
}

/** An alert that is over before it is told rings no phone; a purchase does once, whatever becomes of it. */
function isOfTransaction(cloud: MemoryCloud, notificationId: string): boolean {
  return (
    cloud.documents().get(`customers/${OWNER}/notifications/${notificationId}`)?.transactionId !== undefined
  );
}
