import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { balanceFrom, balancesOf } from '../../../shared/store/balances.ts';
import { type Root, transactionIdOf } from '../../../shared/store/transactions.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from './function.ts';

/** The ledger of `acct-1`, after these facts in this order. */
async function recorded(facts: readonly Message[], config: Record<string, string> = {}) {
  const world = aWorld({ functions: [recordTransaction], config });
  await world.deliver('bank-facts', ...facts);
  const balance = async (currency = 'DKK', accountId = 'acct-1') => {
    const { booked, held, asOf } = balanceFrom(await world.store.query(balancesOf(accountId)), currency);
    return { booked, held, asOf };
  };
  const items = Object.entries(world.state())
    .filter(([path, { aliasOf }]) => path.includes('/transactions/') && aliasOf === undefined)
    .map(([, fields]) => fields);
  return {
    world,
    items,
    balance,
    /** Which transactions each alias stands for, by its id. */
    aliases: Object.fromEntries(
      Object.entries(world.state()).flatMap(([path, { aliasOf }]) =>
        aliasOf === undefined ? [] : [[path.split('/').at(-1) ?? '', aliasOf]],
      ),
    ),
    figures: async () => {
      const { booked, held } = await balance();
      return { booked, held };
    },
    effects: world
      .events('transactions')
      .map(({ type, data }) => `${type} ${(data as { status: string }).status}`),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

const at = (time: string) => ({ time: `2026-11-${time}:00.000Z` });
const authorised = aFact('card.authorisation-created', {
  ...at('23T09:00'),
  authorisationId: 'auth-1',
  amountMinor: 10_000n,
});
const cleared = aFact('card.cleared', {
  ...at('25T12:00'),
  clearingId: 'clr-1',
  authorisationId: 'auth-1',
  amountMinor: 8_000n,
  final: true,
});
const refunded = aFact('card.refunded', {
  ...at('28T08:00'),
  refundId: 'ref-1',
  clearingId: 'clr-1',
  amountMinor: 3_000n,
});

/** All orders of a few. */
function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first, n) => ordersOf(all.toSpliced(n, 1)).map((rest) => [first, ...rest]));
}

describe('a purchase', () => {
  test('that is authorised holds 100.00 of the balance, and is told as recorded', async () => {
    const { figures, items, effects } = await recorded([authorised]);
    expect(await figures()).toEqual({ booked: 0n, held: 10_000n });
    expect(items).toMatchObject([{ status: 'pending', amountMinor: 10_000n, direction: 'debit' }]);
    expect(effects).toEqual(['transaction.recorded pending']);
  });

  test('then cleared for 80.00 books 80.00, holds nothing, and is told as changed', async () => {
    const { figures, items, effects } = await recorded([authorised, cleared]);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
    expect(items).toMatchObject([{ status: 'booked', amountMinor: 8_000n, authorisedMinor: 10_000n }]);
    expect(effects).toEqual(['transaction.recorded pending', 'transaction.changed booked']);
  });

  test('cleared twice by one event moves the balance once', async () => {
    const { figures, effects } = await recorded([authorised, cleared, cleared, cleared]);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
    expect(new Set(effects).size).toBe(2);
  });

  test('cleared twice under two event ids moves the balance once, and is told once', async () => {
    const again = aFact('card.cleared', {
      ...at('25T12:00'),
      id: 'fact-under-a-new-id',
      clearingId: 'clr-1',
      authorisationId: 'auth-1',
      amountMinor: 8_000n,
      final: true,
    });
    const { figures, effects, parked } = await recorded([authorised, cleared, again]);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
    expect(effects).toHaveLength(2);
    expect(parked).toEqual([]);
  });

  test.each(ordersOf([0, 1, 2]).map((order) => [order.join(' ')]))(
    'with a refund that names its clearing alone is one item, in any order: %s',
    async (order) => {
      const facts = order.split(' ').map((n) => [authorised, cleared, refunded][Number(n)] ?? authorised);
      const { figures, items, balance } = await recorded(facts);
      expect(await figures()).toEqual({ booked: -5_000n, held: 0n });
      expect((await balance()).asOf).toBe('2026-11-28T08:00:00.000Z');
      expect(items).toMatchObject([
        {
          status: 'booked',
          amountMinor: 5_000n,
          bankIds: ['auth-1', 'clr-1', 'ref-1'],
          bookedOn: '2026-11-25',
        },
      ]);
    },
  );

  test('of which a clearing was told first without, and then with its authorisation becomes one item', async () => {
    const clearing = { ...at('25T12:00'), clearingId: 'clr-1', amountMinor: 8_000n };
    const facts = [
      authorised,
      aFact('card.cleared', { ...clearing, id: 'fact-unlinked' }),
      aFact('card.cleared', { ...clearing, id: 'fact-linked', authorisationId: 'auth-1' }),
    ];
    for (const order of ordersOf(facts)) {
      const { figures, items } = await recorded(order);
      expect(await figures()).toEqual({ booked: -8_000n, held: 2_000n });
      expect(items).toMatchObject([{ status: 'partly-booked', bankIds: ['auth-1', 'clr-1'] }]);
    }
  });

  test('is described by its merchant', async () => {
    const merchant = { name: 'Kaffebar', mcc: '5814', country: 'DK' };
    const { items } = await recorded([aFact('card.authorisation-created', { merchant })]);
    expect(items).toMatchObject([{ description: 'Kaffebar' }]);
  });

  test('cleared in another currency is booked in that currency', async () => {
    const amount = { amountMinor: 1_100n, currency: 'EUR' };
    const euro = aFact('card.cleared', {
      clearingId: 'clr-1',
      authorisationId: 'auth-1',
      amount,
      final: true,
    });
    const { balance } = await recorded([authorised, euro]);
    expect(await balance('EUR')).toMatchObject({ booked: -1_100n, held: 0n });
    expect(await balance('DKK')).toMatchObject({ booked: 0n, held: 0n });
  });

  test.each([
    ['declined', [aFact('card.authorisation-declined', { authorisationId: 'auth-1' })]],
    ['expired', [authorised, aFact('card.authorisation-expired', { authorisationId: 'auth-1' })]],
    ['reversed', [authorised, aFact('card.authorisation-reversed', { amountMinor: 10_000n })]],
  ])('that is %s leaves the balance as it was', async (status, facts) => {
    const { figures, items } = await recorded(facts);
    expect(await figures()).toEqual({ booked: 0n, held: 0n });
    expect(items).toMatchObject([{ status, amountMinor: 10_000n }]);
  });
});

describe('a refund that is told again once more is known', () => {
  const refund = { ...at('28T08:00'), refundId: 'ref-1', amountMinor: 3_000n };
  const alone = aFact('card.refunded', { ...refund, id: 'fact-r1' });
  const ofClearing = aFact('card.refunded', { ...refund, id: 'fact-r2', clearingId: 'clr-1' });
  const ofBoth = aFact('card.refunded', {
    ...refund,
    id: 'fact-r3',
    clearingId: 'clr-1',
    authorisationId: 'auth-1',
  });
  const unlinked = aFact('card.cleared', {
    ...at('25T12:00'),
    id: 'fact-c',
    clearingId: 'clr-1',
    amountMinor: 8_000n,
  });
  const id = (kind: Root['kind'], bankId: string) =>
    transactionIdOf('sandbox', 'acct-1', { kind, id: bankId });
  const [ofAuthorisation, ofClr, ofRef] = [
    id('authorisation', 'auth-1'),
    id('clearing', 'clr-1'),
    id('refund', 'ref-1'),
  ];

  test('is booked once, and is one item, in any order', async () => {
    for (const order of ordersOf([alone, ofClearing, ofBoth])) {
      const { figures, items, parked } = await recorded(order);
      expect(await figures()).toEqual({ booked: 3_000n, held: 0n });
      expect(items).toMatchObject([{ id: ofAuthorisation, amountMinor: 3_000n, bankIds: ['ref-1'] }]);
      expect(parked).toEqual([]);
    }
  });

  test('leaves an alias under each weaker name: what it was told together with, sorted', async () => {
    for (const order of ordersOf([alone, ofClearing, ofBoth])) {
      const { aliases } = await recorded(order);
      expect(aliases).toEqual({
        [ofRef]: [ofAuthorisation, ofClr].toSorted(),
        [ofClr]: [ofAuthorisation],
      });
    }
  });

  test('keeps every weaker name in the transaction, however it became known', async () => {
    const other = aFact('card.refunded', { ...refund, id: 'fact-o', refundId: 'ref-2', clearingId: 'clr-1' });
    const weaker = [ofClr, ofRef, id('refund', 'ref-2')].toSorted();
    for (const order of ordersOf([alone, ofClearing, ofBoth, other])) {
      const { items } = await recorded(order);
      expect(items).toMatchObject([{ id: ofAuthorisation, _aliases: weaker }]);
    }
  });

  test('is told as recorded under each stronger name, and not at all when it is told again with less', async () => {
    const { effects } = await recorded([alone, ofClearing, ofBoth]);
    expect(effects).toEqual(Array.from({ length: 3 }, () => 'transaction.recorded booked'));
    expect((await recorded([ofBoth, ofClearing, alone])).effects).toEqual(['transaction.recorded booked']);
  });

  test('first alone, and then of its clearing, is one item with the clearing', async () => {
    for (const order of ordersOf([alone, ofClearing, unlinked])) {
      const { figures, items, aliases } = await recorded(order);
      expect(await figures()).toEqual({ booked: -5_000n, held: 0n });
      expect(items).toMatchObject([{ id: ofClr, amountMinor: 5_000n, bankIds: ['clr-1', 'ref-1'] }]);
      expect(aliases).toEqual({ [ofRef]: [ofClr] });
    }
  });

  test('and names both links a clearing that was told without its authorisation', async () => {
    for (const order of ordersOf([authorised, unlinked, ofBoth])) {
      const { figures, items, aliases } = await recorded(order);
      expect(await figures()).toEqual({ booked: -5_000n, held: 2_000n });
      expect(items).toMatchObject([{ status: 'partly-booked', bankIds: ['auth-1', 'clr-1', 'ref-1'] }]);
      expect(aliases).toEqual({
        [ofRef]: [ofAuthorisation, ofClr].toSorted(),
        [ofClr]: [ofAuthorisation],
      });
    }
  });

  test('of the clearing, and then of the authorisation alone, links the two as well', async () => {
    const authorisationAlone = aFact('card.refunded', {
      ...refund,
      id: 'fact-r4',
      authorisationId: 'auth-1',
    });
    for (const order of ordersOf([authorised, unlinked, ofClearing, authorisationAlone])) {
      const { figures, items, aliases } = await recorded(order);
      expect(await figures()).toEqual({ booked: -5_000n, held: 2_000n });
      expect(items).toHaveLength(1);
      expect(aliases).toEqual({
        [ofRef]: [ofAuthorisation, ofClr].toSorted(),
        [ofClr]: [ofAuthorisation],
      });
    }
  });

  test('with another amount is parked, and what was booked stays', async () => {
    const other = aFact('card.refunded', {
      ...refund,
      id: 'fact-r5',
      clearingId: 'clr-1',
      amountMinor: 3_001n,
    });
    const { figures, parked, items } = await recorded([alone, other]);
    expect(await figures()).toEqual({ booked: 3_000n, held: 0n });
    expect(items).toMatchObject([{ id: ofRef }]);
    expect(parked).toEqual(['fact.conflict']);
  });

  test.each([
    ['authorisations', { authorisationId: 'auth-1' }, { authorisationId: 'auth-2' }],
    ['clearings', { clearingId: 'clr-1' }, { clearingId: 'clr-2' }],
  ])('under two %s: the second word is parked, and nothing moves', async (_, one, other) => {
    const first = aFact('card.refunded', { ...refund, id: 'fact-one', ...one });
    const second = aFact('card.refunded', { ...refund, id: 'fact-other', ...other });
    for (const order of ordersOf([first, second])) {
      const { figures, parked, items } = await recorded(order);
      const before = await recorded(order.slice(0, 1));
      expect(await figures()).toEqual({ booked: 3_000n, held: 0n });
      expect(items).toEqual(before.items);
      expect(parked).toEqual(['fact.conflict']);
    }
  });

  test('under one clearing that is two authorisations’ is parked', async () => {
    const cleared = { ...at('25T12:00'), clearingId: 'clr-1', amountMinor: 8_000n };
    const elsewhere = aFact('card.refunded', {
      ...refund,
      id: 'fact-elsewhere',
      clearingId: 'clr-1',
      authorisationId: 'auth-2',
    });
    const { figures, parked } = await recorded([
      aFact('card.cleared', { ...cleared, authorisationId: 'auth-1' }),
      elsewhere,
    ]);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
    expect(parked).toEqual(['fact.conflict']);
  });
});

describe('a transfer', () => {
  const transfer = { transactionId: 'trf-1', amountMinor: 5_000n };

  test('in adds its amount once it is booked, and counts nowhere before', async () => {
    const pending = aFact('transaction.pending', { ...transfer, direction: 'credit' });
    const from = { counterparty: { name: 'Kaffebar ApS' }, remittance: 'Salary' };
    const booked = aFact('transaction.booked', { ...transfer, direction: 'credit', ...from });
    expect(await (await recorded([pending])).figures()).toEqual({ booked: 0n, held: 0n });
    for (const order of ordersOf([pending, booked])) {
      const { figures, items } = await recorded(order);
      expect(await figures()).toEqual({ booked: 5_000n, held: 0n });
      expect(items).toMatchObject([{ status: 'booked', direction: 'credit', description: 'Kaffebar ApS' }]);
    }
  });

  test.each<[string, object, string]>([
    ['its counterparty', { counterparty: { name: 'Bo' }, remittance: 'Rent' }, 'Bo'],
    ['its remittance, where no counterparty is told', { remittance: 'Rent' }, 'Rent'],
    ['nothing, where neither is', {}, ''],
  ])('is described by %s', async (_, told, description) => {
    const { items } = await recorded([aFact('transaction.booked', { ...transfer, ...told })]);
    expect(items).toMatchObject([{ description }]);
  });

  test('out is held while it is pending, and let go when it is cancelled', async () => {
    const pending = aFact('transaction.pending', transfer);
    expect(await (await recorded([pending])).figures()).toEqual({ booked: 0n, held: 5_000n });
    const { figures, items } = await recorded([pending, aFact('transaction.cancelled', transfer)]);
    expect(await figures()).toEqual({ booked: 0n, held: 0n });
    expect(items).toMatchObject([{ status: 'reversed' }]);
  });
});

describe('a bank that contradicts itself', () => {
  test('about an amount: the second word is parked, and the money stays as it was', async () => {
    const other = aFact('card.cleared', {
      id: 'fact-other',
      clearingId: 'clr-1',
      authorisationId: 'auth-1',
      amountMinor: 8_001n,
      final: true,
    });
    const { figures, parked } = await recorded([authorised, cleared, other]);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
    expect(parked).toEqual(['fact.conflict']);
  });

  test('about the purchase of a clearing: it is parked, and not booked a second time', async () => {
    const elsewhere = aFact('card.cleared', {
      ...at('25T12:00'),
      id: 'fact-elsewhere',
      clearingId: 'clr-1',
      authorisationId: 'auth-2',
      amountMinor: 8_000n,
      final: true,
    });
    const { figures, parked } = await recorded([authorised, cleared, elsewhere]);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
    expect(parked).toEqual(['fact.conflict']);
  });
});

describe('what is kept apart', () => {
  test('accounts, though their banks use one id for two purchases', async () => {
    const other = aFact('card.authorisation-created', { id: 'f2', accountId: 'acct-2', amountMinor: 700n });
    const { balance, items } = await recorded([authorised, other]);
    expect(await balance('DKK', 'acct-1')).toMatchObject({ held: 10_000n });
    expect(await balance('DKK', 'acct-2')).toMatchObject({ held: 700n });
    expect(items).toHaveLength(2);
  });

  test('the bank’s ids, though they have slashes and dots', async () => {
    const authorisations = ['a/b', 'a.b', 'a%2Fb', '__a__'].map((authorisationId) =>
      aFact('card.authorisation-created', { id: `f-${authorisationId}`, authorisationId, amountMinor: 100n }),
    );
    const { figures, items } = await recorded(authorisations);
    expect(await figures()).toEqual({ booked: 0n, held: 400n });
    expect(items.flatMap(({ bankIds }) => bankIds).sort()).toEqual(['__a__', 'a%2Fb', 'a.b', 'a/b'].sort());
  });
});

describe('a balance that is spread over several documents', () => {
  test('is the same sum', async () => {
    const purchases = Array.from({ length: 20 }, (_, n) =>
      aFact('card.authorisation-created', { id: `f${n}`, authorisationId: `auth-${n}`, amountMinor: 100n }),
    );
    const { figures, world } = await recorded(purchases, { BALANCE_SHARDS: '4' });
    expect(await figures()).toEqual({ booked: 0n, held: 2_000n });
    const shards = [...world.documents().keys()].filter((path) => path.includes('/balances/'));
    expect(shards.length).toBe(4);
  });

  test('stays right when the number of documents is changed', async () => {
    const { world, figures } = await recorded([authorised], { BALANCE_SHARDS: '4' });
    await world.deliver('bank-facts', cleared);
    expect(await figures()).toEqual({ booked: -8_000n, held: 0n });
  });
});

describe('what cannot be recorded', () => {
  test('because it is no fact is parked, and the next is recorded', async () => {
    const { figures, parked } = await recorded([{ data: Buffer.from('{}'), attributes: {} }, authorised]);
    expect(parked).toEqual(['event.invalid']);
    expect(await figures()).toEqual({ booked: 0n, held: 10_000n });
  });

  test('because its amount is beyond what can be added exactly is parked at once, not tried for hours', async () => {
    const huge = aFact('card.cleared', { clearingId: 'clr-9', amountMinor: 9_007_199_254_740_992n });
    const { parked, world, items } = await recorded([huge]);
    expect(parked).toEqual(['commit.increment-unsafe']);
    expect(world.failures).toEqual([]);
    expect(items).toEqual([]);
  });

  test('because an id of the bank’s cannot be one in our store is parked at once', async () => {
    const endless = aFact('card.cleared', { clearingId: '€'.repeat(250) });
    const { parked, world } = await recorded([endless]);
    expect(parked).toEqual(['id.unusable']);
    expect(world.failures).toEqual([]);
  });

  test('a fact about the account itself is acknowledged: it is another function’s', async () => {
    const { parked, items, effects } = await recorded([aFact('account.opened')]);
    expect([...parked, ...items, ...effects]).toEqual([]);
  });
});
