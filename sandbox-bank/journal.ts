import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { World } from './accounts.ts';
import { type PaymentPlan, paymentPlan } from './payment-plans.ts';

const request = z.object({ path: z.string(), body: z.string(), idempotencyKey: z.string().optional() });
const entry = z.object({
  at: z.iso.datetime(),
  request: request.optional(),
  ids: z.array(z.string()),
  // By how much the balance that it told was wrong.
  offMinor: z
    .string()
    .regex(/^-?[1-9]\d*$/)
    .optional(),
  // What will go wrong with the payment that it took.
  plan: paymentPlan.optional(),
  // The clock was moved to so many seconds ahead; nothing else happened.
  aheadSeconds: z.int().positive().optional(),
});

/** A POST to the bank's API, as it came. */
export type Request = z.output<typeof request>;

/** What changed the books, when, and the ids it drew: a request, a move of the clock or, without either, what fell due. */
export type Entry = z.output<typeof entry>;

/** A closed bank: how its books came to be, and the ids of the events that its subscriber has not acknowledged. */
export const keptBank = z.object({ entries: z.array(entry), unacknowledged: z.array(z.string()) });
export type KeptBank = z.output<typeof keptBank>;

/** Writes down what changes the books, in the order of its effect, so that doing it again gives the same books. */
export function openJournal(world: Pick<World, 'now' | 'newId'>) {
  const entries: Entry[] = [];
  const running = new AsyncLocalStorage<{ entry: Entry; draw: World['newId'] }>();

  return { entries, now, newId, offMinor, plan, record, moved, replay };

  /** One instant for all that one entry does. */
  function now(): Date {
    const at = running.getStore()?.entry.at;
    return at === undefined ? world.now() : new Date(at);
  }

  function newId(prefix: string): string {
    const current = running.getStore();
    if (!current) return world.newId(prefix);
    const { entry, draw } = current;
    // Whatever changes the books draws an id, if only its event's; what was refused or asked for again draws none.
    if (entry.ids.length === 0) entries.push(entry);
    const id = draw(prefix);
    entry.ids.push(id);
    return id;
  }

  /** By how much the balance that this entry tells is wrong: drawn when it is told, and the same ever after. */
  function offMinor(draw: () => bigint): bigint {
    const entry = running.getStore()?.entry;
    const off = entry?.offMinor === undefined ? draw() : BigInt(entry.offMinor);
    if (entry && off !== 0n) entry.offMinor = `${off}`;
    return off;
  }

  /** What will go wrong with the payment that this entry takes: drawn when it is taken, and the same ever after. */
  function plan(draw: () => PaymentPlan): PaymentPlan {
    const entry = running.getStore()?.entry;
    const drawn = entry?.plan ?? draw();
    if (entry && Object.keys(drawn).length > 0) entry.plan = drawn;
    return drawn;
  }

  /** Writes down a move of the clock, which draws no id. */
  function moved(aheadSeconds: number): void {
    entries.push({ at: now().toISOString(), aheadSeconds, ids: [] });
  }

  function record<T>(request: Request | undefined, act: () => T): T {
    if (running.getStore()) return act(); // being replayed, under its own entry
    const entry: Entry = { at: world.now().toISOString(), ...(request && { request }), ids: [] };
    return running.run({ entry, draw: world.newId }, act);
  }

  /** Does everything again at its time and with its ids. Rejects when something has another effect than it had. */
  async function replay(kept: readonly Entry[], act: (entry: Entry) => unknown) {
    for (const { ids, ...same } of kept) {
      const entry: Entry = { ...same, ids: [] };
      const left = [...ids];
      const draw = (prefix: string) => (left[0]?.startsWith(prefix) && left.shift()) || world.newId(prefix);
      await running.run({ entry, draw }, async () => act(entry));
      if (isDeepStrictEqual(entry.ids, ids)) continue;
      throw new Error(
        `${same.request?.path ?? 'what fell due'} at ${same.at} has another effect than it had`,
      );
    }
  }
}
