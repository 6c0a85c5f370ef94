import { mkdir, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { type Registered, registry } from '../functions/registry.ts';

/**
 * Bundles each function into `dist/<name>/index.cjs`: its own code, the runtime and the framework, and nothing
 * of time or revision, so that the same source gives the same bytes.
 */
export async function buildFunctions(functions: readonly Registered[] = registry): Promise<void> {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(functions.map(bundle));
}

async function bundle({ room, fn }: Registered): Promise<void> {
  await mkdir(`dist/${fn.name}`, { recursive: true });
  await build({
    stdin: {
      contents: `import fn from './functions/${room}/${fn.name}/function.ts';
        import { serve } from './shared/runtime/main.ts';
        serve(fn);`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    outfile: `dist/${fn.name}/index.cjs`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (process.argv[1] === import.meta.filename) {
  const startedAt = performance.now();
  await buildFunctions();
  console.log(
    `built ${registry.length} functions into dist/ in ${Math.round(performance.now() - startedAt)} ms`,
  );
}
