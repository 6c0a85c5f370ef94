/**
 * The place of a state among the states of one resource: the bank's version first, then the time, then the
 * fact's id. It is a total order, so the highest wins whatever the order of arrival.
 */
export type Rank = { readonly version: bigint; readonly occurredAt: string; readonly factId: string };

export function isHigher(rank: Rank, stored: Rank | undefined): boolean {
  if (!stored) return true;
  if (rank.version !== stored.version) return rank.version > stored.version;
  if (rank.occurredAt !== stored.occurredAt) return rank.occurredAt > stored.occurredAt;
  return rank.factId > stored.factId;
}

/** True of two states that the bank gave one number: they must say the same. */
export function isSameVersion(rank: Rank, stored: Rank | undefined): boolean {
  return stored !== undefined && rank.version > 0n && rank.version === stored.version;
}
