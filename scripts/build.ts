import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import { type BuildOptions, build, type Plugin, stop } from 'esbuild';
import { type Registered, registry } from '../functions/registry.ts';
import { sbomOf } from './images/sbom.ts';

/** What esbuild made of an entry point, and the files that are in it. */
type Bundle = { readonly code: Uint8Array; readonly inputs: readonly string[] };

type Options = {
  readonly folder?: string | undefined;
  /** What functions reach the cloud by, where it is not REST. */
  readonly transport?: keyof typeof TRANSPORTS | undefined;
  /** Whether the bundle ends with where each line of it came from, for a profile. */
  readonly sourcemap?: boolean | undefined;
};

/** Google's own clients, which REST is measured against and held to; and nothing but memory, to measure all the rest. */
const TRANSPORTS = {
  clients: "export { googlePlatform as openPlatform } from './google.ts';",
  memory:
    "import { memoryCloud } from './memory.ts'; export const openPlatform = () => memoryCloud().instance();",
} as const;

/** Bundles each function into `dist/<name>/`. */
export async function buildFunctions(
  functions: readonly Registered[] = registry,
  options: Options = {},
): Promise<void> {
  await buildEntries(entriesOf(functions), options);
}

/** Each function's process, as text by its name. */
export function entriesOf(functions: readonly Registered[]): Map<string, string> {
  return new Map(
    functions.map(({ room, fn: { name } }) => [
      name,
      `import fn from './functions/${room}/${name}/function.ts';
      import { serve } from './shared/runtime/main.ts';
      serve(fn);`,
    ]),
  );
}

/**
 * Bundles each of these into `<folder>/<name>/index.cjs`: its own code, the runtime and the framework, and nothing
 * of time or revision, so that the same source gives the same bytes; beside it `start.cjs`, which starts it, those
 * libraries of its own that few of its calls need, and `sbom.cdx.json`, which lists every package that is in it.
 * Each is put in its place whole, so that a stack can go on running meanwhile.
 */
export async function buildEntries(
  contents: ReadonlyMap<string, string>,
  { folder = 'dist', transport, sourcemap = false }: Options = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const gone = (await readdir(folder)).filter((name) => !contents.has(name));
  await Promise.all(gone.map((name) => rm(`${folder}/${name}`, { recursive: true, force: true })));
  const libraries = new Map(
    await Promise.all(APART.map(async (name) => [name, await library(name)] as const)),
  );
  // In one run, which reads each library once; an entry's bytes are the same whatever is built beside it.
  const plugins = [
    madeEntries(contents),
    loadedWhenUsed(),
    withoutFollowing(),
    ...(transport ? [anotherTransport(TRANSPORTS[transport])] : []),
  ];
  const codes = await bundled({
    entryPoints: [...contents.keys()],
    plugins,
    external: [...APART],
    ...(sourcemap && { sourcemap: 'inline', sourcesContent: false }),
  });
  for (const [name, bundle] of codes) await install(folder, name, bundle, libraries);
  await stop(); // esbuild's own process would keep all that it has read for as long as we live
}

function anotherTransport(contents: string): Plugin {
  return {
    name: 'another-transport',
    setup({ onLoad }) {
      onLoad({ filter: /\/shared\/platform\/transport\.ts$/ }, ({ path }) => ({
        contents,
        resolveDir: dirname(path),
        loader: 'ts',
      }));
    },
  };
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

/** What the framework loads at once, and uses only for requests that are none of ours. */
function loadedWhenUsed(): Plugin {
  const name = 'loaded-when-used';
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(mime-types|qs)$/ }, ({ path, resolveDir, pluginData }) =>
        pluginData === name ? undefined : { path, namespace: name, pluginData: resolveDir },
      );
      onLoad({ filter: /./, namespace: name }, ({ path, pluginData }) => ({
        contents: `module.exports = new Proxy({}, { get: (_, key) => require('${path}')[key] });`,
        resolveDir: pluginData,
        pluginData: name,
      }));
    },
  };
}

/**
 * The framework runs each request in a domain, to answer for what is thrown in nobody's hands, and in a storage of its
 * own, for the logs of functions that ask for it. By either Node follows every promise, for a quarter of what a webhook
 * costs. Ours answer for themselves, and end where they cannot; their logs know their trace.
 */
function withoutFollowing(): Plugin {
  const namespace = 'without-following';
  const instead = {
    domain: 'exports.create = () => ({ on() {}, run: (act) => act() });',
    './async_local_storage':
      'exports.asyncLocalStorageMiddleware = (_request, _response, next) => next();' +
      'exports.getCurrentContext = () => undefined;',
  } as const;
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(domain|\.\/async_local_storage)$/ }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /./, namespace }, ({ path }) => ({ contents: instead[path as keyof typeof instead] }));
    },
  };
}

/**
 * Large, and loaded by few calls: off Google's machines alone, and where a passkey is checked. Where they are not asked for,
 * nobody reads them.
 */
const APART = ['google-auth-library', '@simplewebauthn/server'] as const;

async function library(name: string): Promise<Bundle> {
  const [bundle = { code: new Uint8Array(), inputs: [] }] = (await bundled({ entryPoints: [name] })).values();
  return bundle;
}

async function install(
  root: string,
  name: string,
  { code, inputs }: Bundle,
  libraries: ReadonlyMap<string, Bundle>,
): Promise<void> {
  const folder = `${root}/${name}`;
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
  const beside = [...libraries].filter(([library]) => Buffer.from(code).includes(`require("${library}")`));
  for (const [library, { code: bytes }] of beside) {
    await mkdir(`${folder}/node_modules/${library}`, { recursive: true });
    await put(`${folder}/node_modules/${library}/index.js`, bytes);
  }
  await put(`${folder}/index.cjs`, code);
  for (const start of starts.values()) await put(`${folder}/start.cjs`, start.code);
  const all = [...inputs, ...beside.flatMap(([, bundle]) => bundle.inputs)];
  await put(`${folder}/sbom.cdx.json`, await sbomOf(name, digest, all));
}

/** What esbuild makes of each entry point, by its name. */
async function bundled(options: BuildOptions): Promise<ReadonlyMap<string, Bundle>> {
  const { outputFiles = [], metafile } = await build({
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
    metafile: true,
    ...options,
  });
  return new Map(
    outputFiles.map(({ path, contents }) => {
      const files = metafile?.outputs[relative(process.cwd(), path)]?.inputs ?? {};
      const inputs = Object.keys(files).filter((file) => (files[file]?.bytesInOutput ?? 0) > 0);
      return [basename(path, '.js'), { code: contents, inputs }];
    }),
  );
}

async function put(file: string, contents: Uint8Array | string): Promise<void> {
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
