import { defineCommand } from 'citty';
import { markOf } from '../shared/runtime/log.ts';
import { runAsMain } from './command.ts';
import { openEnvironment } from './environment.ts';
import { Refusal } from './refusal.ts';

type Line = Readonly<Record<string, string | number | undefined>>;

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
    const { name, project, telemetry } = await openEnvironment(args.project);
    if (telemetry === undefined)
      throw new Refusal(`Ask Cloud Logging:\n  ${askedOfCloud(project, { trace, account, event })}`);
    const wanted = Object.entries({ trace, account, eventId: event }).filter(
      ([, value]) => value !== undefined,
    );
    const query = new URLSearchParams(wanted as [string, string][]);
    const { lines } = (await (await fetch(`${telemetry}/logs?${query}`)).json()) as { lines: Line[] };
    console.log(`In ${name}:`);
    if (lines.length === 0)
      console.log('  nothing is kept of it; the local stack keeps the last 20,000 lines.');
    for (const line of lines.toSorted((a, b) => (String(a.time) < String(b.time) ? -1 : 1)))
      console.log(`  ${wordsOf(line)}`);
  },
});

/** One line for people: when, who, what, how it ended, and where to look further. */
function wordsOf(line: Line): string {
  const { time, severity, message, outcome, status, reason, errorCode, milliseconds, eventId } = line;
  const what = [line.type ?? line.route ?? line.cause, message, outcome ?? status, reason ?? errorCode];
  const took = milliseconds === undefined ? undefined : `${milliseconds} ms`;
  const trace = String(line['logging.googleapis.com/trace'] ?? '')
    .split('/')
    .at(-1);
  const told = [...what, took, eventId, trace && `trace ${trace}`].filter(
    (each) => each !== undefined && each !== '',
  );
  return [time, String(severity).padEnd(7), String(line.function).padEnd(22), ...told].join('  ');
}

function askedOfCloud(project: string, by: { trace?: string; account?: string; event?: string }): string {
  const filter = [
    by.trace && `trace="projects/${project}/traces/${by.trace}"`,
    by.account && `jsonPayload.account="${by.account}"`,
    by.event && `jsonPayload.eventId="${by.event}"`,
  ];
  return `gcloud logging read '${filter.filter(Boolean).join(' AND ')}' --project ${project} --order asc`;
}

await runAsMain(logs);
