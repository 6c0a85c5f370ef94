import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Registered, registry } from '../functions/registry.ts';
import { candidatesOn } from './bench/candidates.ts';
import { openGround } from './bench/ground.ts';
import { buildEntries, buildFunctions, entriesOf } from './build.ts';
import { wrongContained } from './check-images/contained.ts';
import { clear, type Runner } from './check-images/container.ts';
import { wrongPlayed } from './check-images/played.ts';
import { canRender, rendered } from './check-knative/rendered.ts';
import { ENGINES, enginesHere, fetchImage } from './images/engine.ts';
import { defaultBase, type Image, imagesOf } from './images/images.ts';

const HELP = `npm run check:images [-- --all] [--engine podman|docker] [--base <image>]

Builds images and holds that
  built twice they are the same, and that a change of one function changes its image alone;
  each one's container has the limits of its pod on Knative, no user root, nothing writable, no capability, no shell, by the
  kernel's own word, and answers its probe and real calls on real emulators;
  it refuses a push without its token, and to start as in production with an emulator's address;
  the pod of its rendered manifest does and has the same, and refuses what is pushed to another function (by podman);
  each bill of materials has the hash and the licence of each package.
Prints what each image is over its base, and its memory at rest and after 1,000 requests.

  --all    every function; else one of each kind of work: ${['receive-bank-webhook', 'record-transaction', 'serve-accounts'].join(', ')}
`;

const CHECKED = ['receive-bank-webhook', 'record-transaction', 'serve-accounts'];
const CHANGED = 'record-transaction';
const problems: string[] = [];

type Bill = { readonly components: readonly { purl: string; hashes?: object; licenses?: object }[] };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean' },
      engine: { type: 'string' },
      base: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [runner] = enginesHere(ENGINES.filter((name) => name === (values.engine ?? name))).filter(isRunner);
  if (!runner) {
    console.log('not checked: no engine here runs containers (podman or docker)');
    return 0;
  }
  const base = values.base ?? (await defaultBase());
  if (!(await fetchImage(runner, base))) {
    console.log(`not checked: the base ${base} is not here and cannot be fetched; --base names another`);
    return 0;
  }
  const chosen = registry.filter(({ fn }) => values.all || CHECKED.includes(fn.name));
  await buildFunctions();
  const images = await imagesOf(runner, base, chosen, { again: true }); // an earlier run's may be of another recipe
  await sameAgain(runner, base, chosen, images);
  await oneChanged(runner, base, images);
  await billed(images);

  const services = runner === 'podman' && canRender() ? rendered('knative/base') : [];
  if (services.length === 0) console.log('no pods are played: that takes podman and kubectl');
  const ground = await openGround();
  try {
    await clear(runner, ground.port);
    const candidates = await candidatesOn(ground);
    for (const image of images) {
      const [entry, call] = [find(chosen, image.name), candidates.find(({ name }) => name === image.name)];
      if (!entry || !call) throw new Error(`nothing is known of ${image.name}`);
      const service = services.find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === image.name,
      );
      const wrong = service ? [...(await wrongPlayed(ground, service, entry, image, call))] : [];
      wrong.push(...(await wrongContained(runner, ground, entry, image, call)));
      problems.push(...wrong.map((found) => `${image.name}: ${found}`));
    }
  } finally {
    await ground.close();
  }
  for (const problem of problems) console.error(problem);
  console.log(
    problems.length === 0 ? `${images.length} images are well` : `${problems.length} things are wrong`,
  );
  return problems.length === 0 ? 0 : 1;
}

function isRunner(engine: string): engine is Runner {
  return engine !== 'buildah';
}

function find(functions: readonly Registered[], wanted: string): Registered | undefined {
  return functions.find(({ fn }) => fn.name === wanted);
}

async function sameAgain(
  runner: Runner,
  base: string,
  chosen: readonly Registered[],
  images: readonly Image[],
) {
  const again = await imagesOf(runner, base, chosen, { again: true });
  for (const [n, { name, digest }] of again.entries())
    if (digest !== images[n]?.digest) problems.push(`${name}: built twice, it has two digests`);
  console.log(`${again.length} built again: ${problems.length === 0 ? 'the same digests' : 'other digests'}`);
}

/** A text more in one function's code. */
async function oneChanged(runner: Runner, base: string, images: readonly Image[]) {
  const dist = '.local/check-images/dist';
  const few = registry.filter(({ fn }) => CHECKED.includes(fn.name));
  const entries = entriesOf(few);
  entries.set(CHANGED, `${entries.get(CHANGED)}\nprocess.title = 'another';`);
  await buildEntries(entries, { folder: dist });
  const others = await imagesOf(runner, base, few, { dist });
  const changed = others.filter(
    ({ name, digest }) => images.find((each) => each.name === name)?.digest !== digest,
  );
  const names = changed.map(({ name }) => name).join(', ');
  if (names !== CHANGED) problems.push(`a change of ${CHANGED} changed the images of: ${names || 'none'}`);
  console.log(`one function changed: another digest for ${names}`);
}

/** Whether each bill of materials says of each package whose it is and which archive it was. */
async function billed(images: readonly Image[]) {
  for (const { name } of images) {
    const bill = JSON.parse(await readFile(`dist/${name}/sbom.cdx.json`, 'utf8')) as Bill;
    const unclear = bill.components.filter(({ hashes, licenses }) => !hashes || !licenses);
    for (const { purl } of unclear)
      problems.push(`${name}: its bill of materials has no hash or licence of ${purl}`);
    if (bill.components.length === 0) problems.push(`${name}: its bill of materials is empty`);
  }
}

process.exitCode = await main();
