import { z } from 'zod';
import { NO_CURRENCY } from '../../../shared/domain/transaction.ts';
import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onRequest, type Request } from '../../../shared/runtime/on-request.ts';
import { accountFrom, accountPath, accountsOwnedBy } from '../../../shared/store/accounts.ts';
import { balanceFrom, balancesOf } from '../../../shared/store/balances.ts';
import {
  aliasesFrom,
  feedOf,
  type Transaction,
  transactionFrom,
  transactionPath,
} from '../../../shared/store/transactions.ts';
import { cursorAfter, readCursor, readLimit } from './page.ts';
import { accountView, transactionView } from './views.ts';

/** What a customer sees of their accounts: balances, and the feed page by page. Another's account is a 404. */
export default onRequest({
  name: 'serve-accounts',
  caller: 'customer',
  publishes: [],
  impact: 'Customers see neither balance nor transactions.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  routes: {
    'GET /v1/accounts': async ({ uid }, { deps }) => {
      const owned = await deps.query(accountsOwnedBy(uid));
      const accounts = owned.flatMap((document) => accountFrom(document) ?? []);
      const balances = await Promise.all(accounts.map(({ id }) => deps.query(balancesOf(id))));
      const items = accounts.map((account, n) =>
        accountView(account, balanceFrom(balances[n] ?? [], account.currency ?? NO_CURRENCY)),
      );
      return { status: 200, body: { items } };
    },
    'GET /v1/accounts/:accountId': async (request, { deps }) => {
      const [account, balances] = await Promise.all([
        ownAccount(deps, request),
        deps.query(balancesOf(request.params.accountId ?? '')),
      ]);
      return {
        status: 200,
        body: accountView(account, balanceFrom(balances, account.currency ?? NO_CURRENCY)),
      };
    },
    'GET /v1/accounts/:accountId/transactions': async (request, { deps }) => {
      const limit = readLimit(request.query);
      const { id } = await ownAccount(deps, request);
      // One more than asked for tells whether there is a next page.
      const found = await deps.query(feedOf(id, limit + 1, readCursor(request.query)));
      const page = found.slice(0, limit).flatMap((document) => transactionFrom(document) ?? []);
      const last = page.at(-1);
      const nextCursor = found.length > limit && last ? cursorAfter(last) : undefined;
      return { status: 200, body: { items: page.map(transactionView), nextCursor } };
    },
    'GET /v1/accounts/:accountId/transactions/:transactionId': async (request, { deps }) => {
      const { id } = await ownAccount(deps, request);
      const transaction = await readTransaction(deps, id, request.params.transactionId ?? '');
      if (!transaction) throw new PublicError(404, 'transaction.not-found');
      return { status: 200, body: transactionView(transaction) };
    },
  },
});

async function ownAccount(reads: Reads, { params, uid }: Request) {
  const account = accountFrom(await readOne(reads, accountPath(params.accountId ?? '')));
  // To say that it exists would already tell something about another customer.
  if (!account?.ownerIds.includes(uid)) throw new PublicError(404, 'account.not-found');
  return account;
}

/** Follows the aliases that a refund and a clearing left when it became known what they belong to. */
async function readTransaction(
  reads: Reads,
  accountId: string,
  transactionId: string,
): Promise<Transaction | undefined> {
  const document = await readOne(reads, transactionPath(accountId, transactionId));
  const [target] = aliasesFrom(document);
  return target ? readTransaction(reads, accountId, target) : transactionFrom(document);
}
