import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test.each([
  [['--functoin', 'receive-webhook'], "Unknown option '--functoin'"],
  [['--engine', 'nope'], 'nope is no engine: it is one of podman, buildah, docker.'],
])('what is mistyped is told in one line, before anything is built: %o', (args, told) => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/images.ts', ...args], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain(told);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
