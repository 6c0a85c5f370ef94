import { drawsOf } from './chance.ts';
import type { Faults } from './faults.ts';

/** What happens to one delivery. */
export interface Plan {
  secretIndex: number;
  /** Lost for good. Nothing else happens to it then: it has no duplicate and is not told again. */
  lost: boolean;
  /** Lost at the first try. */
  dropped: boolean;
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
  const draw = drawsOf(faults.seed);
  // Of a stream of its own, so that a seed goes on giving the plans that it gave before anything was lost for good.
  const drawLoss = drawsOf(faults.seed, 1);
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
      lost: drawLoss() < faults.lose,
      dropped: drop < faults.drop,
      reordered: reorder < faults.reorder,
      skewed: skew < faults.skewShare,
      waitMs: Math.round(heldMs + delay * faults.delayMs),
      ...(duplicate < faults.duplicate && { duplicateAfterMs: Math.round(after * againWithinMs) }),
      ...(retell < faults.retell && { retellAfterMs: Math.round(retellAfter * againWithinMs) }),
    };
  };
}
