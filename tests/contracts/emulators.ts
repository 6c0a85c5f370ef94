import type { TestProject } from 'vitest/node';
import { startEmulators } from '../../local/emulators.ts';
import { portsFrom } from '../../local/ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The environment variables by which clients find the emulators. */
    emulators: Readonly<Record<string, string>>;
  }
}

const BASE = Number(process.env.COUNTERFOIL_TEST_PORT_BASE ?? 8800);

/** Starts Google's own emulators for all contract tests, on ports of their own, and ends them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { firestore, pubsub } = portsFrom(BASE);
  const { variables, stop } = await startEmulators({
    ports: { firestore, pubsub },
    project: 'demo-contracts',
    folder: `.local/${BASE}`,
  });
  project.provide('emulators', variables);
  return stop;
}
