import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';
import { type Say, say as typed } from './command.ts';
import type { Host } from './host.ts';
import { CANDIDATE, imageIn, revisionFrom, revisionsFrom, type Service, serviceFrom } from './service.ts';

const KSVC = 'services.serving.knative.dev';
const REVISION = 'revisions.serving.knative.dev';
const ASK_EVERY_MS = 1000;
const PATIENCE_MS = 300_000;
const TIMEOUT_MS = 60_000;

/** Knative by `kubectl`. A change is refused where somebody else changed the service since it was read. */
export function knative(
  { project, namespace }: { project: string; namespace: string },
  say: Say = typed,
): Host {
  const kubectl = (...args: readonly string[]) =>
    say('kubectl', [...args, '--namespace', namespace, '--output', 'json']);
  const service = async (name: string) => serviceFrom(await kubectl('get', KSVC, name));

  async function patch(
    { metadata: { name, resourceVersion } }: Service,
    spec: object,
    until: 'Ready' | 'RoutesReady',
  ): Promise<Service> {
    const change = JSON.stringify({ metadata: { resourceVersion }, spec });
    const { metadata } = serviceFrom(
      await kubectl('patch', KSVC, name, '--type', 'merge', '--patch', change),
    );
    for (const endsAt = Date.now() + PATIENCE_MS; Date.now() < endsAt; await pause(ASK_EVERY_MS)) {
      const found = await service(name);
      if (found.status.observedGeneration < metadata.generation) continue;
      const { status, message } = found.status.conditions.find(({ type }) => type === until) ?? {};
      if (status === 'True') return found;
      if (status === 'False')
        throw new Refusal(`${name}: ${message ?? 'it is not ready, and does not say why'}`);
    }
    throw new Refusal(`${name} was not ready in ${PATIENCE_MS / 60_000} minutes.`);
  }

  return {
    service,
    async revision(name) {
      return revisionFrom(await kubectl('get', REVISION, name));
    },
    async revisions(name) {
      return revisionsFrom(
        await kubectl('get', REVISION, '--selector', `serving.knative.dev/service=${name}`),
      );
    },
    async deploy(found, image, serving) {
      const { name } = found.metadata;
      const { containers } = found.spec.template.spec;
      const before = imageIn(containers, name);
      const renewed = containers.map((each) => (each.image === before ? { ...each, image } : each));
      return patch(
        found,
        {
          template: { spec: { containers: renewed } },
          traffic: [
            { revisionName: serving, latestRevision: false, percent: 100 },
            { latestRevision: true, percent: 0, tag: CANDIDATE },
          ],
        },
        'Ready',
      );
    },
    async route(found, shares, candidate) {
      const targets = Object.entries(shares).map(([revisionName, percent]) => ({
        revisionName,
        latestRevision: false,
        percent,
        ...(revisionName === candidate && { tag: CANDIDATE }),
      }));
      const tagged = candidate !== undefined && !(candidate in shares);
      const extra = { revisionName: candidate, latestRevision: false, percent: 0, tag: CANDIDATE };
      // A service whose newest revision never got ready is not ready itself, and yet leads where it is told to.
      return patch(found, { traffic: tagged ? [...targets, extra] : targets }, 'RoutesReady');
    },
    async call({ metadata: { name } }, url, { as, method, path, headers, body, expects }) {
      const authorization = as && `Bearer ${await pushToken(say, project, name)}`;
      const response = await fetch(url + path, {
        method,
        headers: { ...headers, ...(authorization && { authorization }) },
        ...(body && { body }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: Error) => error);
      if (response instanceof Error) return `nothing: ${response.message}`;
      return response.status === expects ? undefined : `with ${response.status}`;
    },
    async close() {},
  };
}

/** As Pub/Sub's own pushes have it. Whoever releases may act as the account that pushes. */
function pushToken(say: Say, project: string, audience: string): Promise<string> {
  const account = `push@${project}.iam.gserviceaccount.com`;
  return say('gcloud', [
    ...['auth', 'print-identity-token', '--impersonate-service-account', account],
    ...['--include-email', '--audiences', audience],
  ]);
}
