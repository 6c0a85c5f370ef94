import { createHash } from 'node:crypto';
import { partKey } from '../../../shared/domain/transaction.ts';
import type { accountPendingListed } from '../../../shared/events/bank-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import { type Transaction, transactionIdOf, transactionOf } from '../../../shared/store/transactions.ts';

/**
 * Each entry of the list as a transaction. Without an id of the bank's it is known by what it says, and by which of
 * several alike it is: two coffees of one price are two.
 */
export function entriesOf(fact: EventOf<typeof accountPendingListed>): Transaction[] {
  const { bank, accountId, asOf, entries, role } = fact.data;
  const seen = new Map<string, number>();
  return entries.map(({ entryId, direction, amount, description }) => {
    const { amountMinor, currency } = amount;
    const said = entryId ?? JSON.stringify([direction, String(amountMinor), currency, description]);
    const nth = (seen.get(said) ?? 0) + 1;
    seen.set(said, nth);
    const id = transactionIdOf(bank, accountId, { kind: 'entry', id: JSON.stringify([said, nth]) });
    const part = {
      kind: 'pending',
      id: entryId ?? id,
      occurredAt: asOf,
      direction,
      amountMinor,
      currency,
      description: description || undefined,
      holdsOnly: role === 'holds' || undefined,
    } as const;
    return transactionOf({
      id,
      bank,
      root: 'entry',
      parts: { [partKey(part)]: part },
      arrival: {},
      aliases: [],
    });
  });
}

/** The same for two lists that say the same, in whatever order. */
export function digestOf({ data }: EventOf<typeof accountPendingListed>): string {
  const said = data.entries.map(({ entryId = '', direction, amount, description }) =>
    JSON.stringify([entryId, direction, String(amount.amountMinor), amount.currency, description]),
  );
  return createHash('sha256').update(said.sort().join('\n')).digest('base64url');
}
