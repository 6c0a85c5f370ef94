import { describe, expect, test } from 'vitest';
import {
  ended,
  nextRunOf,
  resumed,
  type StandingOrder,
  standingOrderStateOf,
  withPause,
  withRun,
} from './standing-order-runs.ts';

const rent: StandingOrder = {
  ...{ id: 'sto_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
  amount: { amountMinor: 10_000n, currency: 'DKK' },
  creditor: { accountId: 'acct-2' },
  createdAt: '2026-11-23T10:00:00Z',
  schedule: { every: 'month', interval: 1, startsOn: '2027-01-31', endsOn: '2027-05-31' },
  pauses: [],
  isAwaitingAuthorisation: false,
};

const next = (order: StandingOrder) => nextRunOf(order, 'DK');

describe('the next run', () => {
  test('is the first one, and after each the one after that, to the last', () => {
    expect(next(rent)).toEqual({ dueOn: '2027-01-31', executesOn: '2027-02-01' });
    expect(next({ ...rent, convention: 'preceding' })).toEqual({
      dueOn: '2027-01-31',
      executesOn: '2027-01-29',
    });
    expect(next(withRun(rent, '2027-01-31'))).toEqual({ dueOn: '2027-02-28', executesOn: '2027-03-01' });
    expect(next(withRun(rent, '2027-05-31'))).toBeUndefined();
  });

  test('is on the day itself where banks never close', () => {
    expect(nextRunOf(rent, undefined)).toEqual({ dueOn: '2027-01-31', executesOn: '2027-01-31' });
  });

  test('is the first after a pause, or after all of them', () => {
    const once = withPause(rent, { from: '2027-01-31', until: '2027-02-27' });
    expect(next(once)?.dueOn).toBe('2027-02-28');
    const twice = withPause(once, { from: '2027-02-28', until: '2027-03-31' });
    expect(next(twice)?.dueOn).toBe('2027-04-30');
    expect(next(withPause(twice, { from: '2027-04-30' }))).toBeUndefined();
    expect(next(withPause(rent, { from: '2027-02-01' }))?.dueOn).toBe('2027-01-31');
  });

  test('is there even of an order that starts in years, or is paused for years', () => {
    const later = { ...rent, schedule: { every: 'month', interval: 12, startsOn: '2040-02-29' } } as const;
    expect(next(later)?.dueOn).toBe('2040-02-29');
    expect(next(withPause(later, { from: '2040-01-01', until: '2044-02-28' }))?.dueOn).toBe('2044-02-29');
  });

  test('is none while the customer is still to prove who they are', () => {
    expect(next({ ...rent, isAwaitingAuthorisation: true })).toBeUndefined();
  });
});

describe('a standing order that is resumed', () => {
  test('runs from that day on, and what was due before stays unpaid', () => {
    const paused = withPause(rent, { from: '2027-01-15' });
    expect(next(resumed(paused, '2027-02-01'))?.dueOn).toBe('2027-02-28');
    expect(next(resumed(paused, '2027-01-31'))?.dueOn).toBe('2027-01-31');
  });

  test('is not paused later either, and what is over stays as it was', () => {
    const over = { from: '2027-01-15', until: '2027-01-20' };
    const order = withPause(withPause(rent, over), { from: '2027-03-01' });
    expect(resumed(order, '2027-02-01').pauses).toEqual([over]);
  });
});

describe('a standing order that is ended', () => {
  test('at once does not run again, though a run was due', () => {
    expect(next(ended(rent, '2027-01-31'))).toBeUndefined();
  });

  test('on a date still runs on it', () => {
    const order = ended(rent, '2027-01-01', '2027-02-28');
    expect(next(withRun(order, '2027-01-31'))?.dueOn).toBe('2027-02-28');
    expect(next(withRun(order, '2027-02-28'))).toBeUndefined();
  });
});

describe('its state', () => {
  test.each([
    ['active', rent, '2027-01-01'],
    ['active', withPause(rent, { from: '2027-02-01' }), '2027-01-31'],
    ['paused', withPause(rent, { from: '2027-02-01' }), '2027-02-01'],
    ['paused', withPause(rent, { from: '2027-01-01' }), '2027-05-31'],
    ['ended', withPause(rent, { from: '2027-01-01' }), '2027-06-01'],
    [
      'ended',
      withPause(withRun(rent, '2027-04-30'), { from: '2027-05-01', until: '2027-05-31' }),
      '2027-06-01',
    ],
    ['ended', withRun(rent, '2027-05-31'), '2027-05-31'],
    ['ended', ended(rent, '2027-01-01'), '2027-01-01'],
    ['active', ended(rent, '2027-01-01', '2027-01-31'), '2027-01-31'],
    // It was due on a Sunday, and runs on Monday.
    ['active', ended(rent, '2027-01-01', '2027-01-31'), '2027-02-01'],
    ['awaiting-authorisation', { ...rent, isAwaitingAuthorisation: true }, '2027-01-01'],
    ['ended', ended({ ...rent, isAwaitingAuthorisation: true }, '2027-01-01'), '2027-01-01'],
  ])('is %s', (state, order, today) => {
    expect(standingOrderStateOf(order, today)).toBe(state);
  });
});
