export type AccountStatus = 'open' | 'frozen' | 'closed';

/**
 * The place of a state among the states of one resource: the bank's version first, then the time, then the
 * fact's id. It is a total order, so the highest wins whatever the order of arrival.
 */
export type Rank = { readonly version: bigint; readonly occurredAt: string; readonly factId: string };

export type Account = {
  readonly id: string;
  readonly bank: string;
  /** Firebase uids of those who may read it and order from it; empty until `account.opened` has arrived. */
  readonly ownerIds: readonly string[];
  readonly currency?: string | undefined;
  readonly iban?: string | undefined;
  readonly status: AccountStatus;
  readonly openedAt?: string | undefined;
  readonly openedRank?: Rank | undefined;
  readonly statusRank?: Rank | undefined;
};

export type AccountState = {
  readonly rank: Rank;
  readonly status: AccountStatus;
  /** Only in `account.opened`. */
  readonly opened?: { ownerIds: readonly string[]; currency: string; iban?: string | undefined; at: string };
};

/** The account after one state of the bank's, in any order and any number of times. */
export function withState(account: Account, state: AccountState): Account {
  const opened = state.opened && isHigher(state.rank, account.openedRank) ? state.opened : undefined;
  return {
    ...account,
    ...(opened && {
      ownerIds: opened.ownerIds,
      currency: opened.currency,
      iban: opened.iban,
      openedAt: opened.at,
      openedRank: state.rank,
    }),
    ...(isHigher(state.rank, account.statusRank) && { status: state.status, statusRank: state.rank }),
  };
}

/** True when the bank gave two states of one resource the same version, so that one of them must be wrong. */
export function isSameVersion(rank: Rank, stored: Rank | undefined): boolean {
  return (
    stored !== undefined &&
    rank.version > 0n &&
    rank.version === stored.version &&
    rank.factId !== stored.factId
  );
}

function isHigher(rank: Rank, stored: Rank | undefined): boolean {
  if (!stored) return true;
  if (rank.version !== stored.version) return rank.version > stored.version;
  if (rank.occurredAt !== stored.occurredAt) return rank.occurredAt > stored.occurredAt;
  return rank.factId > stored.factId;
}
