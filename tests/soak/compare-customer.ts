import type { Phone } from '../../local/phones.ts';
import { byKey, type Difference, keyOf, unequal } from './difference.ts';
import type { ExpectedAccount } from './expected.ts';
import type { ExpectedItem } from './expected-item.ts';
import type { Seen, SeenCustomer, Told } from './seen.ts';

export function ofCustomer(
  uid: string,
  customer: SeenCustomer,
  accounts: readonly ExpectedAccount[],
  seen: Seen,
): Difference[] {
  const own = accounts.filter(({ ownerIds }) => ownerIds.includes(uid));
  const byTransaction = new Map<string, Told[]>();
  for (const told of customer.notifications) {
    const id = told.transactionId ?? '';
    byTransaction.set(id, [...(byTransaction.get(id) ?? []), told]);
  }
  const accountedFor = new Set<string>();
  const ofItems = own.flatMap((account) => {
    const documents = byKey(seen.accounts.get(account.accountId)?.documents ?? []);
    return account.items.flatMap((item) => {
      const [document] = documents.get(keyOf(item)) ?? [];
      if (!document) return []; // told above
      accountedFor.add(document.id);
      const told = byTransaction.get(document.id) ?? [];
      const where = `${uid} ${account.accountId} ${keyOf(item)}`;
      return [
        ...howOften(where, item, told.length),
        ...(item.notifications === 'one' ? told : []).flatMap(({ status, amountMinor }) => [
          ...unequal(where, 'status in the notification', document.status, status),
          ...unequal(where, 'amount in the notification', document.amountMinor, amountMinor),
        ]),
      ];
    });
  });
  const strangers = customer.notifications.filter(
    ({ transactionId }) => transactionId !== undefined && !accountedFor.has(transactionId),
  );
  return [
    ...ofItems,
    ...strangers.map(({ id, transactionId }) => {
      return { where: uid, what: 'notification', expected: 'none', seen: `${id} of ${transactionId}` };
    }),
    ...own.flatMap((account) => securityAlerts(uid, account, customer.notifications)),
    ...(customer.phone ? onPhone(uid, customer, customer.phone) : []),
  ];
}

function howOften(where: string, { notifications }: ExpectedItem, count: number): Difference[] {
  if (notifications === 'at-most-one' && count <= 1) return [];
  const must = notifications === 'none' ? 0 : 1;
  return unequal(where, 'notifications', must, count);
}

/** One for each change of status, also for one that a later one overtook. */
function securityAlerts(uid: string, account: ExpectedAccount, told: readonly Told[]): Difference[] {
  const own = told.filter(({ kind, accountId }) => kind === 'security' && accountId === account.accountId);
  return ['frozen', 'unfrozen', 'closed'].flatMap((status) => {
    const must = account.statusChanges.filter((change) => change === status).length;
    const is = own.filter((each) => each.status === status).length;
    return unequal(`${uid} ${account.accountId}`, `alerts of ${status}`, must, is);
  });
}

/** Everything that is told is pushed, but for the registration of the phone itself. */
function onPhone(uid: string, customer: SeenCustomer, phone: Phone): Difference[] {
  const target = (id: string): string => {
    const next = customer.moved.get(id);
    return next === undefined ? id : target(next);
  };
  const pushed = phone.shows.map(({ tag }) => target(tag));
  const worth = customer.notifications.filter(({ status }) => status !== 'device-registered');
  const may = new Set(worth.map(({ id }) => id));
  const must = worth.filter((told) => !isOvertaken(told, worth));
  const is = new Set(pushed);
  return [
    ...unequal(uid, 'alerts of the phone’s registration', 1, customer.notifications.length - worth.length),
    ...must
      .filter(({ id }) => !is.has(id))
      .flatMap(({ id, kind, status }) => unequal(`${uid} ${id} (${kind}, ${status})`, 'push', 'one', 'none')),
    ...[...is].filter((id) => !may.has(id)).flatMap((id) => unequal(`${uid} ${id}`, 'push', 'none', 'one')),
    ...unequal(uid, 'pushes that show one thing twice', 0, pushed.length - is.size),
  ];
}

/** What an account is no more when it becomes known rings no phone. */
function isOvertaken({ kind, accountId, occurredAt }: Told, all: readonly Told[]): boolean {
  if (kind !== 'security') return false;
  return all.some(
    (other) => other.kind === 'security' && other.accountId === accountId && other.occurredAt > occurredAt,
  );
}
