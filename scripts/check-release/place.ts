import { setTimeout as pause } from 'node:timers/promises';
import { type Child, start } from '../../local/child.ts';
import { freePort } from '../../local/ports.ts';
import { Refusal } from '../../operate/refusal.ts';
import { cloudRun } from '../../operate/release/cloud-run.ts';
import type { Say } from '../../operate/release/command.ts';
import type { Host } from '../../operate/release/host.ts';
import { knative } from '../../operate/release/knative.ts';
import { openGcloud } from '../../tests/release/gcloud.ts';
import { openKubectl } from '../../tests/release/kubectl.ts';
import { openServing } from '../../tests/release/serving.ts';
import type { Call } from '../bench/cold.ts';

export type On = 'cloud-run' | 'knative';

const PROJECT = 'demo-bench';
const PORTS = 2;
const CALL_EVERY_MS = 125;

/**
 * A place whose revisions are real processes of a real bundle: `gcloud` and `kubectl` are played, and what they change decides
 * which process the calls go to that come all the time.
 */
export async function openPlace(
  on: On,
  fn: string,
  surroundings: {
    /** Of a revision's process, by its image. */
    environmentOf(image: string): NodeJS.ProcessEnv;
    tokenFor(audience: string): Promise<string>;
    call: Call;
  },
) {
  const ports = await Promise.all(Array.from({ length: PORTS }, freePort));
  const names = ports.map((_, n) => `${fn}-${String(n + 1).padStart(5, '0')}`);
  const portOf = (revision: string) => ports[names.indexOf(revision)] ?? 0;
  const serving = openServing((revision) => `http://127.0.0.1:${portOf(revision)}`);
  const [gcloud, kubectl] = [openGcloud(serving), openKubectl(serving, 'counterfoil')];
  const processes = new Map<string, Child>();
  const told: string[] = [];

  /** A platform says that a revision is ready when its process answers its probe. */
  async function settle(): Promise<void> {
    for (const { metadata, spec } of serving.revisions(fn, fn)) {
      if (processes.has(metadata.name)) continue;
      const PORT = String(portOf(metadata.name));
      const env = {
        ...surroundings.environmentOf(spec.containers[0]?.image ?? ''),
        PORT,
        K_REVISION: metadata.name,
      };
      processes.set(
        metadata.name,
        start([process.execPath, `dist/${fn}/start.cjs`], { env, onLine: (line) => told.push(line) }),
      );
      while (!(await fetch(`http://127.0.0.1:${PORT}/healthz`).catch(() => undefined))?.ok) await pause(50);
    }
  }

  const say: Say = async (command, args) => {
    if (args[1] === 'print-identity-token') return surroundings.tokenFor(args.at(-1) ?? '');
    const said = await (command === 'gcloud' ? gcloud : kubectl).say(args).catch((error: Error) => {
      throw new Refusal(error.message);
    });
    await settle();
    return said;
  };
  const host: Host =
    on === 'knative'
      ? knative({ project: PROJECT, namespace: 'counterfoil' }, say)
      : cloudRun({ project: PROJECT, region: 'europe-west1' }, say);

  // Nobody waits for one before the next comes.
  const calls = new Set<Promise<void>>();
  let open = true;
  async function bringCalls(): Promise<void> {
    while (open) {
      // A list of a hundred, in which each revision is as often as it has percents.
      const hundred = serving.shares().flatMap((each) => Array.from({ length: each.percent }, () => each));
      const chosen = hundred[Math.floor(Math.random() * hundred.length)];
      if (chosen && processes.has(chosen.revision)) {
        const { path, ...request } = surroundings.call();
        calls.add(
          fetch(`http://127.0.0.1:${portOf(chosen.revision)}${path}`, request).then(
            () => {},
            () => {},
          ),
        );
      }
      await pause(CALL_EVERY_MS);
    }
  }

  return {
    host,
    serving,
    /** Makes the first revision, and begins to call it. */
    async begin(image: string) {
      serving.create(fn, image);
      await settle();
      return bringCalls();
    },
    async close() {
      open = false;
      for (const child of processes.values()) await child.stop();
      await Promise.all(calls);
    },
  };
}
