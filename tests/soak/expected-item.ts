/**
 * What one transaction must have become. It is worked out from what the bank told, by plain sums of its own: the domain
 * of the functions has no part in it.
 */
export type ExpectedItem = {
  /** All ids that the bank gave to parts of it. */
  readonly bankIds: readonly string[];
  /** Undefined of what stands in no feed. */
  readonly status: string | undefined;
  readonly bookedMinor: bigint;
  readonly heldMinor: bigint;
  /**
   * How many notifications each owner has of it. A hold that a clearing without its name took away is in the feed as that
   * clearing, and was told for itself if there was time (docs/decisions/0010): so at most one.
   */
  readonly notifications: 'one' | 'none' | 'at-most-one';
};
