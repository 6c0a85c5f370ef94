import type { Platform } from '../../shared/platform/platform.ts';
import type { EventFunction } from '../../shared/runtime/declared.ts';
import { capturing } from '../capture.ts';
import { configOf, quietEnv } from '../here.ts';
import { archivePages } from './archive.ts';
import { factsFor } from './facts.ts';
import { handOver, type Stop } from './hand-over.ts';
import type { Begin } from './run.ts';

export type Estimate = {
  readonly facts: number;
  /** How many documents of each collection would be written, as in `merchants` below all accounts. */
  readonly documents: ReadonlyMap<string, number>;
  readonly failed: Readonly<Record<string, number>>;
};

/**
 * What a rebuild would write, each fact decided against what is stored now. Nothing is written, so a fact does not see
 * what one before it would have changed: the documents are right, their content is not looked at.
 */
export async function estimate(
  platform: Platform,
  fn: EventFunction,
  { rebuild }: Begin,
  { stop, onPage }: { stop: Stop; onPage: (receivedAt: string, facts: number) => void },
): Promise<Estimate> {
  const paths = new Set<string>();
  const failed: Record<string, number> = {};
  let facts = 0;
  for await (const page of archivePages(platform, { since: rebuild.since, after: rebuild.cursor })) {
    const captured = capturing(platform);
    const env = { ...quietEnv(captured.platform), rebuild: rebuild.generation };
    const events = page.deliveries.flatMap((delivery) => factsFor(fn, delivery).events);
    const to = { receive: fn.start(env, configOf(fn)), sleep: env.sleep };
    const handed = await handOver(to, events, stop);
    for (const { path } of captured.commits.flat()) paths.add(path);
    for (const [reason, count] of Object.entries(handed.failed))
      failed[reason] = (failed[reason] ?? 0) + count;
    facts += handed.handled;
    onPage(page.last[0], facts);
    if (!handed.isWhole) break;
  }
  return { facts, failed, documents: byCollection([...paths].filter((path) => !path.startsWith('inbox/'))) };
}

function byCollection(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const segments = path.split('/').slice(0, -1);
    const collection = segments.map((segment, n) => (n % 2 === 0 ? segment : '*')).join('/');
    counts.set(collection, (counts.get(collection) ?? 0) + 1);
  }
  return counts;
}
