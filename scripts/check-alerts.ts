import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promtool, tryOut } from './check-alerts/promtool.ts';
import { allTrials, type Trial } from './check-alerts/trials.ts';
import { RULES } from './manifest/alerts.ts';

const AT_ONCE = 2;

/** Checks the alerts, tries them on their series, and then each change of them, which some series must notice. */
async function main(): Promise<number> {
  const startedAt = performance.now();
  const checked = await promtool('check', 'rules', RULES);
  console.log(checked.output.trim());
  const trials = await allTrials();
  const asTheyAre = trials.filter(({ change }) => change === undefined);
  const changed = trials.filter(({ change }) => change !== undefined);

  const outcomes = await tryAll(asTheyAre);
  const wrong = asTheyAre.filter((trial) => !outcomes.get(trial)?.ok);
  for (const trial of wrong) console.error(`${trial.of}: ${outcomes.get(trial)?.output}`);
  console.log(`${asTheyAre.length - wrong.length} of ${asTheyAre.length} hold on their series`);
  if (!checked.ok || wrong.length > 0) return 1;

  const noticed = await tryAll(changed);
  const survivors = changed.filter((trial) => noticed.get(trial)?.ok);
  tell(changed, survivors);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${changed.length - survivors.length} of ${changed.length} changes noticed, in ${seconds} s`);
  return survivors.length > 0 ? 1 : 0;
}

async function tryAll(trials: readonly Trial[]): Promise<Map<Trial, Awaited<ReturnType<typeof tryOut>>>> {
  const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  const outcomes = new Map();
  const waiting = trials.entries();
  async function work(): Promise<void> {
    for (const [n, trial] of waiting) outcomes.set(trial, await tryOut(trial, join(folder, String(n))));
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await rm(folder, { recursive: true });
  }
  return outcomes;
}

function tell(changed: readonly Trial[], survivors: readonly Trial[]): void {
  const count = (list: readonly Trial[], name: string) => list.filter(({ of }) => of === name).length;
  console.log(`${'changes of'.padEnd(24)}noticed  survived`);
  for (const name of new Set(changed.map(({ of }) => of))) {
    const survived = count(survivors, name);
    const killed = count(changed, name) - survived;
    console.log(`${name.padEnd(24)}${String(killed).padStart(7)}${String(survived).padStart(10)}`);
  }
  for (const { of, change } of survivors) console.log(`survived: ${of}, ${change}`);
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 1;
});
