import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BUGS } from './all.ts';
import { type Bug, LAWS } from './bug.ts';
import { copyOf, planted } from './copy.ts';
import { compiles, endAll, type Finder, findersFor, run, type Verdict } from './finders.ts';

const HELP = `npm run test:planted -- [--only <name>] [--seed <n>] [--seconds <n>] [--list]

Plants bugs, one at a time, into a copy of the code, and has the laws' tests find each. Fails where one is not found, no
longer fits the code or does not compile, and where whoever found it is red without it as well.

  --only <name>   this bug alone; may be given several times
  --seed <n>      of all that is random, 1 by default
  --seconds <n>   in which a bug must be found, 60 by default: more on a machine that has other things to do
  --list          says what there is, and plants nothing
`;

async function main(): Promise<boolean> {
  const { help = false, list = false, only = [], seed = '1', seconds = '60' } = readArguments();
  if (help) console.log(HELP);
  if (list) for (const { name, law, what } of BUGS) console.log(`${name} (${LAWS[law]})\n  ${what}`);
  if (help || list) return true;

  const unknown = only.filter((name) => !BUGS.some((bug) => bug.name === name));
  if (unknown.length > 0 || !(Number(seconds) > 0) || !Number.isSafeInteger(Number(seed))) {
    console.error(
      unknown.length > 0 ? `There is no bug called ${unknown.join(', ')}; --list has them.` : HELP,
    );
    return false;
  }
  const root = await copyOf(process.cwd());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      endAll();
      rmSync(root, { recursive: true, force: true });
      process.exit(1);
    });
  }
  try {
    const bugs = BUGS.filter(({ name }) => only.length === 0 || only.includes(name));
    return await plantEach(bugs, { root, seed: Number(seed), secondsMax: Number(seconds) });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

type Ground = { readonly root: string; readonly seed: number; readonly secondsMax: number };

async function plantEach(bugs: readonly Bug[], ground: Ground): Promise<boolean> {
  const unplanted = new Map<string, Found>();
  let found = 0;
  for (const bug of bugs) {
    const verdict = await planted(ground.root, bug.edits, () => sought(bug, ground)).catch(misfit);
    const { finder } = verdict;
    if (finder && verdict.kind === 'red' && !unplanted.has(finder.name)) {
      const without = await firstRed([finder], { ...ground, secondsMax: 5 * ground.secondsMax });
      unplanted.set(finder.name, without);
      print('(none)', '', without.kind === 'green' ? 'ok' : 'FAILED', { ...without, finder });
    }
    // Who is red without a bug has found none.
    const isFound = verdict.kind === 'red' && unplanted.get(finder?.name ?? '')?.kind === 'green';
    if (isFound) found += 1;
    print(bug.name, LAWS[bug.law], isFound ? 'ok' : 'FAILED', verdict);
  }
  console.log(`\n${found} of ${bugs.length} found.`);
  return found === bugs.length;
}

type Found = Verdict & { readonly finder: Finder | undefined; readonly seconds: number };

/** What does not compile is no bug that anybody could ship. */
async function sought(bug: Bug, ground: Ground): Promise<Found> {
  const [verdict, isCode] = await Promise.all([
    firstRed(findersFor(bug, ground.seed), ground),
    compiles(ground.root, ground.secondsMax),
  ]);
  return isCode ? verdict : { ...verdict, kind: 'broken', why: 'is not known to compile' };
}

/** The verdict of the first finder that is red; where none is, of one that could not run, or that had no time left. */
async function firstRed(finders: readonly Finder[], { root, seed, secondsMax }: Ground): Promise<Found> {
  const startedAt = performance.now();
  const untilMs = startedAt + secondsMax * 1000;
  let found: Found = { kind: 'green', why: 'nobody found it', finder: undefined, seconds: 0 };
  for (const finder of finders) {
    const verdict = await run(finder, { root, seed, untilMs });
    const seconds = (performance.now() - startedAt) / 1000;
    found = verdict.kind === 'green' ? { ...found, seconds } : { ...verdict, finder, seconds };
    if (verdict.kind === 'red' || verdict.kind === 'late') return found;
  }
  return found;
}

function misfit(error: unknown): Found {
  return { kind: 'broken', why: (error as Error).message, finder: undefined, seconds: 0 };
}

function print(name: string, law: string, outcome: string, { finder, where, why, seconds }: Found): void {
  const time = `${seconds.toFixed(1)} s`.padStart(7);
  const by = (where ?? finder?.name ?? '').padEnd(31);
  console.log([outcome.padEnd(6), name.padEnd(34), law.padEnd(41), time, by, why.slice(0, 110)].join('  '));
}

function readArguments() {
  const options = {
    help: { type: 'boolean' },
    list: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    seconds: { type: 'string' },
  } as const;
  return parseArgs({ options }).values;
}

process.exitCode = (await main()) ? 0 : 1;
