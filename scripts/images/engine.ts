import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const ENGINES = ['podman', 'buildah', 'docker'] as const;
export type Engine = (typeof ENGINES)[number];

/** Those that work on this machine, the best first: an engine that is installed may still have no server to ask. */
export function enginesHere(wanted: readonly Engine[] = ENGINES): Engine[] {
  return wanted.filter((engine) => spawnSync(engine, ['info'], { stdio: 'ignore' }).status === 0);
}

/** What the command said; throws with all that it said where it failed. */
export async function say(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, [...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

export type Recipe = {
  readonly tag: string;
  readonly context: string;
  readonly arguments: Readonly<Record<string, string>>;
};

/** Builds an image whose bytes come of its context and its base alone: no time of a build, no order of a folder. */
export async function buildImage(engine: Engine, recipe: Recipe): Promise<void> {
  const given = Object.entries(recipe.arguments).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  // Built from nothing: some releases of buildah take an image of other arguments out of their layer cache.
  const common = ['--no-cache', '-f', 'Dockerfile', '-t', recipe.tag, ...given];
  const args =
    engine === 'docker'
      ? [
          ...['buildx', 'build', '--provenance=false', '--build-arg', 'SOURCE_DATE_EPOCH=0'],
          ...['--output', 'type=docker,rewrite-timestamp=true'],
          ...common,
        ]
      : ['build', '--layers', '--timestamp', '0', ...common];
  await say(engine, [...args, recipe.context]);
}

export async function hasImage(engine: Engine, image: string): Promise<boolean> {
  return digestOf(engine, image).then(
    () => true,
    () => false,
  );
}

/** Whether an image is here, or could be fetched. */
export async function fetchImage(engine: Engine, image: string): Promise<boolean> {
  return (await hasImage(engine, image)) || pull(engine, image);
}

function pull(engine: Engine, image: string): Promise<boolean> {
  return say(engine, ['pull', image]).then(
    () => true,
    () => false,
  );
}

/** Of the image as it is here; a registry, which compresses layers, has one of its own, as reproducible. */
export function digestOf(engine: Engine, image: string): Promise<string> {
  if (engine === 'buildah')
    return say(engine, ['inspect', '--type', 'image', '--format', '{{.FromImageDigest}}', image]);
  const format = engine === 'podman' ? '{{.Digest}}' : '{{.Id}}';
  return say(engine, ['image', 'inspect', '--format', format, image]);
}

/**
 * Under which digest a registry has an image; undefined where it has none. An image that is here as well has digests of here
 * beside the registry's, which is the one that can be fetched by it.
 */
export async function pulledDigest(engine: Engine, image: string): Promise<string | undefined> {
  if (!(await pull(engine, image))) return undefined;
  const repository = image.replace(/:[^:/]*$/, '');
  for (const digest of await digestsIn(engine, image, repository)) {
    if (await pull(engine, `${repository}@${digest}`)) return digest;
  }
  return undefined;
}

async function digestsIn(engine: Engine, image: string, repository: string): Promise<string[]> {
  if (engine === 'buildah') return [await digestOf(engine, image)];
  const named = await say(engine, ['image', 'inspect', '--format', '{{json .RepoDigests}}', image]);
  const all = JSON.parse(named) as string[];
  return all.flatMap((each) => (each.startsWith(`${repository}@`) ? [each.replace(/^.*@/, '')] : []));
}

/** Sends an image to a registry, and says under which digest it is there. */
export async function pushImage(engine: Engine, image: string, to: string): Promise<string> {
  if (engine === 'docker') {
    await say(engine, ['tag', image, to]);
    await say(engine, ['push', to]);
    const [pushed] = await digestsIn(engine, to, to.replace(/:[^:/]*$/, ''));
    if (!pushed) throw new Error(`docker pushed ${to}, and does not say under which digest`);
    return pushed;
  }
  const file = `.local/images/digest-${process.pid}`;
  await mkdir('.local/images', { recursive: true });
  await say(engine, ['push', '--digestfile', file, image, to]);
  const digest = (await readFile(file, 'utf8')).trim();
  await rm(file);
  return digest;
}

/** Runs Node in a container of this base, with nothing but these folders and no network. */
export async function runNode(
  engine: Engine,
  base: string,
  folders: Readonly<Record<string, string>>,
  command: readonly string[],
): Promise<string> {
  const mounts = Object.entries(folders).flatMap(([inside, outside]) => ['-v', `${outside}:${inside}`]);
  if (engine !== 'buildah') {
    // Docker's root is the machine's; podman's, where it is not started as root, is whoever started it.
    const user = engine === 'docker' ? `${process.getuid?.()}:${process.getgid?.()}` : '0:0';
    const limits = ['--rm', '--network', 'none', '--user', user, '--memory', '1g'];
    return say(engine, ['run', ...limits, ...mounts, '--entrypoint', '/nodejs/bin/node', base, ...command]);
  }
  const container = await say(engine, ['from', base]);
  try {
    const node = ['--', '/nodejs/bin/node', ...command];
    return await say(engine, ['run', '--network', 'none', '--user', '0:0', ...mounts, container, ...node]);
  } finally {
    await say(engine, ['rm', container]);
  }
}
