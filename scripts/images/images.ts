import { createHash, type Hash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Registered } from '../../functions/registry.ts';
import { codeCaches } from './caches.ts';
import { buildImage, digestOf, type Engine, hasImage } from './engine.ts';

const KUSTOMIZATION = 'knative/images/kustomization.yaml';

export type Image = {
  readonly name: string;
  /** Where it is on this machine; its tag says what it was made from. */
  readonly tag: string;
  /** The same without its code cache, whose bytes differ each time that one is made: of two such images one will do. */
  readonly source: string;
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

/** An image of each function, from what is in `dist`, or in another folder; what did not change since it was built is not built again. */
export async function imagesOf(
  engine: Engine,
  base: string,
  functions: readonly Registered[],
  { again = false, dist = 'dist' }: { again?: boolean; dist?: string } = {},
): Promise<Image[]> {
  const caches = await codeCaches(engine, base, functions, dist);
  const before = `${await readFile('Dockerfile', 'utf8')}\n${await digestOf(engine, base)}`;
  const images: Image[] = [];
  for (const { fn } of functions) {
    const context = `${dist}/${fn.name}`;
    const cache = caches.get(fn.name) ?? '';
    const { hash, source, bytes } = await contents(context, cache, before);
    const tag = `localhost/counterfoil/${fn.name}:${hash}`;
    const isNew = again || !(await hasImage(engine, tag));
    if (isNew) await buildImage(engine, { tag, context, arguments: { BASE: base, CACHE: cache } });
    images.push({ name: fn.name, tag, source, digest: await digestOf(engine, tag), bytes, isNew });
  }
  return images;
}

/** What goes into an image; readable to all there, whatever this machine makes files like. */
async function contents(context: string, cache: string, before: string) {
  const hash = createHash('sha256').update(before);
  const source = createHash('sha256').update(before);
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
    for (const each of name === cache ? [hash] : [hash, source])
      each.update(`${name} ${file.length}\n`).update(file);
  }
  return { hash: shortOf(hash), source: shortOf(source), bytes };
}

function shortOf(hash: Hash): string {
  return hash.digest('hex').slice(0, 16);
}

/** Names each function's image in a registry by its digest: for Terraform, and for the overlays of knative/. */
export async function writeDigests(pushed: ReadonlyMap<string, string>): Promise<void> {
  await mkdir('.local/images', { recursive: true });
  await writeFile('.local/images/digests.json', `${JSON.stringify(Object.fromEntries(pushed), null, 2)}\n`);
  const before = await readFile(KUSTOMIZATION, 'utf8');
  const component = parse(before) as { images: { name: string }[] };
  const made = [...pushed].map(([name, image]) => {
    const [newName, digest] = image.split('@');
    return { name: `counterfoil/${name}`, newName, digest };
  });
  // Where not all were pushed, the others stay as they are.
  const kept = component.images.filter(({ name }) => !made.some((each) => each.name === name));
  const images = [...kept, ...made].sort((a, b) => (a.name < b.name ? -1 : 1));
  const [comment = ''] = before.split('\n');
  await writeFile(KUSTOMIZATION, `${comment}\n${stringify({ ...component, images })}`);
}
