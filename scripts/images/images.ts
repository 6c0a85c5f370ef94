import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registered } from '../../functions/registry.ts';
import { codeCaches } from './caches.ts';
import { buildImage, digestOf, type Engine, hasImage } from './engine.ts';

export type Image = {
  readonly name: string;
  /** Where it is on this machine; its tag says what it was made from. */
  readonly tag: string;
  readonly digest: string;
  /** Over its base, not compressed. */
  readonly bytes: number;
  readonly isNew: boolean;
};

/** The base that the Dockerfile names. */
export async function defaultBase(): Promise<string> {
  const [, base] = /^ARG BASE=(\S+)$/m.exec(await readFile('Dockerfile', 'utf8')) ?? [];
  if (!base) throw new Error('The Dockerfile names no base.');
  return base;
}

/** An image of each function, from what is in `dist`; what did not change since it was built is not built again. */
export async function imagesOf(
  engine: Engine,
  base: string,
  functions: readonly Registered[],
  { again = false }: { again?: boolean } = {},
): Promise<Image[]> {
  const caches = await codeCaches(engine, base, functions);
  const before = `${await readFile('Dockerfile', 'utf8')}\n${await digestOf(engine, base)}`;
  const images: Image[] = [];
  for (const { fn } of functions) {
    const context = `dist/${fn.name}`;
    const cache = caches.get(fn.name) ?? '';
    const { hash, bytes } = await contents(context, cache, before);
    const tag = `localhost/counterfoil/${fn.name}:${hash.slice(0, 16)}`;
    const isNew = again || !(await hasImage(engine, tag));
    if (isNew) await buildImage(engine, { tag, context, arguments: { BASE: base, CACHE: cache } });
    images.push({ name: fn.name, tag, digest: await digestOf(engine, tag), bytes, isNew });
  }
  return images;
}

/** What goes into an image; readable to all there, whatever this machine makes files like. */
async function contents(context: string, cache: string, before: string) {
  const hash = createHash('sha256').update(before);
  const names = (await readdir(`${context}/node_modules`, { recursive: true })).sort();
  let bytes = 0;
  await chmod(`${context}/node_modules`, 0o755);
  for (const name of ['index.cjs', 'start.cjs', cache, ...names.map((each) => join('node_modules', each))]) {
    const path = join(context, name);
    const isFolder = (await stat(path)).isDirectory();
    await chmod(path, isFolder ? 0o755 : 0o644);
    if (isFolder) continue;
    const file = await readFile(path);
    bytes += file.length;
    hash.update(`${name} ${file.length}\n`).update(file);
  }
  return { hash: hash.digest('hex'), bytes };
}

/** Names the images of a registry by their digests, for kustomize and for Terraform. */
export async function writeDigests(digests: ReadonlyMap<string, string>): Promise<void> {
  await mkdir('.local/images', { recursive: true });
  await writeFile('.local/images/digests.json', `${JSON.stringify(Object.fromEntries(digests), null, 2)}\n`);
}
