import { randomUUID } from 'node:crypto';
import { PermanentError } from '../errors.ts';
import { CODES, readOne, StoreError } from '../platform/platform.ts';
import { chunkPaths } from '../store/chunks.ts';
import { pathOf, type Stored, type Write } from '../store/document.ts';
import {
  createInbox,
  type InboxEntry,
  inboxFrom,
  inboxPath,
  markPublished,
  unpublishedInboxes,
} from '../store/inbox.ts';
import type { Env } from './env.ts';
import { type Outgoing, publish } from './outgoing.ts';
import { contextIn } from './telemetry.ts';

export type Cause = {
  readonly functionName: string;
  /** An event's id, a schedule's tick, or caller + route + idempotency key. */
  readonly id: string;
  /** Of what the cause asks for: the same cause with another fingerprint is a conflict. */
  readonly fingerprint: string;
  /** Whether the cause comes again if we fail: a message does; a request or a tick does not. */
  readonly comesAgain: boolean;
};

export type Outcome = 'done' | 'repeated';
export type Effects = {
  readonly writes: readonly Write[];
  readonly events: readonly Outgoing[];
  /** For whoever comes again with the cause, as JSON. */
  readonly answer?: string | undefined;
};
export type Done = { readonly outcome: Outcome; readonly answer: string | undefined };

/** An entry, and the document that it stands in as it is now. */
type KeptEntry = InboxEntry & { readonly stored: Stored };

const TRIES = 20;
const { notFound, alreadyExists, failedPrecondition, aborted, unavailable } = CODES;
const DECIDE_AGAIN: ReadonlySet<number> = new Set([
  notFound,
  alreadyExists,
  failedPrecondition,
  aborted,
  unavailable,
]);

/**
 * Does what `decide` returns once for its cause, however often the cause comes: the inbox entry is the first
 * write of the same commit. A crash between commit and publish heals itself, because whoever comes next finds
 * the entry and publishes what it holds.
 */
export async function decideOnce(env: Env, cause: Cause, decide: () => Promise<Effects>): Promise<Done> {
  const at = inboxPath(cause.functionName, cause.id, env.rebuild);
  const attempt = randomUUID();
  // The document that others want as well, known once it was decided what to write.
  let contended: string | undefined;

  async function decideAndCommit(inTurn: boolean): Promise<KeptEntry | undefined> {
    const decided = await decide();
    contended ??= wanted(decided.writes);
    // All at once, only one of those who wait for it would win each time.
    if (!inTurn && contended !== undefined && env.turns.wanting(contended) > 0) return undefined;
    const events = env.rebuild === undefined ? decided.events : [];
    const entry = entryOf(env, cause, attempt, events, decided.answer);
    const created = createInbox(at, entry);
    const version = await env.platform.commit([...created, ...decided.writes]);
    return { ...entry, stored: { path: at, fields: created[0].fields, version } };
  }

  async function takeTurn(thing: string): Promise<KeptEntry | undefined> {
    const { wanting, take } = env.turns;
    if (wanting(thing) > 0) env.telemetry.current().addEvent('turn', { others: wanting(thing) });
    // A long row would keep everybody else's events out: what comes again may come again later.
    if (cause.comesAgain && wanting(thing) >= ROW_MAX) throw contention();
    return take(thing, () => decideAndCommit(true));
  }

  for (let tries = 1; ; tries += 1) {
    try {
      const entry =
        (contended === undefined ? await decideAndCommit(false) : undefined) ??
        (await takeTurn(contended ?? ''));
      if (entry) await publishEntry(env, entry);
      return { outcome: 'done', answer: entry?.answer };
    } catch (error) {
      // Whatever the code says, only the inbox knows whether the commit took effect: a client that retries by
      // itself is told that its own success already exists.
      const found = await readInbox(env, at);
      if (found) {
        await publishEntry(env, found);
        if (found.attempt === attempt) {
          env.telemetry.current().addEvent('answer lost', { try: tries });
          return { outcome: 'done', answer: found.answer };
        }
        env.telemetry.current().addEvent('done before', { at: found.handledAt.toISOString() });
        refuseOtherInput(cause, found);
        return { outcome: 'repeated', answer: found.answer };
      }
      if (!(error instanceof StoreError)) throw error;
      // A document or a commit that is too large is so every time.
      if (error.code === CODES.invalidArgument)
        throw new PermanentError('store.refused', {}, { cause: error });
      if (!DECIDE_AGAIN.has(error.code) || tries >= TRIES) throw error;
      env.telemetry.current().addEvent('decided again', { try: tries, code: error.code });
      env.telemetry.measures.conflicts.add(1, { code: error.code });
      await env.sleep(Math.random() * Math.min(20 * 2 ** tries, 1000));
    }
  }
}

const ROW_MAX = 24;

function contention(): Error {
  return Object.assign(new Error('store.contended'), { code: 'store.contended' });
}

/** The document that others may want as well: an increment never loses. */
function wanted(writes: readonly Write[]): string | undefined {
  const write = writes.find(({ do: how }) => how !== 'increment');
  return write && pathOf(write);
}

/**
 * Calls someone outside, then keeps that it was done. The call gets the inbox path as its idempotency key;
 * where the outside takes none, a crash right after the call may repeat it, and so may two processes at once. In one
 * process the second of two waits, and finds it done.
 */
export async function deliverOnce(
  env: Env,
  cause: Cause,
  deliver: (idempotencyKey: string) => Promise<readonly Outgoing[]>,
): Promise<Outcome> {
  const at = inboxPath(cause.functionName, cause.id);
  return env.turns.take(at, () => deliverUnlessDone(env, cause, at, deliver));
}

async function deliverUnlessDone(
  env: Env,
  cause: Cause,
  at: string,
  deliver: (idempotencyKey: string) => Promise<readonly Outgoing[]>,
): Promise<Outcome> {
  const found = await readInbox(env, at);
  if (found) {
    env.telemetry.current().addEvent('done before', { at: found.handledAt.toISOString() });
    await publishEntry(env, found);
    refuseOtherInput(cause, found);
    return 'repeated';
  }
  // A delivery that fails may have been done by another instance meanwhile: the inbox is read before the error is
  // believed here too.
  const delivered = await deliver(at).then(
    (events) => ({ events }),
    (error: unknown) => ({ error }),
  );
  const { outcome } = await decideOnce(env, cause, async () => {
    if ('error' in delivered) throw delivered.error;
    return { writes: [], events: delivered.events };
  });
  return outcome;
}

const PAGE = 100;
const REPUBLISH_SECONDS = 120;

/** Publishes what requests and ticks left behind when their process ended between commit and publish. */
export async function republishUnpublished(env: Env, { olderThanSeconds = 60 } = {}): Promise<number> {
  const before = new Date(env.now().getTime() - olderThanSeconds * 1000);
  const until = env.now().getTime() + REPUBLISH_SECONDS * 1000;
  const failures: unknown[] = [];
  let count = 0;
  let after: string | undefined;
  // Page by page to the end, so that what cannot be published holds up nothing else.
  do {
    const page = await env.platform.query(unpublishedInboxes(PAGE, after));
    const left = page.filter(({ fields }) => (fields?.handledAt as Date) <= before);
    await Promise.all(left.map((stored) => republish(env, stored).catch((error) => failures.push(error))));
    count += left.length;
    after = page.length === PAGE ? page.at(-1)?.path : undefined;
  } while (after && env.now().getTime() < until);
  // The run fails all the same, so that it is seen.
  if (failures.length > 0) throw failures[0];
  return count;
}

async function republish(env: Env, stored: Stored): Promise<void> {
  const entry = await complete(env, stored);
  for (const { event } of entry?.events ?? []) {
    const context = contextIn(event.traceparent);
    if (context) env.telemetry.current().addLink({ context });
  }
  if (entry) await publish(env.platform, entry.events);
  await markAsPublished(env, stored);
}

/** The same cause with other input was not done, and nobody can know which of the two is true. */
function refuseOtherInput(cause: Cause, found: InboxEntry): void {
  if (found.fingerprint !== cause.fingerprint)
    throw new PermanentError('event.conflict', { cause: cause.id });
}

function entryOf(
  env: Env,
  cause: Cause,
  attempt: string,
  events: readonly Outgoing[],
  answer: string | undefined,
): InboxEntry {
  const unpublished = !cause.comesAgain && events.length > 0;
  return { attempt, fingerprint: cause.fingerprint, events, unpublished, handledAt: env.now(), answer };
}

async function publishEntry(env: Env, { events, stored }: KeptEntry): Promise<void> {
  await publish(env.platform, events);
  await markAsPublished(env, stored);
}

async function markAsPublished(env: Env, stored: Stored): Promise<void> {
  if (stored.fields?.unpublished !== true) return;
  await env.platform.commit([markPublished(stored)]).catch((error) => {
    // Somebody else marked it in the meantime; and a mark that stays only publishes once more.
    if (!(error instanceof StoreError)) throw error;
  });
}

async function readInbox(env: Env, at: string): Promise<KeptEntry | undefined> {
  return complete(env, await readOne(env.platform, at));
}

async function complete(env: Env, stored: Stored): Promise<KeptEntry | undefined> {
  const entry = inboxFrom(stored, await env.platform.get(chunkPaths(stored)));
  return entry && { ...entry, stored };
}
