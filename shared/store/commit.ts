import { PermanentError } from '../errors.ts';
import type { Increments, Write } from './document.ts';

/**
 * Refuses what would silently corrupt money; called by every platform before it commits. The refusals are
 * our own mistakes, so they are plain errors that name the rule; only an amount can be a bank's, and no retry
 * makes it smaller.
 * - A commit of increments alone is applied twice when its answer is lost and the client retries: it needs a
 *   `create`, which turns the second try into a refusal.
 * - `increment(-0)` turns an integer into a double for good, and a zero is never needed.
 * - Firestore's increment takes a JS number: beyond 2^53 it would round.
 * - What is replaced or deleted was read before: without its version Firestore would check nothing.
 * - A field's name is a plain word: in an update a dot would silently nest. Keys of the maps below are free.
 */
export function assertCommittable(writes: readonly Write[]): void {
  if (writes.length === 0) throw new Error('commit.empty');
  const increments = writes.filter((write) => write.do === 'increment');
  if (increments.length > 0 && writes[0]?.do !== 'create') throw new Error('commit.increment-without-create');
  for (const write of increments) assertSafe(write.by);
  for (const write of writes) {
    if ('read' in write && !write.read.fields) throw new Error('commit.nothing-read');
    if ('fields' in write && !Object.keys(write.fields).every(isPlainWord))
      throw new Error('commit.field-name');
  }
}

function isPlainWord(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function assertSafe(by: Increments): void {
  for (const delta of Object.values(by)) {
    if (typeof delta === 'object') assertSafe(delta);
    else if (delta === 0n) throw new Error('commit.increment-by-zero');
    else if (!Number.isSafeInteger(Number(delta))) throw new PermanentError('commit.increment-unsafe');
  }
}
