import { defineCommand } from 'citty';
import { utc } from '../shared/domain/instant.ts';
import { bankFacts } from '../shared/events/bank-facts.ts';
import { instant } from '../shared/events/event.ts';
import type { EventFunction } from '../shared/runtime/declared.ts';
import { confirmChange, runAsMain } from './command.ts';
import { type Environment, openEnvironment } from './environment.ts';
import { archiveSpan } from './rebuild/archive.ts';
import { estimate } from './rebuild/dry-run.ts';
import { rebuildable } from './rebuild/function.ts';
import type { Stop } from './rebuild/hand-over.ts';
import { type Span, startProgress } from './rebuild/progress.ts';
import { type Begin, beginning, runRebuild } from './rebuild/run.ts';
import { Refusal } from './refusal.ts';
import { asWork } from './work.ts';

const rebuild = defineCommand({
  meta: {
    name: 'npm run rebuild --',
    description: 'Hands what banks ever delivered to one function, for a read model that is new or mended',
  },
  args: {
    function: { type: 'string', required: true, valueHint: 'name', description: 'As in tally-spending' },
    since: { type: 'string', valueHint: 'instant', description: 'Only what was received from then on' },
    'dry-run': { type: 'boolean', default: false, description: 'Write nothing: say what would be written' },
    yes: { type: 'boolean', default: false, description: 'Do not ask' },
    restart: { type: 'boolean', default: false, description: 'From the beginning, whatever was done before' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const fn = rebuildable(args.function);
    const since = args.since === undefined ? undefined : readInstant(args.since);
    const environment = await openEnvironment(args.project);
    const restart = args.restart || args['dry-run'];
    const begin = await beginning(environment.platform, fn, { since, restart });
    const from = { since: begin.rebuild.since, after: begin.rebuild.cursor };
    const span = await archiveSpan(environment.platform, from);
    if (!span) return console.log(`Nothing is archived in ${environment.name} that it has not been given.`);
    const stop = stopOnSignal();
    if (args['dry-run']) await tell(environment, fn, begin, { span, stop });
    else await build(environment, fn, begin, { span, stop, yes: args.yes });
  },
});

async function build(
  environment: Environment,
  fn: EventFunction,
  begin: Begin,
  { span, stop, yes }: { span: Span; stop: Stop; yes: boolean },
): Promise<void> {
  const { cursor, handled, since } = begin.rebuild;
  const from = begin.isNew
    ? `from ${since ?? 'the first delivery'}`
    : `going on after ${cursor?.[0] ?? 'its start'}`;
  await confirmChange(environment, `rebuild what ${fn.name} keeps, ${from}`, { yes });
  if (!begin.isNew) console.log(`Going on where it was stopped: ${handled} facts were handled before.`);
  const made = fn.on.filter((kind) => !bankFacts.some(({ type }) => type === kind.type));
  if (made.length > 0) {
    console.log(`Not archived, since no bank said it: ${made.map(({ type }) => type).join(', ')}.`);
  }
  const progress = startProgress(span);
  const onPage = (at: string, now: { handled: bigint }) => progress.at(at, Number(now.handled - handled));
  const end = await asWork(
    environment,
    `rebuild ${fn.name}`,
    () => runRebuild(environment.platform, fn, begin, { stop, onPage }),
    ({ generation, deliveries, handled: facts, state }) => ({
      'counterfoil.generation': generation,
      'counterfoil.outcome': state,
      'counterfoil.deliveries': Number(deliveries),
      'counterfoil.facts': Number(facts),
    }),
  ).finally(progress.end);
  console.log(`${end.handled} facts of ${end.deliveries} deliveries are handled.`);
  for (const [reason, count] of Object.entries(end.failed)) console.log(`  ${count} refused: ${reason}`);
  if (end.state !== 'done') {
    throw new Refusal(`Stopped before the end: npm run rebuild -- --function ${fn.name} goes on from here.`);
  }
  console.log(`${fn.name} is rebuilt.`);
}

async function tell(
  { platform, name }: Environment,
  fn: EventFunction,
  begin: Begin,
  { span, stop }: { span: Span; stop: Stop },
): Promise<void> {
  console.log(`What a rebuild of ${fn.name} from the beginning would write in ${name}; nothing is written.`);
  const progress = startProgress(span);
  const { facts, documents, failed } = await estimate(platform, fn, begin, {
    stop,
    onPage: progress.at,
  }).finally(progress.end);
  console.log(`${facts} facts`);
  for (const [collection, count] of documents) console.log(`  ${count} documents in ${collection}`);
  if (documents.size === 0) console.log('  no document would change');
  for (const [reason, count] of Object.entries(failed)) console.log(`  ${count} refused: ${reason}`);
  if (stop.requested) throw new Refusal('Stopped before the end: this is not all of it.');
}

function stopOnSignal(): Stop {
  const stop: Stop = { requested: false };
  // A second one ends the process at once, as usual: nothing is lost by that but the page under way.
  process.once('SIGINT', () => {
    stop.requested = true;
    console.error('\nstopping after what is under way ...');
  });
  return stop;
}

function readInstant(text: string): string {
  const read = instant.safeParse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (!read.success) throw new Refusal('--since is an instant as in 2026-11-23 or 2026-11-23T10:00:00Z.');
  return utc(read.data);
}

await runAsMain(rebuild);
