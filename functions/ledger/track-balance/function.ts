import * as z from 'zod';
import { isHigher, isSameVersion } from '../../../shared/domain/rank.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { accountBalanceUpdated } from '../../../shared/events/bank-facts.ts';
import { comparisonWanted } from '../../../shared/events/coherence.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { balanceFrom, balancesOf } from '../../../shared/store/balances.ts';
import {
  type BankBalance,
  bankBalanceFrom,
  bankBalancePath,
  writeBankBalance,
} from '../../../shared/store/bank-balances.ts';

/**
 * Keeps the bank's own figures beside ours: a state, of which the highest sequence is true, whenever it comes. Where they are
 * not ours, the account is compared with the bank as it is now: mostly something is on its way.
 */
export default onEvent({
  name: 'track-balance',
  on: [accountBalanceUpdated],
  prefix: 'account.balance-updated',
  publishes: [comparisonWanted],
  impact: 'Customers see the bank’s own available balance as it was; ours goes on.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(fact, { deps }) {
    const { accountId, bank, role } = fact.data;
    // What a source knows that only holds is no balance of the account.
    if (role !== 'books') throw new PermanentError('fact.not-its-role', { accountId, bank });
    const balances = await deps.query(balancesOf(accountId));
    const at = bankBalancePath(accountId);
    const document = balances.find(({ path }) => path === at) ?? {
      path: at,
      fields: undefined,
      version: undefined,
    };
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
    if (!isHigher(after.rank, before?.rank)) return {};
    const isOurs = balanceFrom(balances, after.currency).booked === after.bookedMinor;
    const data = { bank, accountIds: [accountId], isRecheck: false };
    return {
      writes: [writeBankBalance(document, after)],
      events: isOurs ? [] : [draft(comparisonWanted, { subject: bank, data })],
    };
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
