import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Collection,
  type CollectionWord,
  collectionState,
  latestWord,
  type Mandate,
  type MandateWord,
  mandateState,
  mayAskBack,
  mayBlock,
  mayRefuse,
  refundableUntil,
  toldFirstAt,
  wantedOf,
  withDeclined,
  withWord,
} from './direct-debit.ts';

const creditor = { creditorName: 'Havnens El', creditorId: 'DK99ZZZ123456' };
const ids = { accountId: 'acct-1', bank: 'sandbox' };

function aWord(kind: CollectionWord['kind'], changes: Partial<CollectionWord> = {}): CollectionWord {
  const at = '2026-03-01T08:00:00.000Z';
  return { kind, at, ...creditor, amountMinor: 45_000n, currency: 'DKK', dueOn: '2026-03-03', ...changes };
}

function aCollection(...words: readonly CollectionWord[]): Collection {
  return {
    ...{ ...ids, id: 'ddt_1', bankCollectionId: 'c-1', mandateId: 'mdt_1' },
    words: Object.fromEntries(words.map((word) => [word.kind, word])),
  };
}

function aMandate(
  scheme: 'core' | 'b2b' = 'core',
  words: readonly (readonly [MandateWord['kind'], string])[] = [['created', '08:00']],
): Mandate {
  const all = words.map(([kind, time]) => mandateWord(kind, time, scheme));
  return {
    ...{ ...ids, id: 'mdt_1', bankMandateId: 'm-1' },
    words: all.reduce((known, word) => withWord(known, word) ?? known, {}),
  };
}

function mandateWord(kind: MandateWord['kind'], time: string, scheme: 'core' | 'b2b' = 'core'): MandateWord {
  return { kind, at: `2026-03-01T${time}:00.000Z`, ...creditor, scheme };
}

const allowed = { kind: 'allowed' };
const declined = (reason: string) => ({ kind: 'declined', reason });
const debitedOn = (bookedOn: string) => aCollection(aWord('announced'), aWord('collected', { bookedOn }));

describe('the eight weeks in which a direct debit is given back', () => {
  test.each([
    // 3 March + 56: 28 days to 31 March, 28 more.
    ['2026-03-03', '2026-04-28', '2026-04-29'],
    // 31 December + 56: 31 days to 31 January, 25 more.
    ['2026-12-31', '2027-02-25', '2027-02-26'],
    // 2 January + 56: 29 days to 31 January, 27 more, in a leap year and in another.
    ['2028-01-02', '2028-02-27', '2028-02-28'],
    // 4 January + 56: 27 days to 31 January, 29 more: the leap day itself.
    ['2028-01-04', '2028-02-29', '2028-03-01'],
    ['2027-01-04', '2027-03-01', '2027-03-02'],
    // 31 January + 56: 29 days to 29 February, 27 more; one day later where February has 28.
    ['2028-01-31', '2028-03-27', '2028-03-28'],
    ['2027-01-31', '2027-03-28', '2027-03-29'],
    // Over the end of summer time nothing is a day more or less.
    ['2026-09-30', '2026-11-25', '2026-11-26'],
  ])('after a debit on %s last until %s, and are over on %s', (bookedOn, last, after) => {
    const collection = debitedOn(bookedOn);
    expect(refundableUntil(collection, aMandate())).toBe(last);
    expect(mayAskBack(collection, aMandate(), bookedOn)).toEqual(allowed);
    expect(mayAskBack(collection, aMandate(), last)).toEqual(allowed);
    expect(mayAskBack(collection, aMandate(), after)).toEqual(declined('direct-debit.refund-late'));
  });

  test('count from the debit, not from the day on which it was due', () => {
    expect(refundableUntil(debitedOn('2026-03-05'), aMandate())).toBe('2026-04-30');
  });

  test('count from the due date where the bank names no day of the debit', () => {
    expect(refundableUntil(aCollection(aWord('collected')), aMandate())).toBe('2026-04-28');
  });

  test('are no business’s, nor anybody’s whose mandate is not known', () => {
    const collection = debitedOn('2026-03-03');
    expect(mayAskBack(collection, aMandate('b2b'), '2026-03-04')).toEqual(declined('direct-debit.b2b'));
    expect(mayAskBack(collection, undefined, '2026-03-04')).toEqual(declined('mandate.unknown'));
    for (const mandate of [aMandate('b2b'), undefined])
      expect(refundableUntil(collection, mandate)).toBeUndefined();
  });

  test.each(['announced', 'refused', 'returned'] as const)('are not of what is %s', (kind) => {
    const ruling = mayAskBack(aCollection(aWord(kind)), aMandate(), '2026-03-03');
    expect(ruling).toEqual(declined(`direct-debit.${kind}`));
  });
});

describe('what is announced is refused', () => {
  test.each([
    ['2026-03-02', allowed],
    ['2026-03-03', declined('direct-debit.due')],
    ['2026-03-04', declined('direct-debit.due')],
  ])('until the day before it is due on 3 March: %s', (today, ruling) => {
    expect(mayRefuse(aCollection(aWord('announced')), today)).toEqual(ruling);
  });

  test.each(['collected', 'refused', 'returned'] as const)('and never once it is %s', (kind) => {
    const collection = aCollection(aWord('announced'), aWord(kind));
    expect(mayRefuse(collection, '2026-03-02')).toEqual(declined(`direct-debit.${kind}`));
  });

  test('by the due date that was announced last', () => {
    const words = withWord(
      aCollection(aWord('announced')).words,
      aWord('announced', { at: '2026-03-01T09:00:00.000Z', dueOn: '2026-03-09' }),
    );
    expect(mayRefuse({ ...aCollection(), words: words ?? {} }, '2026-03-08')).toEqual(allowed);
  });
});

describe('a mandate', () => {
  test.each([
    [[['created', '08:00']], 'active'],
    [[['blocked', '08:00']], 'blocked'],
    [
      [
        ['blocked', '08:00'],
        ['unblocked', '09:00'],
      ],
      'active',
    ],
    [
      [
        ['unblocked', '09:00'],
        ['blocked', '10:00'],
        ['blocked', '08:00'],
      ],
      'blocked',
    ],
    [
      [
        ['blocked', '09:00'],
        ['unblocked', '09:00'],
      ],
      'blocked',
    ],
    [
      [
        ['cancelled', '08:00'],
        ['unblocked', '09:00'],
      ],
      'cancelled',
    ],
  ] as const)('of which was said %j is %s', (words, state) => {
    expect(mandateState(aMandate('core', words))).toBe(state);
  });

  test('that was cancelled is neither blocked nor unblocked', () => {
    expect(mayBlock(aMandate())).toEqual(allowed);
    expect(mayBlock(aMandate('core', [['cancelled', '08:00']]))).toEqual(declined('mandate.cancelled'));
  });
});

describe('what the customer wants', () => {
  const wish = { decision: 'refusal', at: '2026-03-01T10:00:00.000Z' } as const;
  const wished = { ...aCollection(aWord('announced')), wish };

  test('is wanted until the bank has done it, or it is too late', () => {
    expect(wantedOf(wished)).toBe('refusal');
    for (const kind of ['refused', 'collected'] as const)
      expect(wantedOf({ ...aCollection(aWord('announced'), aWord(kind)), wish })).toBeUndefined();
  });

  test('is wanted no more once the bank declined that wish, and not an older one', () => {
    const answer = (wantedAt: string) =>
      withDeclined(wished, { decision: 'refusal', wantedAt, reason: 'collection-due' });
    expect(wantedOf(answer(wish.at) ?? wished)).toBeUndefined();
    const older = answer('2026-03-01T09:59:59.999Z');
    expect(older && wantedOf(older)).toBe('refusal');
  });

  test('of a declined wish the last answer stays, in whatever order they come', () => {
    const first = { decision: 'refusal', wantedAt: '2026-03-01T09:00:00.000Z', reason: 'one' } as const;
    const last = { ...first, wantedAt: wish.at, reason: 'two' };
    for (const answers of [
      [first, last, first],
      [last, first, last],
    ]) {
      const end = answers.reduce((known, each) => withDeclined(known, each) ?? known, wished as Collection);
      expect(end.declined).toEqual(last);
    }
  });

  test('of a refund is wanted until the money came back', () => {
    const refund = { decision: 'refund', at: wish.at } as const;
    const collected = { ...aCollection(aWord('collected')), wish: refund };
    expect(wantedOf(collected)).toBe('refund');
    expect(wantedOf({ ...aCollection(aWord('collected'), aWord('returned')), wish: refund })).toBeUndefined();
  });

  test('of a block is done by a word that the bank said since, not by one from before', () => {
    const saidBefore = '2026-03-01T09:00:00.000Z';
    const block = { decision: 'block', at: '2026-03-01T10:00:00.000Z', saidBefore } as const;
    const before = aMandate('core', [
      ['blocked', '08:00'],
      ['unblocked', '09:00'],
    ]);
    expect(wantedOf({ ...before, wish: block })).toBe('block');
    // By the bank's own clock, which may be behind ours.
    const words = withWord(before.words, mandateWord('blocked', '09:01')) ?? {};
    expect(wantedOf({ ...before, words, wish: block })).toBeUndefined();
  });
});

test('returned is above collected, and collected above refused, whatever the bank says when', () => {
  const late = { at: '2026-03-09T08:00:00.000Z' };
  expect(collectionState(aCollection(aWord('returned'), aWord('collected', late)))).toBe('returned');
  expect(collectionState(aCollection(aWord('collected'), aWord('refused', late)))).toBe('collected');
});

const instant = fc.constantFrom('08:00', '08:01', '08:02').map((time) => `2026-03-01T${time}:00.000Z`);
const collectionWords = fc.array(
  fc
    .record({
      kind: fc.constantFrom(...(['announced', 'refused', 'collected', 'returned'] as const)),
      at: instant,
      amountMinor: fc.bigInt({ min: 1n, max: 3n }),
      dueOn: fc.constantFrom('2026-03-03', '2026-03-04'),
      reason: fc.option(fc.constantFrom('AM04', 'MS02'), { nil: undefined }),
    })
    .map(({ kind, ...changes }) => aWord(kind, changes)),
  { minLength: 1, maxLength: 8 },
);
const mandateWords = fc.array(
  fc.record({
    kind: fc.constantFrom(...(['created', 'blocked', 'unblocked', 'cancelled'] as const)),
    at: instant,
    creditorName: fc.constantFrom('Havnens El', 'Havnens El A/S'),
    creditorId: fc.constant(creditor.creditorId),
    scheme: fc.constantFrom(...(['core', 'b2b'] as const)),
  }),
  { minLength: 1, maxLength: 8 },
);

/** The words in another order, some of them more than once. */
function shuffled<W>(words: fc.Arbitrary<W[]>) {
  return words.chain((all) =>
    fc
      .tuple(fc.subarray(all), fc.constant(all))
      .chain(([again, once]) =>
        fc.tuple(
          fc.constant(once),
          fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length }),
        ),
      ),
  );
}

describe('in whatever order and how often the bank says it', () => {
  const known = <W extends MandateWord | CollectionWord>(words: readonly W[]) =>
    words.reduce<Partial<Record<W['kind'], W>>>((all, word) => withWord<W>(all, word) ?? all, {});

  test('a collection is the same', () => {
    fc.assert(
      fc.property(shuffled(collectionWords), ([told, otherwise]) => {
        const [one, other] = [known(told), known(otherwise)];
        expect(other).toEqual(one);
        expect(latestWord<CollectionWord>(other)).toEqual(latestWord<CollectionWord>(one));
        expect(toldFirstAt(other)).toBe(toldFirstAt(one));
      }),
    );
  });

  test('a mandate is the same', () => {
    fc.assert(
      fc.property(shuffled(mandateWords), ([told, otherwise]) => {
        const [one, other] = [known(told), known(otherwise)];
        expect(other).toEqual(one);
        expect(mandateState({ words: other })).toBe(mandateState({ words: one }));
      }),
    );
  });
});
