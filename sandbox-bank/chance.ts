import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/**
 * Draws numbers from 0 to below 1 that follow from the seed. Each stream has its own numbers, so that how often one is
 * drawn from does not change what another gives.
 */
export function drawsOf(seed: number, stream = 0): () => number {
  const generator = xoroshiro128plus(seed);
  // Neighbouring seeds begin alike; after a few steps they have nothing in common.
  skipN(generator, 20);
  for (let jumps = 0; jumps < stream; jumps += 1) generator.jump();
  return () => uniformFloat64(generator);
}
