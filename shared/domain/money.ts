/** Which way money moves, seen from the customer's account. */
export type Direction = 'credit' | 'debit';

/** A positive amount in minor units of an ISO 4217 currency: `{ 3200n, 'DKK' }` is DKK 32.00. */
export type Money = { readonly amountMinor: bigint; readonly currency: string };

/** Signed minor units: a credit is positive, a debit negative. */
export function signed(direction: Direction, amountMinor: bigint): bigint {
  return direction === 'credit' ? amountMinor : -amountMinor;
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

export function atLeastZero(amount: bigint): bigint {
  return amount > 0n ? amount : 0n;
}
