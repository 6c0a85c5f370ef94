import { createHash } from 'node:crypto';
import type { Totals } from '../domain/transaction.ts';
import { type Increments, lastId, path, type Query, type Stored, type Write } from './document.ts';
import { RESERVATIONS } from './reservations.ts';

/** What one transaction adds to its account's balance: what it is now minus what was stored of it before. */
export type Move = {
  readonly transactionId: string;
  readonly before: Totals;
  readonly after: Totals;
};

/**
 * `accounts/{id}/balances/{shard}`: `{ DKK: { booked, held }, asOfMs }`, written by increments alone. `asOf` is when the
 * fact occurred; one about the account as a whole says so by `writeAsOf` instead.
 */
export function writeBalances(
  account: { accountId: string; shards: number },
  moves: readonly Move[],
  asOf?: string,
): Write[] {
  const shards = new Set(moves.map((move) => shardOf(move.transactionId, account.shards)));
  return [...shards].flatMap((shard): Write[] => {
    const by = deltas(moves.filter((move) => shardOf(move.transactionId, account.shards) === shard));
    if (asOf === undefined && Object.keys(by).length === 0) return [];
    const atLeast = asOf === undefined ? {} : { atLeast: { asOfMs: BigInt(Date.parse(asOf)) } };
    return [
      { do: 'increment', path: path('accounts', account.accountId, 'balances', shard), by, ...atLeast },
    ];
  });
}

/** Of a fact about no one transaction: the same document, whatever it moved. */
export function writeAsOf(accountId: string, asOf: string): Write {
  const atLeast = { asOfMs: BigInt(Date.parse(asOf)) };
  return { do: 'increment', path: path('accounts', accountId, 'balances', '0'), by: {}, atLeast };
}

/** What a balance lacks, by currency; nothing where that is nothing. */
export function writeMending(
  accountId: string,
  lacking: ReadonlyMap<string, { readonly booked: bigint; readonly held: bigint }>,
): Write[] {
  const after = Object.fromEntries(lacking);
  const by = deltas([{ transactionId: '', before: {}, after }]);
  if (Object.keys(by).length === 0) return [];
  return [{ do: 'increment', path: path('accounts', accountId, 'balances', '0'), by }];
}

/** All of an account's shards; read in one query, so that their sum is of one moment. */
export function balancesOf(accountId: string): Query {
  return { collection: path('accounts', accountId, 'balances') };
}

export type Balance = { readonly booked: bigint; readonly held: bigint; readonly asOf: string | undefined };

export function balanceFrom(documents: readonly Stored[], currency: string): Balance {
  let booked = 0n;
  let held = 0n;
  let asOfMs = 0n;
  for (const { path: documentPath, fields } of documents) {
    if (!fields || !isShard(documentPath)) continue;
    const figures = fields[currency] as { booked?: bigint; held?: bigint } | undefined;
    booked += figures?.booked ?? 0n;
    held += figures?.held ?? 0n;
    if (((fields.asOfMs ?? 0n) as bigint) > asOfMs) asOfMs = fields.asOfMs as bigint;
  }
  return { booked, held, asOf: asOfMs > 0n ? new Date(Number(asOfMs)).toISOString() : undefined };
}

/** What the shards sum to, by currency. */
export function figuresIn(
  documents: readonly Stored[],
): ReadonlyMap<string, { readonly booked: bigint; readonly held: bigint }> {
  const shards = documents.filter((document) => isShard(document.path));
  const currencies = new Set(
    shards.flatMap(({ fields = {} }) => Object.keys(fields).filter((name) => /^[A-Z]{3}$/.test(name))),
  );
  return new Map([...currencies].map((currency) => [currency, balanceFrom(shards, currency)]));
}

/** The bank's own figures, and what open payments will take, stand beside ours and are no part of the sum. */
export function isShard(documentPath: string): boolean {
  return !BESIDE.has(lastId(documentPath));
}

const BESIDE: ReadonlySet<string> = new Set(['bank', RESERVATIONS]);

/** The shard that a transaction's money is in. */
export function shardOf(transactionId: string, shards: number): string {
  return String(createHash('sha256').update(transactionId).digest().readUInt32BE(0) % shards);
}

function deltas(moves: readonly Move[]): Increments {
  const currencies = new Set(
    moves.flatMap(({ before, after }) => [...Object.keys(before), ...Object.keys(after)]),
  );
  const by: Record<string, Record<string, bigint>> = {};
  for (const currency of currencies) {
    for (const figure of ['booked', 'held'] as const) {
      let delta = 0n;
      for (const { before, after } of moves) {
        delta += (after[currency]?.[figure] ?? 0n) - (before[currency]?.[figure] ?? 0n);
      }
      if (delta !== 0n) by[currency] = { ...by[currency], [figure]: delta };
    }
  }
  return by;
}
