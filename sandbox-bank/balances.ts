import type { Desk } from './accounts.ts';
import { amountOf } from './money.ts';

/** What the bank itself says that an account has. It is told when somebody asks for it, and not after each booking. */
export function openBalances({ ledger, accounts, now, offMinor }: Desk & { offMinor: () => bigint }) {
  const sequences = new Map<string, number>();

  return { tell };

  /**
   * Of two balances of one account, the one with the higher sequence is the newer, whichever comes first. `offMinor` is
   * by how much the bank is wrong about it; the answer says what was told.
   */
  function tell(accountId: string) {
    const account = accounts.get(accountId);
    const sequence = (sequences.get(accountId) ?? 0) + 1;
    sequences.set(accountId, sequence);

    const bookedMinor = ledger.bookedMinor(accountId) + offMinor();
    const availableMinor = bookedMinor - ledger.heldMinor(accountId);
    accounts.tell(account, 'account.balance-updated', {
      booked: amountOf(account, bookedMinor),
      available: amountOf(account, availableMinor),
      asOf: now().toISOString(),
      sequence,
    });
    return { sequence, bookedMinor: `${bookedMinor}`, availableMinor: `${availableMinor}` };
  }
}
