import type { BankEvent } from '../../sandbox-bank/events.ts';
import type { ExpectedItem } from './expected-item.ts';
import { grouped } from './sums.ts';

type CardEvent = Extract<BankEvent, { type: `card.${string}` }>;

export function cardItemsIn(
  events: readonly BankEvent[],
  links: ReadonlyMap<string, string>,
): ExpectedItem[] {
  const told = events.filter((event) => event.type.startsWith('card.')) as CardEvent[];
  const groups = grouped(told, rootOf);
  const byRoot = new Map(groups);
  const matched = new Map<string, CardEvent>();
  for (const entry of told) {
    const authorisationId = links.get(entryIdOf(entry));
    const hold = authorisationId === undefined ? undefined : byRoot.get(authorisationId);
    if (authorisationId !== undefined && hold && takesAll(entry, hold)) matched.set(authorisationId, entry);
  }
  return groups.map(([root, own]) => cardItem(own, matched.get(root)));
}

/** All that names an authorisation is one transaction; what names none is one with what names it. */
function rootOf({ data }: CardEvent): string {
  if (data.authorisationId) return data.authorisationId;
  if ('clearingId' in data && data.clearingId) return data.clearingId;
  return 'refundId' in data ? data.refundId : 'reversalId' in data ? data.reversalId : '';
}

/**
 * An unlinked entry releases a hold of which it takes exactly all (docs/decisions/0010). The stories make no two holds
 * of such an amount, so that it can be no other hold's; one that fits none leaves the hold to its expiry.
 */
function takesAll(entry: CardEvent, hold: readonly CardEvent[]): boolean {
  const amount = 'delta' in entry.data ? entry.data.delta : entry.data.amount;
  const [created] = hold;
  return (
    created?.type === 'card.authorisation-created' && created.data.amount.amountMinor === amount.amountMinor
  );
}

function cardItem(own: readonly CardEvent[], matched: CardEvent | undefined): ExpectedItem {
  const ofType = (type: CardEvent['type']) => own.filter((event) => event.type === type);
  const isAny = (type: CardEvent['type']) => ofType(type).length > 0;
  const cleared = sum(ofType('card.cleared'));
  const bookedMinor = sum(ofType('card.refunded')) - cleared;
  const isOver =
    isAny('card.authorisation-expired') ||
    isAny('card.authorisation-declined') ||
    own.some((event) => event.type === 'card.cleared' && event.data.final) ||
    matched !== undefined;
  const authorised =
    sum(ofType('card.authorisation-created')) + sum(ofType('card.authorisation-incremented'));
  const openMinor = authorised - sum(ofType('card.authorisation-reversed')) - cleared;
  const heldMinor = isOver || openMinor < 0n ? 0n : openMinor;
  const isBooked = isAny('card.cleared') || isAny('card.refunded');

  const status = () => {
    if (isBooked) return heldMinor > 0n ? 'partly-booked' : 'booked';
    if (heldMinor > 0n) return 'pending';
    if (isAny('card.authorisation-declined')) return 'declined';
    if (isAny('card.authorisation-expired')) return 'expired';
    if (authorised === 0n) return undefined; // an unlinked reversal by itself
    if (matched?.type === 'card.cleared') return undefined; // it is in the feed as its clearing
    return 'reversed';
  };
  return {
    bankIds: [...new Set(own.map(entryIdOf))].sort(),
    status: status(),
    bookedMinor,
    heldMinor,
    notifications: status() ? 'one' : matched ? 'at-most-one' : 'none',
  };
}

function entryIdOf({ data }: CardEvent): string {
  if ('refundId' in data) return data.refundId;
  if ('clearingId' in data) return String(data.clearingId);
  if ('reversalId' in data) return data.reversalId;
  return 'incrementId' in data ? data.incrementId : String(data.authorisationId);
}

/** What cards spent by month and merchant, less what came back. */
export function spendingIn(events: readonly BankEvent[]): string[] {
  const entries = events.filter(
    ({ type }) => type === 'card.cleared' || type === 'card.refunded',
  ) as CardEvent[];
  const byMerchant = grouped(
    entries,
    ({ occurredAt, data }) => `${occurredAt.slice(0, 7)} ${data.merchant.name}`,
  );
  return byMerchant
    .map(([what, own]) => {
      const [cleared, refunded] = [
        own.filter(({ type }) => type === 'card.cleared'),
        own.filter(({ type }) => type === 'card.refunded'),
      ];
      return `${what} ${sum(cleared) - sum(refunded)}`;
    })
    .sort();
}

/** Of what each adds or takes: authorisation events repeat the amount of the first beside it. */
function sum(events: readonly CardEvent[]): bigint {
  return events.reduce(
    (total, { data }) => total + BigInt(('delta' in data ? data.delta : data.amount).amountMinor),
    0n,
  );
}
