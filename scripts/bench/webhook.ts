import autocannon, { type Result } from 'autocannon';
import { registry } from '../../functions/registry.ts';
import { type Child, start } from '../../local/child.ts';
import { buildFunctions } from '../build.ts';
import { median, printTable, ratio } from './figures.ts';
import { aDelivery, type Ground, openGround } from './ground.ts';

// How many signed deliveries a second one process of receive-bank-webhook verifies, publishes and answers,
// against an empty function that answers the same POST; how many while it tells a collector of each; and how many where
// publishing costs nothing.
const ROUNDS = Number(process.argv[2] ?? 5);
const REQUESTS = 2000;
const CONNECTIONS = 20;
const FUNCTION = 'receive-bank-webhook/start.cjs';
const MEMORY = '.local/memory';

async function main(): Promise<void> {
  await buildFunctions();
  await buildFunctions(registry, { folder: MEMORY, transport: 'memory' });
  const ground = await openGround();
  const empty = 'scripts/bench/baselines/empty-post.cjs';
  const framework = 'node_modules/@google-cloud/functions-framework/build/src/main.js';
  const candidates = {
    'empty framework function': await begin(ground, 1, [framework, '--target=empty', `--source=${empty}`]),
    'receive-bank-webhook': await begin(ground, 2, [`dist/${FUNCTION}`]),
    'with telemetry': await begin(ground, 3, [`dist/${FUNCTION}`], ground.telling),
    'publishing to memory': await begin(ground, 4, [`${MEMORY}/${FUNCTION}`]),
  };
  try {
    const figures = Object.keys(candidates).map((name) => ({
      name,
      perSecond: [] as number[],
      p99: [] as number[],
    }));
    for (let round = 0; round <= ROUNDS; round += 1) {
      process.stderr.write(`round ${round} of ${ROUNDS}\r`);
      for (const figure of figures) {
        const { perSecond, p99 } = await load(candidates[figure.name as keyof typeof candidates].url);
        if (round === 0) continue; // both are compiled from here on
        figure.perSecond.push(perSecond);
        figure.p99.push(p99);
      }
    }
    const [baseline = [], silent = []] = figures.map(({ perSecond }) => perSecond);
    printTable([
      [
        `${REQUESTS} deliveries, ${CONNECTIONS} at once`,
        'a second',
        'p99 ms',
        'x empty',
        'x without telemetry',
      ],
      ...figures.map(({ name, perSecond, p99 }) => [
        name,
        median(perSecond).toFixed(0),
        median(p99).toFixed(0),
        ratio(perSecond, baseline).toFixed(2),
        name === 'with telemetry' ? ratio(perSecond, silent).toFixed(2) : '',
      ]),
    ]);
  } finally {
    await Promise.all(Object.values(candidates).map(({ child }) => child.stop()));
    await ground.close();
  }
}

async function begin(
  ground: Ground,
  n: number,
  args: string[],
  more: NodeJS.ProcessEnv = {},
): Promise<{ child: Child; url: string }> {
  const url = `http://127.0.0.1:${ground.port + n}/webhooks/sandbox`;
  const env = { ...ground.env, ...more, PORT: String(ground.port + n) };
  const child = start([process.execPath, ...args], { env, onLine: () => {} });
  const deadline = Date.now() + 20_000;
  while (!(await fetch(url).catch(() => undefined))) {
    if (Date.now() > deadline) throw new Error(`${args[0]} did not answer`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  return { child, url };
}

async function load(url: string): Promise<{ perSecond: number; p99: number }> {
  const requests = Array.from({ length: 200 }, () => ({ method: 'POST' as const, ...aDelivery() }));
  const startedAt = performance.now();
  let endedAt = startedAt;
  const result = await new Promise<Result>((resolve, reject) => {
    const options = { url, connections: CONNECTIONS, amount: REQUESTS, requests };
    const running = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    // Its own duration ends with a full second.
    running.on('response', () => {
      endedAt = performance.now();
    });
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`);
  }
  return { perSecond: REQUESTS / ((endedAt - startedAt) / 1000), p99: result.latency.p99 };
}

await main();
