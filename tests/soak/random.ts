import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** Chance from a seed: the same seed draws the same. */
export type Random = {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number;
  /** Whether something of this share happens. */
  happens(share: number): boolean;
  of<T>(things: readonly [T, ...T[]]): T;
};

export function randomFrom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  // Neighbouring seeds begin alike; after a few steps they have nothing in common.
  skipN(generator, 20);
  const below = (limit: number) => uniformInt(generator, 0, limit - 1);
  return {
    below,
    happens: (share) => below(1_000_000) < share * 1_000_000,
    of: (things) => things[below(things.length)] ?? things[0],
  };
}
