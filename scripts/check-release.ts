import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { registry } from '../functions/registry.ts';
import type { Verdict } from '../operate/release/judge.ts';
import { prometheus } from '../operate/release/metrics.ts';
import { changeOf } from '../operate/release/plan.ts';
import { release } from '../operate/release/release.ts';
import { candidatesOn } from './bench/candidates.ts';
import { type Ground, openGround } from './bench/ground.ts';
import { buildFunctions } from './build.ts';
import { startPrometheus } from './check-release/collector.ts';
import { type On, openPlace } from './check-release/place.ts';

const FN = 'record-transaction';
// What functions tell they tell every ten seconds.
const STEP_MS = 16_000;
const [FIRST, SECOND] = [`${FN}-00001`, `${FN}-00002`];

type Trial = {
  readonly name: string;
  /** What is different in the new revision's environment. */
  readonly changed: NodeJS.ProcessEnv;
  readonly ends: (verdict: Verdict | undefined) => boolean;
  readonly serves: string;
};

const TRIALS: readonly Trial[] = [
  { name: 'a good one', changed: {}, ends: (verdict) => verdict === undefined, serves: SECOND },
  {
    name: 'one that reaches no database',
    changed: { FIRESTORE_EMULATOR_HOST: '127.0.0.1:9' },
    ends: (verdict) => verdict?.is === 'worse' && verdict.why.startsWith('errors: '),
    serves: FIRST,
  },
  {
    name: 'one that tells nobody what it does',
    changed: { OTEL_EXPORTER_OTLP_ENDPOINT: undefined },
    ends: (verdict) => verdict?.is === 'unknown' && verdict.why.startsWith('metrics: '),
    serves: FIRST,
  },
];

/** Releases a real function on both platforms, judged by a real Prometheus: what its processes tell decides. */
async function main(): Promise<number> {
  const command = commandOf();
  if (spawnSync(command, ['--version'], { stdio: 'ignore' }).status !== 0) {
    console.log(
      'not checked: prometheus is missing. On Debian it comes by apt-get install prometheus; PROMETHEUS=<path> names it elsewhere.',
    );
    return 0;
  }
  await buildFunctions();
  const ground = await openGround();
  try {
    const all = (['cloud-run', 'knative'] as const).flatMap((on) => TRIALS.map((trial) => ({ on, trial })));
    const outcomes = await Promise.all(all.map(({ on, trial }) => tried(on, trial, ground, command)));
    return outcomes.every(Boolean) ? 0 : 1;
  } finally {
    await ground.close();
  }
}

/** Beside promtool, which is found by itself or named. */
function commandOf(): string {
  const { PROMETHEUS, PROMTOOL } = process.env;
  return PROMETHEUS || (PROMTOOL ? join(dirname(PROMTOOL), 'prometheus') : 'prometheus');
}

async function tried(
  on: On,
  { name, changed, ends, serves }: Trial,
  ground: Ground,
  command: string,
): Promise<boolean> {
  const candidate = (await candidatesOn(ground)).find((each) => each.name === FN);
  const fn = registry.map((entry) => entry.fn).find((each) => each.name === FN);
  if (!candidate || !fn) throw new Error(`there is no ${FN}`);
  // The calls that come all the time carry the token of the bench, and Knative's revisions ask for it.
  const metrics = await startPrometheus(command);
  const own = on === 'knative' ? {} : { PUSH_TOKEN_CHECKED_BY: 'cloud-run' };
  const before = { ...ground.env, ...own, OTEL_EXPORTER_OTLP_ENDPOINT: metrics.otlp };
  const place = await openPlace(on, FN, {
    environmentOf: (image) => (image === imageOf('b') ? { ...before, ...changed } : before),
    tokenFor: () => ground.tokens.tokenFor('bench'),
    call: candidate.call,
  });
  const tell = (line: string) => console.log(`${on.padEnd(9)}  ${name.padEnd(35)}  ${line}`);
  let calling: Promise<void> | undefined;
  try {
    calling = place.begin(imageOf('a'));
    await new Promise((wake) => setTimeout(wake, STEP_MS));
    const change = await changeOf(place.host, fn, imageOf('b'));
    if (!change) throw new Error('nothing changes');
    const { signal } = new AbortController();
    const verdict = await release(change, {
      host: place.host,
      metrics: prometheus(metrics.url),
      stepMs: STEP_MS,
      signal,
      tell,
    });
    const traffic = place.serving
      .shares()
      .map(({ revision, percent }) => `${revision} ${percent} %`)
      .join();
    const ok = ends(verdict) && traffic === `${serves} 100 %`;
    tell(ok ? 'as it must be' : `WRONG: ${verdict?.why ?? 'released'}; ${traffic}`);
    return ok;
  } finally {
    await place.close();
    await calling;
    await metrics.stop();
  }
}

function imageOf(letter: string): string {
  return `images.example/${FN}@sha256:${letter.repeat(64)}`;
}

process.exitCode = await main();
