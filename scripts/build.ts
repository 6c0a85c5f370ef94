import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { type BuildOptions, build } from 'esbuild';
import { type Registered, registry } from '../functions/registry.ts';

/**
 * Bundles each function into `dist/<name>/index.cjs`: its own code, the runtime and the framework, and nothing
 * of time or revision, so that the same source gives the same bytes; beside it `start.cjs`, which starts it.
 * Each is put in its place whole, so that a stack can go on running meanwhile.
 */
export async function buildFunctions(functions: readonly Registered[] = registry): Promise<void> {
  await mkdir('dist', { recursive: true });
  const gone = (await readdir('dist')).filter((name) => !functions.some(({ fn }) => fn.name === name));
  await Promise.all(gone.map((name) => rm(`dist/${name}`, { recursive: true, force: true })));
  await Promise.all(functions.map(bundle));
}

async function bundle({ room, fn }: Registered): Promise<void> {
  const folder = `dist/${fn.name}`;
  const code = await bundled({
    stdin: {
      contents: `import fn from './functions/${room}/${fn.name}/function.ts';
        import { serve } from './shared/runtime/main.ts';
        serve(fn);`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
  });
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const start = await bundled({
    entryPoints: ['shared/runtime/start.ts'],
    define: {
      BUNDLE_DIGEST: JSON.stringify(digest),
      BUNDLE_ENCODING: JSON.stringify(isAscii(code) ? 'latin1' : 'utf8'),
    },
  });
  await mkdir(folder, { recursive: true });
  await removeCachesBut(folder, digest);
  await put(`${folder}/index.cjs`, code);
  await put(`${folder}/start.cjs`, start);
}

async function bundled(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    // Comments are all that is not ASCII, and a source that is ASCII takes half the memory.
    minifyWhitespace: true,
    lineLimit: 160,
    logLevel: 'warning',
    ...options,
  });
  const [file] = outputFiles ?? [];
  if (!file) throw new Error('esbuild made nothing');
  return file.contents;
}

async function put(file: string, contents: Uint8Array): Promise<void> {
  await writeFile(`${file}.${process.pid}`, contents);
  await rename(`${file}.${process.pid}`, file);
}

async function removeCachesBut(folder: string, digest: string): Promise<void> {
  const caches = (await readdir(folder)).filter((name) => name.endsWith('.cache') && !name.includes(digest));
  await Promise.all(caches.map((name) => rm(`${folder}/${name}`)));
}

if (process.argv[1] === import.meta.filename) {
  const startedAt = performance.now();
  await buildFunctions();
  console.log(
    `built ${registry.length} functions into dist/ in ${Math.round(performance.now() - startedAt)} ms`,
  );
}
