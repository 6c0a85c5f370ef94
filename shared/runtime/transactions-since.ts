import type { Reads } from '../platform/platform.ts';
import { lastId } from '../store/document.ts';
import { type Transaction, transactionFrom, transactionsSince } from '../store/transactions.ts';

const PAGE = 300;

/** All transactions of an account of which something occurred since an instant in UTC, at it included. */
export async function readTransactionsSince(
  reads: Reads,
  accountId: string,
  since: string,
): Promise<Transaction[]> {
  const found: Transaction[] = [];
  let after: readonly [string, string] | undefined;
  for (;;) {
    const page = await reads.query(transactionsSince(accountId, since, PAGE, after));
    found.push(...page.flatMap((document) => transactionFrom(document) ?? []));
    const last = page.at(-1);
    if (!last || page.length < PAGE) return found;
    after = [String(last.fields?._latestAt), lastId(last.path)];
  }
}
