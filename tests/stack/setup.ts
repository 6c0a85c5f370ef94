import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

const BASE = 8600;
const START_SECONDS = 120;

declare module 'vitest' {
  interface ProvidedContext {
    /** The stack's folder below the project, and all that `npm start` printed. */
    stackFile: string;
    story: readonly string[];
  }
}

/** Starts one stack for all end-to-end tests, the way an engineer does, and stops it with Ctrl-C's signal. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startByCommand(BASE);
  project.provide('stackFile', stackFileOf(BASE));
  project.provide('story', stack.lines);
  return stack.interrupt;
}

export function stackFileOf(base: number): string {
  return `.local/${base}/stack.json`;
}

/** `npm start`, up to the line that says it is all there. Rejects with what it printed. */
export async function startByCommand(base: number, ...flags: string[]) {
  const lines: string[] = [];
  const child = spawn('npm', ['start', '--silent', '--', ...flags], {
    env: { ...process.env, COUNTERFOIL_PORT_BASE: String(base) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const up = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not up:\n${lines.join('\n')}`)), START_SECONDS * 1000);
    const read = (line: string) => {
      lines.push(line);
      if (line.startsWith('Ctrl-C')) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
    void ended.then(() => {
      clearTimeout(timer);
      reject(new Error(`ended:\n${lines.join('\n')}`));
    });
  });
  try {
    await up;
  } catch (error) {
    await interrupt(child, ended);
    throw error;
  }
  return { lines, interrupt: () => interrupt(child, ended) };
}

async function interrupt(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGINT');
  await ended;
}
