import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Ledger } from './ledger.ts';

const account = 'acct_anna';
let lines = 0;

function aLedger(): Ledger {
  const ledger = new Ledger();
  ledger.open({ id: account, currency: 'DKK' });
  return ledger;
}

function aLine(line: { direction: 'credit' | 'debit'; amountMinor: bigint; bookedOn?: string }) {
  lines += 1;
  const against = line.direction === 'credit' ? 'clearing-house' : 'card-settlement';
  return {
    lineId: `line_${lines}`,
    accountId: account,
    bookedOn: '2026-02-28',
    against,
    reference: {},
    ...line,
  } as const;
}

describe('what is booked', () => {
  test('every booking takes from one account what it gives to another', () => {
    const ledger = aLedger();
    ledger.book(aLine({ direction: 'credit', amountMinor: 10_000n }));
    ledger.book(aLine({ direction: 'debit', amountMinor: 3_200n }));
    expect(ledger.bookedMinor(account)).toBe(6_800n);
    expect(ledger.bookedMinor('clearing-house:DKK')).toBe(-10_000n);
    expect(ledger.bookedMinor('card-settlement:DKK')).toBe(3_200n);
    expect(ledger.entries[1]?.postings).toEqual([
      { account, amountMinor: -3_200n },
      { account: 'card-settlement:DKK', amountMinor: 3_200n },
    ]);
  });

  test('amounts beyond what a JavaScript number can hold stay exact', () => {
    const ledger = aLedger();
    ledger.book(aLine({ direction: 'credit', amountMinor: 900_719_925_474_099_301n }));
    ledger.book(aLine({ direction: 'debit', amountMinor: 1n }));
    expect(ledger.bookedMinor(account)).toBe(900_719_925_474_099_300n);
  });

  test('a statement begins where the day before ended', () => {
    const ledger = aLedger();
    ledger.book(aLine({ direction: 'credit', amountMinor: 10_000n, bookedOn: '2026-02-27' }));
    ledger.book(aLine({ direction: 'debit', amountMinor: 3_200n, bookedOn: '2026-02-28' }));
    ledger.book(aLine({ direction: 'debit', amountMinor: 800n, bookedOn: '2026-02-28' }));
    const statement = ledger.statement(account, '2026-02-28');
    expect(statement).toMatchObject({ openingMinor: 10_000n, closingMinor: 6_000n });
    expect(statement.lines.map((line) => line.amountMinor)).toEqual([3_200n, 800n]);
    expect(ledger.statement(account, '2026-03-01')).toMatchObject({ openingMinor: 6_000n, lines: [] });
  });
});

describe('what is held', () => {
  test('a hold grows by an increment and shrinks by a reversal', () => {
    const ledger = aLedger();
    ledger.hold({ id: 'auth_1', accountId: account, amountMinor: 20_000n });
    ledger.adjust('auth_1', 5_000n);
    ledger.adjust('auth_1', -8_000n);
    expect(ledger.heldMinor(account)).toBe(17_000n);
    expect(ledger.bookedMinor(account)).toBe(0n);
  });

  test('a reversal that is larger than the hold still counts in full when an increment follows', () => {
    const ledger = aLedger();
    ledger.hold({ id: 'auth_1', accountId: account, amountMinor: 100n });
    ledger.adjust('auth_1', -150n);
    expect(ledger.heldMinor(account)).toBe(0n);
    ledger.adjust('auth_1', 80n);
    expect(ledger.heldMinor(account)).toBe(30n);
  });

  test('a released hold holds nothing, whatever still comes', () => {
    const ledger = aLedger();
    ledger.hold({ id: 'auth_1', accountId: account, amountMinor: 100n });
    ledger.hold({ id: 'auth_2', accountId: account, amountMinor: 7n });
    ledger.release('auth_1');
    ledger.adjust('auth_1', 50n);
    expect(ledger.heldMinor(account)).toBe(7n);
    expect(ledger.holdOf('auth_1')).toEqual({ heldMinor: 0n, released: true });
  });
});

test('whatever happens, entries sum to zero, nothing held is negative, and totals are the sums of their parts', () => {
  const holdId = fc.constantFrom('auth_1', 'auth_2', 'auth_3');
  const amountMinor = fc.bigInt({ min: 1n, max: 10n ** 17n });
  const direction = fc.constantFrom('credit' as const, 'debit' as const);
  const step = fc.oneof(
    fc.record({ does: fc.constant('book' as const), direction, amountMinor }),
    fc.record({
      does: fc.constantFrom('increment' as const, 'reverse' as const, 'clear' as const),
      holdId,
      amountMinor,
    }),
    fc.record({ does: fc.constant('release' as const), holdId }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ledger = aLedger();
      const holdIds = ['auth_1', 'auth_2', 'auth_3'];
      for (const id of holdIds) ledger.hold({ id, accountId: account, amountMinor: 1_000n });
      for (const step of steps) {
        if (step.does === 'book') ledger.book(aLine(step));
        else if (step.does === 'release') ledger.release(step.holdId);
        else ledger.adjust(step.holdId, step.does === 'increment' ? step.amountMinor : -step.amountMinor);
        if (step.does === 'clear') ledger.book(aLine({ direction: 'debit', amountMinor: step.amountMinor }));

        const held = holdIds.map((id) => ledger.holdOf(id).heldMinor);
        expect(held.every((minor) => minor >= 0n)).toBe(true);
        expect(ledger.heldMinor(account)).toBe(held.reduce((sum, minor) => sum + minor));
      }
      const postings = ledger.entries.flatMap((entry) => entry.postings);
      for (const entry of ledger.entries) expect(sum(entry.postings)).toBe(0n);
      expect(ledger.bookedMinor(account)).toBe(
        sum(postings.filter((posting) => posting.account === account)),
      );
    }),
  );
});

function sum(postings: { amountMinor: bigint }[]): bigint {
  return postings.reduce((total, posting) => total + posting.amountMinor, 0n);
}
