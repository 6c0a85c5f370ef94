import { defineCommand } from 'citty';
import type { Reads } from '../../shared/platform/platform.ts';
import { PARKED_STATES, type Parked, parkedFrom, parkedPage } from '../../shared/store/parked.ts';
import { openEnvironment } from '../environment.ts';
import { Refusal } from '../refusal.ts';
import { columns } from '../text.ts';
import { readParked } from './read.ts';

export const list = defineCommand({
  meta: { name: 'list', description: 'What is parked, newest first' },
  args: {
    state: {
      type: 'enum',
      options: [...PARKED_STATES, 'all'],
      default: 'waiting',
      description: 'Only what is in this state',
    },
    function: { type: 'string', description: 'Only what this function gave up' },
    reason: { type: 'string', description: 'Only what was given up for this reason, as in fact.conflict' },
    limit: { type: 'string', default: '50', description: 'How many a page' },
    after: { type: 'string', valueHint: 'id', description: 'The last id of the page before' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const limit = Number(args.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new Refusal('--limit is 1 to 1000.');
    const { platform, name } = await openEnvironment(args.project);
    const state = args.state === 'all' ? undefined : args.state;
    const only = { state, function: args.function, reason: args.reason };
    const { page, isLast } = await readPage(platform, only, limit, args.after);
    console.log(`In ${name}:`);
    if (page.length === 0) return console.log(`  nothing${state ? ` is ${state}` : ''} here.`);
    for (const line of tableOf(page)) console.log(line);
    if (!isLast) console.log(`There is more: add --after ${page.at(-1)?.id}`);
  },
});

async function readPage(
  reads: Reads,
  only: Parameters<typeof parkedPage>[0],
  limit: number,
  after: string | undefined,
): Promise<{ page: Parked[]; isLast: boolean }> {
  const last = after === undefined ? undefined : (await readParked(reads, after)).parked;
  const found = await reads.query(parkedPage(only, limit + 1, last && [last.parkedAt, last.id]));
  const page = found.slice(0, limit).flatMap((document) => parkedFrom(document) ?? []);
  return { page, isLast: found.length <= limit };
}

export function tableOf(page: readonly Parked[]): string[] {
  const head = ['id', 'function', 'reason', 'attempts', 'since', 'state', 'waits for'];
  const rows = page.map((parked) => [
    parked.id,
    parked.function,
    parked.reason,
    String(parked.attempts),
    parked.parkedAt,
    parked.state,
    parked.waitsFor ?? '',
  ]);
  return columns([head, ...rows]);
}
