import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { registry } from '../functions/registry.ts';
import type { Kind } from '../shared/events/event.ts';
import { ROOMS } from './manifest/declared.ts';
import { NAME } from './manifest/rules.ts';
import { withFunction } from './new-function/registered.ts';
import { type Trigger, written } from './new-function/templates.ts';

const HELP = `npm run new -- <room>/<verb-noun> --on <kind> | --routes | --every <minutes>

Makes functions/<room>/<verb-noun>/ with a function that runs and a test that passes, adds it to
functions/registry.ts, and makes again what is made from there (npm run manifest).

  --on <kind>         it reacts to an event, as in transaction.recorded
  --routes            it answers HTTP
  --every <minutes>   it runs on a schedule
  rooms: ${ROOMS.join(', ')}
  verbs: serve- answers apps; receive- and order- take a request in; send-, submit-, fetch- and resolve- call
         someone outside; any other changes our own data
`;

class Refusal extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(HELP);
    return;
  }

  const { room, name } = placeOf(positionals);
  const { code, test, api } = written(name, await triggerOf(values));

  const folder = `functions/${room}/${name}`;
  const registered = withFunction(await readFile('functions/registry.ts', 'utf8'), { room, name });
  const texts = new Map([
    [`${folder}/function.ts`, code],
    [`${folder}/function.test.ts`, test],
    ...(api === undefined ? [] : [[`${folder}/api.ts`, api] as const]),
    ['functions/registry.ts', registered],
  ]);
  await mkdir(folder, { recursive: true });
  for (const [file, text] of texts) await writeFile(file, text);

  run('node_modules/.bin/biome', 'check', '--write', '--log-level=error', ...texts.keys());
  run(process.execPath, '--import', 'tsx', 'scripts/manifest.ts');
  console.log(
    `\nNext: say in ${folder}/function.ts what it is for, what it costs when it fails, and what it does.`,
  );
}

function readArguments() {
  try {
    const options = {
      on: { type: 'string' },
      routes: { type: 'boolean' },
      every: { type: 'string' },
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new Refusal((error as Error).message);
  }
}

function placeOf(positionals: readonly string[]): { room: string; name: string } {
  const [place = '', ...more] = positionals;
  const [room = '', name = '', ...deeper] = place.split('/');
  if (more.length > 0 || deeper.length > 0 || name === '') {
    throw new Refusal('Name one function with its room, as in ledger/expire-holds.');
  }
  if (!(ROOMS as readonly string[]).includes(room)) {
    throw new Refusal(`"${room}" is not a room. The rooms are ${ROOMS.join(', ')}.`);
  }
  if (!NAME.test(name)) {
    throw new Refusal(`"${name}" is not a name: verb-noun in lower case, of 6 to 30 characters.`);
  }
  const taken = registry.find(({ fn }) => fn.name === name);
  if (taken) throw new Refusal(`${name} is taken: functions/${taken.room}/${name}.`);
  if (existsSync(`functions/${room}/${name}`)) throw new Refusal(`functions/${room}/${name} exists already.`);
  return { room, name };
}

type Options = { on?: string; routes?: boolean; every?: string };

async function triggerOf({ on, routes, every }: Options): Promise<Trigger> {
  if ([on, routes, every].filter((option) => option !== undefined).length !== 1) {
    throw new Refusal('Say what starts it, by one of --on <kind>, --routes, --every <minutes>.');
  }
  if (routes) return { by: 'request' };
  if (on !== undefined) return eventOf(on);
  const everyMinutes = Number(every);
  if (!Number.isInteger(everyMinutes) || everyMinutes < 1 || everyMinutes > 1440) {
    throw new Refusal(`--every takes whole minutes, 1 to 1440, and not "${every}".`);
  }
  return { by: 'schedule', everyMinutes };
}

/** Finds the kind among what the files of shared/events export. */
async function eventOf(type: string): Promise<Trigger> {
  const types: string[] = [];
  for (const file of (await readdir('shared/events')).filter((name) => /^[a-z-]+\.ts$/.test(name))) {
    const exported: Record<string, unknown> = await import(`../shared/events/${file}`);
    for (const [constant, value] of Object.entries(exported)) {
      const kind = value as Partial<Kind>;
      if (typeof kind.type !== 'string' || kind.topic === undefined) continue;
      if (kind.type === type) return { by: 'event', type, topic: kind.topic, constant, file };
      types.push(kind.type);
    }
  }
  throw new Refusal(`Nobody knows the event ${type}. There are: ${types.sort().join(', ')}.`);
}

function run(command: string, ...args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Refusal(`${command} ${args.join(' ')} failed.`);
}

await main().catch((error: unknown) => {
  if (!(error instanceof Refusal)) throw error;
  console.error(`${error.message}\nnpm run new -- --help says more.`);
  process.exitCode = 1;
});
