import { isHigher, isSameVersion, type Rank } from './rank.ts';

export type AccountStatus = 'open' | 'frozen' | 'closed';

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

/** True when the bank gave two different states of one resource the same version, so that one must be wrong. */
export function contradicts(account: Account, { rank, status, opened }: AccountState): boolean {
  if (isSameVersion(rank, account.statusRank) && status !== account.status) return true;
  return opened !== undefined && isSameVersion(rank, account.openedRank) && !isSameOpening(opened, account);
}

/** True when nobody who reads the account could tell the two apart: a state that the bank only told again. */
export function looksAlike(before: Account, after: Account): boolean {
  return before.status === after.status && isSameOpening(before, after);
}

type Opening = Pick<Account, 'ownerIds' | 'currency' | 'iban'>;

function isSameOpening(a: Opening, b: Opening): boolean {
  return a.ownerIds.join() === b.ownerIds.join() && a.currency === b.currency && a.iban === b.iban;
}
