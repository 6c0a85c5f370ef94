import { describe, expect, test } from 'vitest';
import { type Account, type AccountState, contradicts, looksAlike, withState } from './account.ts';

const unknown: Account = { id: 'acct-1', bank: 'sandbox', ownerIds: [], status: 'open' };

function aState(status: Account['status'], version: bigint, changes: Partial<AccountState['rank']> = {}) {
  const rank = { version, occurredAt: '2026-11-23T09:00:00.000Z', factId: `fact-${version}`, ...changes };
  return { rank, status };
}

function anOpening(version: bigint, ownerIds: readonly string[], factId = `fact-${version}`): AccountState {
  const opened = { ownerIds, currency: 'DKK', at: '2026-11-23T09:00:00.000Z' };
  return { ...aState('open', version, { factId }), opened };
}

function accountAfter(...states: readonly AccountState[]): Account {
  return states.reduce(withState, unknown);
}

describe('the status of an account', () => {
  test('the highest version wins, whichever arrives last', () => {
    const [frozen, closed] = [aState('frozen', 2n), aState('closed', 3n)];
    expect(accountAfter(frozen, closed).status).toBe('closed');
    expect(accountAfter(closed, frozen).status).toBe('closed');
  });

  test('where the bank numbers nothing, the latest by its clock wins', () => {
    const frozen = aState('frozen', 0n, { occurredAt: '2026-11-23T09:00:00.000Z', factId: 'fact-z' });
    const unfrozen = aState('open', 0n, { occurredAt: '2026-11-23T09:00:01.000Z', factId: 'fact-a' });
    expect(accountAfter(frozen, unfrozen).status).toBe('open');
    expect(accountAfter(unfrozen, frozen).status).toBe('open');
  });

  test('a numbered state beats one without a number, however late that one is', () => {
    const late = aState('frozen', 0n, { occurredAt: '2027-01-01T00:00:00.000Z' });
    expect(accountAfter(aState('closed', 1n), late).status).toBe('closed');
    expect(accountAfter(late, aState('closed', 1n)).status).toBe('closed');
  });

  test('a freeze that arrives before the opening outlives it', () => {
    const account = accountAfter(aState('frozen', 2n), anOpening(1n, ['uid-ann']));
    expect(account).toMatchObject({ status: 'frozen', ownerIds: ['uid-ann'], currency: 'DKK' });
  });

  test('a newer opening changes the owners', () => {
    expect(accountAfter(anOpening(1n, ['uid-ann']), anOpening(4n, ['uid-bo'])).ownerIds).toEqual(['uid-bo']);
    expect(accountAfter(anOpening(4n, ['uid-bo']), anOpening(1n, ['uid-ann'])).ownerIds).toEqual(['uid-bo']);
  });

  test('one state told twice under two ids leaves the same account in both orders', () => {
    const [once, again] = [
      aState('frozen', 2n, { factId: 'fact-a' }),
      aState('frozen', 2n, { factId: 'fact-b' }),
    ];
    expect(accountAfter(once, again)).toEqual(accountAfter(again, once));
    expect(looksAlike(accountAfter(once), accountAfter(once, again))).toBe(true);
  });

  test('another status looks different to the customer, and so does another owner', () => {
    const opened = anOpening(1n, ['uid-ann']);
    expect(looksAlike(accountAfter(opened), accountAfter(opened, aState('frozen', 2n)))).toBe(false);
    expect(looksAlike(accountAfter(opened), accountAfter(opened, anOpening(2n, ['uid-bo'])))).toBe(false);
  });
});

describe('a bank that contradicts itself', () => {
  const contradicted = (state: AccountState) =>
    contradicts(accountAfter(anOpening(1n, ['uid-ann']), aState('frozen', 2n)), state);

  test('one version with two statuses is a contradiction', () => {
    expect(contradicted(aState('closed', 2n, { factId: 'fact-new' }))).toBe(true);
  });

  test('one version of the opening with two owners is a contradiction, also after later states', () => {
    expect(contradicted(anOpening(1n, ['uid-bo'], 'fact-new'))).toBe(true);
  });

  test.each([{ currency: 'EUR' }, { iban: 'DK5000400440116243' }])(
    'one version of the opening with %j beside it is a contradiction',
    (changes) => {
      const opening = anOpening(1n, ['uid-ann'], 'fact-new');
      const opened = { ownerIds: ['uid-ann'], currency: 'DKK', at: opening.rank.occurredAt, ...changes };
      expect(contradicted({ ...opening, opened })).toBe(true);
    },
  );

  test('the same state told again is none, and neither is another version', () => {
    expect(contradicted(aState('frozen', 2n, { factId: 'fact-new' }))).toBe(false);
    expect(contradicted(anOpening(1n, ['uid-ann'], 'fact-new'))).toBe(false);
    expect(contradicted(aState('closed', 3n))).toBe(false);
    expect(contradicted(anOpening(3n, ['uid-bo']))).toBe(false);
  });

  test('a status under the version of the opening says nothing of the owners', () => {
    expect(contradicted(aState('open', 1n, { factId: 'fact-new' }))).toBe(false);
  });

  test('what is told of an unknown account cannot contradict anything', () => {
    expect(contradicts(unknown, anOpening(1n, ['uid-ann']))).toBe(false);
  });

  test('states without a number cannot contradict: the clock decides', () => {
    const unnumbered = accountAfter(aState('frozen', 0n));
    expect(contradicts(unnumbered, aState('closed', 0n, { factId: 'fact-new' }))).toBe(false);
  });
});
