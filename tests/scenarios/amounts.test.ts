import { describe, expect, test } from 'vitest';
import { told } from './scene.ts';
import { authorised, cleared, opened, transfer } from './words.ts';

describe('an amount', () => {
  test.each([
    '1',
    '7',
    '29',
    '57',
    '58',
    '113',
    '114',
    '115',
    '1001',
    '1999',
    '3115',
    '406535',
    '9007199254740991',
  ])('of %s minor units is held and booked to the last of them', async (minor) => {
    expect(await (await told(opened(), authorised('auth-1', minor))).sees()).toMatchObject({
      heldMinor: minor,
    });
    const credit = transfer('booked', 'trf-1', minor, { direction: 'credit' });
    expect(await (await told(opened(), credit)).sees()).toMatchObject({ bookedMinor: minor });
  });

  test('that is collected in another currency than it was authorised in is in that one’s balance alone', async () => {
    const scene = await told(
      opened(),
      authorised('auth-1', '7500', { at: '22T09:00' }),
      cleared('clr-1', '1000', {
        ...{ of: 'auth-1', at: '23T09:00', final: true },
        amount: { amountMinor: '1000', currency: 'EUR' },
      }),
    );
    // 10.00 EUR are no kroner.
    expect(await scene.sees()).toMatchObject({
      currency: 'DKK',
      bookedMinor: '0',
      heldMinor: '0',
      feed: [{ currency: 'EUR', amountMinor: '1000', authorisedMinor: undefined }],
    });
  });
});
