import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  historyOf,
  ISO_STATUSES,
  MAY_FOLLOW,
  type Payment,
  type PaymentState,
  type PaymentWord,
  reasonOf,
  recallOf,
  returnedMinor,
  stateOf,
  withStep,
  withWord,
} from './payment.ts';

const ORDERED: Payment = {
  ...{ id: 'pay_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
  amount: { amountMinor: 8_000n, currency: 'DKK' },
  creditor: { name: 'Bo', iban: 'DK5000400440116243' },
  ...{ endToEndId: 'pay.1', orderedAt: '2026-11-23T10:00:00.000Z', executesOn: '2026-11-23' },
  steps: [{ state: 'requested', at: '2026-11-23T10:00:00.000Z', cause: 'ordered' }],
  words: {},
};
const RELEASED = withStep(ORDERED, { state: 'submitting', at: '2026-11-23T10:00:01.000Z', cause: 'evt_1' });
const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, '0')}:00.000Z`;
const status = (isoStatus: (typeof ISO_STATUSES)[number], minute: number, reason?: string): PaymentWord => ({
  ...{ kind: 'status', isoStatus, at: at(minute) },
  ...(reason && { reason }),
});
const back = (amountMinor: bigint, minute = 30, id = 'btx_2'): PaymentWord => ({
  ...{ kind: 'return', id, at: at(minute), reason: 'AC04', amountMinor },
});

function told(...words: readonly PaymentWord[]): Payment {
  return words.reduce((payment, word) => {
    const after = withWord(payment, word);
    return after === undefined || after === 'conflict' ? payment : after;
  }, RELEASED);
}

describe('what a payment is', () => {
  // Source: the pain.002 column of ISO 20022's ExternalPaymentTransactionStatus1Code, as our catalogue groups it.
  test.each<[(typeof ISO_STATUSES)[number], PaymentState]>([
    ['RCVD', 'submitted'],
    ['ACTC', 'submitted'],
    ['PATC', 'submitted'],
    ['ACCP', 'pending'],
    ['ACFC', 'pending'],
    ['ACFW', 'pending'],
    ['PDNG', 'pending'],
    ['ACSP', 'settling'],
    ['ACPD', 'settling'],
    ['ACWC', 'settling'],
    ['ACWP', 'held'],
    ['BLCK', 'held'],
    ['ACSC', 'sent'],
    ['ACCC', 'credited'],
    ['RJCT', 'rejected'],
    ['CANC', 'cancelled'],
  ])('%s of the bank’s is %s', (isoStatus, state) => {
    expect(stateOf(told(status(isoStatus, 1)))).toBe(state);
  });

  test('is our own step while the bank has said nothing', () => {
    expect(stateOf(ORDERED)).toBe('requested');
    expect(stateOf(RELEASED)).toBe('submitting');
  });

  test('is unknown once a call had no answer, until the bank says anything', () => {
    const unanswered = told({ kind: 'unanswered', at: at(1) });
    expect(stateOf(unanswered)).toBe('unknown');
    expect(stateOf(told({ kind: 'unanswered', at: at(5) }, status('PDNG', 1)))).toBe('pending');
  });

  test('is rejected when the bank never had it, unless it says later that it had', () => {
    const never = told({ kind: 'unanswered', at: at(1) }, { kind: 'not-received', at: at(50) });
    expect([stateOf(never), reasonOf(never)]).toEqual(['rejected', 'not-received']);
    expect(stateOf(told({ kind: 'not-received', at: at(50) }, status('ACSC', 2)))).toBe('sent');
  });

  test('is the latest of what the bank said by its own clock, whatever came last', () => {
    expect(stateOf(told(status('ACSC', 9), status('RCVD', 1), status('ACSP', 5)))).toBe('sent');
  });

  test('of two of one instant the one further on is true', () => {
    expect(stateOf(told(status('ACCC', 1), status('ACSC', 1)))).toBe('credited');
  });

  test('can come back after it was sent: no success is the end', () => {
    const payment = told(back(7_500n), status('ACSC', 2), status('ACCC', 40));
    expect([stateOf(payment), reasonOf(payment), returnedMinor(payment)]).toEqual([
      'returned',
      'AC04',
      7_500n,
    ]);
  });
});

describe('a word that is told again', () => {
  test('is nothing new', () => {
    const payment = told(status('ACSC', 2), back(8_000n));
    expect(withWord(payment, status('ACSC', 2))).toBeUndefined();
    expect(withWord(payment, back(8_000n))).toBeUndefined();
  });

  test('with another amount for one return is a conflict', () => {
    expect(withWord(told(back(8_000n)), back(7_000n))).toBe('conflict');
  });

  test('two returns of parts add up', () => {
    expect(returnedMinor(told(back(3_000n), back(5_000n, 31, 'btx_3')))).toBe(8_000n);
  });
});

test('a recall is answered once it is answered, in whatever order that is told', () => {
  const asked: PaymentWord = { kind: 'recall', state: 'requested', at: at(9) };
  const refused: PaymentWord = { kind: 'recall', state: 'rejected', at: at(8), reason: 'CUST' };
  expect(recallOf(told(asked))).toBe('requested');
  expect(recallOf(told(refused, asked))).toBe('rejected');
  expect(stateOf(told(status('ACSC', 1), refused))).toBe('sent');
});

test('its history is every step and word, oldest first, with the reason', () => {
  const payment = told(status('RJCT', 5, 'AC01'), status('RCVD', 2));
  expect(historyOf(payment).map(({ state, reason }) => `${state} ${reason ?? ''}`.trim())).toEqual([
    'requested',
    'submitting',
    'submitted',
    'rejected AC01',
  ]);
});

const words = fc.oneof(
  fc
    .record({ isoStatus: fc.constantFrom(...ISO_STATUSES), minute: fc.integer({ min: 0, max: 9 }) })
    .chain(({ isoStatus, minute }) =>
      fc
        .option(fc.constantFrom('AC01', 'AM04'))
        .map((reason) => status(isoStatus, minute, reason ?? undefined)),
    ),
  fc.integer({ min: 0, max: 9 }).map((minute): PaymentWord => ({ kind: 'unanswered', at: at(minute) })),
  fc.integer({ min: 0, max: 9 }).map((minute): PaymentWord => ({ kind: 'not-received', at: at(minute) })),
  fc.constantFrom('r1', 'r2').map((id) => back(1_000n, 20, id)),
  fc
    .record({ state: fc.constantFrom('requested', 'accepted', 'rejected'), minute: fc.nat(9) })
    .map(({ state, minute }): PaymentWord => ({ kind: 'recall', state, at: at(minute) })),
);

test('any order and any repetition of words leads to the same payment', () => {
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 8 }).chain((set) => fc.tuple(fc.constant(set), shuffled(set))),
      ([set, other]) => {
        const [one, two] = [told(...set), told(...other)];
        expect(one.words).toEqual(two.words);
        expect([stateOf(one), reasonOf(one), recallOf(one)]).toEqual([
          stateOf(two),
          reasonOf(two),
          recallOf(two),
        ]);
      },
    ),
    { numRuns: 500 },
  );
});

function shuffled(set: readonly PaymentWord[]) {
  return fc.shuffledSubarray([...set, ...set], { minLength: set.length * 2, maxLength: set.length * 2 });
}

test('what is drawn is what happens: words in the order of their time lead only where the drawing goes', () => {
  const legal = fc.array(fc.constantFrom(...ISO_STATUSES), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(legal, (statuses) => {
      let payment = RELEASED;
      for (const [minute, isoStatus] of statuses.entries()) {
        const after = told(...Object.values(payment.words), status(isoStatus, minute + 5));
        const [was, is] = [stateOf(payment), stateOf(after)];
        // A bank that contradicts itself is believed, and not drawn.
        if (was !== is && !MAY_FOLLOW[was].includes(is)) return;
        payment = after;
      }
      const states = historyOf(payment).map(({ state }) => state as PaymentState);
      expect(states.at(-1)).toBe(stateOf(payment));
    }),
  );
});
