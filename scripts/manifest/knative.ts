import { parse, stringify } from 'yaml';
import type { Registered } from '../../functions/registry.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { boundsOf } from './bounds.ts';
import { byName, variablesOf } from './declared.ts';

const HEADER =
  '# Made from functions/registry.ts by `npm run manifest`; what is changed here is overwritten.\n';
export const LABELS = { 'app.kubernetes.io/part-of': 'counterfoil' };

/** `knative/base`, as text by file name: for each function its service and account, and the list of them all. */
export function knativeBase(registry: readonly Registered[]): ReadonlyMap<string, string> {
  const entries = [...registry].sort(byName);
  return new Map([
    ...entries.map(
      (entry) => [`${entry.fn.name}.yaml`, yaml(serviceAccount(entry), service(entry))] as const,
    ),
    ['kustomization.yaml', yaml(kustomization(entries.map(({ fn }) => `${fn.name}.yaml`)))] as const,
  ]);
}

/** For a cluster whose Prometheus is run by its operator: the same rules that `promtool` checks. */
export function prometheusRule(rules: string): string {
  const { groups } = parse(rules);
  const metadata = { name: 'counterfoil', labels: LABELS };
  return yaml({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: { groups } });
}

function kustomization(resources: readonly string[]) {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
}

export function yaml(...documents: readonly unknown[]): string {
  const texts = documents.map((each) => stringify(each, { lineWidth: 0, aliasDuplicateObjects: false }));
  return HEADER + texts.join('---\n');
}

/** An account of its own, so that a function may do what it declares and nothing else. */
function serviceAccount({ room, fn }: Registered) {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: fn.name,
      labels: { ...LABELS, 'app.kubernetes.io/component': room },
      // The account that Terraform makes for it, of a project that an overlay puts in.
      annotations: { 'iam.gke.io/gcp-service-account': `${fn.name}@PROJECT.iam.gserviceaccount.com` },
    },
    // Google's tokens come from the metadata server; nobody here talks to the cluster.
    automountServiceAccountToken: false,
  };
}

function service({ room, fn }: Registered) {
  const { concurrency, timeoutSeconds, minScale, maxScale, visibility } = boundsOf(fn);
  const labels = { ...LABELS, 'app.kubernetes.io/component': room };
  // Nobody outside the cluster reaches it, unless an overlay takes this away.
  const hidden = visibility === 'internal' && { 'networking.knative.dev/visibility': 'cluster-local' };
  const annotations = {
    'autoscaling.knative.dev/min-scale': String(minScale),
    'autoscaling.knative.dev/max-scale': String(maxScale),
  };
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: fn.name, labels: { ...labels, ...hidden } },
    spec: {
      template: {
        metadata: { annotations, labels: LABELS },
        spec: {
          serviceAccountName: fn.name,
          containerConcurrency: concurrency,
          timeoutSeconds,
          containers: [container(fn)],
        },
      },
    },
  };
}

/** What both Knative and a plain Deployment run. */
export function container(fn: DeclaredFunction) {
  const { memoryMi, cpu } = boundsOf(fn);
  return {
    name: fn.name,
    image: `counterfoil/${fn.name}`, // which an overlay replaces by a digest
    ports: [{ containerPort: 8080 }],
    env: [...runtimeVariables(fn), ...variablesOf(fn).map(variable)],
    // Without a period Knative itself asks many times a second while an instance starts. A startup probe would be the kubelet's, and
    // so make each cold start slower (https://github.com/knative/serving/pull/15309); that liveness waits 90 s does for it.
    readinessProbe: { httpGet: { path: '/healthz' } },
    livenessProbe: { httpGet: { path: '/healthz' }, periodSeconds: 30, failureThreshold: 3 },
    resources: {
      requests: { cpu: '100m', memory: '160Mi' },
      limits: { cpu: String(cpu), memory: `${memoryMi}Mi` },
    },
    securityContext: {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** The runtime's own: where it is, whom it tells, and who may push. Apps and banks prove themselves in other ways. */
function runtimeVariables(fn: DeclaredFunction) {
  const all = [
    fromConfigMap('GOOGLE_CLOUD_PROJECT', true),
    fromConfigMap('OTEL_EXPORTER_OTLP_ENDPOINT', false),
    fromConfigMap('OTEL_TRACES_SAMPLER_ARG', false),
  ];
  if (fn.trigger === 'request') return all;
  return [
    ...all,
    // Its own, so that a token that was pushed to one function opens no other.
    { name: 'PUSH_TOKEN_AUDIENCE', value: fn.name },
    fromConfigMap('PUSH_TOKEN_EMAIL', true),
    fromConfigMap('PUSH_TOKEN_ISSUER', false),
    fromConfigMap('PUSH_TOKEN_KEYS_URL', false),
  ];
}

function variable({ name, secret, required }: { name: string; secret: boolean; required: boolean }) {
  return secret ? fromSecret(name, required) : fromConfigMap(name, required);
}

function fromConfigMap(name: string, required: boolean) {
  return { name, valueFrom: { configMapKeyRef: { name: 'counterfoil', key: name, ...optional(required) } } };
}

/** A secret is an object of its own, so that each is rotated, and allowed to be read, by itself. */
function fromSecret(name: string, required: boolean) {
  const object = name.toLowerCase().replaceAll('_', '-');
  return { name, valueFrom: { secretKeyRef: { name: object, key: 'value', ...optional(required) } } };
}

function optional(required: boolean) {
  return required ? {} : { optional: true };
}
