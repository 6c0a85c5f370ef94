import { inAccount } from './compare-account.ts';
import { ofCustomer } from './compare-customer.ts';
import { type ExpectedPayment, inPayments } from './compare-payments.ts';
import { type Difference, unequal } from './difference.ts';
import type { ExpectedAccount } from './expected.ts';
import type { Seen } from './seen.ts';

/** What the bank has, and what was done to it. */
export type Expected = {
  readonly accounts: readonly ExpectedAccount[];
  /** All that customers were told is taken on. */
  readonly payments: readonly ExpectedPayment[];
  /** The bank's ids of all events that it told. */
  readonly told: readonly string[];
  /** How many events nobody can read were sent, each under an id of its own. */
  readonly poisoned: number;
  /** A crash, or an answer that was lost, between FCM and our own commit repeats a push: so many at most may be. */
  readonly repeatedPushesMax: number;
};

/**
 * Every account, balance, transaction, hold, payment, sum of spending, notification and push against the bank's ledger. Not compared
 * are words and dates (texts of notifications, descriptions, the order of the feed), the amount that an item shows of which
 * nothing is booked or held, and how often a hold was told of that an unlinked clearing took away (docs/decisions/0010).
 */
export function differencesOf(expected: Expected, seen: Seen): Difference[] {
  return [
    ...expected.accounts.flatMap((account) => inAccount(account, seen.accounts.get(account.accountId))),
    ...expected.accounts.flatMap(({ accountId }) =>
      inPayments(accountId, expected.payments, seen.accounts.get(accountId)),
    ),
    ...[...seen.customers].flatMap(([uid, customer]) => ofCustomer(uid, customer, expected.accounts, seen)),
    ...inTheWhole(expected, seen),
  ];
}

function inTheWhole(expected: Expected, seen: Seen): Difference[] {
  const { told, poisoned, repeatedPushesMax } = expected;
  const { parked, unpublished, archived } = seen;
  const { repeated } = pushesIn(seen);
  const poison = 'translate-delivery: bank-event.unknown-type';
  const where = 'everywhere';
  return [
    ...unequal(where, 'poison that is parked', poisoned, parked.filter((reason) => reason === poison).length),
    ...parked
      .filter((reason) => reason !== poison)
      .map((reason) => ({ where, what: 'parked', expected: 'nothing', seen: reason })),
    ...unequal(where, 'inboxes unpublished', 0, unpublished),
    ...(repeated > repeatedPushesMax
      ? unequal(where, 'pushes that came again', `${repeatedPushesMax} at most`, repeated)
      : []),
    ...told
      .filter((id) => !archived.has(id))
      .map((id) => ({ where, what: `event ${id}`, expected: 'in an archived delivery', seen: 'in none' })),
  ];
}

/** Over all phones: how many things they show, and how often one of them came again. */
export function pushesIn({ customers }: Seen): { shown: number; repeated: number } {
  const phones = [...customers.values()].flatMap(({ phone }) => phone ?? []);
  const shown = phones.reduce((sum, { shows }) => sum + shows.length, 0);
  return { shown, repeated: phones.reduce((sum, { arrived }) => sum + arrived, 0) - shown };
}
