import { connect } from 'node:net';

/** Every port of one stack, within base + 0..99, so that two stacks run side by side. */
export function portsFrom(base: number) {
  return {
    base,
    gateway: base,
    /** Where a function is reached, asleep or not: 40 functions at most. */
    door: (n: number) => base + 1 + n,
    /** Where its process listens. */
    process: (n: number) => base + (n < 39 ? 41 : 43) + n, // the emulators are in between
    firestore: base + 80,
    pubsub: base + 85,
    /** Where the functions find the emulators while something between them is to go wrong. */
    firestoreProxy: base + 81,
    pubsubProxy: base + 86,
    bank: base + 90,
    fcm: base + 92,
    telemetry: base + 93,
    auth: base + 95,
    authHub: base + 96,
    authLogging: base + 97,
    keys: base + 98,
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
