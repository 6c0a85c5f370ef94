import type { Registered } from '../../functions/registry.ts';
import type { Candidate } from '../bench/cold.ts';
import type { Ground } from '../bench/ground.ts';
import type { Image } from '../images/images.ts';
import { boundsOf } from '../manifest/bounds.ts';
import { container as podContainer } from '../manifest/knative.ts';
import { ask, untilThere } from './called.ts';
import { looseness } from './confined.ts';
import { megabytesOf, type Runner, startContainer } from './container.ts';

const REQUESTS = 1000;
// As docs/decisions/0023 has it.
const OVER_BASE_MB_MAX = 4;

/** What is wrong with an image's own container, which is asked for everything that a function has to do and to refuse. */
export async function wrongContained(
  runner: Runner,
  ground: Ground,
  { fn }: Registered,
  image: Image,
  { call }: Candidate,
): Promise<readonly string[]> {
  const env = { ...ground.env, GOOGLE_CLOUD_PROJECT: ground.project, PORT: String(ground.port) };
  const started = (more: NodeJS.ProcessEnv = {}) =>
    startContainer(runner, fn, image.tag, { ...env, ...more });
  const wrong: string[] = [];

  const production = started({ K_SERVICE: fn.name });
  const answers = untilThere(ground.port, '/healthz', async () => 'it ended').then(
    () => true,
    () => false,
  );
  const ended = await Promise.race([production.ended, answers]);
  await production.stop();
  const hasRefused = production.lines.some((line) => line.includes('_EMULATOR_HOST'));
  if (typeof ended === 'boolean' || ended.code !== 1 || !hasRefused)
    wrong.push('starts in production with an emulator’s address');

  const container = started();
  const said = () => container.lines.join('\n');
  try {
    await untilThere(ground.port, '/healthz', async () => said());
    const rest = await megabytesOf(runner, container.name);
    const loose = await looseness(runner, container.name, boundsOf(fn));
    wrong.push(...loose.map((found) => `its container ${found}`));
    if (fn.trigger !== 'request') {
      const { status } = await ask(ground.port, call, ['authorization']);
      if (status !== 401) wrong.push(`answers ${status} to a push without a token`);
    }
    // After the first it may be refused, as the 501st open payment of one account is; that it fails it may not.
    let refused = 0;
    for (let n = 1; n <= REQUESTS; n += 1) {
      const { ok, status } = await ask(ground.port, call);
      if (!ok) refused += 1;
      if (ok || (n > 1 && status < 500)) continue;
      wrong.push(`answers ${status} to its call ${n}: ${said().slice(-1000)}`);
      break;
    }
    const after = await megabytesOf(runner, container.name);
    // By what it asks for a pod is placed beside others, which have the rest.
    const asked = Number.parseInt(podContainer(fn).resources.requests.memory, 10);
    if (after > asked) wrong.push(`has ${after.toFixed(0)} MB of memory, and asks for ${asked}`);
    const megabytes = image.bytes / 1_000_000;
    if (megabytes > OVER_BASE_MB_MAX)
      wrong.push(`its image is more than ${OVER_BASE_MB_MAX} MB over the base`);
    const size = `+${megabytes.toFixed(1)} MB`;
    const memory = `${rest.toFixed(0)} MB at rest, ${after.toFixed(0)} MB after ${REQUESTS} requests${refused ? `, ${refused} of them refused` : ''}`;
    console.log(`${fn.name}: ${size} over the base, ${memory}`);
  } finally {
    await container.stop();
  }
  return wrong;
}
