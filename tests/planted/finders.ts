import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Bug } from './bug.ts';

/** Something that plays the system and says whether a law holds. */
export type Finder = { readonly name: string; readonly command: readonly string[] };

/**
 * - `green`: it saw nothing. - `red`: a law is broken; `why` is the test, or what the simulator saw.
 * - `broken`: it could not even run, which finds nothing. - `late`: it had no time left.
 */
export type Verdict = {
  readonly kind: 'green' | 'red' | 'broken' | 'late';
  readonly why: string;
  /** The scenario that failed. */
  readonly where?: string | undefined;
};

const REPORT = 'planted-report.json';

// One that is red is red at once: no finder looks for a second failure, nor for a smaller one.
const vitest = (...files: readonly string[]) => [
  ...['node_modules/.bin/vitest', 'run', '--config', 'tests/planted/vitest.config.ts', '--bail', '1'],
  ...['--reporter', 'json', '--outputFile', REPORT, ...files],
];

const SCHEDULES = 500;

/** All of them for any bug; whoever is likeliest to see this one goes first, as `simulator` or the name of a scenario. */
export function findersFor({ foundBy }: Bug, seed: number): Finder[] {
  const simulate = ['--seed', String(seed), '--schedules', String(SCHEDULES), '--no-shrink'];
  const all: readonly Finder[] = [
    { name: 'simulator', command: ['npm', 'run', '--silent', 'simulate', '--', ...simulate] },
    { name: 'scenarios', command: vitest('tests/scenarios/', '--exclude', '**/matching.test.ts') },
    { name: 'matching', command: vitest('tests/scenarios/matching.test.ts') },
  ];
  if (foundBy === undefined) return [...all];
  const first = all.find(({ name }) => name === foundBy);
  const likeliest = first ?? { name: foundBy, command: vitest(`tests/scenarios/${foundBy}.test.ts`) };
  return [likeliest, ...all.filter((finder) => finder !== first)];
}

const running = new Set<ChildProcess>();

/** Ends what still runs, with all that it started. */
export function endAll(): void {
  for (const child of running) end(child);
}

export async function run(
  { command }: Finder,
  { root, seed, untilMs }: { root: string; seed: number; untilMs: number },
): Promise<Verdict> {
  const report = join(root, REPORT);
  await rm(report, { force: true });
  const { code, output } = await ran(command, { root, seed, untilMs });
  if (code === 0) return { kind: 'green', why: '' };
  if (performance.now() >= untilMs) return { kind: 'late', why: 'had no time left' };
  return existsSync(report) ? testIn(await readFile(report, 'utf8')) : lawIn(output);
}

/** What a bug leaves unused is no matter; and only what it changes is checked anew. */
const TSC = [
  ...['node_modules/.bin/tsc', '-p', '.', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'],
  ...['--incremental', '--tsBuildInfoFile', 'planted.tsbuildinfo'],
];

export async function compiles(root: string, secondsMax: number): Promise<boolean> {
  const { code, output } = await ran(TSC, { root, seed: 0, untilMs: performance.now() + secondsMax * 1000 });
  return code !== null && !/^(functions|shared)\/.*error TS/m.test(output);
}

async function ran(
  [file = '', ...args]: readonly string[],
  { root, seed, untilMs }: { root: string; seed: number; untilMs: number },
): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, COUNTERFOIL_TEST_SEED: String(seed), NO_COLOR: '1' };
  // A group of its own, so that its workers end with it.
  const child = spawn(file, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const deadline = setTimeout(() => end(child), Math.max(0, untilMs - performance.now()));
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => output.push(part));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(deadline);
  running.delete(child);
  return { code, output: Buffer.concat(output).toString() };
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {} // it has just ended by itself
}

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

/** The first test that failed; where none did, a file could not be loaded. That it took too long breaks no law. */
function testIn(json: string): Verdict {
  const { testResults } = JSON.parse(json) as Report;
  const failed = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map((test) => ({ ...test, where: basename(name, '.test.ts') })),
  );
  const isLate = ({ failureMessages: [first = ''] }: (typeof failed)[number]) => /timed out/i.test(first);
  const [red] = failed.filter((test) => !isLate(test));
  if (red) return { kind: 'red', why: red.title, where: red.where };
  if (failed[0]) return { kind: 'late', why: failed[0].title, where: failed[0].where };
  return { kind: 'broken', why: testResults.map(({ message }) => message).find((text) => text !== '') ?? '' };
}

/** Which law the simulator saw broken; where it says none, it did not come so far. */
function lawIn(output: string): Verdict {
  const [, broken] = output.split('\nBroken:\n');
  const [line = ''] = (broken ?? output.trim().split('\n').at(-1) ?? '').split('\n');
  return { kind: broken === undefined ? 'broken' : 'red', why: line.trim() };
}
