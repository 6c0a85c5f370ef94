import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';
import * as z from 'zod';

const share = z.number().min(0).max(1).default(0);

/**
 * What goes wrong with deliveries; all nothing by default. The shares are of deliveries, 0 to 1.
 * An unknown name is refused, because a fault that silently never happens makes a test pass for nothing.
 */
export const faultsSchema = z.strictObject({
  seed: z.int().default(0),
  duplicate: share.describe('sent once more, as a delivery of its own with the same event ids'),
  retell: share.describe('told once more, as other events: all the same but the ids of the events'),
  reorder: share.describe('held back so that later ones overtake'),
  drop: share.describe('lost at the first try, and sent again later'),
  delayMs: z.int().min(0).max(60_000).default(0).describe('each waits anything up to this'),
  burstMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('what is due is held back, and sent all at once every so many ms; 0: sent when it is due'),
  skewSeconds: z
    .int()
    .min(-86_400)
    .max(86_400)
    .default(0)
    .describe('how wrong the clock in the timestamp is'),
  skewShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('whose first try the wrong clock stamps; below 1 a retry goes out by a clock that is right'),
  rotateEvery: z.int().min(0).default(0).describe('the next secret signs after so many deliveries; 0: never'),
  batch: z.int().min(0).max(500).default(1).describe('the most events in one delivery'),
});

export type Faults = z.output<typeof faultsSchema>;

/** What happens to one delivery. */
export interface Plan {
  secretIndex: number;
  lost: boolean;
  reordered: boolean;
  /** Whether the wrong clock stamps its first try. */
  skewed: boolean;
  waitMs: number;
  /** How long after the delivery its duplicate follows, or the same under other event ids; absent for none. */
  duplicateAfterMs?: number;
  retellAfterMs?: number;
}

const heldBackMs = { min: 50, max: 300 };
const againWithinMs = 100;

/** Plans one delivery after the other. The same faults, seed included, give the same plans in the same order. */
export function planner(faults: Faults, secretCount: number): () => Plan {
  const generator = xoroshiro128plus(faults.seed);
  // Neighbouring seeds begin alike; after a few steps they have nothing in common.
  skipN(generator, 20);
  const draw = () => uniformFloat64(generator);
  let planned = 0;

  return () => {
    // Always as many draws, so that one fault's share does not decide which deliveries another fault meets.
    const [duplicate, after, reorder, back, drop] = [draw(), draw(), draw(), draw(), draw()];
    const [delay, retell, retellAfter, skew] = [draw(), draw(), draw(), draw()];
    const heldMs = reorder < faults.reorder ? heldBackMs.min + back * (heldBackMs.max - heldBackMs.min) : 0;
    const rotations = faults.rotateEvery > 0 ? Math.floor(planned / faults.rotateEvery) : 0;
    planned += 1;
    return {
      secretIndex: rotations % secretCount,
      lost: drop < faults.drop,
      reordered: reorder < faults.reorder,
      skewed: skew < faults.skewShare,
      waitMs: Math.round(heldMs + delay * faults.delayMs),
      ...(duplicate < faults.duplicate && { duplicateAfterMs: Math.round(after * againWithinMs) }),
      ...(retell < faults.retell && { retellAfterMs: Math.round(retellAfter * againWithinMs) }),
    };
  };
}
