import { isDeepStrictEqual } from 'node:util';
import { NO_CURRENCY, type Part, type Parts, partKey } from '../../../shared/domain/transaction.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { type Arrival, mapKey, type Transaction, transactionOf } from '../../../shared/store/transactions.ts';
import type { Fact, Home } from './home.ts';

/** The transaction with one more part, or undefined where nothing about it is new. */
export function withPart(home: Home, part: Part, arrival: Arrival): Transaction | undefined {
  const recorded = [...home.others.map(({ absorbed }) => absorbed), home.transaction];
  const parts = Object.assign({}, ...recorded.map((each) => each?.parts)) as Parts;
  const known = parts[partKey(part)];
  if (known && !isDeepStrictEqual(withoutUndefined(known), withoutUndefined(part))) {
    const facts = { transactionId: home.id, kind: part.kind, factId: arrival.factId };
    throw new PermanentError('fact.conflict', facts);
  }
  if (known && home.others.length === 0) return undefined;
  const arrivals = Object.assign({}, ...recorded.map((each) => each?.arrival));
  return transactionOf({
    id: home.id,
    root: home.root,
    parts: { ...parts, [partKey(part)]: part },
    arrival: { ...arrivals, ...(!known && { [mapKey(part)]: arrival }) },
  });
}

/** What a fact says, as a part of its transaction. */
export function partOf(fact: Fact): Part {
  const { direction } = fact.data;
  const description = descriptionOf(fact);
  const part = (kind: Part['kind'], id: string): Part => {
    const amount = 'amount' in fact.data ? fact.data.amount : { amountMinor: 0n, currency: NO_CURRENCY };
    return { kind, id, occurredAt: fact.time, direction, ...amount, description };
  };
  switch (fact.type) {
    case 'card.authorisation-created':
      return part('authorisation', fact.data.authorisationId);
    case 'card.authorisation-declined':
      return part('decline', fact.data.authorisationId);
    case 'card.authorisation-incremented':
      return part('increment', fact.data.incrementId);
    case 'card.authorisation-reversed':
      return part('reversal', fact.data.reversalId);
    case 'card.authorisation-expired':
      return part('expiry', fact.data.authorisationId);
    case 'card.cleared': {
      const { clearingId, final, bookedOn, valueOn } = fact.data;
      return { ...part('clearing', clearingId), final, bookedOn, valueOn };
    }
    case 'card.refunded': {
      const { refundId, bookedOn, valueOn } = fact.data;
      // Money given back is a credit, whichever way the bank says that the purchase went.
      return { ...part('refund', refundId), direction: 'credit', bookedOn, valueOn };
    }
    case 'transaction.pending':
      return transfer('pending');
    case 'transaction.booked':
      return transfer('booking');
    case 'transaction.cancelled':
      return transfer('cancellation');
  }

  function transfer(kind: Part['kind']): Part {
    if (!('transactionId' in fact.data)) throw new Error('fact.no-transaction');
    const { transactionId, bookedOn, valueOn, endToEndId } = fact.data;
    return { ...part(kind, transactionId), bookedOn, valueOn, endToEndId };
  }
}

function withoutUndefined(part: Part): object {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}

/** Whom the customer would say it was with. */
function descriptionOf({ data }: Fact): string | undefined {
  return 'cardId' in data ? data.merchant?.name : (data.counterparty?.name ?? data.remittance);
}
