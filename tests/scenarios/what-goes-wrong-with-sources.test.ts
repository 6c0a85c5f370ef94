import { describe, expect, test } from 'vitest';
import { told, toldInEveryWay } from './scene.ts';
import {
  again,
  authorised,
  balance,
  byProcessor,
  cleared,
  expired,
  kroner,
  opened,
  pendingList,
  refunded,
  reversed,
  said,
  transfer,
} from './words.ts';

describe('pending entries without a stable id: removed, and booked under another', () => {
  const pending = pendingList('23T09:00', [
    ['Hotel', '120000'],
    ['Tog', '8000'],
  ]);
  const booked = transfer('booked', 'trf-77', '120000', { at: '24T06:00', remittance: 'HOTEL 4711' });
  const left = pendingList('24T07:00', [['Tog', '8000']]);

  test('are let go by the list that has them no more, and the booking counts once', async () => {
    // 1,200.00 booked; 80.00 still held.
    const scene = await toldInEveryWay(opened(), pending, booked, left);
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-120000',
      heldMinor: '8000',
      feed: [
        { status: 'pending', description: 'Tog', amountMinor: '8000' },
        { status: 'booked', bankIds: ['trf-77'] },
      ],
    });
  });

  test('of which one is a pending credit hold nothing for it', async () => {
    const scene = await told(
      opened(),
      said('account.pending-listed', {
        asOf: '2026-11-23T09:00:00Z',
        entries: [{ direction: 'credit', amount: kroner('500000'), description: 'Løn' }],
      }),
    );
    expect(await scene.sees()).toMatchObject({
      heldMinor: '0',
      availableMinor: '0',
      feed: [{ status: 'pending', direction: 'credit', amountMinor: '500000' }],
    });
  });

  test('listed twice as of one instant with other content: the second is set aside', async () => {
    const other = { ...pendingList('23T09:00', [['Hotel', '130000']]), id: 'another list' };
    const scene = await told(opened(), pending, other);
    expect(await scene.sees()).toMatchObject({ heldMinor: '128000' });
    expect(scene.parked()).toEqual(['fact.conflict']);
  });

  test('that have an id are told apart by it, and another amount under it as of one instant is set aside', async () => {
    const list = (as: string, amountMinor: string) =>
      said('account.pending-listed', {
        as,
        asOf: '2026-11-23T09:00:00Z',
        entries: [{ direction: 'debit', amount: kroner(amountMinor), description: 'Hotel', entryId: 'e-1' }],
      });
    const scene = await told(opened(), list('first', '120000'), list('second', '130000'));
    expect(await scene.sees()).toMatchObject({ heldMinor: '120000' });
    expect(scene.parked()).toEqual(['fact.conflict']);
  });
});

describe('a card processor and the core bank tell of one purchase twice', () => {
  const hold = byProcessor(authorised('auth-1', '12000', { at: '23T09:00' }));
  const collected = byProcessor(cleared('clr-1', '12500', { of: 'auth-1', at: '25T09:00', final: true }));
  const entry = transfer('booked', 'core-1', '12500', { at: '25T20:00', counterparty: { name: 'Kaffebar' } });

  test('the processor holds, the bank books, and the purchase is in the balance and in the feed once', async () => {
    expect(await (await told(opened(), hold)).sees()).toMatchObject({ bookedMinor: '0', heldMinor: '12000' });
    expect(await (await told(opened(), hold, collected)).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
    });
    const scene = await toldInEveryWay(opened(), hold, collected, entry);
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-12500',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '12500', description: 'Kaffebar', bankIds: ['core-1'] }],
    });
  });

  // The row “One purchase shown as two booked entries”: of two that say booked, the adapter says which one books.
  test('one purchase that is told as booked twice is one booked entry, whichever is told first', async () => {
    for (const order of [
      [collected, entry],
      [entry, collected],
    ]) {
      const scene = await told(opened(), ...order);
      expect(await scene.sees()).toMatchObject({ bookedMinor: '-12500', feed: [{ bankIds: ['core-1'] }] });
      expect(scene.parked()).toEqual([]);
    }
  });

  test('a clearing of the processor’s that names no authorisation takes its hold, and books nothing', async () => {
    const unlinked = byProcessor(cleared('clr-1', '12000', { at: '25T09:00' }));
    const scene = await toldInEveryWay(opened(), hold, unlinked);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '0', heldMinor: '0', feed: [] });
  });

  test('the processor’s reversals and expiries let its holds go, and its refunds book nothing', async () => {
    const back = byProcessor(reversed('rev-1', '12000', { of: 'auth-1', at: '24T09:00' }));
    expect(await (await toldInEveryWay(opened(), hold, back)).sees()).toMatchObject({ heldMinor: '0' });
    const over = byProcessor(expired('auth-1', { at: '30T09:00' }));
    expect(await (await toldInEveryWay(opened(), hold, over)).sees()).toMatchObject({ heldMinor: '0' });
    const refund = byProcessor(refunded('ref-1', '12500', { clearingId: 'clr-1', at: '27T09:00' }));
    const returned = transfer('booked', 'core-2', '12500', { direction: 'credit', at: '27T20:00' });
    const scene = await toldInEveryWay(opened(), hold, collected, entry, refund, returned);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '0', heldMinor: '0', feed: [{}, {}] });
  });

  test('a hold of the processor’s that nobody ends is given up when it is due', async () => {
    const scene = await told(
      opened(),
      byProcessor(authorised('auth-1', '12000', { at: '20T09:00', expiresAt: '2026-11-27T09:00:00Z' })),
    );
    await scene.passTo('2026-11-27T10:30:00Z');
    expect(await scene.sees()).toMatchObject({ heldMinor: '0', feed: [{ status: 'expired' }] });
  });

  test('one id in both their words is two things, since each has ids of its own', async () => {
    const scene = await toldInEveryWay(opened(), hold, authorised('auth-1', '700', { at: '23T09:00' }));
    expect(await scene.sees()).toMatchObject({ heldMinor: '12700', feed: [{}, {}] });
  });

  test('what the processor says of the account itself is not the account: the bank’s word is, in any order', async () => {
    const words = [opened(), byProcessor(said('account.frozen', { at: '23T09:00', version: 7 }))];
    for (const order of [words, words.toReversed()]) {
      expect(await (await told(...order)).sees()).toMatchObject({ status: 'open', currency: 'DKK' });
    }
  });

  test('what the processor says is available is not the bank’s figure', async () => {
    const banks = balance({ booked: '10000', available: '9000' }, { sequence: 1 });
    const processors = byProcessor(balance({ booked: '0', available: '5000' }, { sequence: 9 }));
    for (const order of [
      [banks, processors],
      [processors, banks],
    ]) {
      expect(await (await told(opened(), ...order)).sees()).toMatchObject({ bankAvailableMinor: '9000' });
    }
  });
});

describe('an account that arrives with a history', () => {
  const broughtForward = { direction: 'credit', amount: kroner('1000000'), asOf: '2026-10-31T22:00:00Z' };

  test('begins with what it had, once, however often its opening is told', async () => {
    const opening = opened({ broughtForward });
    const scene = await toldInEveryWay(
      opening,
      again(opening),
      transfer('booked', 'trf-1', '2500', { at: '02T09:00' }),
    );
    // 10,000.00 - 25.00
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '997500',
      feed: [
        { bankIds: ['trf-1'] },
        { status: 'booked', direction: 'credit', amountMinor: '1000000', bookedOn: '2026-10-31' },
      ],
    });
  });

  test('may have begun below zero', async () => {
    const owed = { ...broughtForward, direction: 'debit', amount: kroner('40000') };
    const scene = await toldInEveryWay(opened({ broughtForward: owed }));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-40000', feed: [{ direction: 'debit' }] });
  });

  test('told with another amount keeps the first, and the other is set aside', async () => {
    const other = opened({
      broughtForward: { ...broughtForward, amount: kroner('1') },
      as: 'another opening',
    });
    const scene = await told(opened({ broughtForward }), other);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '1000000' });
    expect(scene.parked()).toEqual(['fact.conflict']);
  });
});

describe('‘available’ is not booked minus held', () => {
  const salary = transfer('booked', 'trf-1', '100000', { direction: 'credit', at: '20T09:00' });

  test.each([
    ['more, with an overdraft of 500.00', '100000', '150000'],
    ['less, while a deposit is not at disposal yet', '100000', '20000'],
    ['below zero', '100000', '-5'],
  ])('the bank’s figure is kept beside ours: %s', async (_, booked, available) => {
    const scene = await toldInEveryWay(opened(), salary, balance({ booked, available }, { sequence: 1 }));
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '100000',
      heldMinor: '0',
      availableMinor: '100000',
      bankAvailableMinor: available,
    });
  });

  test('of several the highest number is true, whenever it comes', async () => {
    const figure = (sequence: number, available: string, at: string) =>
      balance({ booked: '100000', available }, { sequence, at });
    // The second was sent last, and comes first; by its time it would be the older.
    const scene = await toldInEveryWay(
      opened(),
      salary,
      figure(1, '100000', '21T09:00'),
      figure(3, '70000', '21T08:00'),
      figure(2, '90000', '21T10:00'),
    );
    expect(await scene.sees()).toMatchObject({
      bankAvailableMinor: '70000',
      bankAsOf: '2026-11-21T08:00:00.000Z',
    });
  });

  test('two of one number that say otherwise cannot both be true: the second is set aside', async () => {
    const scene = await told(
      opened(),
      balance({ booked: '1', available: '1' }, { sequence: 5 }),
      balance({ booked: '2', available: '2' }, { sequence: 5, as: 'another balance' }),
    );
    expect(await scene.sees()).toMatchObject({ bankAvailableMinor: '1' });
    expect(scene.parked()).toEqual(['fact.conflict']);
  });

  test('where the bank says only what is booked, there is no figure to show', async () => {
    const scene = await told(opened(), salary, balance({ booked: '100000' }, { sequence: 1 }));
    expect(await scene.sees()).not.toHaveProperty('bankAvailableMinor', expect.anything());
  });
});
