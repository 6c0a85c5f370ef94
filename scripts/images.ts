import { parseArgs } from 'node:util';
import { registry } from '../functions/registry.ts';
import { buildFunctions } from './build.ts';
import { ENGINES, type Engine, enginesHere, fetchImage, pulledDigest, pushImage } from './images/engine.ts';
import { defaultBase, type Image, imagesOf, writeDigests } from './images/images.ts';

const HELP = `npm run images [-- --function <name>] [--engine podman|buildah|docker] [--base <image>] [--push <registry>]

Builds an image of each function that changed, and prints each one's digest and what it is larger than its base.
Beside each bundle it writes a bill of materials: dist/<function>/sbom.cdx.json, in CycloneDX.

  --function <name>    only this one; may be given several times
  --engine <engine>    else the first of these that works here: ${ENGINES.join(', ')}
  --base <image>       else the one that the Dockerfile names; pin it by its digest for images that are to be the same tomorrow
  --push <registry>    as in europe-west1-docker.pkg.dev/my-project/counterfoil; knative/images and .local/images/digests.json
                       then have each function's image there, by its digest
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      function: { type: 'string', multiple: true },
      engine: { type: 'string' },
      base: { type: 'string' },
      push: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const unknown = values.function?.find((name) => !registry.some(({ fn }) => fn.name === name));
  if (unknown) return refuse(`There is no function ${unknown}; functions/registry.ts lists them.`);
  if (values.engine !== undefined && !ENGINES.some((name) => name === values.engine))
    return refuse(`${values.engine} is no engine: it is one of ${ENGINES.join(', ')}.`);
  const wanted = values.engine ? ENGINES.filter((name) => name === values.engine) : ENGINES;
  const [engine] = enginesHere(wanted);
  if (!engine) return refuse(`No container engine works here: none of ${wanted.join(', ')}.`);

  const base = values.base ?? (await defaultBase());
  if (!(await fetchImage(engine, base)))
    return refuse(`The base ${base} is not here and cannot be fetched; --base names another.`);

  await buildFunctions();
  const chosen = registry.filter(({ fn }) => values.function?.includes(fn.name) ?? true);
  const images = await imagesOf(engine, base, chosen);
  const width = Math.max(...images.map(({ name }) => name.length));
  for (const { name, digest, bytes, isNew } of images) {
    const megabytes = (bytes / 1_000_000).toFixed(1);
    console.log(`${name.padEnd(width)}  ${digest}  +${megabytes} MB  ${isNew ? 'built' : 'unchanged'}`);
  }
  console.log('dist/<function>/sbom.cdx.json lists the packages in each');
  if (values.push) await push(engine, images, values.push);
  return 0;
}

/** Where one of the same source is there already, that is its image: a code cache that was made anew is no reason for a release. */
async function push(engine: Engine, images: readonly Image[], registryUrl: string) {
  const digests = new Map<string, string>();
  for (const { name, tag, source } of images) {
    const to = `${registryUrl}/${name}`;
    const there = await pulledDigest(engine, `${to}:${source}`);
    digests.set(name, `${to}@${there ?? (await pushImage(engine, tag, `${to}:${source}`))}`);
    console.log(`${there ? 'is there' : 'pushed  '}  ${digests.get(name)}`);
  }
  await writeDigests(digests);
}

function refuse(why: string): number {
  console.error(why);
  return 1;
}

process.exitCode = await main().catch((error: NodeJS.ErrnoException) => {
  const isTyped = error.code?.startsWith('ERR_PARSE_ARGS');
  return refuse((isTyped ? undefined : error.stack) ?? error.message);
});
