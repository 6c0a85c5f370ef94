import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { UnsecuredJWT } from 'jose';
import type { Registered } from '../../functions/registry.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { variablesOf } from '../manifest/declared.ts';
import { type Engine, runNode } from './engine.ts';

/** Kept between builds, since V8 never writes the same bytes twice: an image is the same only while its cache is. */
const CACHES = '.local/code-caches';

const PROJECT = 'demo-counterfoil';

export type FirstCall = {
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly env: Readonly<Record<string, string>>;
};

/**
 * Puts each function's code cache beside its bundle, and answers with the files' names. Each is kept under a name that says what
 * it was made from: the bundle, Node and the processor. What is not kept yet is made, by the base's own Node.
 */
export async function codeCaches(
  engine: Engine,
  base: string,
  functions: readonly Registered[],
  dist: string,
): Promise<ReadonlyMap<string, string>> {
  await mkdir(CACHES, { recursive: true });
  const node = await runNode(engine, base, {}, ['-p', 'process.version + "-" + process.arch']);
  const files = new Map<string, string>();
  for (const { fn } of functions) {
    const digest = createHash('sha256').update(await readFile(`${dist}/${fn.name}/index.cjs`));
    files.set(fn.name, `index-${digest.digest('hex').slice(0, 16)}-${node}.cache`);
  }
  const missing: DeclaredFunction[] = [];
  for (const { fn } of functions) if (!(await isKept(files.get(fn.name)))) missing.push(fn);
  if (missing.length > 0) await make(engine, base, missing, dist);
  for (const [name, file] of files) await copyFile(`${CACHES}/${file}`, `${dist}/${name}/${file}`);
  return files;
}

function isKept(file = ''): Promise<boolean> {
  return access(`${CACHES}/${file}`).then(
    () => true,
    () => false,
  );
}

async function make(
  engine: Engine,
  base: string,
  functions: readonly DeclaredFunction[],
  dist: string,
): Promise<void> {
  const folder = await mkdtemp(`${tmpdir()}/first-calls-`);
  try {
    await writeFile(`${folder}/calls.json`, JSON.stringify(functions.map(firstCall)));
    await build({
      entryPoints: ['scripts/images/first-calls.ts'],
      outfile: `${folder}/main.cjs`,
      bundle: true,
      platform: 'node',
      target: 'node20',
      logLevel: 'warning',
    });
    const folders = { '/first-calls': folder, '/dist': resolve(dist), '/caches': resolve(CACHES) };
    await runNode(engine, base, folders, ['/first-calls/main.cjs']);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A call of the kind that starts it: what it cannot read it refuses or parks, by the same code as what it can. */
function firstCall(fn: DeclaredFunction): FirstCall {
  const { name } = fn;
  const env = { GOOGLE_CLOUD_PROJECT: PROJECT, PUSH_TOKEN_CHECKED_BY: 'cloud-run', ...variables(fn) };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${aToken()}` };
  if (fn.trigger === 'request') {
    const [route = 'GET /'] = fn.routes;
    const [method = 'GET', path = '/'] = route.split(' ');
    const body = method === 'GET' ? {} : { body: '{}' };
    return {
      ...{ name, method, env, ...body, path: path.replaceAll(/:\w+/g, 'sandbox') },
      headers: { ...headers, 'idempotency-key': 'first-call' },
    };
  }
  const attributes = fn.trigger === 'event' ? { type: fn.on[0].type } : {};
  const message = { data: Buffer.from('{}').toString('base64'), attributes, messageId: '1' };
  return {
    ...{ name, path: '/', method: 'POST', headers, env },
    body: JSON.stringify({ message, subscription: 'projects/p/subscriptions/s' }),
  };
}

/** What each variable that it cannot do without might be. */
function variables(fn: DeclaredFunction): Record<string, string> {
  const secret = `whsec_${Buffer.from('a secret of nothing but a first call').toString('base64')}`;
  return Object.fromEntries(
    variablesOf(fn)
      .filter(({ required }) => required)
      .map(({ name }) => [name, name.endsWith('_URL') ? 'http://127.0.0.1:9000/bank' : secret]),
  );
}

function aToken(): string {
  const token = new UnsecuredJWT({ role: 'operator' })
    .setSubject('customer')
    .setAudience(PROJECT)
    .setIssuedAt();
  return token.setIssuer(`https://securetoken.google.com/${PROJECT}`).setExpirationTime('1h').encode();
}
