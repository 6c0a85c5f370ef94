import { parseArgs } from 'node:util';
import { registry } from '../functions/registry.ts';
import type { LogLine } from './functions.ts';
import { portBase, refuseBusyPorts } from './ports.ts';
import { type Stack, startStack } from './stack.ts';
import { playStory } from './story.ts';
import { watchSources } from './watch.ts';

const HELP = `Starts all of Counterfoil on this machine, and stays up until Ctrl-C.

  npm start -- [options]

  --quiet               no story: just the stack
  --warm                start every function now, not at its first call
  --watch               build again and restart what changes
  --keep                keep what is stored between starts
  --inspect <function>  let a debugger connect to that function, on port base + 99, once it has been called
  --help                print this

COUNTERFOIL_PORT_BASE moves all ports (default 8400; every port is within base + 0..99).`;

const say = (line: string) => console.log(line);

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) return say(HELP);
  const base = portBase(process.env);

  await refuseBusyPorts(Array.from({ length: 100 }, (_, n) => base + n));
  say('building the functions, starting the emulators ...');
  const logs = collectLogs();
  const stop = stopOnSignals();
  const { warm, keep, inspect } = flags;
  const stack = await startStack({ base, warm, keep, inspect, onLog: logs.add, say });
  stop.by(stack.stop);
  const stopWatching = flags.watch ? await watchSources(stack.functions, say) : () => {};
  process.once('exit', stopWatching);

  say(tableOf(stack));
  say('ready');
  if (!flags.quiet) await playStory(stack, logs, say);
  logs.follow();
  say('\nCtrl-C stops everything.');
}

function readFlags() {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: { quiet: flag, warm: flag, watch: flag, keep: flag, inspect: { type: 'string' }, help: flag },
  });
  if (values.inspect && !registry.some(({ fn }) => fn.name === values.inspect)) {
    throw new Error(
      `No function is called ${values.inspect}: ${registry.map(({ fn }) => fn.name).join(', ')}.`,
    );
  }
  return values;
}

/** Keeps what functions log until the story has told it; from then on, says only what went wrong. */
function collectLogs() {
  let lines: LogLine[] = [];
  let following = false;
  return {
    add(line: LogLine) {
      if (!following) lines.push(line);
      else if (line.severity === 'ERROR')
        say(`${line.function}: ${line.message} (${line.errorCode ?? line.errorName})`);
    },
    take(): LogLine[] {
      const taken = lines;
      lines = [];
      return taken.filter(({ milliseconds }) => milliseconds !== undefined);
    },
    follow() {
      following = true;
      lines = [];
    },
  };
}

function tableOf(stack: Stack): string {
  const rows = [
    ['apps and webhooks', stack.api],
    ['sandbox bank', stack.bank],
    ['push service stand-in', stack.fcm],
    ...Object.entries(stack.emulators).map(
      ([name, address]) => [`${name} emulator`, `http://${address}`] as const,
    ),
    ...stack.functions.map(({ fn, url }) => [fn.name, url] as const),
  ];
  return rows.map(([name, address]) => `  ${name?.padEnd(24)} ${address}`).join('\n');
}

/** On Ctrl-C stops what there is; what is still starting is ended with this process. */
function stopOnSignals() {
  let stop = async () => {};
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      say('\nstopping ...');
      stop().then(
        () => process.exit(0),
        (error: Error) => {
          say(error.message);
          process.exit(1);
        },
      );
    });
  }
  return {
    by(how: () => Promise<void>) {
      stop = how;
    },
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (String(error).includes('Unknown option')) console.error('npm start -- --help tells the options.');
  process.exit(1);
});
