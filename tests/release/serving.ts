/** Of one service: what Knative Serving keeps, and Cloud Run as Knative. */
type Kept = {
  readonly name: string;
  generation: number;
  image: string;
  created: number;
  readonly revisions: Map<string, { readonly image: string; readonly at: string; readonly isReady: boolean }>;
  traffic: Target[];
};

export type Target = {
  readonly revisionName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly tag?: string;
};

/** No revision of this image ever gets ready. */
export const BROKEN = `images.example/broken@sha256:${'b'.repeat(64)}`;

/**
 * The serving half of Knative and of Cloud Run: a changed template makes a revision, traffic goes where it is told, and what
 * is told has the shape of the true thing. What a platform would refuse is refused.
 */
export function openServing(addressOf: (revision: string) => string) {
  const services = new Map<string, Kept>();

  function kept(name: string): Kept {
    const found = services.get(name);
    if (!found) throw new Error(`service ${name} not found`);
    return found;
  }

  function deploy(service: Kept, image: string): string {
    service.created += 1;
    const revision = `${service.name}-${String(service.created).padStart(5, '0')}`;
    const at = new Date(Date.UTC(2026, 10, 27, 0, service.created)).toISOString();
    service.revisions.set(revision, { image, at, isReady: image !== BROKEN });
    service.image = image;
    service.generation += 1;
    return revision;
  }

  function newest(service: Kept, onlyReady: boolean): string {
    const all = [...service.revisions].filter(([, { isReady }]) => isReady || !onlyReady);
    return all.at(-1)?.[0] ?? '';
  }

  function resolved(service: Kept): { revisionName: string; percent: number; tag?: string; url?: string }[] {
    return service.traffic.map(({ revisionName = newest(service, true), percent = 0, tag }) => ({
      revisionName,
      percent,
      ...(tag && { tag, url: addressOf(revisionName) }),
    }));
  }

  return {
    /** As `terraform apply` or `kubectl apply` makes it: all traffic to the newest. */
    create(name: string, image: string): void {
      const traffic = [{ latestRevision: true, percent: 100 }];
      const service: Kept = { name, generation: 0, image: '', created: 0, revisions: new Map(), traffic };
      services.set(name, service);
      deploy(service, image);
    },
    deploy: (name: string, image: string) => deploy(kept(name), image),
    imageOf: (name: string) => kept(name).image,
    resolved: (name: string) => resolved(kept(name)),
    newest: (name: string, onlyReady: boolean) => newest(kept(name), onlyReady),
    /** Refuses what does not add up, and what is not there. */
    route(name: string, traffic: readonly Target[]): void {
      const service = kept(name);
      const sum = traffic.reduce((all, { percent = 0 }) => all + percent, 0);
      if (sum !== 100) throw new Error(`Traffic targets sum to ${sum}, want 100`);
      for (const { revisionName } of traffic) {
        if (revisionName === undefined) continue;
        const found = service.revisions.get(revisionName);
        if (!found?.isReady) throw new Error(`Revision "${revisionName}" is not ready or not there`);
      }
      service.traffic = [...traffic];
      service.generation += 1;
    },
    /** Who has how much, of every service. */
    shares(): { name: string; revision: string; percent: number }[] {
      return [...services.values()].flatMap((service) =>
        resolved(service).map(({ revisionName: revision, percent }) => ({
          name: service.name,
          revision,
          percent,
        })),
      );
    },
    service(name: string, container: string) {
      const service = kept(name);
      const isReady = service.revisions.get(newest(service, false))?.isReady === true;
      const status = isReady ? 'True' : 'False';
      const message = isReady
        ? undefined
        : `Revision ${newest(service, false)} failed: the container did not start`;
      return {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name, generation: service.generation, resourceVersion: String(service.generation) },
        spec: {
          template: { spec: { containers: [{ name: container, image: service.image }] } },
          traffic: service.traffic,
        },
        status: {
          observedGeneration: service.generation,
          conditions: [
            { type: 'ConfigurationsReady', status, message },
            { type: 'Ready', status, message },
            { type: 'RoutesReady', status: 'True' },
          ],
          url: `https://${name}.example`,
          latestCreatedRevisionName: newest(service, false),
          latestReadyRevisionName: newest(service, true),
          traffic: resolved(service),
        },
      };
    },
    revisions(name: string, container: string) {
      return [...kept(name).revisions].map(([revision, { image, at, isReady }]) => ({
        metadata: { name: revision, creationTimestamp: at },
        spec: { containers: [{ name: container, image }] },
        status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
      }));
    },
  };
}

export type Serving = ReturnType<typeof openServing>;
