import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { lastId, path, type Stored } from '../../../shared/store/document.ts';
import { aliasesFrom, type Transaction, transactionPath } from '../../../shared/store/transactions.ts';

/** The id of the transaction that this document is, or turned out to be. */
export async function homeIdOf(reads: Reads, accountId: string, document: Stored): Promise<string> {
  const [target] = aliasesFrom(document);
  if (target === undefined) return lastId(document.path);
  return homeIdOf(reads, accountId, await readOne(reads, transactionPath(accountId, target)));
}

/**
 * All that turned out to be this transaction, whichever event said so: an event of a later part may overtake the one
 * that tells of it. Only what is a clearing or a refund can have been known under another name before.
 */
export async function aliasesOf(
  reads: Reads,
  accountId: string,
  { id, parts }: Transaction,
): Promise<string[]> {
  const isLinked = Object.values(parts).some(({ kind }) => kind === 'clearing' || kind === 'refund');
  if (!isLinked) return [];
  const found = new Set<string>();
  let unread = [id];
  while (unread.length > 0) {
    const pages = await Promise.all(
      unread.map((target) =>
        reads.query({
          collection: path('accounts', accountId, 'transactions'),
          where: [['aliasOf', 'array-contains', target]],
        }),
      ),
    );
    unread = pages
      .flat()
      .map((alias) => lastId(alias.path))
      .filter((alias) => !found.has(alias));
    for (const alias of unread) found.add(alias);
  }
  return [...found];
}
