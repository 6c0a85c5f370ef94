import * as z from 'zod';
import type { Account } from '../../../shared/domain/account.ts';
import { NO_CURRENCY } from '../../../shared/domain/transaction.ts';
import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onRequest, type Request } from '../../../shared/runtime/on-request.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import { accountFrom, accountPath, accountsOwnedBy } from '../../../shared/store/accounts.ts';
import { balanceFrom, balancesOf } from '../../../shared/store/balances.ts';
import { bankBalanceFrom, bankBalancePath } from '../../../shared/store/bank-balances.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { reservationsIn, reservedMinorIn } from '../../../shared/store/reservations.ts';
import { spendingFrom, spendingOf } from '../../../shared/store/spending.ts';
import {
  aliasesFrom,
  feedOf,
  type Transaction,
  transactionFrom,
  transactionPath,
} from '../../../shared/store/transactions.ts';
import { accountView, spendingView, transactionView } from './views.ts';

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
      const items = accounts.map((account, n) => viewOf(account, balances[n] ?? []));
      return { status: 200, body: { items } };
    },
    'GET /v1/accounts/:accountId': async (request, { deps }) => {
      const [account, balances] = await Promise.all([
        ownAccount(deps, request),
        deps.query(balancesOf(request.params.accountId ?? '')),
      ]);
      return { status: 200, body: viewOf(account, balances) };
    },
    'GET /v1/accounts/:accountId/transactions': async (request, { deps }) => {
      const limit = readLimit(request.query);
      const { id } = await ownAccount(deps, request);
      // One more than asked for tells whether there is a next page.
      const found = await deps.query(feedOf(id, limit + 1, readCursor(request.query, 'txn')));
      const page = found.slice(0, limit).flatMap((document) => transactionFrom(document) ?? []);
      const last = page.at(-1);
      const nextCursor =
        found.length > limit && last
          ? cursorAfter({ id: last.id, occurredAt: last.summary.occurredAt })
          : undefined;
      return { status: 200, body: { items: page.map(transactionView), nextCursor } };
    },
    'GET /v1/accounts/:accountId/transactions/:transactionId': async (request, { deps }) => {
      const { id } = await ownAccount(deps, request);
      const transaction = await readTransaction(deps, id, request.params.transactionId ?? '');
      if (!transaction) throw new PublicError(404, 'transaction.not-found');
      return { status: 200, body: transactionView(transaction) };
    },
    'GET /v1/accounts/:accountId/spending/:month': async (request, { deps }) => {
      const { month = '' } = request.params;
      if (!/^[0-9]{4}-(0[1-9]|1[0-2])$/.test(month))
        throw new PublicError(400, 'month.invalid', 'A month is as in 2026-11.');
      const { id } = await ownAccount(deps, request);
      const spent = (await deps.query(spendingOf(id, month))).flatMap((sum) => spendingFrom(sum) ?? []);
      return { status: 200, body: { month, items: spendingView(spent) } };
    },
  },
});

/** Ours and the bank's own figures, as of one moment. */
function viewOf(account: Account, balances: readonly Stored[]) {
  const ours = balanceFrom(balances, account.currency ?? NO_CURRENCY);
  const theirs = balances.find(({ path }) => path === bankBalancePath(account.id));
  const reservedMinor = reservedMinorIn(reservationsIn(account.id, balances));
  return accountView(account, { ...ours, reservedMinor }, theirs && bankBalanceFrom(theirs));
}

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
