import { parseArgs } from 'node:util';
import { buildFunctions } from '../scripts/build.ts';
import { portBase } from './ports.ts';
import { startStack } from './stack.ts';

const say = (line: string) => console.log(line);

async function main(): Promise<void> {
  const { values: flags } = parseArgs({ options: { warm: { type: 'boolean' }, quiet: { type: 'boolean' }, inspect: { type: 'string' } } });
  const base = portBase(process.env);
  await buildFunctions();
  const stack = await startStack({ base, warm: flags.warm ?? false, inspect: flags.inspect, say, onLog: (l) => say(JSON.stringify(l)) });
  say('ready');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void stack.stop().then(() => process.exit(0));
    });
  }
}
await main();
