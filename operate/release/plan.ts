import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { Refusal } from '../refusal.ts';
import type { Host } from './host.ts';
import { imageIn, isReady, servingIn, taggedIn, trafficOf } from './service.ts';

/** What a release of a function would do. */
export type Change = {
  readonly fn: DeclaredFunction;
  readonly serving: string;
  readonly image: string;
  /** A revision of this image that is there already and serves nobody: of a configuration that was deployed, or of a release that went back. */
  readonly waiting: string | undefined;
};

/** Compares what serves with the image that was pushed, by digest; undefined where nothing changes. */
export async function changeOf(host: Host, fn: DeclaredFunction, image: string): Promise<Change | undefined> {
  const { name } = fn;
  const found = await host.service(name);
  const serving = servingIn(found);
  const newest = found.status.latestCreatedRevisionName;
  const ofNewest = imageIn(found.spec.template.spec.containers, name);
  if (newest !== serving && ofNewest === image) return { fn, serving, image, waiting: newest };
  const { spec } = await host.revision(serving);
  return imageIn(spec.containers, name) === image ? undefined : { fn, serving, image, waiting: undefined };
}

/**
 * The revision to go back to: the other one of a release that was left, else the one made before what serves. Nobody writes
 * down whether that one ever served: it may be one that went back.
 */
export async function before(host: Host, name: string): Promise<string> {
  const found = await host.service(name);
  const shares = trafficOf(found);
  const newer = taggedIn(found)?.revision ?? servingIn(found);
  const [other] = [...shares.keys()].filter((revision) => revision !== newer);
  if (other) return other;
  const revisions = await host.revisions(name);
  const at = revisions.findIndex(({ metadata }) => metadata.name === newer);
  const older = revisions.slice(at + 1).find(isReady);
  if (at < 0 || !older) throw new Refusal(`${name}: there is no revision before ${newer} that is ready.`);
  return older.metadata.name;
}
