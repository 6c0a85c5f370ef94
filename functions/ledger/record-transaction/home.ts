import { PermanentError } from '../../../shared/errors.ts';
import type { cardFacts, transactionFacts } from '../../../shared/events/bank-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import type { Stored } from '../../../shared/store/document.ts';
import {
  aliasFrom,
  type Root,
  type Transaction,
  transactionFrom,
  transactionIdOf,
  transactionPath,
} from '../../../shared/store/transactions.ts';

export type Fact = EventOf<(typeof transactionFacts)[number] | (typeof cardFacts)[number]>;

/** Where a fact's part belongs. */
export type Home = {
  readonly id: string;
  readonly document: Stored;
  readonly transaction: Transaction | undefined;
  /** The clearing's own document, when it has to become an alias; and what it held until now. */
  readonly aliasDocument: Stored | undefined;
  readonly absorbed: Transaction | undefined;
};

/**
 * Finds the transaction of a fact. All that names an authorisation, or a clearing of it, is one transaction;
 * a refund may name a clearing only, and come before it. So a clearing of an authorisation leaves an alias
 * under its own id, and takes along what was recorded there before: the end is the same in any order.
 */
export async function readHome(reads: Reads, fact: Fact): Promise<Home> {
  const { bank, accountId } = fact.data;
  const idOf = (root: Root) => transactionIdOf(bank, accountId, root);
  const id = idOf(rootOf(fact));
  const aliasId =
    fact.type === 'card.cleared' && fact.data.authorisationId ? idOf(clearing(fact.data)) : undefined;

  const [document, aliased] = await read(id, ...(aliasId ? [aliasId] : []));
  if (!document) throw new Error('store.short-answer');
  const target = aliasFrom(document);
  if (target) {
    const [home] = await read(target);
    if (!home) throw new Error('store.short-answer');
    return {
      id: target,
      document: home,
      transaction: transactionFrom(home),
      aliasDocument: undefined,
      absorbed: undefined,
    };
  }
  const aliasOf = aliased && aliasFrom(aliased);
  // The clearing is another authorisation's already: here it would be booked a second time.
  if (aliasOf && aliasOf !== id) {
    throw new PermanentError('fact.conflict', { transactionId: aliasOf, kind: 'clearing', factId: fact.id });
  }
  const absorbed = aliased && transactionFrom(aliased);
  const aliasDocument = aliasOf ? undefined : aliased;
  return { id, document, transaction: transactionFrom(document), aliasDocument, absorbed };

  function read(...ids: string[]) {
    return reads.get(ids.map((each) => transactionPath(accountId, each)));
  }
}

function rootOf(fact: Fact): Root {
  switch (fact.type) {
    case 'transaction.pending':
    case 'transaction.booked':
    case 'transaction.cancelled':
      return { kind: 'transaction', id: fact.data.transactionId };
    case 'card.cleared':
      return fact.data.authorisationId ? authorisation(fact.data.authorisationId) : clearing(fact.data);
    case 'card.refunded': {
      const { authorisationId, clearingId, refundId } = fact.data;
      if (authorisationId) return authorisation(authorisationId);
      return clearingId ? clearing({ clearingId }) : { kind: 'refund', id: refundId };
    }
    default:
      return authorisation(fact.data.authorisationId);
  }
}

function authorisation(id: string): Root {
  return { kind: 'authorisation', id };
}

function clearing({ clearingId }: { clearingId: string }): Root {
  return { kind: 'clearing', id: clearingId };
}
