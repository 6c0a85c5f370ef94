import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { confirmChange } from './command.ts';
import { openEnvironment } from './environment.ts';

const FOLDER = '.local/test-of-environment';
let emulator: Server;
let address: string;

beforeEach(async () => {
  emulator = createServer((_request, response) => response.end('Ok'));
  await new Promise<void>((resolve) => emulator.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(emulator.address() as { port: number }).port}`;
  vi.stubEnv('COUNTERFOIL_PORT_BASE', 'test-of-environment');
  for (const name of ['GOOGLE_CLOUD_PROJECT', 'FIRESTORE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST'])
    vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(FOLDER, { recursive: true, force: true });
  await new Promise((done) => emulator.close(done).closeAllConnections());
});

function aStack() {
  mkdirSync(FOLDER, { recursive: true });
  const stack = { project: 'demo-counterfoil', emulators: { firestore: address, pubsub: '127.0.0.1:1' } };
  writeFileSync(`${FOLDER}/stack.json`, JSON.stringify(stack));
}

describe('what a command acts on', () => {
  test('is the local stack while it runs, even where a real project is configured', async () => {
    aStack();
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'our-bank');
    expect(await openEnvironment()).toMatchObject({
      project: 'demo-counterfoil',
      name: `project demo-counterfoil, the emulator at ${address}`,
    });
  });

  test('is the project that is asked for', async () => {
    aStack();
    expect((await openEnvironment('our-bank')).name).toBe(
      'project our-bank, the real one at firestore.googleapis.com',
    );
  });

  test('is the configured project where no stack runs', async () => {
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'our-bank');
    expect((await openEnvironment()).name).toContain('our-bank, the real one');
  });

  test('is the configured emulator where its variables are set', async () => {
    vi.stubEnv('FIRESTORE_EMULATOR_HOST', '127.0.0.1:8080');
    vi.stubEnv('PUBSUB_EMULATOR_HOST', '127.0.0.1:8085');
    expect((await openEnvironment('our-bank')).name).toBe('project our-bank, the emulator at 127.0.0.1:8080');
  });

  test('is nothing where there is nothing, or half an emulator, or a stack that has ended', async () => {
    await expect(openEnvironment()).rejects.toThrow('There is nothing to act on: start the local stack');
    await expect(openEnvironment('demo-counterfoil')).rejects.toThrow('its stack does not run');
    vi.stubEnv('FIRESTORE_EMULATOR_HOST', '127.0.0.1:8080');
    await expect(openEnvironment('our-bank')).rejects.toThrow('Only one of FIRESTORE_EMULATOR_HOST and');
  });
});

test('nothing changes without a terminal to ask in, unless it is meant; and where it would is always said', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  const environment = await openEnvironment('our-bank');
  await expect(confirmChange(environment, 'drop prk_1', { yes: false })).rejects.toThrow(
    'Add --yes to mean it.',
  );
  await confirmChange(environment, 'drop prk_1', { yes: true });
  const line = 'drop prk_1: in project our-bank, the real one at firestore.googleapis.com.';
  expect(said.mock.calls).toEqual([[line], [line]]);
  said.mockRestore();
});
