import type { Account } from '../domain/account.ts';
import { PublicError } from '../errors.ts';
import { type Reads, readOne } from '../platform/platform.ts';
import { accountFrom, accountPath } from '../store/accounts.ts';

/** The account, if it is the caller's; else throws a `PublicError` 404: nobody else can tell whether there is one. */
export async function ownAccount(reads: Reads, accountId: string, uid: string): Promise<Account> {
  const account = await accountOwnedBy(reads, accountId, uid);
  if (!account) throw new PublicError(404, 'account.not-found');
  return account;
}

/** The account, or undefined where it is not theirs, for what is found by another name than the account's. */
export async function accountOwnedBy(
  reads: Reads,
  accountId: string,
  uid: string,
): Promise<Account | undefined> {
  const account = accountFrom(await readOne(reads, accountPath(accountId)));
  return account?.ownerIds.includes(uid) ? account : undefined;
}
