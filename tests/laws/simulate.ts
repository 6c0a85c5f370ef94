import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { defineCommand } from 'citty';
import { buildSync } from 'esbuild';
import { runAsMain } from '../../operate/command.ts';
import { Refusal } from '../../operate/refusal.ts';
import type { News, Work } from './worker.ts';

const FOLDER = '.local/simulate';

const simulateCommand = defineCommand({
  meta: {
    name: 'npm run simulate --',
    description:
      'Lives through schedules of the whole registry in memory: any order, repetition, crashes, lost answers, clocks; ends at the first that breaks a law, and shows it as small as it gets',
  },
  args: {
    seed: { type: 'string', description: 'What all follows from; a random one where it is left out' },
    schedules: { type: 'string', default: '10000', description: 'How many' },
    from: { type: 'string', default: '0', description: 'The first one: a failing one is told by its number' },
    workers: { type: 'string', default: String(availableParallelism()), description: 'How many at once' },
    shrink: {
      type: 'boolean',
      default: true,
      description: 'Make a failing one small',
      negativeDescription: 'Show a failing one as it was met',
    },
    beside: {
      type: 'string',
      valueHint: 'revision',
      description: 'Processes of that git revision run beside ours',
    },
  },
  async run({ args }) {
    const seed = numberFrom('seed', args.seed ?? String(Math.floor(Math.random() * 2 ** 31)));
    const [count, from, workers] = [
      numberFrom('schedules', args.schedules),
      numberFrom('from', args.from),
      Math.max(1, numberFrom('workers', args.workers)),
    ];
    const file = bundle(args.beside);
    const startedAt = performance.now();
    const lived = { schedules: 0, events: 0, handled: 0 };
    const rate = () => Math.round((lived.schedules / (performance.now() - startedAt)) * 1000);
    const shares = Array.from({ length: Math.min(workers, count) }, (_, n) => {
      return { seed, from: from + n, count: count - n, stride: workers, shrinks: args.shrink };
    });
    const broken = await allOf(file, shares, (news) => {
      lived.schedules += news.schedules;
      lived.events += news.events;
      lived.handled += news.handled;
      process.stderr.write(`${amount(lived.schedules)} of ${amount(count)}, ${amount(rate())} a second\r`);
    });
    if (broken) {
      // Ended right after it, a process would leave the rest of a long text in the pipe.
      await new Promise((written) => process.stdout.write(`${broken.shown}\n`, written));
      const again = `--seed ${seed} --from ${broken.schedule} --schedules 1`;
      throw new Refusal(`A law is broken. To see it again: npm run simulate -- ${again}`);
    }
    const each = (total: number) => (total / lived.schedules).toFixed(1);
    const handled = Math.round((rate() * lived.handled) / lived.schedules);
    console.log(
      `seed ${seed}: ${amount(lived.schedules)} schedules, ${amount(rate())} a second, without a violation; each of ` +
        `${each(lived.events)} events of the bank’s, handled ${each(lived.handled)} times by functions: ${amount(handled)} a second`,
    );
  },
});

/** One file without what a test runner adds, so that it is as fast as what is deployed. */
function bundle(beside: string | undefined): string {
  mkdirSync(FOLDER, { recursive: true });
  const outfile = `${FOLDER}/worker-${process.pid}.mjs`;
  const other = beside === undefined ? undefined : checkedOut(beside);
  const contents = other
    ? `import { registry } from './${other}/functions/registry.ts';
      import { StoreError } from './${other}/shared/platform/platform.ts';
      import { released, work } from './tests/laws/worker.ts';
      await work(released(registry, StoreError));`
    : `import { work } from './tests/laws/worker.ts';
      await work();`;
  buildSync({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    banner: { js: 'Error.stackTraceLimit = 0;' }, // of errors that are thrown on purpose, thousands a second
    outfile,
  });
  process.once('exit', () => rmSync(outfile, { force: true }));
  return outfile;
}

function checkedOut(revision: string): string {
  const commit = execFileSync('git', ['rev-parse', '--verify', `${revision}^{commit}`], {
    encoding: 'utf8',
  }).trim();
  const folder = `${FOLDER}/${commit}`;
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', commit, 'functions', 'shared'], { maxBuffer: 1 << 28 });
  const tar = `${folder}.tar`;
  writeFileSync(tar, archive);
  execFileSync('tar', ['-xf', tar, '-C', folder]);
  rmSync(tar);
  return folder;
}

type Broken = Extract<News, { kind: 'broken' }>;
type Lived = Extract<News, { kind: 'lived' }>;

/** The first schedule that any worker finds broken; the others are ended then. */
async function allOf(
  file: string,
  shares: readonly Work[],
  onLived: (news: Lived) => void,
): Promise<Broken | undefined> {
  let broken: Broken | undefined;
  const workers = shares.map((workerData) => {
    return new Worker(`./${file}`, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 64 } });
  });
  const ended = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.on('message', (news: News) => {
          if (news.kind === 'lived') return onLived(news);
          broken ??= news;
          for (const each of workers) void each.terminate();
        });
        worker.once('error', reject).once('exit', () => resolve());
      }),
  );
  await Promise.all(ended);
  return broken;
}

function numberFrom(name: string, text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new Refusal(`--${name} is a whole number.`);
  return Number(text);
}

function amount(count: number): string {
  return count.toLocaleString('en');
}

await runAsMain(simulateCommand);
