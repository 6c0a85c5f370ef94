import { describe, expect, test } from 'vitest';
import { aPayer } from './paying.ts';

describe('rent', () => {
  test('is paid at each month end, in February too, and on the bank day after a closed one', async () => {
    const { order, live, executed, payments } = aPayer();
    await order({ schedule: { every: 'month', interval: 1, startsOn: '2027-12-31' } });
    await live({ from: '2027-12-25', until: '2028-05-05' });
    // Danish banks are closed on New Year's Eve, and 2028 is a leap year; 30 April is a Sunday.
    expect(executed()).toBe('2028-01-03 2028-01-31 2028-02-29 2028-03-31 2028-05-01');
    expect(payments().map(({ state }) => state)).toEqual(Array(5).fill('submitting'));
  });

  test('is on its account before a closed day where that was agreed', async () => {
    const { order, live, executed } = aPayer();
    const schedule = { every: 'month', interval: 1, startsOn: '2027-12-31' };
    await order({ schedule, convention: 'preceding' });
    await live({ from: '2027-12-25', until: '2028-05-05' });
    expect(executed()).toBe('2027-12-30 2028-01-31 2028-02-29 2028-03-31 2028-04-28');
  });

  test('waits for the end of Easter where Denmark does, and goes on the day itself where banks never close', async () => {
    const { order, live, payments } = aPayer();
    const schedule = { every: 'month', interval: 1, startsOn: '2027-03-25', endsOn: '2027-03-25' };
    await order({ schedule });
    await order({ schedule, creditor: { accountId: 'acct-2' } });
    await live({ from: '2027-03-24', until: '2027-03-31' });
    expect(payments().map(({ scheme, executesOn }) => [scheme, executesOn])).toEqual([
      ['own-account', '2027-03-25'],
      ['domestic', '2027-03-30'],
    ]);
  });

  test('is paid on the day that it is in Copenhagen, on both sides of both changes of the clock', async () => {
    const { order, tickAt, executed } = aPayer();
    const onSundays = { every: 'week', interval: 1, startsOn: '2027-03-21', endsOn: '2027-03-28' };
    await order({ schedule: onSundays, creditor: { accountId: 'acct-2' } });
    // Midnight is at 23:00 UTC in winter, and the clock goes forward on the 28th, after midnight.
    await tickAt('2027-03-20T22:59:00Z');
    expect(executed()).toBe('');
    await tickAt('2027-03-20T23:00:00Z');
    await tickAt('2027-03-27T22:59:00Z');
    expect(executed()).toBe('2027-03-21');
    await tickAt('2027-03-27T23:00:00Z');
    expect(executed()).toBe('2027-03-21 2027-03-28');

    const autumn = aPayer();
    const inAutumn = { every: 'week', interval: 1, startsOn: '2027-10-31', endsOn: '2027-11-07' };
    await autumn.order({ schedule: inAutumn, creditor: { accountId: 'acct-2' } });
    // At 22:00 UTC in summer; the clock goes back on the 31st.
    await autumn.tickAt('2027-10-30T21:59:00Z');
    expect(autumn.executed()).toBe('');
    for (const at of ['2027-10-30T22:00:00Z', '2027-11-06T22:59:00Z', '2027-11-06T23:00:00Z'])
      await autumn.tickAt(at);
    expect(autumn.payments().map(({ orderedAt }) => orderedAt)).toEqual([
      '2027-10-30T22:00:00.000Z',
      '2027-11-06T23:00:00.000Z',
    ]);
  });

  test('is a payment like any other, of its standing order, and its creditor sees a reference', async () => {
    const { order, live, payments } = aPayer();
    const { id } = await order({ remittance: 'Rent' });
    await live({ from: '2026-12-01', until: '2026-12-01' });
    const [payment] = payments();
    expect(payment).toMatchObject({
      ...{ standingOrderId: id, customerId: 'uid-ann', accountId: 'acct-1', remittance: 'Rent' },
      amount: { amountMinor: 10_000n, currency: 'DKK' },
      reservedOn: '2026-12-01',
    });
    expect(payment?.endToEndId).toMatch(/^pay\.[A-Za-z0-9.-]{27}$/);
  });
});

describe('a standing order', () => {
  test('does not run while it is paused, and what was due then is not caught up', async () => {
    const { order, ask, live, executed } = aPayer();
    const { id } = await order();
    const paused = await ask('POST', `/v1/standing-orders/${id}/pause`, {
      from: '2027-01-01',
      until: '2027-02-01',
    });
    expect(paused.next).toEqual({ dueOn: '2026-12-01', executesOn: '2026-12-01' });
    await live({ from: '2026-12-01', until: '2027-03-02' });
    expect(executed()).toBe('2026-12-01 2027-03-01');
  });

  test('that is paused until further notice runs again once it is resumed, from that day on', async () => {
    const { order, ask, live, executed, clock } = aPayer();
    const { id } = await order();
    expect((await ask('POST', `/v1/standing-orders/${id}/pause`, { from: '2026-11-23' })).state).toBe(
      'paused',
    );
    await live({ from: '2026-12-01', until: '2027-01-31' });
    clock.now = new Date('2027-02-01T03:00:00Z');
    const resumed = await ask('POST', `/v1/standing-orders/${id}/resume`);
    expect(resumed).toMatchObject({ state: 'active', next: { dueOn: '2027-02-01' } });
    await live({ from: '2027-02-01', until: '2027-03-02' });
    expect(executed()).toBe('2027-02-01 2027-03-01');
  });

  test('ends on its date, or at once, also between a due date and the bank day after it', async () => {
    const { order, ask, live, executed, clock } = aPayer();
    const first = await order();
    const second = await order();
    await ask('POST', `/v1/standing-orders/${first.id}/end`, { endsOn: '2027-01-31' });
    await live({ from: '2026-12-01', until: '2027-01-30' });
    expect(executed()).toBe('2026-12-01 2026-12-01 2027-01-04 2027-01-04');
    expect((await ask('GET', `/v1/standing-orders/${first.id}`)).state).toBe('ended');
    // The first of May 2027 is a Saturday.
    await live({ from: '2027-02-01', until: '2027-05-01' });
    clock.now = new Date('2027-05-02T10:00:00Z');
    expect(await ask('POST', `/v1/standing-orders/${second.id}/end`)).toMatchObject({
      status: 200,
      state: 'ended',
    });
    await live({ from: '2027-05-03', until: '2027-06-02' });
    expect(executed().split(' ').at(-1)).toBe('2027-04-01');
  });

  test('of a frozen account makes payments that are refused, and goes on when it is thawed', async () => {
    const { order, live, payments, set, told } = aPayer();
    await order();
    await set('accounts/acct-1', { status: 'frozen' });
    await live({ from: '2026-12-01', until: '2026-12-02' });
    await set('accounts/acct-1', { status: 'open' });
    await live({ from: '2027-01-01', until: '2027-01-04' });
    expect(payments().map(({ state, reason }) => [state, reason])).toEqual([
      ['rejected', 'account-frozen'],
      ['submitting', undefined],
    ]);
    expect(told()).toHaveLength(1);
  });

  test('moves no money of an account that passed to somebody else, nor to one', async () => {
    const from = aPayer();
    await from.order();
    await from.set('accounts/acct-1', { ownerIds: ['uid-bob'] });
    const to = aPayer();
    await to.order({ creditor: { accountId: 'acct-2' } });
    await to.set('accounts/acct-2', { ownerIds: ['uid-bob'] });
    for (const payer of [from, to]) {
      await payer.live({ from: '2026-12-01', until: '2026-12-02' });
      expect(payer.payments()).toMatchObject([{ state: 'rejected', reason: 'account-not-found' }]);
    }
  });

  test('that was missed for days is caught up, each run with a payment of its own, the oldest first', async () => {
    const { order, tickAt, payments } = aPayer({ bookedMinor: 25_000n });
    await order({ schedule: { every: 'week', interval: 1, startsOn: '2026-11-24' } });
    // Nothing ran on the 24th, on the 1st and on the 8th: there is money for two of three, and the oldest have it.
    for (const minute of ['00', '05', '10', '15']) await tickAt(`2026-12-08T09:${minute}:00Z`);
    expect(payments().map(({ executesOn, state }) => [executesOn, state])).toEqual([
      ['2026-12-08', 'submitting'],
      ['2026-12-08', 'submitting'],
      ['2026-12-08', 'scheduled'],
    ]);
  });

  test('that is caught up when the bank is closed is paid on its next day, with the money of that day', async () => {
    const { order, tickAt, payments } = aPayer();
    await order({ schedule: { every: 'week', interval: 1, startsOn: '2026-11-27' } });
    await tickAt('2026-11-27T15:00:00Z'); // four o'clock on Friday, which is the cut-off
    expect(payments()).toMatchObject([{ executesOn: '2026-11-30', state: 'scheduled' }]);
    await tickAt('2026-11-29T22:59:00Z');
    expect(payments()).toMatchObject([{ state: 'scheduled' }]);
    await tickAt('2026-11-29T23:00:00Z');
    expect(payments()).toMatchObject([{ state: 'submitting', reservedOn: '2026-11-30' }]);
  });
});

describe('ten standing orders on one day from one account', () => {
  test('pay as far as the money goes, and those that wait are told of once', async () => {
    const { order, tickAt, payments, told } = aPayer({ bookedMinor: 75_000n });
    for (let n = 0; n < 10; n += 1) await order();
    for (const at of ['04:05', '04:10', '09:00', '14:55', '15:00', '15:05'])
      await tickAt(`2026-12-01T${at}:00Z`);
    const states = payments().map(({ state }) => state);
    expect(states.filter((state) => state === 'submitting')).toHaveLength(7);
    expect(states.filter((state) => state === 'rejected')).toHaveLength(3);
    expect(told()).toHaveLength(3);
  });
});
