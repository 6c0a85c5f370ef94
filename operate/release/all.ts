import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import type { Host } from './host.ts';
import { before, type Change } from './plan.ts';
import { release, type Surroundings } from './release.ts';

const AT_ONCE = 4;

/** Releases them, a few at once; where one goes back, what has not begun stays as it is. Answers with the exit code. */
export async function releaseAll(
  changes: readonly Change[],
  surroundings: Omit<Surroundings, 'tell'>,
): Promise<number> {
  const width = Math.max(...changes.map(({ fn }) => fn.name.length));
  const outcomes = new Map<string, string>();
  const waiting = changes.values();
  let goesOn = true;

  async function work(): Promise<void> {
    for (const change of waiting) {
      const { name } = change.fn;
      if (!goesOn || surroundings.signal.aborted) continue;
      const tell = (line: string) =>
        console.log(`${new Date().toISOString()}  ${name.padEnd(width)}  ${line}`);
      const outcome = await release(change, { ...surroundings, tell }).then(
        (verdict) => (verdict ? `not released, ${verdict.is}. ${verdict.why}` : 'released'),
        (error: Error) => `not released. ${error.message}`,
      );
      outcomes.set(name, outcome);
      goesOn &&= outcome === 'released';
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log();
  for (const { fn } of changes)
    console.log(`${fn.name.padEnd(width)}  ${outcomes.get(fn.name) ?? 'not begun'}`);
  return goesOn && outcomes.size === changes.length ? 0 : 1;
}

/** Gives all traffic of each back to the revision before, or to this one. */
export async function returnAll(
  host: Host,
  functions: readonly DeclaredFunction[],
  to: string | undefined,
): Promise<number> {
  for (const { name } of functions) {
    const revision = to ?? (await before(host, name));
    await host.route(await host.service(name), { [revision]: 100 });
    console.log(`${name}: ${revision} serves`);
  }
  return 0;
}
