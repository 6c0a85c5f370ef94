import * as z from 'zod';
import {
  holdExpiresAt,
  type Part,
  type Parts,
  partKey,
  type Summary,
  summaryOf,
  type Totals,
  totalsOf,
} from '../domain/transaction.ts';
import { idFrom } from '../events/id.ts';
import { defined, encodeId, lastId, path, type Query, type Stored, type Write, write } from './document.ts';

/** What all parts of one transaction have in common, in the bank's words. */
export type Root = {
  readonly kind: 'authorisation' | 'clearing' | 'refund' | 'reversal' | 'transaction' | 'opening' | 'entry';
  readonly id: string;
};

/**
 * Which fact brought a part first, and which number of a link is the last; the one thing in a document that depends on
 * the order of arrival.
 */
export type Arrival = {
  readonly factId: string;
  readonly deliveryId: string;
  readonly pairing?: bigint | undefined;
};

export type Transaction = {
  readonly id: string;
  readonly bank: string;
  readonly root: Root['kind'];
  readonly parts: Parts;
  readonly arrival: Readonly<Record<string, Arrival>>;
  /** The ids under which it was known, or told of, before; sorted. */
  readonly aliases: readonly string[];
  readonly totals: Totals;
  readonly summary: Summary;
};

const part = z.object({
  kind: z.enum([
    'authorisation',
    'increment',
    'reversal',
    'expiry',
    'decline',
    'clearing',
    'refund',
    'link',
    'pending',
    'booking',
    'cancellation',
    'booking-reversal',
    'opening',
  ]),
  id: z.string(),
  occurredAt: z.string(),
  direction: z.enum(['credit', 'debit']),
  amountMinor: z.bigint(),
  currency: z.string(),
  final: z.boolean().optional(),
  description: z.string().optional(),
  bookedOn: z.string().optional(),
  valueOn: z.string().optional(),
  endToEndId: z.string().optional(),
  paymentId: z.string().optional(),
  holdsOnly: z.boolean().optional(),
  merchantAmountMinor: z.bigint().optional(),
  merchantCurrency: z.string().optional(),
  fxRate: z.string().optional(),
  cardId: z.string().optional(),
  expiresAt: z.string().optional(),
}) satisfies z.ZodType<Part>;

const stored = z.object({
  id: z.string(),
  status: z.enum(['pending', 'booked', 'partly-booked', 'declined', 'reversed', 'expired']),
  direction: z.enum(['credit', 'debit']),
  amountMinor: z.bigint(),
  currency: z.string(),
  authorisedMinor: z.bigint().optional(),
  merchantAmountMinor: z.bigint().optional(),
  merchantCurrency: z.string().optional(),
  fxRate: z.string().optional(),
  description: z.string(),
  // What is not in the feed has no plain time, so that no feed finds it.
  occurredAt: z.string().optional(),
  _hiddenAt: z.string().optional(),
  _latestAt: z.string().optional(),
  bookedOn: z.string().optional(),
  bankIds: z.array(z.string()),
  paymentId: z.string().optional(),
  _bank: z.string().default(''), // older documents have none; whoever writes one again knows it
  _root: z.enum(['authorisation', 'clearing', 'refund', 'reversal', 'transaction', 'opening', 'entry']),
  _parts: z.record(z.string(), part),
  _arrival: z.record(
    z.string(),
    z.object({ factId: z.string(), deliveryId: z.string(), pairing: z.bigint().optional() }),
  ),
  _aliases: z.array(z.string()).default([]),
  _totals: z.record(z.string(), z.object({ booked: z.bigint(), held: z.bigint() })),
});

export function transactionIdOf(bank: string, accountId: string, root: Root): string {
  return idFrom('txn', bank, accountId, root.kind, root.id);
}

export function transactionPath(accountId: string, transactionId: string): string {
  return path('accounts', accountId, 'transactions', transactionId);
}

/** The transaction, or undefined where there is none or only an alias. */
export function transactionFrom({ fields }: Stored): Transaction | undefined {
  if (!fields || fields.aliasOf !== undefined) return undefined;
  const { id, occurredAt, _hiddenAt, _latestAt, _bank, _root, _parts, _arrival, _aliases, _totals, ...rest } =
    stored.parse(fields);
  const isShown = occurredAt !== undefined;
  const since = occurredAt ?? _hiddenAt ?? '';
  const summary = { ...rest, isShown, occurredAt: since, latestAt: _latestAt ?? since };
  const parts = Object.fromEntries(Object.values(_parts).map((each) => [partKey(each), each]));
  const own = { id, bank: _bank, root: _root, parts, arrival: _arrival, aliases: _aliases };
  return { ...own, totals: _totals, summary };
}

/** The transactions that this document is an alias of, since it gave its parts away; mostly none. */
export function aliasesFrom({ fields }: Stored): readonly string[] {
  return (fields?.aliasOf ?? []) as readonly string[];
}

/** A transaction with everything derived from its parts. */
export function transactionOf(known: Omit<Transaction, 'totals' | 'summary'>): Transaction {
  const totals = totalsOf(known.parts);
  return { ...known, totals, summary: summaryOf(known.parts, totals) };
}

export function writeTransaction(read: Stored, transaction: Transaction): Write {
  const { id, bank, root, parts, arrival, aliases, totals } = transaction;
  const { isShown, occurredAt, latestAt, ...summary } = transaction.summary;
  const when = isShown ? { occurredAt } : { _hiddenAt: occurredAt };
  const _parts = Object.fromEntries(Object.values(parts).map((each) => [mapKey(each), each]));
  const own = {
    _bank: bank,
    _latestAt: latestAt,
    _root: root,
    _parts,
    _arrival: arrival,
    _aliases: aliases.length > 0 ? aliases : undefined,
    _totals: totals,
    _holdExpiresAt: holdExpiresAt(parts, totals),
  };
  return write(read, defined({ schema: 1n, id, ...summary, ...when, ...own }));
}

export function writeAlias(read: Stored, aliasOf: readonly string[]): Write {
  return write(read, { schema: 1n, aliasOf });
}

/** A part's key in a document's map. */
export function mapKey(part: Pick<Part, 'kind' | 'id'>): string {
  return `${part.kind}:${encodeId(part.id)}`;
}

/** An account's feed, newest first; aliases have no time and are no part of it. */
export function feedOf(
  accountId: string,
  limit: number,
  after?: readonly [occurredAt: string, id: string],
): Query {
  return {
    collection: path('accounts', accountId, 'transactions'),
    orderBy: [['occurredAt', 'desc']],
    ...(after && { startAfter: after }),
    limit,
  };
}

/** The transactions of any account that have this id, had it once, or that the bank knows by it. */
export function transactionsNamed(name: string, by: 'id' | '_aliases' | 'bankIds'): Query {
  const operator = by === 'id' ? '==' : 'array-contains';
  return { collection: 'transactions', everywhere: true, where: [[by, operator, name]], limit: NAMED_MAX };
}

/** Those of an account that a payment of ours made. */
export function transactionsOfPayment(accountId: string, paymentId: string): Query {
  return { ...allTransactionsOf(accountId), where: [['paymentId', '==', paymentId]], limit: NAMED_MAX };
}

const NAMED_MAX = 10;

/** All of an account, to be summed. */
export function allTransactionsOf(accountId: string): Pick<Query, 'collection'> {
  return { collection: path('accounts', accountId, 'transactions') };
}

/** Where a transaction keeps what it adds to a figure of the balance. */
export function totalField(currency: string, figure: 'booked' | 'held'): string {
  return `_totals.${currency}.${figure}`;
}

/** All of an account, shown or not; by id. */
export function transactionsOf(accountId: string, limit: number, after?: string): Query {
  const from = after === undefined ? {} : { startAfter: [lastId(after)] as const };
  return { collection: path('accounts', accountId, 'transactions'), limit, ...from };
}

/** Those of an account of which something occurred since an instant, the longest ago first. */
export function transactionsSince(
  accountId: string,
  since: string,
  limit: number,
  after?: readonly [latestAt: string, id: string],
): Query {
  return {
    collection: path('accounts', accountId, 'transactions'),
    where: [['_latestAt', '>=', since]],
    orderBy: [['_latestAt', 'asc']],
    ...(after && { startAfter: after }),
    limit,
  };
}

/** Transactions of any account whose hold the bank should have given up by this instant, the longest due first. */
export function holdsDue(
  by: string,
  limit: number,
  after?: readonly [expiresAt: string, path: string],
): Query {
  return {
    collection: 'transactions',
    everywhere: true,
    where: [['_holdExpiresAt', '<=', by]],
    orderBy: [['_holdExpiresAt', 'asc']],
    ...(after && { startAfter: after }),
    limit,
  };
}
