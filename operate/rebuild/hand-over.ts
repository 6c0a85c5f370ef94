import { PermanentError } from '../../shared/errors.ts';
import type { Event } from '../../shared/events/event.ts';
import type { Message } from '../../shared/platform/platform.ts';
import type { Env } from '../../shared/runtime/env.ts';
import { toMessage } from '../../shared/runtime/outgoing.ts';

/** The function, as a platform would hand it messages, and how to wait before one is tried again. */
export type Receiver = { receive(message: Message): Promise<void>; readonly sleep: Env['sleep'] };
export type Stop = { requested: boolean };
export type Handed = { handled: number; readonly failed: Record<string, number>; isWhole: boolean };

const LANES = 16;
const TRIES = 5;

/**
 * Hands these to the function: many accounts at once, and what is about one account in turn, so that no two contend
 * for one document. `isWhole` is false where it was asked to stop before the end.
 */
export async function handOver(to: Receiver, events: readonly Event[], stop: Stop): Promise<Handed> {
  const handed: Handed = { handled: 0, failed: {}, isWhole: true };
  const lanes = lanesOf(events);
  const worker = async () => {
    for (let lane = lanes.pop(); lane; lane = lanes.pop()) {
      for (const event of lane) {
        if (stop.requested) handed.isWhole = false;
        if (!handed.isWhole) return;
        const refusal = await handOne(to, event).catch((error: unknown) => {
          handed.isWhole = false; // the others need not go on
          throw error;
        });
        if (refusal === undefined) handed.handled += 1;
        else handed.failed[refusal] = (handed.failed[refusal] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, worker));
  return handed;
}

/** The reason where the function refuses it for good; what is not for good is tried again a few times, then thrown. */
async function handOne({ receive, sleep }: Receiver, event: Event): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      await receive(toMessage(event));
      return undefined;
    } catch (error) {
      if (error instanceof PermanentError) return error.code;
      if (tries >= TRIES) throw error;
      await sleep(200 * 2 ** tries);
    }
  }
}

/** The events of each account. */
function lanesOf(events: readonly Event[]): Event[][] {
  const lanes = new Map<string, Event[]>();
  for (const event of events) {
    const { accountId } = event.data as { accountId: string };
    const lane = lanes.get(accountId) ?? [];
    lane.push(event);
    lanes.set(accountId, lane);
  }
  return [...lanes.values()];
}
