import type { Stack } from '../../local/stack.ts';
import { googlePlatform } from '../../shared/platform/google.ts';
import { driftFrom } from '../../shared/store/drifts.ts';
import type { Difference } from './difference.ts';

/** What is older than this has been lost; in production it is minutes. All accounts have their turn at each tick. */
export const HEALS_SOON = {
  MISSED_AFTER_SECONDS: '10',
  SETTLED_AFTER_SECONDS: '10',
  DAY_ACCOUNTS: '5000',
  NIGHT_ACCOUNTS: '5000',
};

const SETTLED_MS = 11_000;

type Healed = { readonly drifts: ReadonlyMap<string, number>; readonly differences: readonly Difference[] };

export const NOTHING_LOST: Healed = { drifts: new Map(), differences: [] };

/** Two runs that fetch what was missed, and comparisons that settle it; what is then unsettled is a difference. */
export async function heal(stack: Stack, untilQuiet: () => Promise<void>): Promise<Healed> {
  await new Promise((wake) => setTimeout(wake, SETTLED_MS));
  for (const name of [
    'fetch-missed-events',
    'fetch-missed-events',
    'reconcile-accounts',
    'reconcile-accounts',
  ]) {
    await stack.tick(name);
    await untilQuiet();
  }
  const platform = googlePlatform({ projectId: 'demo-counterfoil' });
  const found = await platform.query({ collection: 'drift' });
  const drifts = new Map<string, number>();
  const differences: Difference[] = [];
  for (const drift of found.flatMap((document) => driftFrom(document) ?? [])) {
    const { id, cause, state, settledAt, accountId } = drift;
    const name = `${cause} ${state}`;
    drifts.set(name, (drifts.get(name) ?? 0) + 1);
    if (settledAt === undefined)
      differences.push({ where: `${accountId} ${id}`, what: cause, expected: 'settled', seen: state });
  }
  return { drifts, differences };
}
