import { type Child, start } from '../../local/child.ts';
import { refuseBusyPorts } from '../../local/ports.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { residentMegabytes } from '../bench/cold.ts';
import { say } from '../images/engine.ts';
import { boundsOf } from '../manifest/bounds.ts';

/** What runs containers; buildah alone only builds them. */
export type Runner = 'podman' | 'docker';

export type Container = {
  readonly name: string;
  readonly ended: Child['ended'];
  readonly lines: readonly string[];
  stop(): Promise<void>;
};

/** What all of a check's containers are called that listen at one port: there is one at a time. */
export function nameAt(port: number): string {
  return `counterfoil-check-${port}`;
}

/** Starts a function's container as Knative's pod has it: nothing writable, no capability, and its own limits. */
export function startContainer(
  runner: Runner,
  fn: DeclaredFunction,
  image: string,
  env: NodeJS.ProcessEnv,
): Container {
  const name = nameAt(Number(env.PORT));
  const { memoryMi, cpu } = boundsOf(fn);
  const given = Object.entries(env).flatMap(([variable, value]) =>
    variable === 'PATH' || value === undefined ? [] : ['-e', `${variable}=${value}`],
  );
  const confined = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  // By itself podman makes /tmp writable on a root that is not; Knative and Docker do not.
  if (runner === 'podman') confined.push('--read-only-tmpfs=false');
  const limits = ['--memory', `${memoryMi}m`, '--cpus', String(cpu)];
  const lines: string[] = [];
  const own = ['run', '--rm', '--name', name, '--network', 'host', ...confined, ...limits, ...given, image];
  const child = start([runner, ...own], {
    env: { CONTAINERS_CONF: process.env.CONTAINERS_CONF, DOCKER_HOST: process.env.DOCKER_HOST },
    onLine: (line) => lines.push(line),
  });
  return {
    name,
    lines,
    ended: child.ended,
    async stop() {
      await child.stop();
      await say(runner, ['rm', '-f', name]).catch(() => {});
    },
  };
}

/** Ends what an interrupted check may have left at a port, which would answer in the place of what is checked. */
export async function clear(runner: Runner, port: number): Promise<void> {
  await say(runner, ['rm', '-f', nameAt(port)]).catch(() => {});
  if (runner === 'podman') await say(runner, ['pod', 'rm', '-f', `${nameAt(port)}-pod`]).catch(() => {});
  await refuseBusyPorts([port]);
}

export async function megabytesOf(runner: Runner, name: string): Promise<number> {
  return residentMegabytes(Number(await say(runner, ['inspect', '--format', '{{.State.Pid}}', name])));
}
