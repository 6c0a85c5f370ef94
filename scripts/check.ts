import { spawn } from 'node:child_process';

/** Everything that can be said about the code without running it. */
const CHECKS = [
  'typecheck',
  'lint',
  'lint:api',
  'lint:workflows',
  'imports',
  'unused',
  'manifest -- --check',
];

/** Runs one check; says in one line how it went, and what it said only where it failed. */
function passes(check: string): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', ...check.split(' ')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => output.push(part));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.split(' ')[0]} (${seconds} s)`);
      if (code !== 0) console.log(Buffer.concat(output).toString());
      resolve(code === 0);
    });
  });
}

const passed = await Promise.all(CHECKS.map(passes));
process.exitCode = passed.every(Boolean) ? 0 : 1;
