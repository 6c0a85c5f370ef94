import { describe, expect, test } from 'vitest';
import { anAssignment, aScene, told, toldInEveryWay } from './scene.ts';
import { authorised, cleared, declined, expired, incremented, opened, reversed } from './words.ts';

// Each test is what a bank or a merchant does in earnest; the figures are worked by hand, in minor units.

describe('a clearing without, or long after, its authorisation', () => {
  test('is booked by itself where there is none, such as a toll', async () => {
    const scene = await toldInEveryWay(opened(), cleared('clr-1', '24000', { final: true }));
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-24000',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '24000' }],
    });
  });

  test('is booked though its authorisation is never told', async () => {
    const scene = await toldInEveryWay(opened(), cleared('clr-1', '24000', { of: 'auth-lost', final: true }));
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-24000',
      heldMinor: '0',
      feed: [{ status: 'booked' }],
    });
  });

  test('months late is booked to the purchase whose hold is long gone', async () => {
    const scene = await aScene();
    await scene.tell(
      opened(),
      authorised('auth-1', '24000', { at: '02T09:00', expiresAt: '2026-11-09T09:00:00Z' }),
    );
    await scene.passTo('2026-11-09T10:30:00Z');
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'expired' }],
    });

    await scene.tell(cleared('clr-1', '24000', { of: 'auth-1', at: '2027-02-20T09:00:00Z' }));
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-24000',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '24000', bankIds: ['auth-1', 'clr-1'] }],
    });
  });
});

describe('a partial reversal, then ‘the reversal expires’ at settlement', () => {
  test('the merchant collects all the same: the hold ends at zero and not below', async () => {
    const purchase = [
      authorised('auth-1', '10000', { at: '20T09:00' }),
      reversed('rev-1', '3000', { of: 'auth-1', at: '21T09:00' }),
      cleared('clr-1', '10000', { of: 'auth-1', at: '23T09:00' }),
    ];
    // 100.00 - 30.00 - 100.00 would be a hold of -30.00, which took from the other purchase's 50.00.
    const other = authorised('auth-2', '5000', { at: '22T09:00' });
    const scene = await toldInEveryWay(opened(), ...purchase, other);
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-10000',
      heldMinor: '5000',
      availableMinor: '-15000',
    });
  });

  test('an increment after it is counted from all that was said, and not from zero', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '10000', { at: '20T09:00' }),
      reversed('rev-1', '3000', { of: 'auth-1', at: '21T09:00' }),
      cleared('clr-1', '10000', { of: 'auth-1', at: '22T09:00' }),
      incremented('inc-1', '5000', { of: 'auth-1', at: '23T09:00' }),
    );
    // 100.00 + 50.00 - 30.00 - 100.00 = 20.00
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-10000', heldMinor: '2000' });
  });
});

describe('a reversal or clearing with no link to its authorisation', () => {
  const hold = authorised('auth-1', '3200', { at: '20T09:00', expiresAt: '2026-11-27T09:00:00Z' });
  const withTip = cleared('clr-1', '3600', { at: '23T09:00' });

  test('gives the hold of its exact amount back, whichever comes first', async () => {
    const scene = await toldInEveryWay(opened(), hold, reversed('rev-1', '3200', { at: '21T09:00' }));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '0', heldMinor: '0' });
  });

  test('of another amount is booked, and the hold stays until it expires', async () => {
    const scene = await told(opened(), hold, withTip);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-3600', heldMinor: '3200' });
    await scene.passTo('2026-11-27T09:30:00Z'); // the bank's own word has an hour
    expect(await scene.sees()).toMatchObject({ heldMinor: '3200' });
    await scene.passTo('2026-11-27T10:30:00Z');
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-3600', heldMinor: '0' });
  });

  test('is linked by an operator: the hold is let go at once, and nothing is booked twice', async () => {
    const scene = await told(opened(), hold, withTip);
    await scene.assign(anAssignment({ kind: 'clearing', id: 'clr-1' }, 'auth-1'));
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-3600',
      heldMinor: '0',
      feed: [{ status: 'booked', amountMinor: '3600', bankIds: ['clr-1'] }],
    });
  });

  test('that an operator says belongs to nothing is taken from the hold that the rule gave it', async () => {
    const scene = await told(opened(), hold, cleared('clr-1', '3200', { at: '23T09:00' }));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-3200', heldMinor: '0' });
    await scene.assign(anAssignment({ kind: 'clearing', id: 'clr-1' }, undefined));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-3200', heldMinor: '3200' });
  });

  test('takes a hold of thirty days, to the second, and none that is older', async () => {
    const clearing = (at: string) => cleared('clr-1', '3200', { at });
    expect(await (await told(opened(), hold, clearing('2026-12-20T09:00:00Z'))).sees()).toMatchObject({
      heldMinor: '0',
    });
    expect(await (await told(opened(), hold, clearing('2026-12-20T09:00:01Z'))).sees()).toMatchObject({
      heldMinor: '3200',
    });
  });

  test('on another card, or of a month later, takes no hold', async () => {
    for (const other of [{ cardId: 'card-2', at: '23T09:00' }, { at: '2026-12-21T09:00:00Z' }]) {
      const scene = await toldInEveryWay(opened(), hold, cleared('clr-1', '3200', other));
      expect(await scene.sees()).toMatchObject({ bookedMinor: '-3200', heldMinor: '3200' });
    }
  });
});

describe('an approval that is declined later, after a network time-out', () => {
  const approval = authorised('auth-1', '45000', { at: '23T09:00' });

  test('and told as a reversal holds nothing', async () => {
    const reversal = reversed('rev-1', '45000', { of: 'auth-1', at: '23T09:01', reason: 'time-out' });
    const scene = await toldInEveryWay(opened(), approval, reversal);
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'reversed', amountMinor: '45000' }],
    });
  });

  test('and told as a decline holds nothing', async () => {
    const scene = await toldInEveryWay(opened(), approval, declined('auth-1', '45000', { at: '23T09:01' }));
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ status: 'declined' }],
    });
  });

  test('and told as a decline was for its amount, and not for twice that', async () => {
    const scene = await told(opened(), approval, declined('auth-1', '45000', { at: '23T09:01' }));
    expect((await scene.sees()).feed).toMatchObject([{ status: 'declined', amountMinor: '45000' }]);
  });
});

describe('FX or late settlement changes the amount', () => {
  const abroad = (amountMinor: string) => ({ merchantAmount: { amountMinor, currency: 'EUR' } });

  test('authorised and settled are both shown, and so is what the merchant asked for', async () => {
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '74600', abroad('10000')),
      cleared('clr-1', '76150', { ...abroad('10000'), fx: { rate: '7.6150' }, of: 'auth-1', at: '26T09:00' }),
    );
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-76150',
      heldMinor: '0',
      feed: [
        {
          amountMinor: '76150',
          authorisedMinor: '74600',
          merchantAmountMinor: '10000',
          merchantCurrency: 'EUR',
          fxRate: '7.6150',
        },
      ],
    });
  });

  test('settled for less, the rest of the hold goes with the final clearing', async () => {
    const settled = (final: boolean) =>
      cleared('clr-1', '74100', { ...abroad('10000'), of: 'auth-1', at: '26T09:00', final });
    const hold = authorised('auth-1', '74600', abroad('10000'));
    expect(await (await toldInEveryWay(opened(), hold, settled(true))).sees()).toMatchObject({
      heldMinor: '0',
    });
    // 746.00 - 741.00
    expect(await (await toldInEveryWay(opened(), hold, settled(false))).sees()).toMatchObject({
      heldMinor: '500',
    });
  });

  test('in two parcels, totals are restated in both currencies', async () => {
    const parcel = (id: string, minor: string, euro: string, at: string) =>
      cleared(id, minor, { ...abroad(euro), of: 'auth-1', at });
    const scene = await toldInEveryWay(
      opened(),
      authorised('auth-1', '74600', abroad('10000')),
      parcel('clr-1', '44800', '6000', '25T09:00'),
      parcel('clr-2', '30100', '4000', '27T09:00'),
    );
    // 448.00 + 301.00 = 749.00 of 746.00 authorised; 60.00 EUR + 40.00 EUR
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-74900',
      heldMinor: '0',
      feed: [{ amountMinor: '74900', authorisedMinor: '74600', merchantAmountMinor: '10000' }],
    });
  });
});

describe('a hold whose expiry the bank does not tell', () => {
  const hold = (expiresAt: string) => authorised('auth-1', '3200', { at: '20T09:00', expiresAt });

  test('is given up an hour after it was due', async () => {
    const scene = await told(opened(), hold('2026-11-24T09:00:00Z'));
    await scene.passTo('2026-11-24T09:59:59Z');
    expect(await scene.sees()).toMatchObject({ heldMinor: '3200' });
    await scene.passTo('2026-11-24T10:00:01Z');
    expect(await scene.sees()).toMatchObject({
      heldMinor: '0',
      feed: [{ status: 'expired', amountMinor: '3200' }],
    });
  });

  test('is given up when it is due, in whatever offset the bank says that', async () => {
    // 17:00 by a clock that is five hours behind UTC is 22:00 in UTC.
    const scene = await told(opened(), hold('2026-11-24T17:00:00-05:00'));
    await scene.passTo('2026-11-24T20:00:00Z');
    expect(await scene.sees()).toMatchObject({ heldMinor: '3200' });
    await scene.passTo('2026-11-24T23:30:00Z');
    expect(await scene.sees()).toMatchObject({ heldMinor: '0' });
  });

  test('and that has no date of its own is given up thirty days after it last grew', async () => {
    const scene = await told(
      opened(),
      authorised('auth-1', '100000', { at: '02T09:00' }),
      incremented('inc-1', '50000', { of: 'auth-1', at: '05T09:00' }),
      cleared('clr-1', '120000', { of: 'auth-1', at: '07T09:00' }),
    );
    await scene.passTo('2026-12-05T09:30:00Z');
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-120000', heldMinor: '30000' });
    await scene.passTo('2026-12-05T10:30:00Z');
    expect(await scene.sees()).toMatchObject({
      bookedMinor: '-120000',
      heldMinor: '0',
      feed: [{ status: 'booked' }],
    });
  });

  describe('and tells after all', () => {
    const due = hold('2026-11-24T09:00:00Z');
    const banks = expired('auth-1', { at: '24T12:00' });

    /** Our word, and then the bank’s; and in another life the other way about. */
    async function bothWays() {
      const oursFirst = await told(opened(), due);
      await oursFirst.passTo('2026-11-24T10:30:00Z');
      const made = oursFirst.world.published.find(({ event }) => event.type === 'card.authorisation-expired');
      if (!made) throw new Error('nothing was given up');
      await oursFirst.tell(banks);
      const theirsFirst = await told(opened(), due, banks);
      await theirsFirst.world.deliver('bank-facts', made.message);
      return [oursFirst, theirsFirst] as const;
    }

    test('is expired once, whichever word comes first', async () => {
      for (const scene of await bothWays()) {
        expect(await scene.sees()).toMatchObject({ heldMinor: '0', feed: [{ status: 'expired' }] });
        expect(scene.parked()).toEqual([]);
      }
    });

    test('is as of one instant, whichever word comes first', async () => {
      const [oursFirst, theirsFirst] = await bothWays();
      expect(theirsFirst.state()).toEqual(oursFirst.state());
    });
  });
});
