import type { Reads } from '../../../shared/platform/platform.ts';
import { balancesOf, figuresIn, writeMending } from '../../../shared/store/balances.ts';
import type { Write } from '../../../shared/store/document.ts';
import { allTransactionsOf, totalField } from '../../../shared/store/transactions.ts';

/**
 * What the balance lacks of what its transactions sum to, as an increment. Whoever moves a transaction moves the balance in
 * the same commit, so the two of one moment differ by the mistake alone, whatever is going on meanwhile.
 */
export async function mendBalance(past: Reads, accountId: string, own: string): Promise<Write[]> {
  // Its own currency also where the whole document is gone.
  const figures = new Map([
    [own, { booked: 0n, held: 0n }],
    ...figuresIn(await past.query(balancesOf(accountId))),
  ]);
  const mended = new Map<string, { booked: bigint; held: bigint }>();
  for (const [currency, { booked, held }] of figures) {
    const [summedBooked, summedHeld] = await Promise.all([
      sumOf(past, accountId, totalField(currency, 'booked')),
      sumOf(past, accountId, totalField(currency, 'held')),
    ]);
    mended.set(currency, { booked: summedBooked - booked, held: summedHeld - held });
  }
  return writeMending(accountId, mended);
}

// One by one: two fields at once would need an index over both, and one for each currency.
async function sumOf(past: Reads, accountId: string, field: string): Promise<bigint> {
  const { sums } = await past.aggregate(allTransactionsOf(accountId), [field]);
  return sums[field] ?? 0n;
}
