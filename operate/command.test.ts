import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** What a command prints as a process of its own, where no stack runs and no project is chosen. */
function printed(file: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, COUNTERFOIL_PORT_BASE: '1' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('help that goes into a pipe is text without colours', () => {
  const { status, stdout } = printed('operate/limits.ts', '--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--customer-day=<minor units>');
  expect(stdout).not.toContain('\u001b');
});
