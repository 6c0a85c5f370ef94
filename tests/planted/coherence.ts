import type { Bug } from './bug.ts';

const DRIFT = 'shared/domain/drift.ts';
const STATEMENT = 'shared/domain/statement.ts';
const MISSED = 'functions/bank/fetch-missed-events/missed.ts';
const COMPARE = 'functions/ledger/fetch-balances/compare.ts';
const TRACK = 'functions/ledger/track-drift/function.ts';

/** Bugs of the mirror's healing: what is missed, what is taken for drift, and what is mended. */
export const coherenceBugs: readonly Bug[] = [
  {
    name: 'read-up-to-now',
    foundBy: 'coherence',
    law: 'mirror',
    what: 'What the bank is still telling is taken for lost, and fetched beside its webhook.',
    edits: [{ file: MISSED, find: 'Date.parse(page.asOf) - graceMs', replace: 'Date.parse(page.asOf)' }],
  },
  {
    name: 'list-never-read',
    foundBy: 'coherence',
    law: 'lost',
    what: 'The bank’s list is never read: what it told in vain stays missing.',
    edits: [{ file: MISSED, find: 'const PAGES_MAX = 100;', replace: 'const PAGES_MAX = 0;' }],
  },
  {
    name: 'drift-at-first-sight',
    foundBy: 'coherence',
    law: 'mirror',
    what: 'What is found once is open: each page that comes late wakes somebody.',
    edits: [{ file: DRIFT, find: "isConfirmed ? 'open' : 'suspected'", replace: "'open'" }],
  },
  {
    name: 'missing-but-not-asked-for',
    foundBy: 'coherence',
    law: 'lost',
    what: 'A comparison tells of a missing fact, and nobody asks the bank for it.',
    edits: [{ file: COMPARE, find: 'missing.has(partKey(part)) ? [delivery] : []', replace: '[]' }],
  },
  {
    name: 'mended-twice',
    foundBy: 'coherence',
    law: 'mirror',
    what: 'A wrong sum is mended twice in one commit.',
    edits: [
      {
        file: TRACK,
        find: "finding.cause === 'wrong-sum' ? await mendBalance(snapshot(), accountId, finding.currency) : []",
        replace:
          "finding.cause === 'wrong-sum' ? [...(await mendBalance(snapshot(), accountId, finding.currency)), ...(await mendBalance(snapshot(), accountId, finding.currency))] : []",
      },
    ],
  },
  {
    name: 'never-settled',
    foundBy: 'coherence',
    law: 'mirror',
    what: 'What heals is never settled: the list of what is wrong only grows, until nobody reads it.',
    edits: [
      {
        file: TRACK,
        find: 'if (statementOf(drift) !== day || found.includes(drift.id)) return [];',
        replace: 'if (statementOf(drift) !== (day ?? drift.id) || found.includes(drift.id)) return [];',
      },
    ],
  },
  {
    name: 'equal-lines-are-one',
    foundBy: 'coherence',
    law: 'mirror',
    what: 'Two equal lines of a statement are taken for the same entry, and the other entry has none.',
    edits: [{ file: STATEMENT, find: '    left.delete(entry.key);\n', replace: '' }],
  },
];
