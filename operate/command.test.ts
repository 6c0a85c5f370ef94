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

test.each([
  ['operate/release.ts', [], '--on says where: cloud-run or knative.'],
  ['operate/release.ts', ['--on', 'knative'], '--project says in which project, or GOOGLE_CLOUD_PROJECT.'],
  ['operate/limits.ts', ['uid-ann', '--currency=DKK', '--payment=100'], '--why is needed'],
])(
  'what is missing is told in one line, what must be known first before the rest: %s %o',
  (file, args, told) => {
    const { status, stderr } = printed(file, ...args);
    expect(status).toBe(1);
    expect(stderr).toContain(told);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  },
);
