import type { Bug } from './bug.ts';

const RECORD = 'functions/ledger/record-transaction/function.ts';
const PART = 'functions/ledger/record-transaction/part.ts';
const DOMAIN = 'shared/domain/transaction.ts';
const PENDING = 'functions/ledger/track-pending/function.ts';
const BEFORE_AND_AFTER = 'before: home.transaction?.totals ?? {}, after: after.totals';

/** Bugs of sums: what a transaction comes to, and what that moves. */
export const ledgerBugs: readonly Bug[] = [
  {
    name: 'delta-from-the-event',
    foundBy: 'simulator',
    law: 'mirror',
    what: 'A balance moves by the amount of the event, and not by what it changes of the transaction: a clearing books, and its hold stays.',
    edits: [
      {
        file: RECORD,
        find: BEFORE_AND_AFTER,
        replace: 'before: {}, after: totalsOf({ [fact.id]: partOf(fact) })',
      },
      {
        file: RECORD,
        find: "import { draft } from '../../../shared/events/event.ts';",
        replace:
          "import { totalsOf } from '../../../shared/domain/transaction.ts';\nimport { draft } from '../../../shared/events/event.ts';",
      },
    ],
  },
  {
    name: 'delta-against-a-recomputed-past',
    foundBy: 'releases',
    law: 'mirror',
    what: 'What a transaction was before is summed anew from its parts: after a release that sums otherwise, the balance moves by less than the transaction does.',
    edits: [
      {
        file: RECORD,
        find: BEFORE_AND_AFTER,
        replace: 'before: totalsOf(home.transaction?.parts ?? {}), after: after.totals',
      },
      {
        file: RECORD,
        find: "import { draft } from '../../../shared/events/event.ts';",
        replace:
          "import { totalsOf } from '../../../shared/domain/transaction.ts';\nimport { draft } from '../../../shared/events/event.ts';",
      },
    ],
  },
  {
    name: 'absorbed-counts-on',
    foundBy: 'simulator',
    law: 'mirror',
    what: 'What turned out to be part of another transaction moves there, and stays in the balance as well.',
    edits: [
      {
        file: RECORD,
        find: '...absorbed.map(({ id, totals }) => ({ transactionId: id, before: totals, after: {} })),',
        replace: '',
      },
    ],
  },
  {
    name: 'as-of-arrival',
    foundBy: 'simulator',
    law: 'mirror',
    what: 'A balance is as of when we received the fact: a week-old one that comes late makes it look fresh.',
    edits: [
      {
        file: RECORD,
        find: '? undefined : occurredAt;',
        replace: '? undefined : fact.data.receivedAt;',
      },
      {
        file: RECORD,
        find: 'const { kind, expiresAt, occurredAt } = partOf(fact);',
        replace: 'const { kind, expiresAt } = partOf(fact);',
      },
    ],
  },
  {
    name: 'hold-clamped-per-event',
    foundBy: 'life-cycles',
    law: 'order',
    what: 'A hold is kept from going below zero at each event: a reversal that overtakes its authorisation is forgotten.',
    edits: [
      {
        file: DOMAIN,
        find: 'return atLeastZero(authorisedOf(debits) - taken);',
        replace: `const takes = new Set<PartKind>(['reversal', 'clearing', 'link']);
  const step = (part: Part) => (isAuthorised(part) ? part.amountMinor : takes.has(part.kind) ? -part.amountMinor : 0n);
  return debits.reduce((left, part) => atLeastZero(left + step(part)), 0n);`,
      },
    ],
  },
  {
    name: 'final-clearing-keeps-the-rest',
    foundBy: 'life-cycles',
    law: 'mirror',
    what: 'A final clearing takes its amount from the hold, and not the rest: a hotel’s deposit stays held for a month.',
    edits: [
      {
        file: DOMAIN,
        find: "((part.kind === 'expiry' || part.final) && isInForce(part, all));",
        replace: "(part.kind === 'expiry' && isInForce(part, all));",
      },
    ],
  },
  {
    name: 'late-authorisation-holds',
    foundBy: 'life-cycles',
    law: 'order',
    what: 'An authorisation that comes after its final clearing holds its amount once more.',
    edits: [
      {
        file: DOMAIN,
        find: 'if (all.some(isEnd)) return 0n;',
        replace: 'if (all.findIndex(isEnd) > all.findIndex(isAuthorised)) return 0n;',
      },
    ],
  },
  {
    name: 'two-currencies-in-one-sum',
    foundBy: 'amounts',
    law: 'mirror',
    what: 'A transaction that has parts in two currencies sums both in each: 10.00 EUR and 75.00 DKK are 85.00.',
    edits: [
      {
        file: DOMAIN,
        find: 'const own = all.filter((part) => part.currency === currency);\n      return',
        replace: 'const own = all.filter((part) => part.currency !== NO_CURRENCY);\n      return',
      },
    ],
  },
  {
    name: 'link-moves-booked-money',
    foundBy: 'what-goes-wrong-with-cards',
    law: 'mirror',
    what: 'The word that a clearing belongs to an authorisation books its amount there, where the clearing has booked it already.',
    edits: [
      {
        file: DOMAIN,
        find: "new Set(['clearing', 'refund', 'booking', 'opening'])",
        replace: "new Set(['clearing', 'refund', 'booking', 'opening', 'link'])",
      },
    ],
  },
  {
    name: 'reversal-before-its-booking',
    foundBy: 'simulator',
    law: 'mirror',
    what: 'A reversal pays back what was never booked.',
    edits: [
      {
        file: DOMAIN,
        find: 'return booking ? signed(booking.direction, amountMinor) : 0n;',
        replace: "return signed(booking?.direction ?? 'debit', amountMinor);",
      },
    ],
  },
  {
    name: 'booked-by-who-only-holds',
    foundBy: 'what-goes-wrong-with-sources',
    law: 'mirror',
    what: 'A card processor’s clearing is booked beside the core bank’s own entry of it: one purchase is paid twice.',
    edits: [
      {
        file: DOMAIN,
        find: 'return BOOKED.has(kind) && holdsOnly !== true;',
        replace: "return BOOKED.has(kind) && (holdsOnly !== true || kind === 'clearing');",
      },
    ],
  },
  {
    name: 'older-parts-are-stale',
    foundBy: 'simulator',
    law: 'order',
    what: 'Parts are treated as states: one that occurred before the newest of its transaction is dropped as an older version.',
    edits: [
      {
        file: PART,
        find: 'const { parts, arrivals } = recordedAt(home);\n  const known',
        replace:
          "if (part.occurredAt < (home.transaction?.summary.latestAt ?? '')) return undefined;\n  const { parts, arrivals } = recordedAt(home);\n  const known",
      },
    ],
  },
  {
    name: 'same-under-a-new-event-id',
    foundBy: 'simulator',
    law: 'once',
    what: 'Parts are told apart by the event that brought them: the same told again under a new event id, as banks do, is booked twice.',
    edits: [
      {
        file: 'shared/events/entry-part.ts',
        find: "return { ...part('clearing', clearingId), ...abroad(), final, bookedOn, valueOn };",
        replace:
          "return { ...part('clearing', fact.data.bankEventId), ...abroad(), final, bookedOn, valueOn };",
      },
    ],
  },
  {
    name: 'contradiction-overwrites',
    foundBy: 'what-goes-wrong-with-deliveries',
    law: 'order',
    what: 'Of two contradicting words about one entry the last to arrive is kept, and nobody is told of the other.',
    edits: [
      {
        file: PART,
        find: 'return rankOf(part) > rankOf(known) ? part : known;\n  return undefined;',
        replace: 'return rankOf(part) > rankOf(known) ? part : known;\n  return part;',
      },
    ],
  },
  {
    name: 'refund-booked-twice',
    foundBy: 'simulator',
    law: 'once',
    what: 'A refund is recorded under the strongest of its names alone: told again once more is known, it is paid out twice.',
    edits: [
      {
        file: 'functions/ledger/record-transaction/home.ts',
        find: 'const names = namesOf(fact).map((root) => ({',
        replace: 'const names = namesOf(fact).slice(0, 1).map((root) => ({',
      },
    ],
  },
  {
    name: 'zero-is-incremented',
    foundBy: 'life-cycles',
    law: 'mirror',
    what: 'A figure that did not change is incremented by zero, which JavaScript may hand over as -0: it turns the integer into a double for good.',
    edits: [
      {
        file: 'shared/store/balances.ts',
        find: 'if (delta !== 0n) by[currency]',
        replace: 'by[currency]',
      },
    ],
  },
  {
    name: 'shards-at-random',
    foundBy: 'simulator',
    law: 'mirror',
    what: 'A transaction’s shard is drawn anew each time.',
    edits: [
      {
        file: 'shared/store/balances.ts',
        find: "return String(createHash('sha256').update(transactionId).digest().readUInt32BE(0) % shards);",
        replace: 'return String(Math.floor(Math.random() * shards));',
      },
    ],
  },
  {
    name: 'amounts-as-floats',
    foundBy: 'amounts',
    law: 'mirror',
    what: 'Amounts go through major units in a float, as in every first fintech: 0.29 * 100 is 28.999999999999996.',
    edits: [
      {
        file: 'shared/events/event.ts',
        find: '(0|[1-9][0-9]{0,17})$/, DIGITS), z.bigint(), {\n  decode: (digits) => BigInt(digits),',
        replace:
          '(0|[1-9][0-9]{0,17})$/, DIGITS), z.bigint(), {\n  decode: (digits) => BigInt(Math.trunc((Number(digits) / 100) * 100)),',
      },
    ],
  },
  {
    name: 'bank-exponents-ignored',
    foundBy: 'what-goes-wrong-with-contents',
    law: 'mirror',
    what: 'A bank’s own exponents are taken for ISO 4217’s: pesos that it sends with two decimals are a hundred times too much.',
    edits: [
      {
        file: 'shared/domain/currency.ts',
        find: 'const sent = exponents[currency] ?? decimals;',
        replace: 'const sent = decimals;',
      },
    ],
  },
  {
    name: 'last-state-wins',
    foundBy: 'simulator',
    law: 'order',
    what: 'Of an account’s states the last to arrive is true: a late `opened` opens what is closed.',
    edits: [
      {
        file: 'shared/domain/rank.ts',
        find: 'if (rank.version !== stored.version) return rank.version > stored.version;',
        replace: 'if (rank.version !== stored.version) return true;',
      },
    ],
  },
  {
    name: 'absentees-kept',
    foundBy: 'simulator',
    law: 'mirror',
    what: 'What a newer list of pending entries has no more stays held.',
    edits: [
      {
        file: PENDING,
        find: 'new Set([...transactionIds, ...(before?.transactionIds ?? [])])',
        replace: 'new Set([...transactionIds])',
      },
    ],
  },
  {
    name: 'last-list-wins',
    foundBy: 'simulator',
    law: 'order',
    what: 'Of several lists of pending entries the last to arrive is true, and not the newest.',
    edits: [
      {
        file: PENDING,
        find: 'if (before && before.asOf >= asOf) return {};',
        replace: 'if (before && before.asOf === asOf) return {};',
      },
    ],
  },
];
