import { setTimeout as pause } from 'node:timers/promises';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { Refusal } from '../refusal.ts';
import { callOf } from './call.ts';
import { giveBack } from './give-back.ts';
import type { Host } from './host.ts';
import { missing, type Verdict } from './judge.ts';
import { type Metrics, Unanswered } from './metrics.ts';
import type { Change } from './plan.ts';
import { imageIn, isSpread, taggedIn } from './service.ts';
import { watch } from './watch.ts';

const STEPS = [5, 25, 100];
const LOOK_EVERY_MS = 30_000;
// Functions tell what they counted every ten seconds, and a collector or Prometheus passes it on a little later.
const TOLD_WITHIN_MS = 20_000;
const TAKEN_OVER: Verdict = { is: 'taken over', why: 'somebody else moved its traffic' };

export type Surroundings = {
  readonly host: Host;
  readonly metrics: Metrics;
  /** How long each step is looked at. */
  readonly stepMs: number;
  /** Aborted where whoever releases gives up. */
  readonly signal: AbortSignal;
  tell(line: string): void;
};

/**
 * Releases one function. Its new revision is called first where no traffic comes, then gets 5 %, 25 % and all of it; at the
 * first sign that it is worse than the revision before, or where nobody can tell, that has all of it again.
 */
export async function release(
  { fn, serving, image, waiting }: Change,
  surroundings: Surroundings,
): Promise<Verdict | undefined> {
  const { host, signal, tell } = surroundings;
  let candidate: string | undefined;
  try {
    const found = await host.service(fn.name);
    if (!isSpread(found, { [serving]: 100 })) return TAKEN_OVER;
    const deployed = waiting
      ? await host.route(found, { [serving]: 100 }, waiting)
      : await host.deploy(found, image, serving);
    const tagged = taggedIn(deployed);
    if (!tagged || tagged.revision === serving) {
      throw new Refusal(`${fn.name}: its new revision has no address under its tag.`);
    }
    const { spec } = await host.revision(tagged.revision);
    if (imageIn(spec.containers, fn.name) !== image) {
      throw new Refusal(`${tagged.revision} was made by somebody else meanwhile, of another image.`);
    }
    candidate = tagged.revision;
    tell(`${candidate} is there, without traffic; ${serving} serves`);
    const verdict = await climb(fn, { serving, ...tagged }, surroundings).catch(unlessUnanswered);
    if (!verdict) {
      await host.route(await host.service(fn.name), { [candidate]: 100 });
      tell(`${candidate} serves`);
      return undefined;
    }
    tell(verdict.why);
    if (verdict !== TAKEN_OVER) await giveBack(fn.name, { serving, candidate }, surroundings);
    return verdict;
  } catch (error) {
    await giveBack(fn.name, { serving, candidate }, surroundings);
    throw signal.aborted ? signal.reason : error;
  } finally {
    await host
      .close(fn.name)
      .catch((error: Error) => tell(`what called it is left behind: ${error.message}`));
  }
}

/** Metrics that are missing are a verdict. */
function unlessUnanswered(error: unknown): Verdict {
  if (error instanceof Unanswered) return { is: 'unknown', why: `metrics: ${error.message}` };
  throw error;
}

/** Step by step; ends with why it must go back, or with nothing once it has all of the traffic. */
async function climb(
  fn: DeclaredFunction,
  { serving, revision: candidate, url }: { serving: string; revision: string; url: string },
  { host, metrics, stepMs, signal, tell }: Surroundings,
): Promise<Verdict | undefined> {
  const seen = watch(metrics, fn, { serving, candidate }, new Date());
  let shares: Record<string, number> = { [serving]: 100 };
  let own = 0;
  const answers = async (): Promise<Verdict | undefined> => {
    const found = await host.service(fn.name);
    if (!isSpread(found, shares)) return TAKEN_OVER;
    own += 1;
    const instead = await host.call(found, url, callOf(fn, new Date()));
    return instead === undefined ? undefined : { is: 'worse', why: `under its tag it answered ${instead}` };
  };

  const refused = await answers();
  if (refused) return refused;
  let inLast = 0;
  for (const percent of STEPS) {
    const before = await seen.calls(new Date());
    const found = await host.service(fn.name);
    if (!isSpread(found, shares)) return TAKEN_OVER;
    signal.throwIfAborted();
    shares = percent === 100 ? { [candidate]: 100 } : { [candidate]: percent, [serving]: 100 - percent };
    await host.route(found, shares, candidate);
    tell(`${candidate} has ${percent} %`);
    own = 0;
    for (const endsAt = Date.now() + stepMs; Date.now() < endsAt; ) {
      await pause(Math.min(LOOK_EVERY_MS, stepMs / 4), undefined, { signal });
      const verdict = (await answers()) ?? (await seen.worse(new Date()));
      if (verdict) return verdict;
    }
    await pause(Math.min(TOLD_WITHIN_MS, stepMs), undefined, { signal });
    const after = await seen.calls(new Date());
    const counted = {
      candidate: after.candidate - before.candidate,
      serving: after.serving - before.serving,
    };
    const verdict = missing({ percent, ...counted, own, before: inLast });
    if (verdict) return verdict;
    inLast = counted.candidate - own + counted.serving;
    tell(`${counted.candidate} calls of it and ${counted.serving} of ${serving}: nothing is worse`);
  }
  return isSpread(await host.service(fn.name), shares) ? undefined : TAKEN_OVER;
}
