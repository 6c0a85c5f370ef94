import { Problem } from './problem.ts';

/** The bank's clock: the world's, and ahead of it by as much as it was moved. It is never moved back. */
export function openClock(world: { now: () => Date }) {
  let aheadSeconds = 0;

  return { now, ahead: () => aheadSeconds, move };

  function now(): Date {
    return new Date(world.now().getTime() + aheadSeconds * 1000);
  }

  function move(toSeconds: number): void {
    if (toSeconds < aheadSeconds)
      throw new Problem(
        409,
        'clock-ahead',
        `The clock is ${aheadSeconds} seconds ahead, and never goes back.`,
      );
    aheadSeconds = toSeconds;
  }
}
