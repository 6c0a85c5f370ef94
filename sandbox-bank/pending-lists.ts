import type * as z from 'zod';
import type { Desk } from './accounts.ts';
import { amountOf } from './money.ts';
import type * as requests from './requests.ts';

/** What is pending, told as a whole, as banks do whose pending entries have no id that stays. */
export function openPendingLists({ ledger, accounts, now }: Desk) {
  const newest = new Map<string, { asOf: Date; debitsMinor: bigint }>();

  return { replace };

  /** Holds the list's debits instead of the last list's. `heldMinor` is all that the account holds, cards included. */
  function replace(accountId: string, { entries }: z.output<typeof requests.pendingList>) {
    const account = accounts.get(accountId);
    const last = newest.get(accountId);
    const list = { asOf: laterThan(last?.asOf), debitsMinor: debitsOf(entries) };
    newest.set(accountId, list);

    // One hold for each account: its entries come and go without an id to tell them apart by.
    const id = `pending-list:${accountId}`;
    if (last) ledger.adjust(id, list.debitsMinor - last.debitsMinor);
    else ledger.hold({ id, accountId, amountMinor: list.debitsMinor });

    const asOf = list.asOf.toISOString();
    const told = entries.map(({ direction, amountMinor, description }) => {
      return { direction, amount: amountOf(account, amountMinor), description };
    });
    accounts.tell(account, 'account.pending-listed', { asOf, entries: told });
    return { asOf, heldMinor: `${ledger.heldMinor(accountId)}` };
  }

  /** Nothing but the instant says which list is the newest, so two lists of one millisecond get two. */
  function laterThan(last: Date | undefined): Date {
    return last && last >= now() ? new Date(last.getTime() + 1) : now();
  }
}

function debitsOf(entries: { direction: string; amountMinor: bigint }[]): bigint {
  return entries.reduce((sum, entry) => (entry.direction === 'debit' ? sum + entry.amountMinor : sum), 0n);
}
