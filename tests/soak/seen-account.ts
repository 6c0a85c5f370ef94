import type { Firestore, QueryDocumentSnapshot } from '@google-cloud/firestore';
import type { Stack } from '../../local/stack.ts';
import type { Customer } from './driving.ts';
import { get } from './http.ts';

/** What Counterfoil has of an account: by the apps' API, and in Firestore as it lies there. */
export type SeenAccount = {
  readonly api: Readonly<Record<string, string | undefined>>;
  readonly feed: readonly FeedItem[];
  /** As in `ExpectedAccount`, of the months asked for. */
  readonly spending: readonly string[];
  readonly documents: readonly TransactionDocument[];
  /** Of all shards. */
  readonly balance: Figures;
  readonly payments: readonly SeenPayment[];
  /** The payments for which money is reserved, in Firestore. */
  readonly reserved: readonly string[];
};

export type FeedItem = {
  readonly id: string;
  readonly bankIds: readonly string[];
  readonly status: string;
  readonly direction: string;
  readonly amountMinor: string;
  readonly currency: string;
  readonly description: string;
  readonly bookedMinor: string;
  readonly heldMinor: string;
  readonly paymentId?: string;
};

/** A payment, as apps see it. */
export type SeenPayment = {
  readonly id: string;
  readonly amount: { readonly amountMinor: string };
  readonly state: string;
  readonly reason?: string;
  readonly returnedMinor?: string;
  readonly recall?: string;
  readonly history: readonly { readonly state: string }[];
};

export type Figures = { readonly bookedMinor: bigint; readonly heldMinor: bigint };

export type TransactionDocument = Figures & {
  readonly id: string;
  readonly root: string;
  readonly bankIds: readonly string[];
  readonly status: string;
  readonly amountMinor: bigint;
};

export async function readAccount(
  stack: Stack,
  firestore: Firestore,
  asked: { accountId: string; owner: Customer; months: readonly string[] },
): Promise<SeenAccount> {
  const { accountId, owner, months } = asked;
  const { idToken } = owner;
  const url = `${stack.api}/v1/accounts/${accountId}`;
  const api = await get<Record<string, string | undefined>>(url, idToken);
  const feed = await allOf<FeedItem>(`${url}/transactions?`, idToken);
  const payments = await allOf<SeenPayment>(`${stack.api}/v1/payments?accountId=${accountId}&`, idToken);

  const spending: string[] = [];
  for (const month of months) {
    const { items } = await get<{ items: { merchant: string; spentMinor: string }[] }>(
      `${url}/spending/${month}`,
      idToken,
    );
    spending.push(...items.map(({ merchant, spentMinor }) => `${month} ${merchant} ${spentMinor}`));
  }

  const account = firestore.collection('accounts').doc(accountId);
  const [transactions, shards] = await Promise.all([
    account.collection('transactions').get(),
    account.collection('balances').get(),
  ]);
  const currency = String(api.currency);
  const reservations = shards.docs.find(({ id }) => id === 'reservations');
  return {
    api,
    feed,
    payments,
    reserved: Object.keys(reservations?.get('open') ?? {}),
    spending: spending.sort(),
    documents: transactions.docs.flatMap((document) => transactionIn(document, currency)),
    balance: sumOf(
      shards.docs.filter(({ id }) => id !== 'bank').map((shard) => figuresIn(shard.get(currency))),
    ),
  };
}

/** All pages of a list. */
async function allOf<T>(url: string, idToken: string): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await get<{ items: T[]; nextCursor?: string }>(`${url}limit=100${after}`, idToken);
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}

function transactionIn(document: QueryDocumentSnapshot, currency: string): TransactionDocument[] {
  const fields = document.data();
  if (fields.aliasOf !== undefined) return [];
  const { id, _root: root, bankIds, status, amountMinor, _totals: totals } = fields;
  return [{ id, root, bankIds, status, amountMinor, ...figuresIn(totals[currency]) }];
}

function figuresIn(stored: { booked?: bigint; held?: bigint } | undefined): Figures {
  return { bookedMinor: stored?.booked ?? 0n, heldMinor: stored?.held ?? 0n };
}

export function sumOf(figures: readonly Figures[]): Figures {
  return figures.reduce(
    (sum, each) => ({
      bookedMinor: sum.bookedMinor + each.bookedMinor,
      heldMinor: sum.heldMinor + each.heldMinor,
    }),
    { bookedMinor: 0n, heldMinor: 0n },
  );
}
