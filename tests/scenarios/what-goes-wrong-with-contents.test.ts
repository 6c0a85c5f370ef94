import { describe, expect, test } from 'vitest';
import { END, life } from './life.ts';
import { aScene, told } from './scene.ts';
import { authorised, balance, byProcessor, kroner, opened, said, transfer } from './words.ts';

describe('an unknown currency or type, retried for ever', () => {
  const martian = transfer('booked', 'trf-9', '1', { amount: { amountMinor: '100', currency: 'ZZZ' } });
  const teleported = said('transaction.teleported', { transactionId: 'trf-8' });

  test('is set aside at its first try, and everything else goes on', async () => {
    const scene = await aScene();
    await scene.tellTogether([martian, ...life.slice(0, 4), teleported, ...life.slice(4)]);
    expect(await scene.sees()).toMatchObject(END);
    expect(scene.parked()).toEqual(['bank-event.unknown-type', 'currency.unknown']);
    expect(scene.world.failures).toEqual([]);
    expect(
      scene.world.steps().filter((step) => / try \d+: /.test(step) && !step.endsWith(' try 1: acknowledged')),
    ).toEqual([]);
  });
});

describe('the source’s exponent differs from ISO’s', () => {
  test('a processor that sends pesos with two decimals holds pesos, which have none', async () => {
    const pesos = (amountMinor: string) => ({ amount: { amountMinor, currency: 'CLP' } });
    const scene = await told(
      opened({ currency: 'CLP' }),
      byProcessor(authorised('auth-1', '0', pesos('1999000'))), // 19,990.00 in its words
      byProcessor(authorised('auth-2', '0', pesos('1250'))), // 12.50: less than there is
    );
    expect(await scene.sees()).toMatchObject({ currency: 'CLP', heldMinor: '19990' });
    expect(scene.parked()).toEqual(['amount.unusable']);
  });

  test('an amount that is too large in ISO’s units is set aside, and the others of its delivery go on', async () => {
    const forints = { amount: { amountMinor: '999999999999999999', currency: 'HUF' } };
    const scene = await told(opened());
    const events = [authorised('auth-1', '0', forints), authorised('auth-2', '3200')];
    await scene.tellTogether(events, 'sandbox-processor');
    expect(await scene.sees()).toMatchObject({ heldMinor: '3200' });
    expect(scene.parked()).toHaveLength(1);
    expect(scene.world.failures).toEqual([]);
  });
});

describe('an offset dropped, local time stamps', () => {
  test('one instant in two offsets is one instant, and the same told again so is no news', async () => {
    const scene = await told(
      opened(),
      authorised('auth-1', '3200', { at: '2026-11-23T10:30:00+02:00' }),
      authorised('auth-1', '3200', { at: '2026-11-23T08:30:00.000Z', as: 'again, from another machine' }),
      authorised('auth-2', '1000', { at: '2026-11-23T09:00:00Z' }),
    );
    // Half past ten at two hours ahead is before nine.
    expect((await scene.sees()).feed).toMatchObject([
      { bankIds: ['auth-2'], occurredAt: '2026-11-23T09:00:00.000Z' },
      { bankIds: ['auth-1'], occurredAt: '2026-11-23T08:30:00.000Z' },
    ]);
    expect(scene.parked()).toEqual([]);
  });

  test('a time without an offset could be any of a day’s hours: it is set aside', async () => {
    const scene = await told(opened(), authorised('auth-1', '3200', { at: '2026-11-23T10:30:00' }));
    expect(await scene.sees()).toMatchObject({ heldMinor: '0', feed: [] });
    expect(scene.parked()).toEqual(['bank-event.invalid']);
  });

  test('a booking date stays the bank’s own day, whatever day it is in UTC', async () => {
    const at = '2026-11-23T23:30:00-02:00';
    const scene = await told(opened(), transfer('booked', 'trf-1', '100', { at, bookingDate: '2026-11-23' }));
    expect((await scene.sees()).feed).toMatchObject([
      { bookedOn: '2026-11-23', occurredAt: '2026-11-24T01:30:00.000Z' },
    ]);
  });

  test('a balance brought forward and a bank’s figure are as of an instant in UTC', async () => {
    const asOf = '2026-11-01T00:30:00+01:00';
    const broughtForward = { direction: 'credit', amount: kroner('1000'), asOf };
    const scene = await told(opened({ broughtForward }), balance({ booked: '1000' }, { asOf, sequence: 1 }));
    expect(await scene.sees()).toMatchObject({
      bankAsOf: '2026-10-31T23:30:00.000Z',
      feed: [{ occurredAt: '2026-10-31T23:30:00.000Z' }],
    });
  });
});
