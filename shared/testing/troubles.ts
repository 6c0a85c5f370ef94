import { CODES, type Platform, StoreError } from '../platform/platform.ts';
import { type Call, eachCall } from './each-call.ts';

/**
 * What happens at one call. `lost-answer`: it took effect, and the caller hears of a failure. `own-retry`: it
 * took effect, and the client tried it again by itself. A code: the store refuses with it and nothing happened.
 */
export type Trouble = 'none' | 'lost-answer' | 'own-retry' | 'crash-before' | 'crash-after' | number;

/** A process's platform on which the calls of each kind go wrong in this order, and later ones go well. */
export function withTroubles(
  platform: Platform,
  troubles: { readonly [Kind in Call]?: readonly Trouble[] },
): Platform {
  let alive = true;
  const calls = new Map<string, number>();

  return eachCall(platform, (kind, call) => async (...args) => {
    const n = calls.get(kind) ?? 0;
    calls.set(kind, n + 1);
    const trouble = troubles[kind]?.[n] ?? 'none';
    if (trouble === 'crash-before') alive = false;
    if (!alive) throw new Error('crashed');
    if (typeof trouble === 'number') throw new StoreError(trouble);
    const result = await call(...args);
    if (trouble === 'own-retry') return call(...args);
    if (trouble === 'lost-answer') throw new StoreError(CODES.unavailable);
    if (trouble === 'crash-after') alive = false;
    if (!alive) throw new Error('crashed');
    return result;
  });
}
