import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { type Totals, totalsOf } from '../../shared/domain/transaction.ts';
import { type Reads, readOne } from '../../shared/platform/platform.ts';
import { accountFrom, accountPath } from '../../shared/store/accounts.ts';
import { balanceFrom, balancesOf, isShard, shardOf } from '../../shared/store/balances.ts';
import { bankBalanceFrom } from '../../shared/store/bank-balances.ts';
import { lastId, type Stored } from '../../shared/store/document.ts';
import { type Transaction, transactionFrom, transactionsOf } from '../../shared/store/transactions.ts';
import { configOf } from '../here.ts';
import type { ExplainedBalance } from './explanation.ts';

const PAGE = 300;

/** What an account's transactions sum to, and what of it is not as it should be. */
export type Account = {
  readonly balances: readonly ExplainedBalance[];
  /** Those whose stored figures are not what their own parts give. */
  readonly wrong: readonly { readonly id: string; readonly stored: Totals; readonly folded: Totals }[];
};

/**
 * Sums all of an account's transactions, shard by shard, beside what is stored. `snapshot` is of one moment, or what moved
 * while it was read would differ for no other reason.
 */
export async function explainAccount(snapshot: Reads, accountId: string, newest: number): Promise<Account> {
  const { BALANCE_SHARDS: shards } = configOf(recordTransaction) as { BALANCE_SHARDS: number };
  const documents = await snapshot.query(balancesOf(accountId));
  const sums = await sumsOf(snapshot, accountId, { shards, newest });
  const account = accountFrom(await readOne(snapshot, accountPath(accountId)));
  const currencies = [...new Set([account?.currency, ...currenciesIn(documents), ...sums.byCurrency.keys()])];
  const balances = currencies.flatMap((currency) =>
    currency === undefined ? [] : [balanceIn(currency, { accountId, documents, sums })],
  );
  return { balances, wrong: sums.wrong };
}

type Sum = { booked: bigint; held: bigint };
type Sums = {
  readonly byCurrency: Map<string, Map<string, Sum>>;
  readonly newest: Transaction[];
  readonly wrong: { id: string; stored: Totals; folded: Totals }[];
  count: number;
};

async function sumsOf(
  reads: Reads,
  accountId: string,
  { shards, newest }: { shards: number; newest: number },
): Promise<Sums> {
  const sums: Sums = { byCurrency: new Map(), newest: [], wrong: [], count: 0 };
  let after: string | undefined;
  do {
    const page = await reads.query(transactionsOf(accountId, PAGE, after));
    const transactions = page.flatMap((document) => transactionFrom(document) ?? []);
    for (const transaction of transactions) add(sums, transaction, shardOf(transaction.id, shards));
    sums.newest.push(...transactions.filter(({ summary }) => summary.isShown));
    sums.newest.sort((a, b) => (a.summary.occurredAt > b.summary.occurredAt ? -1 : 1)).splice(newest);
    after = page.length === PAGE ? page.at(-1)?.path : undefined;
  } while (after);
  return sums;
}

function add(sums: Sums, { id, parts, totals }: Transaction, shard: string): void {
  sums.count += 1;
  const folded = totalsOf(parts);
  if (!isEqual(totals, folded)) sums.wrong.push({ id, stored: totals, folded });
  for (const [currency, { booked, held }] of Object.entries(folded)) {
    const byShard = sums.byCurrency.get(currency) ?? new Map<string, Sum>();
    const sum = byShard.get(shard) ?? { booked: 0n, held: 0n };
    byShard.set(shard, { booked: sum.booked + booked, held: sum.held + held });
    sums.byCurrency.set(currency, byShard);
  }
}

function balanceIn(
  currency: string,
  { accountId, documents, sums }: { accountId: string; documents: readonly Stored[]; sums: Sums },
): ExplainedBalance {
  const parts = sums.byCurrency.get(currency) ?? new Map<string, Sum>();
  const shards = documents.filter(({ path }) => isShard(path));
  const stored = new Map(shards.map((each) => [lastId(each.path), balanceFrom([each], currency)]));
  const ids = [...new Set([...stored.keys(), ...parts.keys()])];
  const figures = ids
    .sort((a, b) => Number(a) - Number(b))
    .map((shard) => ({
      shard,
      bookedMinor: stored.get(shard)?.booked ?? 0n,
      heldMinor: stored.get(shard)?.held ?? 0n,
      partsBookedMinor: parts.get(shard)?.booked ?? 0n,
      partsHeldMinor: parts.get(shard)?.held ?? 0n,
    }));
  const all = balanceFrom(documents, currency);
  const total = (figure: 'partsBookedMinor' | 'partsHeldMinor') =>
    figures.reduce((sum, each) => sum + each[figure], 0n);
  const said = documents.find(({ path }) => lastId(path) === 'bank');
  const bank = said && bankBalanceFrom(said);
  return {
    accountId,
    currency,
    figures,
    bookedMinor: all.booked,
    heldMinor: all.held,
    partsBookedMinor: total('partsBookedMinor'),
    partsHeldMinor: total('partsHeldMinor'),
    asOf: all.asOf,
    bank: bank?.currency === currency ? bankFigures(bank) : undefined,
    count: sums.count,
    newest: sums.newest.map(({ id, summary, totals }) => ({
      id,
      occurredAt: summary.occurredAt,
      description: summary.description,
      status: summary.status,
      bookedMinor: totals[currency]?.booked ?? 0n,
      heldMinor: totals[currency]?.held ?? 0n,
    })),
  };
}

function bankFigures({ bookedMinor, availableMinor, asOf }: NonNullable<ReturnType<typeof bankBalanceFrom>>) {
  return { bookedMinor, availableMinor, asOf };
}

function currenciesIn(documents: readonly Stored[]): string[] {
  const shards = documents.filter(({ path }) => isShard(path));
  return shards.flatMap(({ fields }) =>
    Object.keys(fields ?? {}).filter((field) => /^[A-Z]{3}$/.test(field)),
  );
}

function isEqual(a: Totals, b: Totals): boolean {
  const currencies = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return currencies.every(
    (code) =>
      (a[code]?.booked ?? 0n) === (b[code]?.booked ?? 0n) && (a[code]?.held ?? 0n) === (b[code]?.held ?? 0n),
  );
}
