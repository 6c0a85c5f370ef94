import type { Reads } from '../../shared/platform/platform.ts';
import { chunkPaths } from '../../shared/store/chunks.ts';
import {
  type ArchivePlace,
  archivedDeliveries,
  type Delivery,
  deliveryFrom,
  placeOf,
} from '../../shared/store/deliveries.ts';

export type Page = { readonly deliveries: readonly Delivery[]; readonly last: ArchivePlace };

// At most 1 MiB each, in memory at once.
const PAGE = 25;

/** The archive page by page, the oldest first; what arrives meanwhile is in the last ones. */
export async function* archivePages(
  reads: Reads,
  from: { since?: string | undefined; after?: ArchivePlace | undefined },
): AsyncGenerator<Page> {
  let after = from.after;
  for (;;) {
    const found = await reads.query(archivedDeliveries(PAGE, { since: from.since, after }));
    const newest = found.at(-1);
    if (!newest) return;
    const deliveries = await Promise.all(
      found.map(async (document) => deliveryFrom(document, await reads.get(chunkPaths(document)))),
    );
    after = placeOf(newest);
    yield { deliveries, last: after };
  }
}

/** From when to when there is something to go through; undefined where there is nothing. */
export async function archiveSpan(
  reads: Reads,
  from: { since?: string | undefined; after?: ArchivePlace | undefined },
): Promise<{ from: string; to: string } | undefined> {
  const [[first], [last]] = await Promise.all([
    reads.query(archivedDeliveries(1, from)),
    reads.query(archivedDeliveries(1, { since: from.since, direction: 'desc' })),
  ]);
  return first && last ? { from: placeOf(first)[0], to: placeOf(last)[0] } : undefined;
}
