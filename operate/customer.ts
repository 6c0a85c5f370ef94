import type { Reads } from '../shared/platform/platform.ts';
import { accountsOwnedBy } from '../shared/store/accounts.ts';

/** What to say first of a customer who has no account, since that is most often a mistyped uid; undefined of any other. */
export async function doubtOf(reads: Reads, customerId: string): Promise<string | undefined> {
  const [account] = await reads.query({ ...accountsOwnedBy(customerId), limit: 1 });
  return account ? undefined : 'No account of such a customer is known here: is the uid right?';
}
