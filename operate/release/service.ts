import * as z from 'zod';
import { Refusal } from '../refusal.ts';

/** Under which a new revision may be called before it gets any traffic. */
export const CANDIDATE = 'candidate';

const target = z.object({
  revisionName: z.string().optional(),
  percent: z.number().default(0),
  tag: z.string().optional(),
  url: z.url().optional(),
});

const containers = z.array(z.looseObject({ name: z.string().optional(), image: z.string() })).min(1);
const template = z.looseObject({ spec: z.looseObject({ containers }) });
const condition = z.object({ type: z.string(), status: z.string(), message: z.string().optional() });

/** A service as Knative tells it, and `gcloud` after it. Source: https://knative.dev/docs/serving/reference/serving-api/ */
const service = z.object({
  metadata: z.object({ name: z.string(), generation: z.number(), resourceVersion: z.string() }),
  spec: z.object({ template }),
  status: z.object({
    observedGeneration: z.number(),
    conditions: z.array(condition).default([]),
    url: z.url(),
    latestCreatedRevisionName: z.string(),
    latestReadyRevisionName: z.string().optional(),
    traffic: z.array(target).default([]),
  }),
});

const revision = z.object({
  metadata: z.object({ name: z.string(), creationTimestamp: z.string() }),
  spec: z.object({ containers }),
  status: z.object({ conditions: z.array(condition).default([]) }),
});

export type Service = z.output<typeof service>;
export type Revision = z.output<typeof revision>;

export function serviceFrom(json: string): Service {
  return service.parse(JSON.parse(json));
}

export function revisionFrom(json: string): Revision {
  return revision.parse(JSON.parse(json));
}

/** Of one service, the newest first. */
export function revisionsFrom(json: string): Revision[] {
  const listed = JSON.parse(json) as unknown;
  const { items } = z
    .object({ items: z.array(revision) })
    .parse(Array.isArray(listed) ? { items: listed } : listed);
  return items.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
}

/** The function's own container: on Cloud Run a collector may stand beside it. */
export function imageIn(list: Revision['spec']['containers'], name: string): string {
  const own = list.find((each) => each.name === name || each.name === 'function') ?? list[0];
  if (!own) throw new Error(`${name} has no container`);
  return own.image;
}

/** Who has how much of the traffic; a revision without any is not in it. */
export function trafficOf({ status }: Service): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { revisionName = status.latestReadyRevisionName ?? '', percent } of status.traffic) {
    if (percent > 0) shares.set(revisionName, (shares.get(revisionName) ?? 0) + percent);
  }
  return shares;
}

/** Whether its traffic is spread so, and in no other way. */
export function isSpread(found: Service, shares: Readonly<Record<string, number>>): boolean {
  const is = trafficOf(found);
  return (
    is.size === Object.keys(shares).length &&
    [...is].every(([revision, percent]) => shares[revision] === percent)
  );
}

export function taggedIn({ status }: Service): { revision: string; url: string } | undefined {
  const found = status.traffic.find(({ tag }) => tag === CANDIDATE);
  return found?.revisionName && found.url ? { revision: found.revisionName, url: found.url } : undefined;
}

/** The one revision that serves; refuses where traffic is split, since a release is under way or was left. */
export function servingIn(found: Service): string {
  const { name } = found.metadata;
  const [[serving, percent] = ['', 0]] = trafficOf(found);
  if (percent === 100) return serving;
  const shares = [...trafficOf(found)].map(([each, share]) => `${each} ${share} %`).join(', ');
  throw new Refusal(
    `${name}: its traffic is split (${shares || 'nobody has any'}): a release is under way, or was left in the middle. npm run release -- --return --function ${name} ends it.`,
  );
}

/** Whether what it tells is of what it was told last. */
export function isSettled({ metadata, status }: Service): boolean {
  return status.observedGeneration >= metadata.generation;
}

export function isReady({ status }: Revision): boolean {
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}
