import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { type Counted, type Verdict, worse } from './judge.ts';
import { type Metrics, ofAll, ofRevision } from './metrics.ts';
import { callsOf, DRIFT, signalsOf } from './signals.ts';

const HOUR = 3600;

export type Revisions = { readonly serving: string; readonly candidate: string };

/** Looks at a release from when it began: at what both revisions did, and at what the whole mirror did since. */
export function watch(
  metrics: Metrics,
  fn: DeclaredFunction,
  { serving, candidate }: Revisions,
  began: Date,
) {
  const elapsed = (now: Date) => Math.max(1, (now.getTime() - began.getTime()) / 1000);
  const ask = async (query: string) => (await metrics(query)) ?? 0;

  async function counted(bad: string, all: string): Promise<Counted> {
    const [badly, together] = await Promise.all([ask(bad), ask(all)]);
    return { bad: badly, all: together };
  }

  return {
    /** Of each revision, since the release began. */
    async calls(now: Date): Promise<{ candidate: number; serving: number }> {
      const all = callsOf(fn);
      const seconds = elapsed(now);
      const [ours, theirs] = await Promise.all([
        ask(ofRevision(all, fn.name, candidate, seconds)),
        ask(ofRevision(all, fn.name, serving, seconds)),
      ]);
      return { candidate: ours, serving: theirs };
    },

    /** The first signal that says it is worse. The revision before is judged by an hour more, in which it was alone. */
    async worse(now: Date): Promise<Verdict | undefined> {
      const seconds = elapsed(now);
      for (const signal of signalsOf(fn)) {
        const of = (revision: string, window: number) =>
          counted(
            ofRevision(signal.bad, fn.name, revision, window),
            ofRevision(signal.all, fn.name, revision, window),
          );
        const verdict = worse(signal, await of(serving, seconds + HOUR), await of(candidate, seconds));
        if (verdict) return verdict;
      }
      const before = await counted(ofAll(DRIFT.bad, HOUR, seconds), ofAll(DRIFT.all, HOUR, seconds));
      const since = await counted(ofAll(DRIFT.bad, seconds), ofAll(DRIFT.all, seconds));
      return worse(DRIFT, before, since);
    },
  };
}
