import { beforeEach, describe, expect, test } from 'vitest';
import { keepStandingOrder } from '../../../shared/runtime/standing-order.ts';
import { standingOrderFrom, standingOrderPath } from '../../../shared/store/standing-orders.ts';
import { anAuthenticator } from '../../../shared/testing/authenticator.ts';
import { bentInOneBit, LANDLORD, optionsOf, outcomeOf, signers } from '../../../shared/testing/signers.ts';
import { ALL_FAULTS, type aWorld, STORMY } from '../../../shared/testing/world.ts';
import servePasskeys from '../../customers/serve-passkeys/function.ts';
import runStandingOrders from '../run-standing-orders/function.ts';
import serveStandingOrders from './function.ts';

const account = { bank: 'sandbox', ownerIds: ['uid-ann', 'uid-bo'], currency: 'DKK', status: 'open' };

/** Ann’s and Bo’s `acct-1`, at ten on Monday, 23 November 2026; DKK 8,000.00 on the first of each month is authorised. */
function customer(settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const of = { orders: serveStandingOrders, passkeys: servePasskeys, things: '/standing-orders' };
  const stored = new Map([['accounts/acct-1', { id: 'acct-1', ...account }]]);
  const customers = signers(of, { stored, ...settings });
  const { world, ask } = customers;
  return {
    ...customers,
    tick: (tick: string) => world.tick(runStandingOrders, tick),
    order(changes: object = {}, key?: string) {
      const amount = { amountMinor: '800000', currency: 'DKK' };
      const schedule = { every: 'month', interval: 1, startsOn: '2026-12-01' };
      const body = { accountId: 'acct-1', amount, creditor: LANDLORD, schedule, ...changes };
      return ask('POST', '/standing-orders', 'uid-ann', body, key);
    },
    kept: (id: string) => world.state()[standingOrderPath(id)],
    payments: () =>
      Object.entries(world.state()).flatMap(([path, { state }]) =>
        path.startsWith('payments/') ? [state] : [],
      ),
  };
}

let own: ReturnType<typeof customer>;
let phone: ReturnType<typeof anAuthenticator>;
beforeEach(async () => {
  own = customer();
  phone = await own.registered();
});

describe('a standing order from the limit on', () => {
  test('says what a passkey is to sign, when it is ordered and while it waits, to whoever ordered it', async () => {
    const { status, body } = await own.order();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      state: 'awaiting-authorisation',
      authorisation: {
        expiresAt: '2026-11-23T10:05:00.000Z',
        options: {
          challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
          allowCredentials: [{ id: phone.id }],
          userVerification: 'required',
        },
      },
    });
    const shown = (uid: string) => own.ask('GET', `/standing-orders/${body.id}`, uid);
    expect((await shown('uid-ann')).body).toEqual(body);
    expect((await shown('uid-bo')).body).toMatchObject({ id: body.id, state: 'awaiting-authorisation' });
    expect((await shown('uid-bo')).body.authorisation).toBeUndefined();
  });

  test('of a customer with no passkey waits until they have one', async () => {
    const other = customer();
    const { body } = await other.order();
    expect(body.authorisation).toMatchObject({ code: 'authorisation.no-passkey' });
    const later = await other.registered();
    const shown = await other.ask('GET', `/standing-orders/${body.id}`, 'uid-ann');
    expect((await other.authorise(body.id, later.get(optionsOf(shown)))).status).toBe(200);
  });

  test('below it asks for nothing', async () => {
    const { body } = await own.order({ amount: { amountMinor: '99999', currency: 'DKK' } });
    expect(body).toMatchObject({ state: 'active', next: { dueOn: '2026-12-01' } });
    expect(body.authorisation).toBeUndefined();
  });
});

describe('an authorisation', () => {
  test('makes it active: its runs are paid on their days, and no run asks again', async () => {
    const order = await own.order();
    own.at('2026-12-01T07:00:00Z');
    await own.tick('unsigned');
    expect(own.payments()).toEqual([]);
    own.at('2026-11-23T10:01:00Z');
    const { status, body } = await own.authorise(order.body.id, phone.get(optionsOf(order)));
    expect({ status, state: body.state }).toEqual({ status: 200, state: 'active' });
    expect(body).toMatchObject({ next: { dueOn: '2026-12-01', executesOn: '2026-12-01' } });
    expect(body.authorisation).toBeUndefined();
    own.at('2026-12-01T07:00:00Z');
    await own.tick('december');
    own.at('2027-01-04T07:00:00Z');
    await own.tick('january');
    expect(own.payments()).toEqual(['scheduled', 'scheduled']);
  });

  test('is kept as it was signed, since it is ours to prove', async () => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    await own.authorise(order.body.id, signed);
    expect(own.kept(order.body.id)).toMatchObject({
      isAwaitingAuthorisation: false,
      _authorisation: {
        passkeyId: expect.stringMatching(/^pky_/),
        signature: signed.response.signature,
        clientDataJson: signed.response.clientDataJSON,
      },
    });
    expect(own.kept(order.body.id)?._challenge).toBeUndefined();
    expect(own.counters()).toEqual([1n]);
  });

  test('counts from its day: what was due before is not caught up', async () => {
    const order = await own.order();
    own.at('2027-01-15T09:00:00Z');
    const renewed = await own.challenge(order.body.id);
    const { body } = await own.authorise(order.body.id, phone.get(optionsOf(renewed)));
    expect(body).toMatchObject({ state: 'active', next: { dueOn: '2027-02-01' } });
    await own.tick('now');
    expect(own.payments()).toEqual([]);
  });

  test('on the day that it is due is in time for that day', async () => {
    const order = await own.order();
    own.at('2026-12-01T06:00:00Z');
    const renewed = await own.challenge(order.body.id);
    const { body } = await own.authorise(order.body.id, phone.get(optionsOf(renewed)));
    expect(body).toMatchObject({ next: { dueOn: '2026-12-01' } });
  });

  test('after the last of its dates is refused', async () => {
    const schedule = { every: 'month', interval: 1, startsOn: '2026-12-01', endsOn: '2026-12-31' };
    const order = await own.order({ schedule });
    own.at('2026-12-02T06:00:00Z');
    const renewed = await own.challenge(order.body.id);
    const refused = await own.authorise(order.body.id, phone.get(optionsOf(renewed)));
    expect(outcomeOf(refused)).toBe('422 standing-order.no-runs');
  });

  test('from an account that was frozen meanwhile is refused, and it still waits', async () => {
    const order = await own.order();
    const [document] = await own.world.store.get(['accounts/acct-1']);
    if (!document?.fields) throw new Error('no account');
    const fields = { ...document.fields, status: 'frozen' };
    await own.world.store.commit([{ do: 'replace', read: document, fields }]);
    expect(outcomeOf(await own.authorise(order.body.id, phone.get(optionsOf(order))))).toBe(
      '422 account.frozen',
    );
    expect(own.kept(order.body.id)).toMatchObject({ isAwaitingAuthorisation: true });
  });

  test('that comes twice counts once: under its key with the same answer, under another with a refusal', async () => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    const first = await own.authorise(order.body.id, signed, 'uid-ann', 'same');
    expect(await own.authorise(order.body.id, signed, 'uid-ann', 'same')).toEqual(first);
    expect(outcomeOf(await own.authorise(order.body.id, signed))).toBe('409 authorisation.not-awaited');
  });

  test('counts once, whatever crashes and however often it is sent', async () => {
    const order = await own.order();
    const stored = new Map(Object.entries(own.world.state()));
    const signed = phone.get(optionsOf(order));
    let active = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const stormy = customer({ seed, faults: ALL_FAULTS, weather: STORMY, stored });
      await Promise.allSettled(
        ['a', 'a', 'b'].map((key) => stormy.authorise(order.body.id, signed, 'uid-ann', key)),
      );
      const isActive = stormy.kept(order.body.id)?.isAwaitingAuthorisation === false;
      active += isActive ? 1 : 0;
      expect([seed, stormy.counters()]).toEqual([seed, [isActive ? 1n : 0n]]);
    }
    expect(active).toBeGreaterThan(10);
  });
});

describe('what was signed', () => {
  test('for one standing order is nothing for another of the same amount to the same payee', async () => {
    const [first, second] = [await own.order(), await own.order()];
    expect(outcomeOf(await own.authorise(second.body.id, phone.get(optionsOf(first))))).toBe(
      '422 authorisation.invalid',
    );
  });

  const schedule = { every: 'month', interval: 1, startsOn: '2026-12-01' } as const;
  test.each<[string, object]>([
    ['another amount', { amount: { amountMinor: 800_001n, currency: 'DKK' } }],
    ['another payee', { creditor: { ...LANDLORD, name: 'Tyv' } }],
    ['an IBAN in place of the account', { creditor: { name: 'Udlejer', iban: 'DK5000400440116243' } }],
    ['another paying account', { accountId: 'acct-2' }],
    ['more often', { schedule: { ...schedule, every: 'week' } }],
    ['every second month', { schedule: { ...schedule, interval: 2 } }],
    ['another start', { schedule: { ...schedule, startsOn: '2026-12-02' } }],
    ['an end', { schedule: { ...schedule, endsOn: '2027-12-01' } }],
    ['the last day of each month', { schedule: { ...schedule, atMonthEnd: true } }],
    ['the bank day before', { convention: 'preceding' }],
  ])('is nothing for %s, even where the order itself was changed to it', async (_, changed) => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    const [document] = await own.world.store.get([standingOrderPath(order.body.id)]);
    const kept = document && standingOrderFrom(document);
    if (!document || !kept) throw new Error('no standing order');
    await own.world.store.commit([
      keepStandingOrder(document, { ...kept, ...changed }),
      { do: 'create', path: 'accounts/acct-2', fields: { id: 'acct-2', ...account } },
    ]);
    expect(outcomeOf(await own.authorise(order.body.id, signed))).toBe('422 authorisation.invalid');
    expect(own.kept(order.body.id)).toMatchObject({ isAwaitingAuthorisation: true });
  });

  test('and then bent in one bit is refused, wherever the bit is', async () => {
    const order = await own.order();
    for (const bent of bentInOneBit(phone.get(optionsOf(order))))
      expect(outcomeOf(await own.authorise(order.body.id, bent))).toBe('422 authorisation.invalid');
  });

  test('by a passkey of nobody’s, or of another customer’s, is refused', async () => {
    const bos = await own.registered('uid-bo');
    const order = await own.order();
    for (const stranger of [anAuthenticator(), bos])
      expect(outcomeOf(await own.authorise(order.body.id, stranger.get(optionsOf(order))))).toBe(
        '422 authorisation.passkey-unknown',
      );
    expect(outcomeOf(await own.authorise(order.body.id, bos.get(optionsOf(order)), 'uid-bo'))).toBe(
      '403 authorisation.not-yours',
    );
    expect(outcomeOf(await own.authorise(order.body.id, phone.get(optionsOf(order)), 'uid-eve'))).toBe(
      '404 standing-order.not-found',
    );
  });

  test('of one that has ended, or needs none, is refused; no credential at all is no body', async () => {
    const [order, waiting] = [await own.order(), await own.order()];
    const small = await own.order({ amount: { amountMinor: '1', currency: 'DKK' } });
    await own.ask('POST', `/standing-orders/${order.body.id}/end`, 'uid-ann');
    for (const { body } of [order, small])
      expect(outcomeOf(await own.authorise(body.id, phone.get(optionsOf(order))))).toBe(
        '409 authorisation.not-awaited',
      );
    expect(outcomeOf(await own.authorise(waiting.body.id, {}))).toBe('422 body.invalid');
  });
});

describe('a challenge', () => {
  test('is good for five minutes, and then another is', async () => {
    const order = await own.order();
    const late = phone.get(optionsOf(order));
    own.at('2026-11-23T10:05:00Z');
    expect(outcomeOf(await own.authorise(order.body.id, late))).toBe('409 authorisation.challenge-expired');
    const renewed = await own.challenge(order.body.id);
    expect(renewed.body).toMatchObject({
      state: 'awaiting-authorisation',
      authorisation: { expiresAt: '2026-11-23T10:10:00.000Z' },
    });
    expect(outcomeOf(await own.authorise(order.body.id, late))).toBe('422 authorisation.invalid');
    expect((await own.authorise(order.body.id, phone.get(optionsOf(renewed)))).status).toBe(200);
  });

  test('is nobody’s but the orderer’s, and of none that awaits none', async () => {
    const order = await own.order();
    expect(outcomeOf(await own.challenge(order.body.id, 'uid-bo'))).toBe('403 authorisation.not-yours');
    expect(outcomeOf(await own.challenge(order.body.id, 'uid-eve'))).toBe('404 standing-order.not-found');
    await own.authorise(order.body.id, phone.get(optionsOf(order)));
    expect(outcomeOf(await own.challenge(order.body.id))).toBe('409 authorisation.not-awaited');
  });

  test('comes again with the order that is sent twice, and the order is one', async () => {
    const [first, again] = [await own.order({}, 'same'), await own.order({}, 'same')];
    expect(again.body).toEqual(first.body);
    expect((await own.authorise(first.body.id, phone.get(optionsOf(again)))).status).toBe(200);
  });
});
