import type { Registered } from '../../functions/registry.ts';
import { subscriptionOf } from '../../shared/runtime/declared.ts';
import { allTopics, byName } from './declared.ts';
import { container, LABELS, yaml } from './knative.ts';

// The project of whatever is made on emulators.
const TOPICS = 'http://pubsub-emulator:8085/v1/projects/demo-counterfoil';

/**
 * The functions for a cluster on a laptop, beside emulators: plain Deployments, of the containers that Knative runs. On Knative
 * itself they would refuse to start, as on Cloud Run: there an emulator's address is a mistake that would lose money.
 */
export function localFunctions(registry: readonly Registered[]): string {
  return yaml(...[...registry].sort(byName).flatMap(({ fn }) => [deployment(fn), clusterService(fn.name)]));
}

/** Makes what Terraform makes in the cloud: each topic, and each function's own subscription, pushed to its service. */
export function localTopics(registry: readonly Registered[]): string {
  const topics = Object.keys(allTopics(registry)).map((topic) => put(`topics/${topic}`, {}));
  const subscriptions = [...registry].sort(byName).flatMap(({ fn }) => {
    if (fn.trigger !== 'event') return [];
    const { name, topic } = subscriptionOf(fn);
    const pushEndpoint = `http://${fn.name}/projects/demo-counterfoil/topics/${topic}`;
    const asked = { topic: `projects/demo-counterfoil/topics/${topic}`, pushConfig: { pushEndpoint } };
    return [put(`subscriptions/${name}`, asked)];
  });
  const wait = `until curl -sf http://pubsub-emulator:8085/; do sleep 1; done`;
  const script = ['set -e', wait, ...topics, ...subscriptions].join('\n');
  const containers = [{ name: 'curl', image: 'curlimages/curl:8.11.0', command: ['sh', '-c', script] }];
  return yaml({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'topics', labels: LABELS },
    spec: { template: { spec: { restartPolicy: 'OnFailure', containers } } },
  });
}

function put(path: string, body: object): string {
  // 409 where it is there already.
  return `curl -s -X PUT -H 'content-type: application/json' -d '${JSON.stringify(body)}' ${TOPICS}/${path}`;
}

function deployment(fn: Registered['fn']) {
  const { readinessProbe, ...rest } = container(fn);
  const port = 8080;
  const httpGet = { path: '/healthz', port };
  const own = {
    ...rest,
    // The emulators' addresses, and that nobody checks push tokens: the emulator sends none.
    envFrom: [{ configMapRef: { name: 'emulators' } }],
    startupProbe: { httpGet, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { httpGet },
    livenessProbe: { ...rest.livenessProbe, httpGet },
  };
  const labels = { ...LABELS, 'app.kubernetes.io/name': fn.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: fn.name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': fn.name } },
      template: {
        metadata: { labels },
        spec: { automountServiceAccountToken: false, containers: [own] },
      },
    },
  };
}

function clusterService(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: LABELS },
    spec: { selector: { 'app.kubernetes.io/name': name }, ports: [{ port: 80, targetPort: 8080 }] },
  };
}
