import type { Bug } from './bug.ts';

const MATCHING = 'shared/domain/matching.ts';

/** Bugs of holds: what an unlinked entry belongs to, and when a hold is given up. */
export const cardBugs: readonly Bug[] = [
  {
    name: 'matched-in-order-of-arrival',
    foundBy: 'what-goes-wrong-with-cards',
    law: 'order',
    what: 'An unlinked clearing takes the hold that came first to us, and not the one that occurred first.',
    edits: [
      {
        file: MATCHING,
        find: 'for (const entry of [...entries].sort(byOccurrence)) {',
        replace: 'for (const entry of entries) {',
      },
    ],
  },
  {
    name: 'matched-by-a-smaller-amount',
    foundBy: 'holds',
    law: 'mirror',
    what: 'A clearing takes any hold that is large enough: a coffee lets a hotel’s deposit go.',
    edits: [
      {
        file: MATCHING,
        find: 'openMinor.get(entry.currency) === entry.amountMinor;',
        replace: '(openMinor.get(entry.currency) ?? 0n) >= entry.amountMinor;',
      },
    ],
  },
  {
    name: 'last-link-wins',
    foundBy: 'holds',
    law: 'order',
    what: 'Of several words about one pairing the last to arrive is true, and not the highest.',
    edits: [
      {
        file: 'functions/ledger/record-transaction/part.ts',
        find: '?? 0n) >= (arrival.pairing ?? 0n)) return undefined;',
        replace: '?? 0n) === (arrival.pairing ?? 0n)) return undefined;',
      },
    ],
  },
  {
    name: 'expiry-under-an-id-of-its-own',
    foundBy: 'holds',
    law: 'once',
    what: 'Our own word that a hold expired has another id than the bank’s: both are recorded.',
    edits: [
      {
        file: 'shared/events/entry-part.ts',
        find: "...part('expiry', fact.data.authorisationId),",
        replace: "...part('expiry', fact.data.bankEventId),",
      },
    ],
  },
  {
    name: 'expiry-of-ours-is-final',
    foundBy: 'holds',
    law: 'order',
    what: 'Our own expiry stands although an increment raised the hold, and its term, before it was due.',
    edits: [
      {
        file: 'shared/domain/transaction.ts',
        find: "return (dueAt(all) ?? '') <= expiresAt;",
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'holds-never-expire',
    foundBy: 'what-goes-wrong-with-cards',
    law: 'mirror',
    what: 'The holds that are due are looked for as of the wrong end of time, so none is ever given up.',
    edits: [
      {
        file: 'shared/store/transactions.ts',
        find: "where: [['_holdExpiresAt', '<=', by]],",
        replace: "where: [['_holdExpiresAt', '<=', by], ['_holdExpiresAt', '>=', END]],",
      },
      {
        file: 'shared/store/transactions.ts',
        find: '/** Transactions of any account whose hold',
        replace: "const END = '9999-12-31';\n\n/** Transactions of any account whose hold",
      },
    ],
  },
];
