import type { Registered } from '../../functions/registry.ts';
import type { Call, Candidate } from '../bench/cold.ts';
import type { Ground } from '../bench/ground.ts';
import type { Manifest } from '../check-knative/typed.ts';
import type { Image } from '../images/images.ts';
import { boundsOf } from '../manifest/bounds.ts';
import { ask, untilThere } from './called.ts';
import { looseness } from './confined.ts';
import { playPod, probeOf } from './pod.ts';

/** What is wrong with the pod that Knative would make of a function, pushed to as its manifest wants it. */
export async function wrongPlayed(
  ground: Ground,
  service: Manifest,
  { fn }: Registered,
  image: Image,
  { call }: Candidate,
): Promise<readonly string[]> {
  const env = { ...ground.env, GOOGLE_CLOUD_PROJECT: ground.project, PORT: String(ground.port) };
  const pushed = async (audience: string): Promise<Call> => {
    const authorization = `Bearer ${await ground.tokens.tokenFor(audience)}`;
    return () => {
      const { headers, ...asked } = call();
      return { ...asked, headers: { ...headers, authorization } };
    };
  };
  const isPushed = fn.trigger !== 'request';
  const wrong: string[] = [];
  const pod = await playPod(service, image.tag, env);
  try {
    await untilThere(ground.port, probeOf(service), async () => pod.container);
    wrong.push(...(await looseness('podman', pod.container, boundsOf(fn))));
    if (isPushed) {
      const { status } = await ask(ground.port, await pushed('another-function'));
      if (status !== 401) wrong.push(`answers ${status} to what is pushed to another function`);
    }
    const { ok, status } = await ask(ground.port, isPushed ? await pushed(fn.name) : call);
    if (!ok) wrong.push(`answers ${status} to a real call`);
    console.log(`${fn.name}: its pod answers ${status}`);
  } finally {
    await pod.stop();
  }
  return wrong.map((found) => `its pod ${found}`);
}
