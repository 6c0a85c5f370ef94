import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Platform, readOne } from '../../shared/platform/platform.ts';
import type { EventFunction } from '../../shared/runtime/declared.ts';
import type { Env } from '../../shared/runtime/env.ts';
import type { Stored } from '../../shared/store/document.ts';
import { type Rebuild, rebuildFrom, rebuildPath, writeRebuild } from '../../shared/store/rebuilds.ts';
import { configOf, quietEnv } from '../here.ts';
import { Refusal } from '../refusal.ts';
import { archivePages } from './archive.ts';
import { factsFor } from './facts.ts';
import { handOver, type Stop } from './hand-over.ts';

/** Where a rebuild begins: at a checkpoint, or anew. */
export type Begin = { readonly read: Stored; readonly rebuild: Rebuild; readonly isNew: boolean };

export async function beginning(
  platform: Platform,
  fn: EventFunction,
  { since, restart }: { since?: string | undefined; restart: boolean },
): Promise<Begin> {
  const read = await readOne(platform, rebuildPath(fn.name));
  const known = rebuildFrom(read);
  if (known && !restart) {
    if (since !== undefined && since !== known.since) {
      throw new Refusal(
        `The rebuild that was begun goes from ${known.since ?? 'the first delivery'}: leave --since out to go on, or add --restart.`,
      );
    }
    return { read, rebuild: known, isNew: false };
  }
  const now = new Date().toISOString();
  const counts = { deliveries: 0n, handled: 0n, failed: {} };
  const rebuild: Rebuild = {
    generation: `gen_${randomUUID()}`,
    since,
    ...counts,
    state: 'running',
    startedAt: now,
    updatedAt: now,
  };
  return { read, rebuild, isNew: true };
}

/**
 * Hands the archive's facts to one function, page by page, and notes after each how far it is; a page that was cut off
 * is handed over again, and the inbox of this generation makes that once. Answers how it stands at the end or at the stop.
 */
export async function runRebuild(
  platform: Platform,
  fn: EventFunction,
  { read, rebuild }: Begin,
  {
    stop,
    onPage,
    sleep = quietEnv(platform).sleep,
  }: { stop: Stop; onPage: (receivedAt: string, rebuild: Rebuild) => void; sleep?: Env['sleep'] },
): Promise<Rebuild> {
  const env = { ...quietEnv(platform), sleep, rebuild: rebuild.generation };
  const to = { receive: fn.start(env, configOf(fn)), sleep };
  let document = read;
  let now: Rebuild = { ...rebuild, state: 'running' };
  const note = async (next: Rebuild) => {
    now = { ...next, updatedAt: new Date().toISOString() };
    document = await checkpoint(platform, document, now);
  };

  await note(now);
  for await (const page of archivePages(platform, { since: now.since, after: now.cursor })) {
    const found = page.deliveries.map((delivery) => factsFor(fn, delivery));
    const events = found.flatMap((each) => each.events);
    const { handled, failed, isWhole } = await handOver(to, events, stop);
    if (!isWhole) return now;
    const unread = found.flatMap(({ refused }) => (refused === undefined ? [] : [{ [refused]: 1 }]));
    await note({
      ...now,
      cursor: [...page.last],
      deliveries: now.deliveries + BigInt(page.deliveries.length),
      handled: now.handled + BigInt(handled),
      failed: added(now.failed, failed, ...unread),
    });
    onPage(page.last[0], now);
    if (stop.requested) return now;
  }
  await note({ ...now, state: 'done' });
  return now;
}

async function checkpoint(platform: Platform, document: Stored, rebuild: Rebuild): Promise<Stored> {
  const failure = await platform.commit([writeRebuild(document, rebuild)]).then(
    () => undefined,
    (error: Error) => error,
  );
  const stored = await readOne(platform, document.path);
  // Of a commit whose answer was lost, what is there tells that it took effect.
  if (!failure || isDeepStrictEqual(rebuildFrom(stored), rebuildFrom(asStored(rebuild)))) return stored;
  if (!isDeepStrictEqual(stored.version, document.version)) {
    throw new Refusal('Another rebuild of this function is under way: let it end, or stop it.');
  }
  throw failure;

  function asStored(next: Rebuild): Stored {
    const made = writeRebuild({ ...document, fields: undefined }, next);
    return { ...document, fields: made.do === 'create' ? made.fields : undefined };
  }
}

function added(
  sums: Readonly<Record<string, bigint>>,
  ...counts: readonly Readonly<Record<string, number>>[]
): Record<string, bigint> {
  const after = { ...sums };
  for (const each of counts) {
    for (const [reason, count] of Object.entries(each)) after[reason] = (after[reason] ?? 0n) + BigInt(count);
  }
  return after;
}
