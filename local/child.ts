import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Child = {
  readonly pid: number;
  /** Resolves when the process has ended, with how. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM, and SIGKILL for what has not ended after five seconds. */
  stop(): Promise<void>;
};

const GRACE_MS = 5000;
const running = new Set<ChildProcess>();

// Whatever ends this process, its children end with it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a process of its own group, so that Ctrl-C in a terminal reaches it only through us, and with only the
 * given variables: what an engineer's shell exports is not in production either.
 */
export function start(
  command: readonly [string, ...string[]],
  { env, onLine }: { env: NodeJS.ProcessEnv; onLine: (line: string) => void },
): Child {
  const [file, ...args] = command;
  const inherited = { PATH: process.env.PATH, HOME: process.env.HOME, JAVA_HOME: process.env.JAVA_HOME };
  const child = spawn(file, args, {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.once('error', (error) => {
      onLine(`${file} cannot be started: ${error.message}`);
      running.delete(child);
      resolve({ code: 127, signal: null });
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      if (!running.has(child)) return;
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(killing);
    },
  };
}
