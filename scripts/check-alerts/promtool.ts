import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trial } from './trials.ts';

const MISSING =
  'promtool is missing. It comes with Prometheus, on Debian by apt-get install prometheus; PROMTOOL=<path> names it elsewhere.';

export type Outcome = { readonly ok: boolean; readonly output: string };

/** Runs promtool, the one of PROMTOOL where that is set. */
export function promtool(...args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.env.PROMTOOL || 'promtool', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GOGC: '400' }, // it is gone before collecting garbage has paid
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => output.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(MISSING) : error),
    );
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(output).toString() }));
  });
}

/** Whether the series hold of their rules, up to the first that do not. They name them `../prometheus-rules.yaml`. */
export async function tryOut({ of, change, on }: Trial, folder: string): Promise<Outcome> {
  const file = join(folder, 'series/series.yaml');
  await mkdir(join(folder, 'series'), { recursive: true });
  for (const { series, rules } of on) {
    await writeFile(join(folder, 'prometheus-rules.yaml'), rules);
    await writeFile(file, series);
    const outcome = await promtool('test', 'rules', file);
    // What Prometheus cannot read fails every test, and says nothing of any.
    if (outcome.output.includes('could not parse')) throw new Error(`${of}, ${change}: ${outcome.output}`);
    if (!outcome.ok) return outcome;
  }
  return { ok: on.length > 0, output: 'there are no series' };
}
