import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { ICruiseResult } from 'dependency-cruiser';

const FOLDERS = ['functions', 'shared', 'sandbox-bank', 'local', 'operate', 'scripts', 'tests'];

// A cruiser that cannot parse sees no imports and finds nothing wrong with them.
const MODULES_MIN = 40;

// A process of its own, because the loader that runs this file breaks the way in which it loads swc.
const { stdout, stderr } = spawnSync(
  'node_modules/.bin/depcruise',
  ['--config', '.dependency-cruiser.mjs', '-T', 'json', ...FOLDERS.filter((folder) => existsSync(folder))],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: '' } },
);
if (stdout === '') throw new Error(stderr);

const { modules, summary } = JSON.parse(stdout) as ICruiseResult;
const parsed = modules.filter(
  ({ source, dependencies }) => source.endsWith('.ts') && dependencies.length > 0,
);
const why = new Map(summary.ruleSetUsed?.forbidden?.map(({ name, comment }) => [name, comment]));
for (const { from, to, rule } of summary.violations) {
  console.error(`${from} -> ${to}\n  ${rule.name}: ${why.get(rule.name)}`);
}
if (parsed.length < MODULES_MIN) {
  console.error(`Only ${parsed.length} modules import anything: is @swc/core installed?`);
}
console.log(`${parsed.length} modules, ${summary.violations.length} imports that may not be`);
process.exitCode = summary.violations.length > 0 || parsed.length < MODULES_MIN ? 1 : 0;
