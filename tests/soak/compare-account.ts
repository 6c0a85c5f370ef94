import { byKey, type Difference, keyOf, keysOf, unequal } from './difference.ts';
import type { ExpectedAccount } from './expected.ts';
import type { ExpectedItem } from './expected-item.ts';
import { type FeedItem, type SeenAccount, sumOf } from './seen-account.ts';

export function inAccount(account: ExpectedAccount, seen: SeenAccount | undefined): Difference[] {
  const where = account.accountId;
  if (!seen) return [{ where, what: 'account', expected: 'an account', seen: 'none' }];
  const { bookedMinor, heldMinor, items } = account;
  const { api, balance } = seen;
  const entriesHeld = account.pendingEntries.map((entry) => {
    const [direction, amount = '0'] = entry.split(' ');
    return { bookedMinor: 0n, heldMinor: direction === 'debit' ? BigInt(amount) : 0n };
  });
  const own = sumOf([...items, ...entriesHeld]);
  const stored = sumOf(seen.documents);
  const check = (what: string, must: unknown, is: unknown) => unequal(where, what, must, is);
  return [
    // Where these differ it is the soak that reckons wrongly, and nothing below is to be believed.
    ...check('booked, by the soak’s own sums', bookedMinor, own.bookedMinor),
    ...check('held, by the soak’s own sums', heldMinor, own.heldMinor),
    ...check('currency in the API', account.currency, api.currency),
    ...check('status in the API', account.status, api.status),
    ...check('booked in the API', bookedMinor, api.bookedMinor),
    ...check('held in the API', heldMinor, api.heldMinor),
    ...check('available in the API', bookedMinor - heldMinor, api.availableMinor),
    ...check('the bank’s own available in the API', account.bankAvailableMinor, api.bankAvailableMinor),
    ...check('booked in the balance shards', bookedMinor, balance.bookedMinor),
    ...check('held in the balance shards', heldMinor, balance.heldMinor),
    ...check('booked in the balance shards, by the transactions', stored.bookedMinor, balance.bookedMinor),
    ...check('held in the balance shards, by the transactions', stored.heldMinor, balance.heldMinor),
    ...check('spending in the API', account.spending.join(', '), seen.spending.join(', ')),
    ...inFeed(where, account, seen),
    ...inDocuments(where, account, seen),
  ];
}

function inFeed(where: string, account: ExpectedAccount, { feed }: SeenAccount): Difference[] {
  const shown = account.items.filter(({ status }) => status !== undefined);
  const found = byKey(feed.filter((item) => !isEntry(item)));
  const entries = feed.filter(isEntry).map(({ direction, amountMinor, description }) => {
    return `${direction} ${amountMinor} ${description}`;
  });
  return [
    ...unequal(
      `${where} feed`,
      'pending entries',
      account.pendingEntries.join(', '),
      entries.sort().join(', '),
    ),
    ...keysOf(where, 'in the feed', shown, found),
    ...shown.flatMap((item) =>
      (found.get(keyOf(item)) ?? []).flatMap((is) => [
        ...unequal(`${where} ${keyOf(item)}`, 'status in the feed', item.status, is.status),
        ...unequal(`${where} ${keyOf(item)}`, 'booked in the feed', item.bookedMinor, is.bookedMinor),
        ...unequal(`${where} ${keyOf(item)}`, 'held in the feed', item.heldMinor, is.heldMinor),
        ...unequal(`${where} ${keyOf(item)}`, 'currency in the feed', account.currency, is.currency),
        ...unequal(`${where} ${keyOf(item)}`, 'amount in the feed', amountOf(item), amountIn(is)),
      ]),
    ),
  ];
}

/** The documents too of what stands in no feed. */
function inDocuments(where: string, { items }: ExpectedAccount, { documents }: SeenAccount): Difference[] {
  const found = byKey(documents.filter(({ root }) => root !== 'entry'));
  return [
    ...keysOf(where, 'in Firestore', items, found),
    ...items.flatMap((item) =>
      (found.get(keyOf(item)) ?? []).flatMap((is) => [
        ...unequal(`${where} ${keyOf(item)}`, 'booked in Firestore', item.bookedMinor, is.bookedMinor),
        ...unequal(`${where} ${keyOf(item)}`, 'held in Firestore', item.heldMinor, is.heldMinor),
      ]),
    ),
  ];
}

/** What the feed shows: what is booked, or held while nothing is. What neither is shows what was asked for. */
function amountOf({ bookedMinor, heldMinor, status }: ExpectedItem): string {
  const isBooked = status === 'booked' || status === 'partly-booked';
  if (!isBooked && heldMinor === 0n) return 'what was asked for';
  return String(isBooked ? bookedMinor : -heldMinor);
}

function amountIn({ amountMinor, direction, bookedMinor, heldMinor, status }: FeedItem): string {
  const isBooked = status === 'booked' || status === 'partly-booked';
  if (!isBooked && heldMinor === '0' && bookedMinor === '0') return 'what was asked for';
  return direction === 'credit' || amountMinor === '0' ? amountMinor : `-${amountMinor}`;
}

/** An entry of a list of what is pending has no id of the bank's but the one that we gave it. */
function isEntry({ id, bankIds }: FeedItem): boolean {
  return bankIds.length === 1 && bankIds[0] === id;
}
