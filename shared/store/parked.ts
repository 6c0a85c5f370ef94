import * as z from 'zod';
import type { messageParked } from '../events/dead-letters.ts';
import { bytesFrom, createInChunks } from './chunks.ts';
import { type Condition, defined, lastId, path, type Query, type Stored, type Write } from './document.ts';

/** One time that a function gave a message up. */
export type GivenUp = z.output<typeof messageParked.data>;

/**
 * - `waiting`: for an operator, or for what it names in `waitsFor`.
 * - `redriven`: on its way to its function once more, or handled; if it is given up again, it waits again.
 * - `dropped`: never to be handled, by an operator's word.
 */
export const PARKED_STATES = ['waiting', 'redriven', 'dropped'] as const;
export type ParkedState = (typeof PARKED_STATES)[number];

const stored = z.object({
  function: z.string(),
  reason: z.string(),
  facts: z.record(z.string(), z.string()),
  attempts: z.bigint(),
  traceparent: z.string(),
  parkedAt: z.string(),
  lastParkedAt: z.string().optional(),
  state: z.enum(PARKED_STATES),
  waitsFor: z.string().optional(),
  redrivenFor: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
});

/**
 * A message that was given up, without its bytes. `attempts` is how often it was, after each redrive anew; what Pub/Sub
 * or the bank only repeats counts once, since how often that is says nothing. `redrivenFor` is what it was redriven by
 * itself for, once that had come.
 */
export type Parked = z.output<typeof stored> & { readonly id: string };

export function parkedPath(parkedId: string): string {
  return path('parked', parkedId);
}

export function parkedFrom({ path: at, fields }: Stored): Parked | undefined {
  return fields && { id: decodeURIComponent(lastId(at)), ...stored.parse(fields) };
}

/** The message as it was delivered when it was given up first. */
export function messageFrom(read: Stored, chunks: readonly Stored[]) {
  const attributes = (read.fields?.attributes ?? {}) as Readonly<Record<string, string>>;
  return { data: bytesFrom(read, chunks), attributes };
}

/**
 * Parks a message with its bytes, or notes that one which was parked before was given up again: with the first bytes
 * and the last reason. `cameBack` is true of one that had been redriven; `isHandled` of one that its function handled
 * in the meantime, which waits for nobody. What was dropped stays so: that it comes again is no news.
 */
export function writeParked(
  read: Stored,
  now: { at: string; traceparent: string; cameBack: boolean; isHandled: boolean },
  { parkedId: _, message, facts, attempts, ...why }: GivenUp,
): Write[] {
  const before = parkedFrom(read);
  const reason = {
    ...why,
    state: now.isHandled ? 'redriven' : 'waiting',
    facts: Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, String(fact)])),
  };
  if (!before) {
    const { at: parkedAt, traceparent } = now;
    const first = { schema: 1n, ...reason, attempts: BigInt(attempts), parkedAt, traceparent };
    const fields = defined({ ...first, attributes: message.attributes });
    return createInChunks(read.path, Buffer.from(message.dataBase64, 'base64'), fields);
  }
  if (before.state === 'dropped') return [];
  const again = now.cameBack
    ? { attempts: before.attempts + BigInt(attempts), lastParkedAt: now.at }
    : { attempts: before.attempts > BigInt(attempts) ? before.attempts : BigInt(attempts) };
  // What it waited for is told anew each time, or it waits for nothing any more.
  const { waitsFor: _waitedFor, ...kept } = read.fields ?? {};
  return [{ do: 'replace', read, fields: defined({ ...kept, ...reason, ...again }) }];
}

/** Sets the state of what was read; `redrivenFor` where nobody but the awaited itself had it redriven. */
export function writeParkedState(read: Stored, state: ParkedState, redrivenFor?: string): Write {
  const fields = { ...read.fields, state, ...(redrivenFor !== undefined && { redrivenFor }) };
  return { do: 'replace', read, fields };
}

/** Leaves it to an operator: what it waited for has come, and it cannot be redriven by itself. */
export function writeWaitsNoMore(read: Stored): Write {
  const { waitsFor: _, ...fields } = read.fields ?? {};
  return { do: 'replace', read, fields };
}

/** What waits for this, in no order that matters. */
export function waitingFor(what: string, limit: number): Query {
  const where: readonly Condition[] = [
    ['waitsFor', '==', what],
    ['state', '==', 'waiting'],
  ];
  return { collection: 'parked', where, limit };
}

/** What a transaction's recorder gave up about it: the bank contradicts itself. */
export function parkedAbout(transactionId: string): Query {
  return { collection: 'parked', where: [['facts.transactionId', '==', transactionId]], limit: ABOUT_MAX };
}

const ABOUT_MAX = 20;

/** What is parked, newest first. */
export function parkedPage(
  only: { state?: string | undefined; function?: string | undefined; reason?: string | undefined },
  limit: number,
  after?: readonly [parkedAt: string, id: string],
): Query {
  const where = Object.entries(only).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, '==', value] as const],
  );
  return {
    collection: 'parked',
    where,
    orderBy: [['parkedAt', 'desc']],
    ...(after && { startAfter: after }),
    limit,
  };
}
