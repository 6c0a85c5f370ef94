import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { registry } from '../../functions/registry.ts';
import { startBridge } from '../../local/bridge.ts';
import { start } from '../../local/child.ts';
import type { LocalFunction } from '../../local/functions.ts';
import { buildFunctions } from '../build.ts';
import { openEmptyHops } from './empty-hops.ts';
import { median, printTable, ratio } from './figures.ts';
import { aBankEvent, type Ground, openGround, signed } from './ground.ts';
import { cpuMs } from './processor.ts';

// From the bank's signed POST to the mirror: how many booked transfers a second get there while the pipeline is full,
// and how long one takes while it is not. Against as many hops through empty functions, beside which the bare clients
// make the same reads, writes and publishes; and against functions that make them themselves, and nothing else; and how
// many while each hop tells a collector of its work. Nobody
// waits for more than the mirror: who listens to it is not started.
const ROUNDS = Number(process.argv[2] ?? 5);
const EVENTS = 500;
const AT_ONCE = 32;
const PACED_EVENTS = 60;
const EVERY_MS = 40;
const ACCOUNTS = 20;

const FRAMEWORK = 'node_modules/@google-cloud/functions-framework/build/src/main.js';
const CLIENTS = '.local/clients';
const EMPTY = 'scripts/bench/baselines/empty-post.cjs';
const BARE = 'scripts/bench/baselines/bare-hop.cjs';
const HOPS = {
  'receive-bank-webhook': 'receive',
  'archive-delivery': 'archive',
  'translate-delivery': 'translate',
  'record-transaction': 'record',
} as const;

const TELLING = 'the same with telemetry';

type Hop = keyof typeof HOPS;
type Pipeline = {
  readonly firestore: Firestore;
  readonly pids: readonly (number | null)[];
  tell(delivery: ReturnType<typeof signed>): Promise<void>;
  stop(): Promise<void>;
};
type Figures = { readonly perSecond: number[]; readonly milliseconds: number[]; readonly cpu: number[] };

async function main(): Promise<void> {
  await buildFunctions();
  await buildFunctions(registry, { folder: CLIENTS, transport: 'clients' });
  const ground = await openGround();
  const pipelines: Record<string, Pipeline> = {};
  try {
    pipelines['empty functions'] = await openEmpty(ground);
    pipelines['bare functions'] = await openPipeline(ground, 'demo-bare', 10, (hop) => [
      ...[FRAMEWORK, `--target=${HOPS[hop]}`, `--source=${BARE}`],
      `--signature-type=${hop === 'receive-bank-webhook' ? 'http' : 'cloudevent'}`,
    ]);
    pipelines['the same by Google’s clients'] = await openPipeline(ground, 'demo-clients', 40, (hop) => [
      `${CLIENTS}/${hop}/start.cjs`,
    ]);
    const ours = (hop: Hop) => [`dist/${hop}/start.cjs`];
    pipelines.Counterfoil = await openPipeline(ground, ground.project, 0, ours);
    const telling = { ...ground, env: { ...ground.env, ...ground.telling } };
    pipelines[TELLING] = await openPipeline(telling, 'demo-telling', 30, ours);
    print(await measure(pipelines));
  } finally {
    await Promise.all(Object.values(pipelines).map((pipeline) => pipeline.stop()));
    await ground.close();
  }
}

async function measure(pipelines: Readonly<Record<string, Pipeline>>): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    process.stderr.write(`round ${round} of ${ROUNDS}\r`);
    for (const [name, pipeline] of Object.entries(pipelines)) {
      const before = cpuMs(pipeline.pids);
      const { perSecond } = await flow(pipeline, { events: EVENTS, atOnce: AT_ONCE, everyMs: 0 });
      const cpu = (cpuMs(pipeline.pids) - before) / EVENTS;
      const { latencies } = await flow(pipeline, { events: PACED_EVENTS, atOnce: 1, everyMs: EVERY_MS });
      if (round === 0) continue; // everything is compiled from here on
      const known = figures.get(name) ?? { perSecond: [], milliseconds: [], cpu: [] };
      known.cpu.push(cpu);
      known.perSecond.push(perSecond);
      known.milliseconds.push(median(latencies));
      figures.set(name, known);
    }
  }
  return figures;
}

/** Tells so many transfers, and looks up when each was in the mirror: its document and its balance are one commit. */
async function flow(
  { tell, firestore }: Pipeline,
  { events, atOnce, everyMs }: { events: number; atOnce: number; everyMs: number },
): Promise<{ perSecond: number; latencies: number[] }> {
  const accounts = Array.from({ length: ACCOUNTS }, () => `acct_${randomUUID()}`);
  const toldAt = new Map<string, number>();
  let told = 0;
  const teller = async () => {
    while (told < events) {
      const amount = { amountMinor: '100', currency: 'DKK' };
      const data = { transactionId: randomUUID(), direction: 'credit', amount };
      const delivery = signed([aBankEvent('transaction.booked', data, accounts[told % ACCOUNTS])]);
      told += 1;
      toldAt.set(data.transactionId, now());
      const posted = tell(delivery);
      await (everyMs > 0 ? new Promise((wake) => setTimeout(wake, everyMs)) : posted);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, teller));
  await untilBooked(firestore, accounts, events * 100);

  const mirrored = await Promise.all(
    accounts.map((id) => firestore.collection(`accounts/${id}/transactions`).get()),
  );
  const arrivals = mirrored
    .flatMap(({ docs }) => docs)
    .map((document) => ({
      id: document.get('bankIds')[0] as string,
      at: document.createTime.seconds * 1000 + document.createTime.nanoseconds / 1_000_000,
    }));
  if (arrivals.length !== events) throw new Error(`${arrivals.length} of ${events} are in the mirror`);
  const took = Math.max(...arrivals.map(({ at }) => at)) - Math.min(...toldAt.values());
  const latencies = arrivals.map(({ id, at }) => at - (toldAt.get(id) ?? Number.NaN));
  return { perSecond: (events / took) * 1000, latencies };
}

async function post(url: string, request: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', ...request });
  if (response.status !== 202) throw new Error(`the webhook answered ${response.status}`);
  await response.arrayBuffer();
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

async function untilBooked(firestore: Firestore, accounts: readonly string[], sum: number): Promise<void> {
  const balances = accounts.map((id) => firestore.doc(`accounts/${id}/balances/0`));
  const deadline = Date.now() + 60_000;
  for (;;) {
    const documents = await firestore.getAll(...balances);
    const booked = documents.reduce((all, document) => all + (document.get('DKK.booked') ?? 0), 0);
    if (booked === sum) return;
    if (booked > sum || Date.now() > deadline) throw new Error(`${sum} should be booked, and ${booked} is`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Each hop in a process of its own, and the bridge that brings it what its subscription holds. */
async function openPipeline(
  ground: Ground,
  project: string,
  firstPort: number,
  commandOf: (hop: Hop) => string[],
): Promise<Pipeline> {
  const functions = await Promise.all(
    Object.keys(HOPS).map((hop, n) =>
      begin(ground, { hop: hop as Hop, port: ground.port + firstPort + n, project, commandOf }),
    ),
  );
  const bridge = await startBridge({ project, functions, tokens: ground.tokens });
  const firestore = new Firestore({ projectId: project });
  return {
    firestore,
    pids: functions.map((each) => each.pid()),
    tell: (delivery) => post(`${functions[0]?.url}/webhooks/sandbox`, delivery),
    async stop() {
      await bridge.stop();
      await firestore.terminate();
      await Promise.all(functions.map((each) => each.stop()));
    },
  };
}

async function openEmpty(ground: Ground): Promise<Pipeline> {
  const project = 'demo-empty';
  const functions = await Promise.all(
    Object.keys(HOPS).map((hop, n) =>
      begin(ground, {
        ...{ hop: hop as Hop, port: ground.port + 20 + n, project },
        commandOf: () => [FRAMEWORK, '--target=empty', `--source=${EMPTY}`],
      }),
    ),
  );
  const [receive = '', archive = '', translate = '', record = ''] = functions.map(({ url }) => url);
  const hops = await openEmptyHops(project, { receive, archive, translate, record });
  return {
    ...hops,
    pids: functions.map((each) => each.pid()),
    async stop() {
      await hops.stop();
      await Promise.all(functions.map((each) => each.stop()));
    },
  };
}

async function begin(
  ground: Ground,
  {
    hop,
    port,
    project,
    commandOf,
  }: { hop: Hop; port: number; project: string; commandOf: (hop: Hop) => string[] },
): Promise<LocalFunction> {
  const fn = registry.find((each) => each.fn.name === hop)?.fn;
  if (!fn) throw new Error(`no function is named ${hop}`);
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...ground.env,
    GOOGLE_CLOUD_PROJECT: project,
    PORT: String(port),
    // On Cloud Run its own IAM checks the push token, before the function is called.
    PUSH_TOKEN_CHECKED_BY: 'cloud-run',
  };
  const lines: string[] = [];
  const child = start([process.execPath, ...commandOf(hop)], { env, onLine: (line) => lines.push(line) });
  const deadline = Date.now() + 20_000;
  while (!(await fetch(url).catch(() => undefined))) {
    if (Date.now() > deadline) throw new Error(`${hop} did not answer: ${lines.join('\n')}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const ready = async () => url;
  return { fn, url, pid: () => child.pid, ready, restart: async () => {}, stop: child.stop };
}

function print(figures: ReadonlyMap<string, Figures>): void {
  const nothing: Figures = { perSecond: [], milliseconds: [], cpu: [] };
  const [empty = nothing, bare = nothing, _clients, silent = nothing] = figures.values();
  printTable([
    [
      `${EVENTS} booked transfers, ${AT_ONCE} at once; then one each ${EVERY_MS} ms`,
      ...[
        'a second',
        'x empty',
        'x bare',
        'median ms',
        'x empty',
        'x bare',
        'functions: CPU ms',
        'telemetry: x without',
      ],
    ],
    ...[...figures].map(([name, { perSecond, milliseconds, cpu }]) => [
      name,
      median(perSecond).toFixed(0),
      ratio(perSecond, empty.perSecond).toFixed(2),
      ratio(perSecond, bare.perSecond).toFixed(2),
      median(milliseconds).toFixed(0),
      ratio(milliseconds, empty.milliseconds).toFixed(2),
      ratio(milliseconds, bare.milliseconds).toFixed(2),
      median(cpu).toFixed(1),
      name === TELLING ? ratio(perSecond, silent.perSecond).toFixed(2) : '',
    ]),
  ]);
}

await main();
