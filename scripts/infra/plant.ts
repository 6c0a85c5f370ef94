import type { Copies } from './copy.ts';
import { type Mistake, readMistakes } from './planted.ts';
import { tryOut, unexplained } from './try-out.ts';
import type { Against } from './world.ts';

const AT_ONCE = 3;

/** Makes each mistake in a copy of `initialised`, some together; prints who caught it, and returns what nobody did. */
export async function planted(
  copies: Copies,
  initialised: string,
  against: Against,
  together: number,
): Promise<string[]> {
  const mistakes = await readMistakes();
  const batches = ['validate', 'plan', 'rules', 'test'].flatMap((by) =>
    inBatches(
      mistakes.filter((each) => each.by === by),
      together,
    ),
  );
  const waiting = batches.values();
  const problems: string[] = [];
  async function work(): Promise<void> {
    for (const batch of waiting) {
      const verdicts = await tryOut(copies, initialised, against, batch);
      for (const { mistake, caught } of verdicts)
        console.log(`${caught ? mistake.by.padEnd(8) : 'NOBODY  '} ${mistake.name}`);
      const missed = verdicts.filter(({ caught }) => !caught);
      problems.push(
        ...missed.map(({ mistake, said: output }) => `not caught: ${mistake.name}\n${output}`),
        ...unexplained(verdicts),
      );
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`${mistakes.length} planted mistakes`);
  return problems;
}

/** Of one kind, and each in another file. What ends a plan, or a part of it, hides what comes after: it is alone. */
function inBatches(all: readonly Mistake[], together: number): Mistake[][] {
  const size = all[0]?.by === 'rules' ? together : 1;
  const batches: Mistake[][] = [];
  for (const mistake of all) {
    const open = batches.find(
      (batch) => batch.length < size && !batch.some(({ file }) => file === mistake.file),
    );
    if (open) open.push(mistake);
    else batches.push([mistake]);
  }
  return batches;
}
