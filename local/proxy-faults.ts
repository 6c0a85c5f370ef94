import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** What goes wrong between a client and an emulator; the shares are of requests, 0 to 1. */
export type ProxyFaults = {
  readonly seed: number;
  /** The connection ends before the request has gone through: in good order, or by an RST. */
  readonly cut: number;
  readonly reset: number;
  /** The request goes through, and the connection ends when its answer begins. */
  readonly cutAnswer: number;
  /** The request, and all that follows it on its connection, waits anything up to this. */
  readonly slow: number;
  readonly slowMs: number;
  /** The connection stays, and passes nothing either way, for anything up to this; then it goes on. */
  readonly blackhole: number;
  readonly blackholeMs: number;
};

export const NO_FAULTS: ProxyFaults = {
  seed: 0,
  cut: 0,
  reset: 0,
  cutAnswer: 0,
  slow: 0,
  slowMs: 0,
  blackhole: 0,
  blackholeMs: 0,
};

/** What happens to one request. */
export type Plan = {
  readonly ends: 'cut' | 'reset' | undefined;
  readonly cutsAnswer: boolean;
  readonly slowMs: number;
  readonly blackholeMs: number;
};

/** Plans one request after the other. The same faults, seed included, give the same plans in the same order. */
export function planner(faults: ProxyFaults): () => Plan {
  const generator = xoroshiro128plus(faults.seed);
  // Neighbouring seeds begin alike; after a few steps they have nothing in common.
  skipN(generator, 20);
  const draw = () => uniformFloat64(generator);

  return () => {
    // Always as many draws, so that one fault's share does not decide which requests another fault meets.
    const [cut, reset, answer, slow, slowFor, hole, holeFor] = Array.from({ length: 7 }, draw) as Draws;
    return {
      ends: cut < faults.cut ? 'cut' : reset < faults.reset ? 'reset' : undefined,
      cutsAnswer: answer < faults.cutAnswer,
      slowMs: slow < faults.slow ? Math.ceil(slowFor * faults.slowMs) : 0,
      blackholeMs: hole < faults.blackhole ? Math.ceil(holeFor * faults.blackholeMs) : 0,
    };
  };
}

type Draws = [number, number, number, number, number, number, number];
