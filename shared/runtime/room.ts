import { setFlagsFromString } from 'node:v8';

// Alone, V8 lets the space for new objects grow to 48 MB, and the one for old ones as long as there is some. That saves
// a fifth of the time where much is done, and costs an instance that does something now and then half of its memory.
const FLAGS = {
  // As V8 has them; the last is what the one before it sets and does not unset.
  wide: ['--semi-space-growth-factor=2', '--no-optimize-for-size', '--max-semi-space-size=0'],
  narrow: ['--semi-space-growth-factor=1', '--optimize-for-size'],
} as const;

export function useRoom(room: keyof typeof FLAGS): void {
  for (const flag of FLAGS[room]) setFlagsFromString(flag);
}

// A process is busy with so many calls under way, or with so much of its time spent.
const BUSY_CALLS = 4;
const BUSY_SHARE = 0.7;
const LOOK_EVERY_MS = 250;

/** Gives V8 room while the process is busy, and takes it back. To be told of each call as it begins and as it ends. */
export function roomForCalls(use = useRoom): { begin(): void; end(): void } {
  let underWay = 0;
  let isBusy = false;
  let looked = performance.eventLoopUtilization();
  let lookedAt = performance.now();
  return {
    begin() {
      underWay += 1;
      const now = performance.now();
      const isDue = now - lookedAt >= LOOK_EVERY_MS;
      if (!isDue && (isBusy || underWay < BUSY_CALLS)) return;
      const { utilization } = performance.eventLoopUtilization(looked);
      const wasBusy = isBusy;
      isBusy = underWay >= BUSY_CALLS || (isDue && utilization >= BUSY_SHARE);
      if (isDue) [looked, lookedAt] = [performance.eventLoopUtilization(), now];
      if (isBusy !== wasBusy) use(isBusy ? 'wide' : 'narrow');
    },
    end() {
      underWay -= 1;
    },
  };
}
