import type { Firestore } from '@google-cloud/firestore';
import type { Stack } from '../../local/stack.ts';
import { get } from './http.ts';

const PROGRESS_EVERY_MS = 10_000;

/** Waits until all has arrived, and says now and then what has not; rejects with that when the time is over. */
export async function untilQuiet(
  stack: Stack,
  firestore: Firestore,
  deadline: number,
  say: (line: string) => void,
): Promise<void> {
  let toldAt = Date.now();
  while (!(await stack.isQuiet())) {
    if (Date.now() > deadline) throw new Error(`Not quiet in time. ${await waitingIn(stack, firestore)}`);
    await new Promise((wake) => setTimeout(wake, 200));
    if (Date.now() - toldAt < PROGRESS_EVERY_MS) continue;
    toldAt = Date.now();
    say(`  ${waitingLine(stack)}`);
  }
}

export function waitingLine(stack: Stack): string {
  const waiting = Object.entries(stack.waiting()).map(
    ([subscription, messages]) => `${subscription} ${messages}`,
  );
  return waiting.length === 0 ? 'nothing is being handled' : `being handled: ${waiting.join(', ')}`;
}

export async function waitingIn(stack: Stack, firestore: Firestore): Promise<string> {
  const { pending } = await get<{ pending: number }>(`${stack.bank}/_sandbox/pending`);
  const { size } = await firestore.collection('inbox').where('unpublished', '==', true).get();
  return `Events that the bank still tells: ${pending}; inboxes unpublished: ${size}; ${waitingLine(stack)}.`;
}
