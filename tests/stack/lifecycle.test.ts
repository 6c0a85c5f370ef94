import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isListening } from '../../local/ports.ts';
import { stack } from './client.ts';
import { stackFileOf, startByCommand } from './setup.ts';

const BASE = 8900;

test('a second stack runs beside the first, and Ctrl-C leaves no process and no port of it', async () => {
  const second = await startByCommand(BASE, '--quiet', '--warm');
  const { functions, api } = JSON.parse(readFileSync(stackFileOf(BASE), 'utf8')) as typeof stack;
  const pids = Object.values(functions).map(({ pid }) => pid);
  expect(pids.every((pid) => pid !== null && isRunning(pid))).toBe(true);
  expect((await fetch(`${api}/_local/quiet`)).status).toBe(200);
  expect((await fetch(`${stack.api}/v1/accounts`)).status).toBe(401);

  await second.interrupt();

  expect(pids.filter((pid) => pid !== null && isRunning(pid))).toEqual([]);
  const ports = Array.from({ length: 100 }, (_, n) => BASE + n);
  const open = await Promise.all(ports.map(isListening));
  expect(ports.filter((_, n) => open[n])).toEqual([]);
  expect(existsSync(stackFileOf(BASE))).toBe(false);
  expect((await fetch(`${stack.api}/v1/accounts`)).status).toBe(401);
});

test('a stack on busy ports says so in one line and leaves nothing', async () => {
  const failure = await startByCommand(8600, '--quiet').then(
    () => 'it started',
    (error: Error) => error.message,
  );
  expect(failure).toMatch(
    /Port 86\d\d is busy, perhaps by another stack\. Stop it, or set COUNTERFOIL_PORT_BASE\./,
  );
  expect((await fetch(`${stack.api}/v1/accounts`)).status).toBe(401);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
