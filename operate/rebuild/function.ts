import { registry } from '../../functions/registry.ts';
import type { DeclaredFunction, EventFunction } from '../../shared/runtime/declared.ts';
import { configOf } from '../here.ts';
import { Refusal } from '../refusal.ts';

/** The function of that name; a `Refusal` where it cannot be rebuilt from what banks delivered. */
export function rebuildable(
  name: string,
  functions: readonly DeclaredFunction[] = registry.map(({ fn }) => fn),
): EventFunction {
  const fn = functions.find((each) => each.name === name);
  if (!fn) throw new Refusal(`No function is called ${name}: functions/registry.ts lists them.`);
  if (fn.trigger !== 'event' || fn.on[0].topic !== 'bank-facts') {
    throw new Refusal(
      `${name} does not listen to bank-facts: only what banks said is archived, to be told again.`,
    );
  }
  if (fn.publishes.some(({ topic }) => topic === 'bank-facts')) {
    throw new Refusal(`${name} tells others what they keep, and a rebuild tells nobody: that would be lost.`);
  }
  configOf(fn); // what calls someone outside is refused here
  return fn;
}
