import { describe, expect, test } from 'vitest';
import type { Fields } from '../../../shared/store/document.ts';
import { aRequest } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import serveStandingOrders from './function.ts';

const account = (id: string, changes: Fields = {}): [string, Fields] => [
  `accounts/${id}`,
  { id, bank: 'sandbox', ownerIds: ['uid-ann'], currency: 'DKK', status: 'open', ...changes },
];

const RENT = {
  accountId: 'acct-1',
  amount: { amountMinor: '10000', currency: 'DKK' },
  creditor: { name: 'Landlord', accountNumber: { registrationNumber: '1234', accountNumber: '5678' } },
  schedule: { every: 'month', interval: 1, startsOn: '2026-12-31' },
};

type Answer = Record<string, unknown> & {
  id: string;
  code?: string;
  items: { id: string }[];
  nextCursor?: string;
};

/** Ann’s `acct-1` and Bob’s, at ten in the morning of Monday, 23 November 2026. */
function aCustomer({ now = '2026-11-23T09:00:00Z', config = {} } = {}) {
  const clock = { now: new Date(now) };
  const world = aWorld({
    ...{ functions: [], config, env: { now: () => clock.now } },
    stored: new Map([
      account('acct-1', { iban: 'DK50 0040 0440 1162 43' }),
      account('acct-frozen', { status: 'frozen' }),
      account('acct-eur', { currency: 'EUR' }),
      account('acct-processor', { bank: 'sandbox-processor' }),
      account('acct-of-bob', { ownerIds: ['uid-bob'] }),
    ]),
  });
  let keys = 0;
  async function ask(
    method: string,
    path: string,
    { body, uid = 'uid-ann', key }: { body?: object; uid?: string; key?: string } = {},
  ) {
    keys += 1;
    const headers = { 'idempotency-key': key ?? `key-${keys}` };
    const rawBody = Buffer.from(body ? JSON.stringify(body) : '');
    const answer = await world.ask(serveStandingOrders, aRequest(method, path, uid, { headers, rawBody }));
    return { status: answer.status, headers: answer.headers, body: answer.body as Answer };
  }
  const order = (changes: object = {}, how: { uid?: string; key?: string } = {}) =>
    ask('POST', '/v1/standing-orders', { body: { ...RENT, ...changes }, ...how });
  const kept = () =>
    [...world.documents()]
      .filter(([path]) => path.startsWith('standing-orders/'))
      .map(([, fields]) => fields);
  return { ask, order, kept, clock };
}

describe('ordering', () => {
  test('is done once for its key, and shows the run to come', async () => {
    const { order, kept } = aCustomer();
    const first = await order({}, { key: 'rent' });
    expect(first).toMatchObject({
      status: 201,
      headers: { location: `/v1/standing-orders/${first.body.id}` },
      body: {
        ...RENT,
        ...{ scheme: 'domestic', state: 'active', convention: 'following', pauses: [] },
        next: { dueOn: '2026-12-31', executesOn: '2027-01-04' },
      },
    });
    expect(first.body.id).toMatch(/^sto_/);
    expect((await order({}, { key: 'rent' })).body).toEqual(first.body);
    expect(kept()).toMatchObject([{ _nextOn: '2027-01-04' }]);
  });

  test.each([
    ['another’s account', 404, 'account.not-found', { accountId: 'acct-of-bob' }],
    ['an account that nobody has', 404, 'account.not-found', { accountId: 'acct-x' }],
    ['a frozen account', 422, 'account.frozen', { accountId: 'acct-frozen' }],
    ['to another’s account', 404, 'account.not-found', { creditor: { accountId: 'acct-of-bob' } }],
    ['to itself', 422, 'payment.same-account', { creditor: { accountId: 'acct-1' } }],
    ['in another currency', 422, 'payment.currency', { amount: { amountMinor: '1', currency: 'SEK' } }],
    ['nothing', 422, 'body.invalid', { amount: { amountMinor: '0', currency: 'DKK' } }],
    ['by SEPA in kroner', 422, 'payment.scheme', { scheme: 'sepa' }],
    ['from where there are no payments', 422, 'payment.scheme', { accountId: 'acct-processor' }],
    [
      'from yesterday on',
      422,
      'standing-order.date-past',
      { schedule: { ...RENT.schedule, startsOn: '2026-11-22' } },
    ],
    ['no run', 422, 'standing-order.no-runs', { schedule: { ...RENT.schedule, endsOn: '2026-12-30' } }],
    ['every 13th month', 422, 'body.invalid', { schedule: { ...RENT.schedule, interval: 13 } }],
    ['every day', 422, 'body.invalid', { schedule: { ...RENT.schedule, every: 'day' } }],
    ['on no day', 422, 'body.invalid', { schedule: { ...RENT.schedule, startsOn: '2027-02-30' } }],
    [
      'on a day of the year 9999',
      422,
      'body.invalid',
      { schedule: { ...RENT.schedule, startsOn: '9999-12-31' } },
    ],
    [
      'at week ends',
      422,
      'body.invalid',
      { schedule: { ...RENT.schedule, every: 'week', atMonthEnd: true } },
    ],
    ['with a reference of its own for all its runs', 422, 'body.invalid', { endToEndId: 'mine' }],
  ])('%s is refused', async (_, status, code, changes) => {
    const { order, kept } = aCustomer();
    const answer = await order(changes);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(kept()).toEqual([]);
  });

  test('today is today in Copenhagen', async () => {
    const { order } = aCustomer({ now: '2026-11-23T23:00:00Z' });
    const startsOn = (day: string) => ({ schedule: { ...RENT.schedule, startsOn: day } });
    expect((await order(startsOn('2026-11-23'))).body.code).toBe('standing-order.date-past');
    expect((await order(startsOn('2026-11-24'))).body).toMatchObject({ next: { executesOn: '2026-11-24' } });
  });

  test('for a bank day before one that is closed is refused when that day is over, or past its cut-off', async () => {
    // The 29th is a Sunday, and Friday the 27th ends at four.
    const schedule = { ...RENT.schedule, startsOn: '2026-11-29' };
    const preceding = { schedule, convention: 'preceding' };
    for (const [now, code] of [
      ['2026-11-27T14:59:00Z', undefined],
      ['2026-11-27T15:00:00Z', 'standing-order.first-run-past'],
      ['2026-11-28T09:00:00Z', 'standing-order.first-run-past'],
    ] as const) {
      expect((await aCustomer({ now }).order(preceding)).body.code).toBe(code);
      expect((await aCustomer({ now }).order({ schedule })).status).toBe(201);
    }
  });

  test('from today on is taken past the cut-off too, where the bank day after it will do', async () => {
    const { order } = aCustomer({ now: '2026-11-23T15:00:00Z' });
    const answer = await order({ schedule: { ...RENT.schedule, startsOn: '2026-11-23' } });
    expect(answer.status).toBe(201);
  });

  test('a series that is to be authenticated makes no run before it is', async () => {
    const { order, kept } = aCustomer();
    const { body } = await order({ amount: { amountMinor: '100000', currency: 'DKK' } });
    expect(body).toMatchObject({ state: 'awaiting-authorisation' });
    expect(body.next).toBeUndefined();
    expect(kept()[0]?._nextOn).toBeUndefined();
    const below = await order({ amount: { amountMinor: '99999', currency: 'DKK' } });
    expect(below.body.state).toBe('active');
  });
});

describe('an account’s standing orders', () => {
  test('are listed to its owners, newest first, page by page', async () => {
    const { order, ask, clock } = aCustomer();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.unshift((await order()).body.id);
      clock.now = new Date(clock.now.getTime() + 1000);
    }
    const first = await ask('GET', '/v1/standing-orders?accountId=acct-1&limit=2');
    expect(first.body.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await ask(
      'GET',
      `/v1/standing-orders?accountId=acct-1&limit=2&cursor=${first.body.nextCursor}`,
    );
    expect(second.body.items.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.body.nextCursor).toBeUndefined();
    expect((await ask('GET', '/v1/standing-orders?accountId=acct-1', { uid: 'uid-bob' })).status).toBe(404);
    expect((await ask('GET', '/v1/standing-orders')).body.code).toBe('account-id.missing');
  });

  test('are there for nobody else', async () => {
    const { order, ask, kept } = aCustomer();
    const { id } = (await order()).body;
    const at = `/v1/standing-orders/${id}`;
    expect((await ask('GET', at)).body.id).toBe(id);
    const before = kept();
    for (const [method, path] of [
      ['GET', at],
      ['POST', `${at}/pause`],
      ['POST', `${at}/resume`],
      ['POST', `${at}/end`],
    ] as const) {
      const { status, body } = await ask(method, path, { uid: 'uid-bob', body: { from: '2027-01-01' } });
      expect([status, body.code]).toEqual([404, 'standing-order.not-found']);
    }
    expect(kept()).toEqual(before);
  });
});

describe('changing', () => {
  async function aRent() {
    const customer = aCustomer();
    const { id } = (await customer.order()).body;
    const change = (what: string, body?: object) =>
      customer.ask('POST', `/v1/standing-orders/${id}/${what}`, { ...(body && { body }) });
    return { ...customer, change };
  }

  test('a pause moves the next run, and a resumption moves it back', async () => {
    const { change, kept } = await aRent();
    const paused = await change('pause', { from: '2026-12-01', until: '2027-01-31' });
    expect(paused.body).toMatchObject({ state: 'active', next: { dueOn: '2027-02-28' } });
    expect(kept()).toMatchObject([{ _nextOn: '2027-03-01' }]);
    const resumed = await change('resume');
    expect(resumed.body).toMatchObject({ pauses: [], next: { dueOn: '2026-12-31' } });
  });

  test('an end is final', async () => {
    const { change, kept } = await aRent();
    expect((await change('end')).body).toMatchObject({ state: 'ended', endedOn: '2026-11-23' });
    expect(kept()[0]?._nextOn).toBeUndefined();
    for (const what of ['pause', 'resume', 'end'])
      expect((await change(what, { from: '2027-01-01' })).body.code).toBe('standing-order.ended');
  });

  test('an end may be later, and then sooner, and never later again', async () => {
    const { change } = await aRent();
    expect((await change('end', { endsOn: '2027-02-28' })).body).toMatchObject({ state: 'active' });
    expect((await change('end', { endsOn: '2027-03-01' })).body.code).toBe('standing-order.ends-before');
    expect((await change('end', { endsOn: '2027-01-01' })).body).toMatchObject({
      schedule: { endsOn: '2027-01-01' },
    });
  });

  test.each([
    ['pause', {}, 'body.invalid'],
    ['pause', { from: '2026-11-22' }, 'standing-order.date-past'],
    ['pause', { from: '2026-12-02', until: '2026-12-01' }, 'body.invalid'],
    ['end', { endsOn: '2026-11-22' }, 'standing-order.date-past'],
    ['end', { endsOn: 'today' }, 'body.invalid'],
  ])('%s with %j is refused', async (what, body, code) => {
    const { change } = await aRent();
    expect((await change(what, body)).body.code).toBe(code);
  });

  test('a hundred pauses are enough', async () => {
    const { change } = await aRent();
    for (let n = 0; n < 100; n += 1) expect((await change('pause', { from: '2027-01-01' })).status).toBe(200);
    expect((await change('pause', { from: '2027-01-01' })).body.code).toBe('standing-order.too-many-pauses');
  });
});
