import { PermanentError } from '../../../shared/errors.ts';
import type {
  accountBroughtForward,
  cardEntryMatched,
  cardFacts,
  transactionFacts,
} from '../../../shared/events/bank-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import type { Stored } from '../../../shared/store/document.ts';
import {
  aliasesFrom,
  type Root,
  type Transaction,
  transactionFrom,
  transactionIdOf,
  transactionPath,
} from '../../../shared/store/transactions.ts';

export type Fact = EventOf<
  | (typeof transactionFacts)[number]
  | (typeof cardFacts)[number]
  | typeof cardEntryMatched
  | typeof accountBroughtForward
>;

/** Where a fact's part belongs, and the documents that turn out to be that same transaction under other names. */
export type Home = {
  readonly id: string;
  readonly bank: string;
  readonly root: Root['kind'];
  readonly document: Stored;
  readonly transaction: Transaction | undefined;
  readonly others: readonly Alias[];
};

/** A document that stands for other transactions from now on; what it held of its own goes to the home. */
export type Alias = {
  readonly document: Stored;
  readonly absorbed: Transaction | undefined;
  readonly aliasOf: readonly string[];
};

type Node = {
  readonly id: string;
  readonly root: Root['kind'];
  readonly document: Stored;
  readonly transaction: Transaction | undefined;
  readonly aliasOf: readonly string[];
};

// The strongest first: a refund belongs to its clearing, and a clearing to its authorisation.
const STRENGTH: readonly Root['kind'][] = [
  'opening',
  'transaction',
  'authorisation',
  'clearing',
  'reversal',
  'refund',
];

/**
 * Finds the transaction of a fact. All that names an authorisation, or a clearing of it, is one transaction; but a
 * refund may name a clearing only, come before it, and be told again once more is known. So a fact with several
 * names makes one transaction of what was recorded under each, and the weaker names become aliases. What an alias
 * stands for is what it was told together with, so the end is the same in any order.
 */
export async function readHome(reads: Reads, fact: Fact): Promise<Home> {
  const { bank, accountId } = fact.data;
  const names = namesOf(fact).map((root) => ({
    kind: root.kind,
    id: transactionIdOf(bank, accountId, root),
  }));
  const nodes = new Map<string, Node>();
  await follow(names.map(({ id }) => id));

  const live = [...nodes.values()].filter(({ aliasOf }) => aliasOf.length === 0).sort(byStrength);
  const [home, ...weaker] = live;
  if (!home) throw new Error('transaction.alias-of-nothing');
  // Of two authorisations, or of two clearings, it cannot be; and nobody can know which of them is right.
  if (weaker.some(({ root }) => root === home.root)) {
    throw new PermanentError('fact.conflict', { transactionId: home.id, factId: fact.id });
  }
  const others = [...nodes.values()].flatMap((node) => {
    const aliasOf = node === home ? [] : [...new Set([...node.aliasOf, ...toldWith(node)])].sort();
    return aliasOf.length > node.aliasOf.length
      ? [{ document: node.document, absorbed: node.transaction, aliasOf }]
      : [];
  });
  const { id, root, document, transaction } = home;
  return { id, bank, root, document, transaction, others };

  /** The stronger names in the same fact; what has none, but turns out to be the home's, is told by that. */
  function toldWith(node: Node): string[] {
    const place = names.findIndex(({ id }) => id === node.id);
    const stronger = names.slice(0, Math.max(place, 0)).map(({ id }) => id);
    return stronger.length === 0 && node.aliasOf.length === 0 && home ? [home.id] : stronger;
  }

  async function follow(ids: readonly string[]): Promise<void> {
    const unread = [...new Set(ids)].filter((id) => !nodes.has(id));
    if (unread.length === 0) return;
    const documents = await reads.get(unread.map((id) => transactionPath(accountId, id)));
    for (const [n, document] of documents.entries()) {
      const id = unread[n] ?? '';
      const transaction = transactionFrom(document);
      const root = transaction?.root ?? names.find((name) => name.id === id)?.kind ?? 'refund';
      nodes.set(id, { id, root, document, transaction, aliasOf: aliasesFrom(document) });
    }
    await follow(documents.flatMap(aliasesFrom));
  }
}

function byStrength(a: Node, b: Node): number {
  return STRENGTH.indexOf(a.root) - STRENGTH.indexOf(b.root) || (a.id < b.id ? -1 : 1);
}

/** All that a fact names, the strongest first. */
function namesOf(fact: Fact): Root[] {
  switch (fact.type) {
    case 'transaction.pending':
    case 'transaction.booked':
    case 'transaction.cancelled':
    case 'transaction.reversed':
      return [{ kind: 'transaction', id: fact.data.transactionId }];
    case 'card.cleared':
    case 'card.refunded': {
      const { authorisationId, clearingId } = fact.data;
      return [
        ...(authorisationId ? [{ kind: 'authorisation', id: authorisationId } as const] : []),
        ...(clearingId ? [{ kind: 'clearing', id: clearingId } as const] : []),
        ...('refundId' in fact.data ? [{ kind: 'refund', id: fact.data.refundId } as const] : []),
      ];
    }
    case 'card.authorisation-reversed': {
      const { authorisationId, reversalId } = fact.data;
      // By itself it moves nothing, so there is nothing to take along once the bank says where it belongs.
      return authorisationId
        ? [{ kind: 'authorisation', id: authorisationId }]
        : [{ kind: 'reversal', id: reversalId }];
    }
    case 'account.brought-forward':
      return [{ kind: 'opening', id: fact.data.accountId }];
    default:
      return [{ kind: 'authorisation', id: fact.data.authorisationId }];
  }
}
