import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import type { Bounds } from '../manifest/bounds.ts';
import type { Manifest } from './typed.ts';

/** What Terraform deploys a function by, as functions.json has it. */
export type Declared = Bounds & {
  readonly trigger: DeclaredFunction['trigger'];
  readonly config: Readonly<Record<string, { readonly secret: boolean; readonly required: boolean }>>;
};

type Container = {
  readonly env: readonly {
    name: string;
    valueFrom?: { secretKeyRef?: object; configMapKeyRef?: { optional?: boolean } };
  }[];
  readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
};

export type KnativeService = Manifest & {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containerConcurrency: number;
        readonly timeoutSeconds: number;
        readonly containers: readonly [Container];
      };
    };
  };
};

/** Where one function as Knative runs it differs from itself as Terraform deploys it; `isOpen` where the overlay lets pushes in. */
export function differencesOf(
  name: string,
  declared: Declared,
  service: KnativeService | undefined,
  isOpen: boolean,
): readonly string[] {
  if (!service) return [`${name}: Knative has no such service`];
  const { metadata, spec } = service.spec.template;
  const [{ resources, env }] = spec.containers;
  const { annotations } = metadata;
  const isHidden = service.metadata.labels?.['networking.knative.dev/visibility'] === 'cluster-local';
  const names = env.map((variable) => variable.name);
  const pairs: readonly [string, unknown, unknown][] = [
    ['memory', `${declared.memoryMi}Mi`, resources.limits.memory],
    ['CPU', String(declared.cpu), resources.limits.cpu],
    ['concurrency', declared.concurrency, spec.containerConcurrency],
    ['time-out', declared.timeoutSeconds, spec.timeoutSeconds],
    ['least instances', String(declared.minScale), annotations['autoscaling.knative.dev/min-scale']],
    ['most instances', String(declared.maxScale), annotations['autoscaling.knative.dev/max-scale']],
    ['identity', name, spec.serviceAccountName],
    ['visibility', declared.visibility === 'internal' && !isOpen, isHidden],
    // Nobody but the runtime stands before it on Knative.
    ['push token', declared.trigger !== 'request', names.includes('PUSH_TOKEN_AUDIENCE')],
    ['configuration', configOf(declared), ownOf(env)],
  ];
  return pairs
    .filter(([, wanted, found]) => JSON.stringify(wanted) !== JSON.stringify(found))
    .map(
      ([what, wanted, found]) =>
        `${name}: ${what} is ${JSON.stringify(found)}, in Terraform ${JSON.stringify(wanted)}`,
    );
}

const RUNTIMES = /^(GOOGLE_CLOUD_PROJECT|OTEL_.*|PUSH_TOKEN_.*)$/;

function configOf({ config }: Declared): readonly string[] {
  return Object.entries(config)
    .map(
      ([name, { secret, required }]) =>
        `${name} ${secret ? 'secret' : 'plain'}${required ? '' : ' optional'}`,
    )
    .sort();
}

function ownOf(env: Container['env']): readonly string[] {
  return env
    .filter(({ name }) => !RUNTIMES.test(name))
    .map(({ name, valueFrom }) => {
      const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
      const from = (secretKeyRef ?? configMapKeyRef ?? {}) as { optional?: boolean };
      return `${name} ${secretKeyRef ? 'secret' : 'plain'}${from.optional ? ' optional' : ''}`;
    })
    .sort();
}
