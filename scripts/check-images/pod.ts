import { mkdir, rm, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Manifest } from '../check-knative/typed.ts';
import { say } from '../images/engine.ts';
import { nameAt } from './container.ts';

type Key = { readonly name: string; readonly key: string };
type Variable = {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly configMapKeyRef?: Key; readonly secretKeyRef?: Key };
};

type Service = Manifest & {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [
          Readonly<Record<string, unknown>> & {
            readonly env: readonly Variable[];
            readonly readinessProbe: { readonly httpGet: { readonly path: string } };
          },
        ];
      };
    };
  };
};

/** Where Knative asks whether the function is there. */
export function probeOf(service: Manifest): string {
  return (service as Service).spec.template.spec.containers[0].readinessProbe.httpGet.path;
}

/**
 * Plays the pod that Knative would make of a service, with the maps and secrets that it names filled from `env`, and what more is
 * in there given beside. Its probes are the caller's to ask: podman asks them by a shell and curl, which no image of ours has.
 * A secret is played as a map, since podman 4.3 cannot read the secrets that it plays.
 */
export async function playPod(service: Manifest, image: string, env: NodeJS.ProcessEnv) {
  const name = `${nameAt(Number(env.PORT))}-pod`;
  const [{ readinessProbe: _ready, livenessProbe: _live, ports: _ports, ...container }] = (service as Service)
    .spec.template.spec.containers;
  const named = new Set(container.env.map((variable) => variable.name));
  const more = Object.entries(env).flatMap(([variable, value]) =>
    named.has(variable) || variable === 'PATH' ? [] : [{ name: variable, value }],
  );
  const own = { ...container, image, env: [...container.env.map(fromMap), ...more] };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { hostNetwork: true, restartPolicy: 'Never', containers: [own] },
  };
  const file = `.local/check-images/${name}.yaml`;
  await mkdir('.local/check-images', { recursive: true });
  const documents = [...sourcesOf(container.env, env), pod];
  await writeFile(file, documents.map((each) => stringify(each, { lineWidth: 0 })).join('---\n'));
  const stop = async () => {
    await say('podman', ['kube', 'down', file]);
    await rm(file);
  };
  try {
    await say('podman', ['kube', 'play', '--replace', file]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { container: `${name}-${service.metadata.name}`, stop };
}

function fromMap({ name, value, valueFrom }: Variable): Variable {
  const from = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef;
  return from ? { name, valueFrom: { configMapKeyRef: from } } : { name, ...(value && { value }) };
}

function sourcesOf(variables: readonly Variable[], env: NodeJS.ProcessEnv): readonly object[] {
  const maps = new Map<string, Record<string, string>>();
  for (const { name, valueFrom } of variables.map(fromMap)) {
    const [value, from] = [env[name], valueFrom?.configMapKeyRef];
    if (value !== undefined && from) maps.set(from.name, { ...maps.get(from.name), [from.key]: value });
  }
  return [...maps].map(([name, data]) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }));
}
