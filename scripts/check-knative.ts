import { readFileSync } from 'node:fs';
import { type Declared, differencesOf, type KnativeService } from './check-knative/parity.ts';
import { canRender, rendered } from './check-knative/rendered.ts';
import { type Manifest, typeErrors } from './check-knative/typed.ts';

const HELP = `npm run check:knative

Renders each folder of knative/ by kubectl, which needs no cluster; holds every object to its published type, and every function
to what functions.json has Terraform deploy it by. What only a cluster can say (that its webhooks accept all this, that policies
are enforced, that it scales) is not checked.
`;

const FOLDERS = ['knative/base', 'knative/overlays/gcp', 'knative/overlays/local'] as const;

function main(): number {
  if (process.argv.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  if (!canRender()) {
    console.log('not checked: there is no kubectl here');
    return 0;
  }
  const folders = new Map(FOLDERS.map((folder) => [folder, rendered(folder)]));
  const { functions } = JSON.parse(readFileSync('infra/terraform/functions.json', 'utf8')) as {
    functions: Record<string, Declared>;
  };
  const wrong = [
    ...typeErrors([...folders.values()].flat()),
    ...differing(functions, folders.get('knative/base') ?? [], false),
    ...differing(functions, folders.get('knative/overlays/gcp') ?? [], true),
    ...unlike(functions, folders.get('knative/overlays/local') ?? []),
  ];
  for (const [folder, manifests] of folders) console.log(`${folder}: ${manifests.length} objects`);
  for (const line of wrong) console.error(line);
  console.log(
    wrong.length === 0
      ? `${Object.keys(functions).length} functions are the same on Knative as in Terraform`
      : `${wrong.length} things are wrong`,
  );
  return wrong.length === 0 ? 0 : 1;
}

function differing(functions: Record<string, Declared>, manifests: readonly Manifest[], isOpen: boolean) {
  const services = manifests.filter(isKnative);
  const accounts = manifests
    .filter(({ kind }) => kind === 'ServiceAccount')
    .map(({ metadata }) => metadata.name);
  return [
    ...Object.entries(functions).flatMap(([name, declared]) =>
      differencesOf(
        name,
        declared,
        services.find(({ metadata }) => metadata.name === name),
        isOpen,
      ),
    ),
    ...Object.keys(functions).flatMap((name) => (accounts.includes(name) ? [] : [`${name}: has no account`])),
    ...services.flatMap(({ metadata: { name } }) =>
      functions[name] ? [] : [`${name}: Terraform has no such function`],
    ),
  ];
}

/** In a cluster on a laptop every function is a Deployment; a service of Knative would refuse the emulators. */
function unlike(functions: Record<string, Declared>, manifests: readonly Manifest[]): readonly string[] {
  const deployed = new Set(
    manifests.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name),
  );
  return [
    ...Object.keys(functions).flatMap((name) =>
      deployed.has(name) ? [] : [`${name}: is not in overlays/local`],
    ),
    ...manifests
      .filter(isKnative)
      .map(({ metadata }) => `${metadata.name}: would refuse to start beside emulators`),
  ];
}

function isKnative(manifest: Manifest): manifest is KnativeService {
  return manifest.apiVersion === 'serving.knative.dev/v1' && manifest.kind === 'Service';
}

process.exitCode = main();
