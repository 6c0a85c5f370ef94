import { readFileSync } from 'node:fs';
import { start } from '../../local/child.ts';
import type { Ground } from './ground.ts';

export type Call = () => { path: string; method: string; headers: Record<string, string>; body?: string };
export type Candidate = {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly call: Call;
  readonly env?: NodeJS.ProcessEnv;
};

/** One cold start: from spawn to the first 2xx, and what the process then has of memory. */
export type Cold = { readonly ms: number; readonly mb: number; readonly lines: readonly string[] };

export async function coldStart(ground: Ground, { name, command, call, env }: Candidate): Promise<Cold> {
  const { path, ...request } = call();
  const startedAt = performance.now();
  const lines: string[] = [];
  const child = start(command, {
    env: { ...ground.env, ...env, PORT: String(ground.port) },
    onLine: (line) => lines.push(line),
  });
  try {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${ground.port}${path}`, request).catch(() => undefined);
      if (response && !response.ok)
        throw new Error(`${name} answered ${response.status}: ${lines.join('\n')}`);
      if (response) {
        const ms = performance.now() - startedAt;
        return { ms, mb: residentMegabytes(child.pid), lines };
      }
      if (performance.now() - startedAt > 20_000)
        throw new Error(`${name} did not answer: ${lines.join('\n')}`);
      await new Promise((wake) => setTimeout(wake, 1));
    }
  } finally {
    await child.stop();
  }
}

export function residentMegabytes(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
