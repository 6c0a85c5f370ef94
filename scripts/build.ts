import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type BuildOptions, build, type Plugin, stop } from 'esbuild';
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
  const [library = new Uint8Array()] = (await bundled({ entryPoints: [AUTH] })).values();
  for (const [name, code] of await bundlesOf(functions)) await install(name, code, library);
  await stop(); // esbuild's own process would keep all that it has read for as long as we live
}

/** In one run, which reads each library once; a function's bytes are the same whoever is built beside it. */
async function bundlesOf(functions: readonly Registered[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map(
    functions.map(({ room, fn: { name } }) => [
      name,
      `import fn from './functions/${room}/${name}/function.ts';
        import { serve } from './shared/runtime/main.ts';
        serve(fn);`,
    ]),
  );
  return bundled({ entryPoints: [...contents.keys()], plugins: [madeEntries(contents)], external: [AUTH] });
}

/** Entry points that are in no file. */
function madeEntries(contents: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'made-entries',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ kind, path }) =>
        kind === 'entry-point' ? { path, namespace: 'made' } : undefined,
      );
      onLoad({ filter: /./, namespace: 'made' }, ({ path }) => ({
        contents: contents.get(path) ?? '',
        resolveDir: process.cwd(),
        loader: 'ts',
      }));
    },
  };
}

// Off Google's machines alone: where it is not asked for, nobody reads it.
const AUTH = 'google-auth-library';

async function install(name: string, code: Uint8Array, library: Uint8Array): Promise<void> {
  const folder = `dist/${name}`;
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const starts = await bundled({
    entryPoints: { start: 'shared/runtime/start.ts' },
    define: {
      BUNDLE_DIGEST: JSON.stringify(digest),
      BUNDLE_ENCODING: JSON.stringify(isAscii(code) ? 'latin1' : 'utf8'),
    },
  });
  await mkdir(folder, { recursive: true });
  await removeCachesBut(folder, digest);
  await mkdir(`${folder}/node_modules/${AUTH}`, { recursive: true });
  await put(`${folder}/node_modules/${AUTH}/index.js`, library);
  await put(`${folder}/index.cjs`, code);
  for (const start of starts.values()) await put(`${folder}/start.cjs`, start);
}

/** What esbuild makes of each entry point, by its name. */
async function bundled(options: BuildOptions): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles = [] } = await build({
    bundle: true,
    write: false,
    outdir: 'dist',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false }, // `start.cjs` runs it as a script, which may require and not import
    legalComments: 'none',
    // Comments are all that is not ASCII, and a source that is ASCII takes half the memory.
    minifyWhitespace: true,
    lineLimit: 160,
    logLevel: 'warning',
    ...options,
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path, '.js'), contents]));
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
