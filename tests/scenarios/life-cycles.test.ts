import { describe, expect, test } from 'vitest';
import { told, toldInEveryWay } from './scene.ts';
import {
  again,
  authorised,
  cleared,
  declined,
  expired,
  incremented,
  opened,
  pendingList,
  refunded,
  reversed,
  transfer,
} from './words.ts';

// Each life is told in its order, backwards, twice over and in a storm, and ends the same; the figures that it ends in
// are worked by hand. Amounts are minor units: '100000' is 1,000.00.

describe('a card purchase', () => {
  test('at a hotel: two nights more, something back, two bills, and a refund', async () => {
    const life = [
      opened(),
      authorised('auth-1', '100000', { at: '02T15:00' }),
      incremented('inc-1', '40000', { of: 'auth-1', at: '03T15:00' }),
      incremented('inc-2', '25000', { of: 'auth-1', at: '04T15:00' }),
      reversed('rev-1', '15000', { of: 'auth-1', at: '05T10:00' }),
      cleared('clr-1', '90000', { of: 'auth-1', at: '05T11:00' }),
      cleared('clr-2', '52500', { of: 'auth-1', at: '06T11:00', final: true }),
      refunded('ref-1', '12000', { clearingId: 'clr-2', at: '09T09:00' }),
    ];
    // Before the bills: 1,000.00 + 400.00 + 250.00 - 150.00 = 1,500.00 held.
    expect(await (await told(...life.slice(0, 5))).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '150000',
      availableMinor: '-150000',
      feed: [{ status: 'pending', amountMinor: '150000' }],
    });
    // The first takes 900.00 of it: 600.00 are still held.
    expect(await (await told(...life.slice(0, 6))).sees()).toMatchObject({
      bookedMinor: '-90000',
      heldMinor: '60000',
      feed: [{ status: 'partly-booked', amountMinor: '90000', heldMinor: '60000' }],
    });
    // 900.00 + 525.00 - 120.00 = 1,305.00 booked; the last 75.00 are let go. Authorised were 1,650.00 in all.
    expect(await (await toldInEveryWay(...life)).sees()).toMatchObject({
      bookedMinor: '-130500',
      heldMinor: '0',
      availableMinor: '-130500',
      asOf: '2026-11-09T09:00:00.000Z',
      feed: [
        {
          status: 'booked',
          direction: 'debit',
          amountMinor: '130500',
          authorisedMinor: '165000',
          bookedOn: '2026-11-05',
          occurredAt: '2026-11-02T15:00:00.000Z',
          bankIds: ['auth-1', 'clr-1', 'clr-2', 'inc-1', 'inc-2', 'ref-1', 'rev-1'],
        },
      ],
    });
  });

  test('at a fuel pump: 1.00 authorised, 612.50 taken', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '100'),
      cleared('clr-1', '61250', { of: 'auth-1', at: '24T09:00', final: true }),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-61250',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '61250', authorisedMinor: '100' }],
    });
  });

  test('with a tip: 32.00 authorised, 36.00 taken', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '3200'),
      cleared('clr-1', '3600', { of: 'auth-1', at: '24T09:00' }),
    );
    // Not said to be the last, but it took more than was held.
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-3600',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '3600', authorisedMinor: '3200' }],
    });
  });

  test('made offline: the clearing comes first, and its authorisation two days later', async () => {
    const [clearing, authorisation] = [
      cleared('clr-1', '8900', { of: 'auth-1', at: '21T22:00', final: true }),
      authorised('auth-1', '8900', { at: '23T09:00' }),
    ];
    const early = await told(opened(), clearing);
    expect(await early.sees()).toMatchObject({ bookedMinor: '-8900', heldMinor: '0' });
    const scene = await toldInEveryWay(opened(), clearing, authorisation);
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-8900',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '8900', bankIds: ['auth-1', 'clr-1'] }],
    });
  });

  test('sent in three parcels, which come to less than was authorised', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '90000'),
      cleared('clr-1', '30000', { of: 'auth-1', at: '24T09:00' }),
      cleared('clr-2', '25000', { of: 'auth-1', at: '25T09:00' }),
      cleared('clr-3', '20000', { of: 'auth-1', at: '26T09:00', final: true }),
    );
    // 300.00 + 250.00 + 200.00 = 750.00; the last is final, so the other 150.00 are let go.
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-75000',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '75000', authorisedMinor: '90000', bookedOn: '2026-11-24' }],
    });
  });

  test('that was declined holds nothing, and the customer sees for how much it was', async () => {
    const scene = await toldInEveryWay(
      opened(),
      declined('auth-1', '45000', { reason: 'insufficient-funds' }),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'declined', amountMinor: '45000' }],
    });
  });

  test('that expired, and was collected after all', async () => {
    const [authorisation, expiry, clearing] = [
      authorised('auth-1', '20000', { at: '02T09:00' }),
      expired('auth-1', { at: '09T09:00' }),
      cleared('clr-1', '19000', { of: 'auth-1', at: '20T09:00' }),
    ];
    expect(await (await toldInEveryWay(opened(), authorisation, expiry)).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'expired', amountMinor: '20000' }],
    });
    expect(await (await toldInEveryWay(opened(), authorisation, expiry, clearing)).sees()).toMatchObject({
      bookedMinor: '-19000',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '19000' }],
    });
  });

  test('refunded before its clearing has come', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '10000'),
      refunded('ref-1', '3000', { clearingId: 'clr-1', at: '24T09:00' }),
      cleared('clr-1', '10000', { of: 'auth-1', at: '25T09:00', final: true }),
    );
    // 100.00 out, 30.00 back, and one item in the feed.
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-7000',
      heldMinor: '0',
      feed: [{ status: 'booked', direction: 'debit', amountMinor: '7000' }],
    });
  });

  test('abroad: 10.00 EUR at a rate of the day, and settled at another', async () => {
    const euro = { merchantAmount: { amountMinor: '1000', currency: 'EUR' } };
    const life = [
      opened(),
      authorised('auth-1', '7460', { ...euro, fx: { rate: '7.4600' } }),
      cleared('clr-1', '7523', {
        ...euro,
        fx: { rate: '7.5230' },
        of: 'auth-1',
        at: '26T09:00',
        final: true,
      }),
    ];
    expect((await (await told(...life.slice(0, 2))).sees()).feed).toMatchObject([
      {
        status: 'pending',
        amountMinor: '7460',
        merchantAmountMinor: '1000',
        merchantCurrency: 'EUR',
        fxRate: '7.4600',
      },
    ]);
    expect(await (await toldInEveryWay(...life)).sees()).toMatchObject({
      bookedMinor: '-7523',
      heldMinor: '0',
      feed: [
        {
          status: 'booked',
          amountMinor: '7523',
          currency: 'DKK',
          authorisedMinor: '7460',
          merchantAmountMinor: '1000',
          merchantCurrency: 'EUR',
          fxRate: '7.5230',
        },
      ],
    });
  });
});

describe('an entry of which the bank does not say what it belongs to', () => {
  test('a clearing takes the hold of its amount, and the purchase stands in the feed once', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '12000', { at: '20T09:00' }),
      authorised('auth-2', '5000', { at: '21T09:00' }),
      cleared('clr-1', '12000', { at: '23T09:00' }),
    );
    // Of 170.00 that were held, 50.00 still are.
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-12000',
      heldMinor: '5000',
      feed: [
        { status: 'booked', amountMinor: '12000', bankIds: ['clr-1'] },
        { status: 'pending', amountMinor: '5000', bankIds: ['auth-2'] },
      ],
    });
  });

  test('of two holds of one amount it takes the oldest', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-old', '12000', { at: '20T09:00' }),
      authorised('auth-new', '12000', { at: '21T09:00' }),
      cleared('clr-1', '12000', { at: '23T09:00' }),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-12000',
      heldMinor: '12000',
      feed: [{ bankIds: ['clr-1'] }, { status: 'pending', bankIds: ['auth-new'] }],
    });
  });

  test('a clearing that fits no hold is booked by itself, and the hold stays', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '12000', { at: '20T09:00' }),
      cleared('clr-1', '12001', { at: '23T09:00' }),
    );
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-12001', heldMinor: '12000' });
  });

  test('a reversal gives the hold of its amount back, and the purchase is shown as reversed', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '3200', { at: '20T09:00' }),
      reversed('rev-1', '3200', { at: '21T09:00' }),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'reversed', amountMinor: '3200', bankIds: ['auth-1'] }],
    });
  });

  test('told again with its authorisation, it counts once', async () => {
    const clearing = { amountMinor: '3600', at: '24T09:00' };
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '3600'),
      cleared('clr-1', '3600', clearing),
      again(cleared('clr-1', '3600', { ...clearing, of: 'auth-1' })),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-3600',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '3600', bankIds: ['auth-1', 'clr-1'] }],
    });
  });
});

describe('a transfer', () => {
  test('pending, then booked, then taken back', async () => {
    const steps = [
      transfer('pending', 'trf-1', '50000', { at: '20T09:00' }),
      transfer('booked', 'trf-1', '50000', { at: '21T09:00', bookingDate: '2026-11-21' }),
      transfer('reversed', 'trf-1', '50000', { at: '22T09:00', bookingDate: '2026-11-22' }),
    ];
    expect(await (await told(opened(), ...steps.slice(0, 1))).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '50000',
      feed: [{ status: 'pending', amountMinor: '50000' }],
    });
    expect(await (await toldInEveryWay(opened(), ...steps.slice(0, 2))).sees()).toMatchObject({
      bookedMinor: '-50000',
      heldMinor: '0',
      feed: [{ status: 'booked', direction: 'debit', amountMinor: '50000', bookedOn: '2026-11-21' }],
    });
    expect(await (await toldInEveryWay(opened(), ...steps)).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'reversed', direction: 'debit' }],
    });
  });

  test('that was pending, booked and taken back was for its amount, and not for twice that', async () => {
    const scene = await told(
      opened(),
      transfer('pending', 'trf-1', '50000', { at: '20T09:00' }),
      transfer('booked', 'trf-1', '50000', { at: '21T09:00' }),
      transfer('reversed', 'trf-1', '50000', { at: '22T09:00' }),
    );
    expect((await scene.sees()).feed).toMatchObject([{ status: 'reversed', amountMinor: '50000' }]);
  });

  test('pending, then cancelled, holds nothing', async () => {
    const scene = await toldInEveryWay(
      opened(),
      transfer('pending', 'trf-1', '50000', { at: '20T09:00' }),
      transfer('cancelled', 'trf-1', '50000', { at: '21T09:00' }),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'reversed', amountMinor: '50000' }],
    });
  });

  test('to the customer counts nowhere before it is booked', async () => {
    const salary = (step: 'pending' | 'booked', at: string) =>
      transfer(step, 'trf-1', '2500000', { direction: 'credit', at });
    expect(await (await told(opened(), salary('pending', '20T09:00'))).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      availableMinor: '0',
    });
    const scene = await toldInEveryWay(opened(), salary('pending', '20T09:00'), salary('booked', '21T09:00'));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '2500000', heldMinor: '0' });
  });
});

describe('lists of what is pending', () => {
  const monday = pendingList('23T09:00', [
    ['Kaffebar', '3200'],
    ['Kaffebar', '3200'],
    ['Tog', '8000'],
  ]);
  const tuesday = pendingList('24T09:00', [
    ['Kaffebar', '3200'],
    ['Bageri', '4500'],
  ]);

  test('replace each other: what is not in the newest is let go, and two coffees of one price are two', async () => {
    // 32.00 + 32.00 + 80.00
    expect(await (await told(opened(), monday)).sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '14400',
    });
    // 32.00 + 45.00; one coffee and the train are gone.
    const scene = await toldInEveryWay(opened(), monday, tuesday);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '0', heldMinor: '7700' });
    expect((await scene.sees()).feed.map(({ description }) => description).toSorted()).toEqual([
      'Bageri',
      'Kaffebar',
    ]);
  });

  test('of which an older one arrives later change nothing any more', async () => {
    const scene = await told(opened(), tuesday);
    const before = scene.state();
    await scene.tell(monday);
    expect(scene.state()).toEqual(before);
  });

  test('of which the last is empty leave nothing held', async () => {
    const scene = await toldInEveryWay(opened(), monday, tuesday, pendingList('25T09:00', []));
    expect(await scene.sees()).toMatchObject({ heldMinor: '0', feed: [] });
  });
});

test('a balance brought forward, and purchases after it', async () => {
  const scene = await toldInEveryWay(
    opened({
      broughtForward: {
        direction: 'credit',
        amount: { amountMinor: '1000000', currency: 'DKK' },
        asOf: '2026-10-31T23:00:00Z',
      },
    }),
    authorised('auth-1', '25000', { at: '02T09:00' }),
    cleared('clr-1', '25000', { of: 'auth-1', at: '04T09:00', final: true }),
    authorised('auth-2', '4000', { at: '05T09:00' }),
  );
  // 10,000.00 - 250.00 = 9,750.00; 40.00 of it held.
  expect(await scene.sees()).toMatchObject({
    bookedMinor: '975000',
    heldMinor: '4000',
    availableMinor: '971000',
    feed: [
      { status: 'pending', amountMinor: '4000' },
      { status: 'booked', amountMinor: '25000' },
      {
        status: 'booked',
        direction: 'credit',
        amountMinor: '1000000',
        description: 'Balance brought forward',
      },
    ],
  });
});
