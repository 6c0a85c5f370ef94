import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bug, LAWS } from './bug.ts';
import { cardBugs } from './cards.ts';
import { copyOf, planted } from './copy.ts';
import { doorBugs } from './doors.ts';
import { compiles, endAll, type Finder, finders, run, type Verdict } from './finders.ts';
import { ledgerBugs } from './ledger.ts';
import { notificationBugs } from './notifications.ts';
import { runtimeBugs } from './runtime.ts';

const HELP = `npm run test:planted -- [--only <name>] [--seed <n>] [--list]

Plants bugs, one at a time, into a copy of the code, and has the laws' tests find each. Fails where one is not found, no
longer fits the code or does not compile, and where the copy is red without any.

  --only <name>   this bug alone; may be given several times
  --seed <n>      of all that is random, 1 by default
  --list          says what there is, and plants nothing
`;

const BUGS: readonly Bug[] = [...runtimeBugs, ...ledgerBugs, ...cardBugs, ...doorBugs, ...notificationBugs];
const SECONDS_MAX = 60;
const UNPLANTED_SECONDS_MAX = 240;

async function main(): Promise<boolean> {
  const { help = false, list = false, only = [], seed = '1' } = readArguments();
  if (help) console.log(HELP);
  if (list) for (const { name, law, what } of BUGS) console.log(`${name} (${LAWS[law]})\n  ${what}`);
  if (help || list) return true;

  const unknown = only.filter((name) => !BUGS.some((bug) => bug.name === name));
  if (unknown.length > 0) {
    console.error(`There is no bug called ${unknown.join(', ')}; --list has them.`);
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
    return await plantEach(bugs, { root, seed: Number(seed) });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

type Ground = { readonly root: string; readonly seed: number };

async function plantEach(bugs: readonly Bug[], ground: Ground): Promise<boolean> {
  const all = await finders(ground);
  const unplanted = await firstRed(all, ground, UNPLANTED_SECONDS_MAX);
  print('(none)', '', unplanted.kind === 'green' ? 'ok' : 'FAILED', unplanted);
  if (unplanted.kind !== 'green') return false;

  let found = 0;
  for (const bug of bugs) {
    const verdict = await planted(ground.root, bug.edits, () => sought(all, ground)).catch(misfit);
    const isFound = verdict.kind === 'red';
    if (isFound) found += 1;
    print(bug.name, LAWS[bug.law], isFound ? 'ok' : 'FAILED', verdict);
  }
  console.log(`\n${found} of ${bugs.length} found.`);
  return found === bugs.length;
}

type Found = Verdict & { readonly by: string; readonly seconds: number };

/** What does not compile is no bug that anybody could ship. */
async function sought(all: readonly Finder[], ground: Ground): Promise<Found> {
  const [verdict, isCode] = await Promise.all([firstRed(all, ground, SECONDS_MAX), compiles(ground.root)]);
  return isCode ? verdict : { ...verdict, kind: 'broken', why: 'does not compile' };
}

/** The verdict of the first finder that is red; where none is, of one that could not run, or that had no time left. */
async function firstRed(all: readonly Finder[], ground: Ground, secondsMax: number): Promise<Found> {
  const startedAt = performance.now();
  const untilMs = startedAt + secondsMax * 1000;
  let found: Found = { kind: 'green', why: 'nobody found it', by: '', seconds: 0 };
  for (const finder of all) {
    const verdict = await run(finder, { ...ground, untilMs });
    const seconds = (performance.now() - startedAt) / 1000;
    found = verdict.kind === 'green' ? { ...found, seconds } : { ...verdict, by: finder.name, seconds };
    if (verdict.kind === 'red' || verdict.kind === 'late') return found;
  }
  return found;
}

function misfit(error: unknown): Found {
  return { kind: 'broken', why: (error as Error).message, by: '', seconds: 0 };
}

function print(name: string, law: string, outcome: string, { by, why, seconds }: Found): void {
  const time = `${seconds.toFixed(1)} s`.padStart(7);
  const line = [outcome.padEnd(6), name.padEnd(34), law.padEnd(41), time, by.padEnd(10), why.slice(0, 110)];
  console.log(line.join('  '));
}

function readArguments() {
  const options = {
    help: { type: 'boolean' },
    list: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
  } as const;
  return parseArgs({ options }).values;
}

process.exitCode = (await main()) ? 0 : 1;
