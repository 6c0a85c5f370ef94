import type { Signal } from './signals.ts';

export type Counted = { readonly bad: number; readonly all: number };

/** Why a release goes no further: it is worse than what was there, nobody can tell, or somebody else decided. */
export type Verdict = { readonly is: 'worse' | 'unknown' | 'taken over'; readonly why: string };

/** Of what a revision was to be called for, half must have been counted where this many calls were to come. */
const CALLS_TO_EXPECT = 20;

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

/** Whether it can be told at all: what is not counted of a revision may be lost with it. */
export function missing(
  percent: number,
  inStep: { readonly candidate: number; readonly serving: number },
): Verdict | undefined {
  const { candidate, serving } = inStep;
  if (candidate <= 0) return { is: 'unknown', why: 'metrics: no call of it was counted, and it was called' };
  if (percent === 100) return undefined; // the one before gets nothing any more, so nobody knows how many were to come
  const expected = ((candidate + serving) * percent) / 100;
  if (expected < CALLS_TO_EXPECT || candidate >= expected / 2) return undefined;
  return {
    is: 'unknown',
    why: `metrics: ${whole(candidate)} calls of it were counted where ${percent} % of the traffic are ${whole(expected)}`,
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
