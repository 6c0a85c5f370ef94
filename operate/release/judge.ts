import type { Signal } from './signals.ts';

export type Counted = { readonly bad: number; readonly all: number };

/** Why a release goes no further: it is worse than what was there, nobody can tell, or somebody else decided. */
export type Verdict = { readonly is: 'worse' | 'unknown' | 'taken over'; readonly why: string };

/** What was counted in one step, and what that can be compared with. */
export type Step = {
  readonly percent: number;
  readonly candidate: number;
  readonly serving: number;
  /** How often the release itself called the candidate. */
  readonly own: number;
  /** All calls of the step before. */
  readonly before: number;
};

// Where so many calls were to come, none at all, or fewer than half, is no chance: it happens to a good revision once in
// a thousand steps, or in two hundred (by Poisson's distribution).
const NONE_OF = 7;
const HALF_OF = 20;

/** Whether a signal says that the new revision is worse than the one before; then why, in words. */
export function worse(
  { name, words, margin, least }: Signal,
  before: Counted,
  now: Counted,
): Verdict | undefined {
  const allowed = 2 * share(before) + margin;
  if (now.bad < least || share(now) <= allowed) return undefined;
  return {
    is: 'worse',
    why: `${name}: ${said(now)} ${words}, before it were ${said(before)}`,
  };
}

/** Whether it can be told at all: calls that hang, or whose process dies, are counted by nobody. */
export function missing({ percent, candidate, serving, own, before }: Step): Verdict | undefined {
  if (candidate <= 0) return { is: 'unknown', why: 'metrics: no call of it was counted, and it was called' };
  // Once the one before gets nothing any more, the best that is known is how many came in the last step; nights are quieter.
  const expected = percent === 100 ? before / 2 : ((candidate - own + serving) * percent) / 100;
  const came = Math.max(0, candidate - own);
  const isEnough = expected < NONE_OF || came >= expected / 2 || (expected < HALF_OF && came > 0);
  if (isEnough) return undefined;
  return {
    is: 'unknown',
    why: `metrics: ${whole(came)} calls that came to it were counted, and ${whole(expected)} were to come with ${percent} % of the traffic`,
  };
}

function share({ bad, all }: Counted): number {
  return all > 0 ? bad / all : 0;
}

function said({ bad, all }: Counted): string {
  return `${whole(bad)} of ${whole(all)}`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}
