import { type AddressInfo, connect, createServer } from 'node:net';

const FIXED = {
  firestore: 80,
  pubsub: 85,
  /** Where the functions find the emulators while something between them is to go wrong. */
  firestoreProxy: 81,
  pubsubProxy: 86,
  bank: 90,
  fcm: 92,
  telemetry: 93,
  auth: 95,
  authHub: 96,
  authLogging: 97,
  keys: 98,
};
const TAKEN = new Set(Object.values(FIXED));
const FREE = Array.from({ length: 99 }, (_, n) => n + 1).filter((port) => !TAKEN.has(port));
// Each function has two: 44 functions at most.
const PROCESSES = FREE.length / 2;

/** Every port of one stack, within base + 0..99, so that two stacks run side by side. */
export function portsFrom(base: number) {
  const at = (port: number | undefined) => {
    if (port === undefined) throw new Error(`There are ports for ${PROCESSES} functions, and no more.`);
    return base + port;
  };
  return {
    base,
    gateway: base,
    /** Where a function is reached, asleep or not. */
    door: (n: number) => at(FREE.slice(0, PROCESSES)[n]),
    /** Where its process listens. */
    process: (n: number) => at(FREE[PROCESSES + n]),
    ...(Object.fromEntries(Object.entries(FIXED).map(([name, port]) => [name, base + port])) as typeof FIXED),
  };
}

/** The port base: `COUNTERFOIL_PORT_BASE`, or 8400. */
export function portBase(variables: NodeJS.ProcessEnv): number {
  const base = Number(variables.COUNTERFOIL_PORT_BASE ?? 8400);
  if (Number.isInteger(base) && base >= 1024 && base <= 65_400) return base;
  throw new Error(
    'COUNTERFOIL_PORT_BASE is a whole number from 1024 to 65400; every port is within base + 0..99.',
  );
}

/** Rejects with one line where another stack is running: an emulator started on a busy port does not say so. */
export async function refuseBusyPorts(ports: readonly number[]): Promise<void> {
  const busy = await Promise.all(ports.map(isListening));
  const first = ports.find((_, n) => busy[n]);
  if (first === undefined) return;
  throw new Error(`Port ${first} is busy, perhaps by another stack. Stop it, or set COUNTERFOIL_PORT_BASE.`);
}

/** Whether something accepts connections there. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });
}

/** A port that nobody has now, for what runs beside a stack. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
