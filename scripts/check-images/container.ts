import { readFileSync } from 'node:fs';
import { type Child, start } from '../../local/child.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
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

/** Starts a function's container as Knative's pod has it: nothing writable, no capability, and its own limits. */
export function startContainer(
  runner: Runner,
  fn: DeclaredFunction,
  image: string,
  env: NodeJS.ProcessEnv,
): Container {
  const name = `counterfoil-check-${fn.name}-${process.pid}`;
  const { memoryMi, cpu } = boundsOf(fn);
  const given = Object.entries(env).flatMap(([variable, value]) =>
    variable === 'PATH' || value === undefined ? [] : ['-e', `${variable}=${value}`],
  );
  const confined = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
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

/** What the container itself may do, as seen by a process in it. */
export async function confinement(runner: Runner, name: string): Promise<readonly string[]> {
  const look = `const fs = require('node:fs');
    const tries = (file) => { try { fs.writeFileSync(file, ''); return 'writes ' + file; } catch { return ''; } };
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    const capabilities = /CapEff:\\s*(\\w+)/.exec(status)[1];
    const found = [tries('/app/x'), tries('/x'), process.getuid() === 0 ? 'is root' : '',
      /^0+$/.test(capabilities) ? '' : 'has capabilities ' + capabilities, fs.existsSync('/bin/sh') ? 'has a shell' : ''];
    console.log(JSON.stringify(found.filter(Boolean)));`;
  return JSON.parse(await say(runner, ['exec', name, '/nodejs/bin/node', '-e', look]));
}

export async function megabytesOf(runner: Runner, name: string): Promise<number> {
  const pid = await say(runner, ['inspect', '--format', '{{.State.Pid}}', name]);
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
