import { NO_CURRENCY, type Part, partKey } from '../domain/transaction.ts';
import { accountBroughtForward, cardEntryMatched, cardFacts, transactionFacts } from './bank-facts.ts';
import type { Kind } from './event.ts';

type Said<K extends Kind> =
  K extends Kind<infer Type, infer Data>
    ? { readonly type: Type; readonly time: string; readonly data: Data }
    : never;

/** A fact about one entry, which is a part of its transaction. */
export type EntryFact = Said<
  | (typeof transactionFacts)[number]
  | (typeof cardFacts)[number]
  | typeof cardEntryMatched
  | typeof accountBroughtForward
>;

/** What a fact says, as a part of its transaction. */
export function partOf(fact: EntryFact): Part {
  switch (fact.type) {
    case 'card.authorisation-created': {
      const { authorisationId, cardId, expiresAt } = fact.data;
      return { ...part('authorisation', authorisationId), ...abroad(), cardId, expiresAt };
    }
    case 'card.authorisation-declined':
      return { ...part('decline', fact.data.authorisationId), ...abroad() };
    case 'card.authorisation-incremented':
      return part('increment', fact.data.incrementId);
    case 'card.authorisation-reversed':
      return part('reversal', fact.data.reversalId);
    case 'card.authorisation-expired':
      return {
        ...part('expiry', fact.data.authorisationId),
        direction: 'debit',
        description: undefined,
        expiresAt: fact.data.dueAt,
      };
    case 'card.cleared': {
      const { clearingId, final, bookedOn, valueOn } = fact.data;
      return { ...part('clearing', clearingId), ...abroad(), final, bookedOn, valueOn };
    }
    case 'card.refunded': {
      const { refundId, bookedOn, valueOn } = fact.data;
      // Money given back is a credit, whichever way the bank says that the purchase went.
      return { ...part('refund', refundId), ...abroad(), direction: 'credit', bookedOn, valueOn };
    }
    case 'card.entry-matched': {
      const { entry, final } = fact.data;
      return { ...part('link', partKey(entry)), final, description: undefined };
    }
    case 'transaction.pending':
      return transfer('pending');
    case 'transaction.booked':
      return transfer('booking');
    case 'transaction.cancelled':
      return transfer('cancellation');
    case 'transaction.reversed':
      return transfer('booking-reversal');
    case 'account.brought-forward': {
      const { accountId, asOf } = fact.data;
      const description = 'Balance brought forward';
      return { ...part('opening', accountId), occurredAt: asOf, bookedOn: asOf.slice(0, 10), description };
    }
  }

  function part(kind: Part['kind'], id: string): Part {
    const { direction, role } = fact.data;
    const amount = 'amount' in fact.data ? fact.data.amount : { amountMinor: 0n, currency: NO_CURRENCY };
    const holdsOnly = role === 'holds' || undefined;
    return {
      kind,
      id,
      occurredAt: fact.time,
      direction,
      ...amount,
      holdsOnly,
      description: descriptionOf(fact),
    };
  }

  function abroad() {
    if (!('merchantAmount' in fact.data) || !fact.data.merchantAmount) return {};
    const { merchantAmount, fxRate } = fact.data;
    return {
      merchantAmountMinor: merchantAmount.amountMinor,
      merchantCurrency: merchantAmount.currency,
      fxRate,
    };
  }

  function transfer(kind: Part['kind']): Part {
    if (!('transactionId' in fact.data)) throw new Error('fact.no-transaction');
    const { transactionId, bookedOn, valueOn, endToEndId, paymentId } = fact.data;
    return { ...part(kind, transactionId), bookedOn, valueOn, endToEndId, paymentId };
  }
}

/** Whom the customer would say it was with. */
function descriptionOf({ data }: EntryFact): string | undefined {
  if ('cardId' in data) return 'merchant' in data ? data.merchant?.name : undefined;
  return 'transactionId' in data ? (data.counterparty?.name ?? data.remittance) : undefined;
}

const ENTRIES: ReadonlySet<string> = new Set(
  [...transactionFacts, ...cardFacts, cardEntryMatched, accountBroughtForward].map(({ type }) => type),
);

/** Whether a fact is about one entry, and not about an account as a whole. */
export function isEntryFact(fact: { readonly type: string }): fact is EntryFact {
  return ENTRIES.has(fact.type);
}
