import type { BankEvent } from '../../sandbox-bank/events.ts';
import { cardItemsIn, spendingIn } from './expected-cards.ts';
import type { ExpectedItem } from './expected-item.ts';
import { grouped, signed } from './sums.ts';

/** An account as the bank has it, and what follows. */
export type ExpectedAccount = {
  readonly accountId: string;
  readonly ownerIds: readonly string[];
  readonly currency: string;
  readonly status: string;
  readonly bookedMinor: bigint;
  readonly heldMinor: bigint;
  readonly items: readonly ExpectedItem[];
  /** What the last list of pending entries says, each as `debit 4500 KIOSK 17`, sorted. */
  readonly pendingEntries: readonly string[];
  /** What it said last that is available; undefined where it said nothing. */
  readonly bankAvailableMinor: bigint | undefined;
  /** What cards spent, less what came back, each as `2026-11 Netto 4500`, sorted. */
  readonly spending: readonly string[];
  /** The status of each change that it told, in its order: `frozen`, `unfrozen`, `closed`. */
  readonly statusChanges: readonly string[];
};

export type BankAnswer = {
  accountId: string;
  ownerRefs: string[];
  currency: string;
  status: string;
  bookedMinor: string;
  heldMinor: string;
};

/** `links` says of unlinked entries which authorisation they are of; events do not. */
export function expectedAccount(
  answer: BankAnswer,
  events: readonly BankEvent[],
  links: ReadonlyMap<string, string>,
): ExpectedAccount {
  const balances = events.filter((event) => event.type === 'account.balance-updated');
  const last = balances.sort((a, b) => a.data.sequence - b.data.sequence).at(-1);
  return {
    accountId: answer.accountId,
    ownerIds: answer.ownerRefs,
    currency: answer.currency,
    status: answer.status,
    bookedMinor: BigInt(answer.bookedMinor),
    heldMinor: BigInt(answer.heldMinor),
    items: [...openingsIn(events), ...transfersIn(events), ...cardItemsIn(events, links)],
    pendingEntries: pendingIn(events),
    bankAvailableMinor: last && BigInt(last.data.available.amountMinor),
    spending: spendingIn(events),
    statusChanges: events.flatMap(({ type }) => {
      const [, status] = /^account\.(frozen|unfrozen|closed)$/.exec(type) ?? [];
      return status ?? [];
    }),
  };
}

function openingsIn(events: readonly BankEvent[]): ExpectedItem[] {
  return events.flatMap((event): ExpectedItem[] => {
    if (event.type !== 'account.opened' || !event.data.broughtForward) return [];
    const { direction, amount } = event.data.broughtForward;
    const bookedMinor = signed(direction, amount);
    const bankIds = [event.accountId];
    // What an account held before is nothing that happened, so nobody is told of it.
    return [{ bankIds, status: 'booked', bookedMinor, heldMinor: 0n, notifications: 'none' }];
  });
}

function pendingIn(events: readonly BankEvent[]): string[] {
  const lists = events.filter((event) => event.type === 'account.pending-listed');
  const last = lists.sort((a, b) => (a.data.asOf < b.data.asOf ? -1 : 1)).at(-1);
  const entries = last?.data.entries ?? [];
  return entries
    .map(({ direction, amount, description }) => `${direction} ${amount.amountMinor} ${description}`)
    .sort();
}

type TransferEvent = Extract<BankEvent, { type: `transaction.${string}` }>;

function transfersIn(events: readonly BankEvent[]): ExpectedItem[] {
  const told = events.filter((event) => event.type.startsWith('transaction.')) as TransferEvent[];
  return grouped(told, ({ data }) => data.transactionId).map(([id, own]) => {
    const has = (step: string) => own.some(({ type }) => type === `transaction.${step}`);
    const { direction, amount } = (own[0] as TransferEvent).data;
    const isOver = has('booked') || has('cancelled');
    const isBooked = has('booked') && !has('reversed');
    const status = has('reversed') || has('cancelled') ? 'reversed' : isBooked ? 'booked' : 'pending';
    return {
      bankIds: [id],
      status,
      bookedMinor: isBooked ? signed(direction, amount) : 0n,
      heldMinor: direction === 'debit' && !isOver ? BigInt(amount.amountMinor) : 0n,
      // Money that is announced is not there yet.
      notifications: status === 'pending' && direction === 'credit' ? 'none' : 'one',
    };
  });
}
