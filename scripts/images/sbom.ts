import { readFile } from 'node:fs/promises';

/** A file that esbuild put into a bundle, as its metafile names it, to the folder of the package that it is of. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

type Locked = { readonly packages: Readonly<Record<string, { version?: string; integrity?: string }>> };

/**
 * What a bundle is made of, in CycloneDX 1.6 as JSON: every package that gave it a line, and no other, each with the hash that the
 * lock file holds its archive to. There is no time in it and no serial number, so that it changes only with what it lists.
 * Source: https://cyclonedx.org/docs/1.6/json
 */
export async function sbomOf(name: string, digest: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[0] ?? []));
  const found = await Promise.all([...folders].map(component));
  // One package may be installed in several folders.
  const once = new Map(found.map((each) => [each.purl, each]));
  const components = [...once.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': name, name, version: digest } },
    components,
    // Which of them asks for which is lost in a bundle; that the function has each of them is not.
    dependencies: [{ ref: name, dependsOn: components.map(({ purl }) => purl) }],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

let locked: Promise<Locked> | undefined;
const known = new Map<string, ReturnType<typeof read>>();

function component(folder: string): ReturnType<typeof read> {
  const reading = known.get(folder) ?? read(folder);
  known.set(folder, reading);
  return reading;
}

async function read(folder: string) {
  const declared = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Record<string, unknown>;
  const { name, version, license } = declared;
  if (typeof name !== 'string' || typeof version !== 'string') throw new Error(`${folder} has no name`);
  const [group, own] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group && { group }),
    name: own,
    version,
    ...(await hashesOf(folder, version)),
    ...(typeof license === 'string' && { licenses: [{ expression: license }] }),
    purl,
  };
}

/** Of the archive that npm unpacked there, as the lock file has it; none where something else is installed than was locked. */
async function hashesOf(folder: string, version: string) {
  locked ??= readFile('package-lock.json', 'utf8').then((text) => JSON.parse(text) as Locked);
  const found = (await locked).packages[folder.slice(folder.indexOf('node_modules/'))];
  const [, base64] = /^sha512-(\S+)$/.exec(found?.integrity ?? '') ?? [];
  if (found?.version !== version || !base64) return {};
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] };
}
