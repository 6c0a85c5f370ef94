import { connect, createServer, type Server } from 'node:net';
import type { DeclaredFunction } from '../shared/runtime/declared.ts';
import { type Child, start } from './child.ts';

/** One function of the stack: asleep until its first call, as in production, and started again when it dies. */
export type LocalFunction = {
  readonly fn: DeclaredFunction;
  /** Reached asleep or awake; waking it takes a cold start. */
  readonly url: string;
  pid(): number | null;
  /** Wakes the process if need be; the address where it listens. */
  ready(): Promise<string>;
  /** Ends the process, so that the next call starts the present bundle. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export type LogLine = Readonly<Record<string, unknown>>;

const QUICK_DEATH_MS = 1000;

export async function localFunction(options: {
  fn: DeclaredFunction;
  port: number;
  processPort: number;
  env: NodeJS.ProcessEnv;
  inspectPort: number | undefined;
  onLog: (line: LogLine) => void;
  onPid: () => void;
  say: (line: string) => void;
}): Promise<LocalFunction> {
  const { fn, port, processPort, say } = options;
  const address = `http://127.0.0.1:${processPort}`;
  let child: Child | undefined;
  let starting: Promise<void> | undefined;
  let stopping = false;

  const door = await openDoor(port, processPort, ready);
  return { fn, url: `http://127.0.0.1:${port}`, pid: () => child?.pid ?? null, ready, restart, stop };

  async function ready(): Promise<string> {
    starting ??= wake();
    await starting;
    return address;
  }

  function wake(): Promise<void> {
    return new Promise((resolve, reject) => {
      const inspect = options.inspectPort ? [`--inspect=127.0.0.1:${options.inspectPort}`] : [];
      const startedAt = Date.now();
      let listening = false;
      const own = start([process.execPath, ...inspect, `dist/${fn.name}/start.cjs`], {
        env: {
          ...options.env,
          PORT: String(processPort),
          HOST: '127.0.0.1',
          NODE_ENV: 'production',
          CODE_CACHE: 'write',
        },
        onLine: (line) => {
          const entry = parse(line);
          if (entry?.message === 'listening') {
            listening = true;
            resolve();
          } else if (entry) options.onLog(entry);
          if (!entry || entry.severity === 'CRITICAL') say(`${fn.name}: ${entry?.message ?? line}`);
        },
      });
      child = own;
      options.onPid();
      own.ended.then(({ code, signal }) => {
        child = undefined;
        starting = undefined;
        options.onPid();
        if (!listening) reject(new Error(`${fn.name} ended before it listened`));
        if (stopping) return;
        say(`${fn.name} ended (${signal ?? `code ${code}`}) and is started again`);
        // What dies at once is not started in a tight loop.
        const pause = Date.now() - startedAt < QUICK_DEATH_MS ? 1000 : 0;
        setTimeout(() => {
          if (!stopping) ready().catch(() => {});
        }, pause);
      });
    });
  }

  async function restart(): Promise<void> {
    if (!child) return;
    stopping = true;
    await child.stop();
    stopping = false;
  }

  async function stop(): Promise<void> {
    stopping = true;
    door.close();
    await child?.stop();
  }
}

/** Listens in the function's place: whoever connects wakes it, and is passed on byte by byte. */
async function openDoor(port: number, processPort: number, ready: () => Promise<string>): Promise<Server> {
  const server = createServer((caller) => {
    caller.on('error', () => {});
    ready().then(
      () => {
        const called = connect({ port: processPort, host: '127.0.0.1' });
        called.on('error', () => caller.destroy());
        called.on('close', () => caller.destroy());
        caller.on('close', () => called.destroy());
        caller.pipe(called).pipe(caller);
      },
      () => caller.destroy(),
    );
  });
  server.unref();
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  return server;
}

function parse(line: string): LogLine | undefined {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
