import { defineCommand } from 'citty';
import { markOf } from '../shared/runtime/log.ts';
import { runAsMain } from './command.ts';
import { openEnvironment } from './environment.ts';
import { type LogLine, linesOf, traceOf } from './log-lines.ts';
import { Refusal } from './refusal.ts';

const logs = defineCommand({
  meta: {
    name: 'npm run logs --',
    description: 'What functions logged of one trace, account or event, the oldest first',
  },
  args: {
    trace: { type: 'string', valueHint: 'id', description: 'Of a W3C trace: 32 hexadecimal digits' },
    account: { type: 'string', valueHint: 'id', description: 'Of what concerns this account' },
    event: { type: 'string', valueHint: 'id', description: 'Of each handling of this event' },
    project: { type: 'string', description: 'The project to look at' },
  },
  async run({ args }) {
    const { trace, event } = args;
    // A log names an account by a mark: at some banks its id is its number.
    const account = args.account === undefined ? undefined : markOf({ accountId: args.account });
    if (trace === undefined && account === undefined && event === undefined)
      throw new Refusal('Say of what: --trace, --account or --event.');
    const environment = await openEnvironment(args.project);
    const lines = await linesOf(environment, {
      ...(trace !== undefined && { trace: [trace] }),
      ...(account !== undefined && { account: [account] }),
      ...(event !== undefined && { eventId: [event] }),
    });
    console.log(`In ${environment.name}:`);
    if (lines.length === 0)
      console.log('  nothing is kept of it: 30 days in the cloud, 20,000 lines on the local stack.');
    for (const line of lines) console.log(`  ${wordsOf(line)}`);
  },
});

/** One line for people: when, who, what, how it ended, and where to look further. */
function wordsOf(line: LogLine): string {
  const { time, severity, message, outcome, status, reason, errorCode, milliseconds, eventId } = line;
  const what = [line.type ?? line.route ?? line.cause, message, outcome ?? status, reason ?? errorCode];
  const took = milliseconds === undefined ? undefined : `${milliseconds} ms`;
  const trace = traceOf(line);
  const told = [...what, took, eventId, trace && `trace ${trace}`].filter(
    (each) => each !== undefined && each !== '',
  );
  return [time, String(severity).padEnd(7), String(line.function).padEnd(22), ...told].join('  ');
}

await runAsMain(logs);
