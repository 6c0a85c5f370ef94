import * as z from 'zod';
import { isHigher, isSameVersion } from '../../../shared/domain/rank.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { accountBalanceUpdated } from '../../../shared/events/bank-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import {
  type BankBalance,
  bankBalanceFrom,
  bankBalancePath,
  writeBankBalance,
} from '../../../shared/store/bank-balances.ts';

/** Keeps the bank's own figures beside ours: a state, of which the highest sequence is true, whenever it comes. */
export default onEvent({
  name: 'track-balance',
  on: [accountBalanceUpdated],
  prefix: 'account.balance-updated',
  publishes: [],
  impact: 'Customers see the bank’s own available balance as it was; ours goes on.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(fact, { deps }) {
    const { accountId, bank, role } = fact.data;
    // What a source knows that only holds is no balance of the account.
    if (role !== 'books') throw new PermanentError('fact.not-its-role', { accountId, bank });
    const document = await readOne(deps, bankBalancePath(accountId));
    const before = bankBalanceFrom(document);
    const after = balanceIn(fact);
    const version = String(after.rank.version);
    // It may be older or newer than what is numbered, and nobody here can know.
    if (after.rank.version === 0n && (before?.rank.version ?? 0n) > 0n) {
      throw new PermanentError('fact.version-missing', { accountId });
    }
    if (before && isSameVersion(after.rank, before.rank) && !saysTheSame(before, after)) {
      throw new PermanentError('fact.conflict', { accountId, version });
    }
    return isHigher(after.rank, before?.rank) ? { writes: [writeBankBalance(document, after)] } : {};
  },
});

function balanceIn({ id, data }: EventOf<typeof accountBalanceUpdated>): BankBalance {
  const { accountId, booked, available, asOf, sequence, resourceVersion } = data;
  if (available && available.currency !== booked.currency) {
    throw new PermanentError('balance.two-currencies', { accountId });
  }
  return {
    bookedMinor: booked.amountMinor,
    availableMinor: available?.amountMinor,
    currency: booked.currency,
    asOf,
    rank: { version: BigInt(sequence ?? resourceVersion ?? 0), occurredAt: asOf, factId: id },
  };
}

function saysTheSame(a: BankBalance, b: BankBalance): boolean {
  return (
    a.bookedMinor === b.bookedMinor &&
    a.availableMinor === b.availableMinor &&
    a.currency === b.currency &&
    a.asOf === b.asOf
  );
}
