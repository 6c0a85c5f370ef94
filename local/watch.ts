import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buildFunctions } from '../scripts/build.ts';
import type { LocalFunction } from './functions.ts';

const SETTLE_MS = 100;

/** Builds again when a source file changes, and restarts just the functions whose bundle is another; answers how to stop. */
export async function watchSources(
  functions: readonly LocalFunction[],
  say: (line: string) => void,
): Promise<() => void> {
  const digests = new Map<string, string>();
  for (const { fn } of functions) digests.set(fn.name, await digestOf(fn.name));
  let timer: NodeJS.Timeout | undefined;
  let building = Promise.resolve();

  const watchers = ['functions', 'shared'].map((folder) =>
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        building = building.then(rebuild);
      }, SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };

  async function rebuild(): Promise<void> {
    say('building ...');
    try {
      await buildFunctions();
    } catch {
      return say('not built; the functions go on as they were'); // esbuild has said where and why
    }
    for (const local of functions) {
      const digest = await digestOf(local.fn.name);
      if (digest === digests.get(local.fn.name)) continue;
      digests.set(local.fn.name, digest);
      await local.restart();
      say(`${local.fn.name} is built anew`);
    }
  }
}

async function digestOf(name: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(`dist/${name}/index.cjs`))
    .digest('hex');
}
