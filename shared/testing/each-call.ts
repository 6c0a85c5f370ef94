import type { Platform, Reads } from '../platform/platform.ts';

export type Call = Exclude<keyof Platform, 'snapshot'>;
type Wrap = <Args extends unknown[], Result>(
  name: Call,
  call: (...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

/** A platform each of whose calls is wrapped; a snapshot's too. */
export function eachCall(platform: Platform, wrap: Wrap): Platform {
  const reads = ({ get, query, aggregate }: Reads): Reads => ({
    get: wrap('get', get),
    query: wrap('query', query),
    aggregate: wrap('aggregate', aggregate),
  });
  return {
    ...reads(platform),
    snapshot: () => reads(platform.snapshot()),
    commit: wrap('commit', platform.commit),
    publish: wrap('publish', platform.publish),
  };
}
