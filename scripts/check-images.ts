import { parseArgs } from 'node:util';
import { type Registered, registry } from '../functions/registry.ts';
import { candidatesOn } from './bench/candidates.ts';
import type { Call, Candidate } from './bench/cold.ts';
import { type Ground, openGround } from './bench/ground.ts';
import { buildEntries, buildFunctions, entriesOf } from './build.ts';
import { ask, untilThere } from './check-images/called.ts';
import { confinement, megabytesOf, type Runner, startContainer } from './check-images/container.ts';
import { playPod, probeOf } from './check-images/pod.ts';
import { canRender, rendered } from './check-knative/rendered.ts';
import type { Manifest } from './check-knative/typed.ts';
import { ENGINES, enginesHere } from './images/engine.ts';
import { defaultBase, type Image, imagesOf } from './images/images.ts';

const HELP = `npm run check:images [-- --all] [--engine podman|docker] [--base <image>]

Builds images and holds that
  built twice they are the same, and that a change of one function changes its image alone;
  each one's container, confined and limited as on Knative, answers its probe and a real call on real emulators;
  it refuses a push without its token, and to start as in production with an emulator's address;
  the pod of its rendered manifest does the same (by podman).
Prints what each image is over its base, and its memory at rest and after 1,000 requests.

  --all    every function; else one of each kind of work: ${['receive-bank-webhook', 'record-transaction', 'serve-accounts'].join(', ')}
`;

const CHECKED = ['receive-bank-webhook', 'record-transaction', 'serve-accounts'];
const CHANGED = 'record-transaction';
const REQUESTS = 1000;
const problems: string[] = [];

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
  const chosen = registry.filter(({ fn }) => values.all || CHECKED.includes(fn.name));
  await buildFunctions();
  const images = await imagesOf(runner, base, chosen);
  await sameAgain(runner, base, chosen, images);
  await oneChanged(runner, base, images);

  const services = runner === 'podman' && canRender() ? rendered('knative/base') : [];
  if (services.length === 0) console.log('no pods are played: that takes podman and kubectl');
  const ground = await openGround();
  try {
    const candidates = await candidatesOn(ground);
    for (const image of images) {
      const [entry, call] = [find(chosen, image.name), candidates.find(({ name }) => name === image.name)];
      if (!entry || !call) throw new Error(`nothing is known of ${image.name}`);
      await contained(runner, ground, entry, image, call);
      const service = services.find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === image.name,
      );
      if (service) await played(ground, service, image, call);
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

/** The image's own container, on its own. */
async function contained(
  runner: Runner,
  ground: Ground,
  { fn }: Registered,
  image: Image,
  candidate: Candidate,
) {
  const say = (problem: string) => problems.push(`${fn.name}: ${problem}`);
  const env = { ...ground.env, GOOGLE_CLOUD_PROJECT: ground.project, PORT: String(ground.port) };
  const production = startContainer(runner, fn, image.tag, { ...env, K_SERVICE: fn.name });
  const { code } = await production.ended;
  await production.stop();
  const refusal = production.lines.find((line) => line.includes('_EMULATOR_HOST'));
  if (code !== 1 || !refusal) say('starts in production with an emulator’s address');

  const container = startContainer(runner, fn, image.tag, env);
  try {
    await untilThere(ground.port, '/healthz', async () => container.lines.join('\n'));
    const rest = await megabytesOf(runner, container.name);
    for (const found of await confinement(runner, container.name)) say(`its container ${found}`);
    if (fn.trigger !== 'request') {
      const { status } = await ask(ground.port, candidate.call, ['authorization']);
      if (status !== 401) say(`answers ${status} to a push without a token`);
    }
    const first = await ask(ground.port, candidate.call);
    if (!first.ok) say(`answers ${first.status} to a real call: ${container.lines.join('\n')}`);
    for (let n = 1; n < REQUESTS; n += 1) {
      const { status } = await ask(ground.port, candidate.call);
      if (status >= 500) say(`answers ${status} to its call ${n}`);
      if (status >= 500) break;
    }
    const after = await megabytesOf(runner, container.name);
    const size = `+${(image.bytes / 1_000_000).toFixed(1)} MB`;
    const memory = `${rest.toFixed(0)} MB at rest, ${after.toFixed(0)} MB after ${REQUESTS} requests`;
    console.log(`${fn.name}: ${size} over the base, ${memory}`);
  } finally {
    await container.stop();
  }
}

/** The pod that Knative would make of it. */
async function played(ground: Ground, service: Manifest, image: Image, { call }: Candidate) {
  const env = { ...ground.env, GOOGLE_CLOUD_PROJECT: ground.project, PORT: String(ground.port) };
  const pod = await playPod(service, image.tag, env);
  try {
    await untilThere(ground.port, probeOf(service), async () => pod.container);
    for (const found of await confinement('podman', pod.container))
      problems.push(`${image.name}: its pod ${found}`);
    // Pushed as its manifest wants it: for this function and no other.
    const own = `Bearer ${await ground.tokens.tokenFor(image.name)}`;
    const pushed: Call = () => ({ ...call(), headers: { ...call().headers, authorization: own } });
    const isPushed = find(registry, image.name)?.fn.trigger !== 'request';
    const { ok, status } = await ask(ground.port, isPushed ? pushed : call);
    if (!ok) problems.push(`${image.name}: its pod answers ${status} to a real call`);
    console.log(`${image.name}: its pod answers ${status}`);
  } finally {
    await pod.stop();
  }
}

process.exitCode = await main();
