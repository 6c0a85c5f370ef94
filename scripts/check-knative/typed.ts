import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

/** A Kubernetes object, as far as it must be one to be read. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
};

// Below the repository, so that its packages are found.
const FOLDER = '.local/check-knative';

/** What the compiler says of these as literals of their published types: what is unknown, missing or of another type. */
export function typeErrors(manifests: readonly Manifest[]): readonly string[] {
  const kinds = [...new Set(manifests.map(keyOf))];
  const imports = kinds.map(
    (key, n) => `import type { I${key.split(' ')[1]} as T${n} } from '${moduleOf(key)}';`,
  );
  const values = manifests.map((manifest, n) => {
    const type = `T${kinds.indexOf(keyOf(manifest))}`;
    return `// ${manifest.kind} ${manifest.metadata.name}\nexport const m${n}: ${type} = ${JSON.stringify(manifest, null, 1)};`;
  });
  const lines = [...imports, ...values].join('\n').split('\n');
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/manifests.ts`;
  writeFileSync(file, lines.join('\n'));
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--types',
    '',
    '--pretty',
    'false',
  ];
  const { stdout } = spawnSync('npx', ['tsc', '--ignoreConfig', ...options, file], { encoding: 'utf8' });
  rmSync(FOLDER, { recursive: true });
  return stdout
    .split('\n')
    .filter((line) => line.includes('error TS'))
    .map((line) => named(line, lines));
}

function keyOf({ apiVersion, kind }: Manifest): string {
  return `${apiVersion} ${kind}`;
}

function moduleOf(key: string): string {
  const path = key.replace(' ', '/');
  if (path.startsWith('serving.knative.dev/')) return `@kubernetes-models/knative/${path}`;
  if (path.startsWith('monitoring.coreos.com/')) return `@kubernetes-models/prometheus-operator/${path}`;
  return `kubernetes-models/${path}`;
}

/** The error, with whose it is instead of a line in a file that is gone. */
function named(error: string, lines: readonly string[]): string {
  const [, at = '1', message = error] = /\((\d+),\d+\): (.*)$/.exec(error) ?? [];
  const owner = lines.slice(0, Number(at)).findLast((line) => line.startsWith('// '));
  return `${owner?.slice(3) ?? 'all'}: ${message} (${lines[Number(at) - 1]?.trim()})`;
}
