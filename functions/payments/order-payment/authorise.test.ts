import { beforeEach, describe, expect, test } from 'vitest';
import { paymentFrom, paymentPath, writePayment } from '../../../shared/store/payments.ts';
import { reservationsIn, reservationsPath, reservedIn } from '../../../shared/store/reservations.ts';
import { anAuthenticator } from '../../../shared/testing/authenticator.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { bentInOneBit, LANDLORD, optionsOf, outcomeOf, signers } from '../../../shared/testing/signers.ts';
import { ALL_FAULTS, type aWorld, STORMY } from '../../../shared/testing/world.ts';
import servePasskeys from '../../customers/serve-passkeys/function.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import orderPayment from './function.ts';

async function bank(settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const functions = [trackAccount, recordTransaction, orderPayment, servePasskeys];
  const of = { orders: orderPayment, passkeys: servePasskeys, things: '/payments' };
  const customers = signers(of, { functions, ...settings });
  const { world, ask } = customers;
  const facts = [
    aFact('account.opened', { ownerIds: ['uid-ann', 'uid-bo'] }),
    aFact('transaction.booked', { direction: 'credit', amountMinor: 300_000n }),
  ];
  if (!settings.stored) for (const fact of facts) await world.deliver('bank-facts', fact);
  return {
    ...customers,
    /** DKK 1,000.00 from `acct-1`, from which amount on it is to be authorised. */
    order(changes: object = {}, key?: string) {
      const amount = { amountMinor: '100000', currency: 'DKK' };
      const body = { accountId: 'acct-1', amount, creditor: LANDLORD, ...changes };
      return ask('POST', '/payments', 'uid-ann', body, key);
    },
    requested: () => new Set(world.events('payments').map(({ id, type }) => `${type} ${id}`)).size,
    reserved() {
      const path = reservationsPath('acct-1');
      return reservedIn(
        reservationsIn('acct-1', [{ path, fields: world.state()[path], version: undefined }]),
      );
    },
    kept(id: string) {
      const path = paymentPath(id);
      return paymentFrom({ path, fields: world.state()[path], version: undefined });
    },
  };
}

let own: Awaited<ReturnType<typeof bank>>;
let phone: ReturnType<typeof anAuthenticator>;
beforeEach(async () => {
  own = await bank();
  phone = await own.registered();
});

describe('an order from the limit on', () => {
  test('waits, with nothing reserved, and says what a passkey is to sign, and until when', async () => {
    const { status, body } = await own.order();
    expect(status).toBe(202);
    expect(body).toMatchObject({
      state: 'awaiting-authorisation',
      authorisation: {
        expiresAt: '2026-11-23T10:05:00.000Z',
        options: {
          challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
          rpId: 'localhost',
          allowCredentials: [{ id: phone.id, type: 'public-key', transports: ['internal'] }],
          userVerification: 'required',
          timeout: 300_000,
        },
      },
    });
    expect((await own.ask('GET', `/payments/${body.id}`, 'uid-ann')).body.authorisation).toEqual(
      body.authorisation,
    );
    expect(own.reserved()).toEqual({});
    expect(own.requested()).toBe(0);
  });

  test('of a customer with no passkey waits until they have one', async () => {
    const other = await bank();
    const { body } = await other.order();
    expect(body.authorisation).toMatchObject({ code: 'authorisation.no-passkey' });
    const later = await other.registered();
    const shown = await other.ask('GET', `/payments/${body.id}`, 'uid-ann');
    expect(shown.body.authorisation).not.toHaveProperty('code', 'authorisation.no-passkey');
    expect((await other.authorise(body.id, later.get(optionsOf(shown)))).status).toBe(202);
  });

  test('below it asks for nothing', async () => {
    const { body } = await own.order({ amount: { amountMinor: '99999', currency: 'DKK' } });
    expect(body.state).toBe('requested');
    expect(body.authorisation).toBeUndefined();
  });

  test('has no challenge in the eyes of another owner of the account', async () => {
    const { body } = await own.order();
    const shown = await own.ask('GET', `/payments/${body.id}`, 'uid-bo');
    expect(shown.body).toMatchObject({ id: body.id });
    expect(shown.body.authorisation).toBeUndefined();
  });
});

describe('an authorisation', () => {
  test('reserves the money and requests the payment, as an order below the limit does', async () => {
    const order = await own.order();
    const { status, body } = await own.authorise(order.body.id, phone.get(optionsOf(order)));
    expect({ status, state: body.state }).toEqual({ status: 202, state: 'requested' });
    expect(body.authorisation).toBeUndefined();
    expect(own.reserved()).toEqual({ [order.body.id]: 100_000n });
    expect(own.world.events('payments')).toMatchObject([
      { type: 'payment.requested', data: { paymentId: order.body.id, accountId: 'acct-1' } },
    ]);
    expect(own.counters()).toEqual([1n]);
  });

  test('is kept as it was signed, since it is ours to prove', async () => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    await own.authorise(order.body.id, signed);
    const kept = own.kept(order.body.id);
    expect(kept?.challenge).toBeUndefined();
    expect(kept?.authorisation).toMatchObject({
      passkeyId: expect.stringMatching(/^pky_/),
      authenticatorData: signed.response.authenticatorData,
      clientDataJson: signed.response.clientDataJSON,
      signature: signed.response.signature,
    });
    expect(kept?.steps.map(({ state, cause }) => [state, cause])).toEqual([
      ['awaiting-authorisation', 'ordered'],
      ['requested', 'authorised'],
    ]);
  });

  test('of a payment for later has it wait for its day, with nothing reserved', async () => {
    const order = await own.order({ requestedExecutionDate: '2026-12-01' });
    const { body } = await own.authorise(order.body.id, phone.get(optionsOf(order)));
    expect(body).toMatchObject({ state: 'scheduled', executesOn: '2026-12-01' });
    expect(own.reserved()).toEqual({});
    expect(own.requested()).toBe(0);
  });

  test('on a later day counts from then: what was for a day that is over is for the next', async () => {
    const order = await own.order();
    own.at('2026-11-24T10:00:00Z');
    const renewed = await own.challenge(order.body.id);
    const { body } = await own.authorise(order.body.id, phone.get(optionsOf(renewed)));
    expect([order.body.executesOn, body.executesOn]).toEqual(['2026-11-23', '2026-11-24']);
    expect(own.kept(order.body.id)?.reservedOn).toBe('2026-11-24');
  });

  test('that the money does not suffice for is refused, and the payment still waits', async () => {
    const first = await own.order({ amount: { amountMinor: '200001', currency: 'DKK' } });
    const second = await own.order();
    await own.authorise(first.body.id, phone.get(optionsOf(first)));
    const refused = await own.authorise(second.body.id, phone.get(optionsOf(second)));
    expect(outcomeOf(refused)).toBe('422 payment.insufficient-funds');
    expect(own.kept(second.body.id)?.steps).toHaveLength(1);
    expect(own.reserved()).toEqual({ [first.body.id]: 200_001n });
  });

  test('from an account that was frozen meanwhile is refused, and the payment still waits', async () => {
    const order = await own.order();
    await own.world.deliver('bank-facts', aFact('account.frozen', { time: '2026-11-23T09:30:00.000Z' }));
    expect(outcomeOf(await own.authorise(order.body.id, phone.get(optionsOf(order))))).toBe(
      '422 account.frozen',
    );
    expect(own.kept(order.body.id)?.steps).toHaveLength(1);
  });

  test('that comes twice pays once: under its key with the same answer, under another with a refusal', async () => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    const first = await own.authorise(order.body.id, signed, 'uid-ann', 'same');
    const again = await own.authorise(order.body.id, signed, 'uid-ann', 'same');
    expect(again).toEqual(first);
    expect(outcomeOf(await own.authorise(order.body.id, signed))).toBe('409 authorisation.not-awaited');
    expect(own.requested()).toBe(1);
    expect(own.reserved()).toEqual({ [order.body.id]: 100_000n });
  });

  test('pays once, whatever crashes and however often it is sent', async () => {
    const order = await own.order();
    const stored = new Map(Object.entries(own.world.state()));
    const signed = phone.get(optionsOf(order));
    let paid = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const stormy = await bank({ seed, faults: ALL_FAULTS, weather: STORMY, stored });
      const tries = ['a', 'a', 'b'].map((key) => stormy.authorise(order.body.id, signed, 'uid-ann', key));
      await Promise.allSettled(tries);
      const isPaid = stormy.kept(order.body.id)?.steps.at(-1)?.state === 'requested';
      paid += isPaid ? 1 : 0;
      expect([seed, stormy.reserved()]).toEqual([seed, isPaid ? { [order.body.id]: 100_000n } : {}]);
      expect([seed, stormy.counters()]).toEqual([seed, [isPaid ? 1n : 0n]]);
      expect([seed, stormy.requested() <= 1]).toEqual([seed, true]);
    }
    expect(paid).toBeGreaterThan(15);
  });
});

describe('what was signed', () => {
  test('for one payment is nothing for another of the same amount to the same payee', async () => {
    const [first, second] = [await own.order(), await own.order()];
    expect(outcomeOf(await own.authorise(second.body.id, phone.get(optionsOf(first))))).toBe(
      '422 authorisation.invalid',
    );
    expect(own.reserved()).toEqual({});
  });

  test.each<[string, object]>([
    ['another amount', { amount: { amountMinor: 100_001n, currency: 'DKK' } }],
    ['another currency', { amount: { amountMinor: 100_000n, currency: 'EUR' } }],
    ['another payee', { creditor: { ...LANDLORD, name: 'Tyv' } }],
    [
      'another account of the payee',
      {
        creditor: { ...LANDLORD, accountNumber: { registrationNumber: '5000', accountNumber: '400440117' } },
      },
    ],
    ['an IBAN in place of the account', { creditor: { name: 'Udlejer', iban: 'DK5000400440116243' } }],
    ['another paying account', { accountId: 'acct-2' }],
  ])('is nothing for %s, even where the payment itself was changed to it', async (_, changed) => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    const [document] = await own.world.store.get([paymentPath(order.body.id)]);
    const payment = document && paymentFrom(document);
    if (!document || !payment) throw new Error('no payment');
    const account = own.world.state()['accounts/acct-1'] ?? {};
    await own.world.store.commit([
      writePayment(document, { ...payment, ...changed }),
      { do: 'create', path: 'accounts/acct-2', fields: { ...account, id: 'acct-2' } },
    ]);
    expect(outcomeOf(await own.authorise(order.body.id, signed))).toBe('422 authorisation.invalid');
    expect(own.requested()).toBe(0);
  });

  test.each<[string, Parameters<ReturnType<typeof anAuthenticator>['get']>[1]]>([
    ['on another origin', { origin: 'https://localhost.evil.example' }],
    ['on another port of ours', { origin: 'http://localhost:8401' }],
    ['for another domain', { rpId: 'evil.example' }],
    ['without the owner’s finger or PIN', { isUserVerified: false }],
  ])('%s is refused', async (_, changes) => {
    const order = await own.order();
    expect(outcomeOf(await own.authorise(order.body.id, phone.get(optionsOf(order), changes)))).toBe(
      '422 authorisation.invalid',
    );
    expect(own.kept(order.body.id)?.steps).toHaveLength(1);
  });

  test('and then bent in one bit is refused, wherever the bit is', async () => {
    const order = await own.order();
    for (const bent of bentInOneBit(phone.get(optionsOf(order))))
      expect(outcomeOf(await own.authorise(order.body.id, bent))).toBe('422 authorisation.invalid');
  });

  test('by a copy of the passkey is refused: its counter went back', async () => {
    const [first, second] = [await own.order(), await own.order()];
    await own.authorise(first.body.id, phone.get(optionsOf(first), { counter: 7 }));
    expect(own.counters()).toEqual([7n]);
    for (const counter of [6, 7, 0])
      expect(outcomeOf(await own.authorise(second.body.id, phone.get(optionsOf(second), { counter })))).toBe(
        '422 authorisation.invalid',
      );
    const { status } = await own.authorise(second.body.id, phone.get(optionsOf(second), { counter: 8 }));
    expect([status, own.counters()]).toEqual([202, [8n]]);
  });

  test('by a passkey that never counts is taken each time', async () => {
    const [first, second] = [await own.order(), await own.order()];
    for (const order of [first, second])
      expect((await own.authorise(order.body.id, phone.get(optionsOf(order), { counter: 0 }))).status).toBe(
        202,
      );
  });

  test('by a passkey of nobody’s, or of another customer’s, is refused', async () => {
    const bos = await own.registered('uid-bo');
    const order = await own.order();
    for (const stranger of [anAuthenticator(), bos])
      expect(outcomeOf(await own.authorise(order.body.id, stranger.get(optionsOf(order))))).toBe(
        '422 authorisation.passkey-unknown',
      );
  });

  test('under the name of another’s passkey is refused', async () => {
    const order = await own.order();
    const signed = { ...anAuthenticator().get(optionsOf(order)), id: phone.id, rawId: phone.id };
    expect(outcomeOf(await own.authorise(order.body.id, signed))).toBe('422 authorisation.invalid');
  });

  test('by another owner of the account is refused: it is not their order', async () => {
    const bos = await own.registered('uid-bo');
    const order = await own.order();
    expect(outcomeOf(await own.authorise(order.body.id, bos.get(optionsOf(order)), 'uid-bo'))).toBe(
      '403 authorisation.not-yours',
    );
  });

  test('by whoever does not own the account finds no payment', async () => {
    const order = await own.order();
    expect(outcomeOf(await own.authorise(order.body.id, phone.get(optionsOf(order)), 'uid-eve'))).toBe(
      '404 payment.not-found',
    );
  });

  test('of a payment that was cancelled, or needs none, is refused', async () => {
    const order = await own.order();
    const small = await own.order({ amount: { amountMinor: '1', currency: 'DKK' } });
    await own.ask('POST', `/payments/${order.body.id}/cancellation`, 'uid-ann', {});
    for (const { body } of [order, small])
      expect(outcomeOf(await own.authorise(body.id, phone.get(optionsOf(order))))).toBe(
        '409 authorisation.not-awaited',
      );
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no credential', {}],
    ['a credential without its answer', { id: 'a', rawId: 'a', type: 'public-key' }],
    ['bytes that are no base64url', { ...anAuthenticator().get({ challenge: 'a' }), id: '==' }],
  ])('and is %s is refused as a body', async (_, assertion) => {
    const order = await own.order();
    expect(outcomeOf(await own.authorise(order.body.id, assertion))).toBe('422 body.invalid');
  });

  test('and is no WebAuthn inside is refused, and is no failure of ours', async () => {
    const order = await own.order();
    const signed = phone.get(optionsOf(order));
    for (const junk of [
      { clientDataJSON: 'e30' },
      { clientDataJSON: '_' },
      { clientDataJSON: 'bnVsbA' },
      { authenticatorData: 'AAAA' },
      { signature: 'AAAA' },
    ])
      expect(
        outcomeOf(
          await own.authorise(order.body.id, { ...signed, response: { ...signed.response, ...junk } }),
        ),
      ).toBe('422 authorisation.invalid');
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
    expect((await own.authorise(order.body.id, phone.get(optionsOf(renewed)))).status).toBe(202);
  });

  test('that is asked for twice is another each time, and the last is good', async () => {
    const order = await own.order();
    const [first, second] = [await own.challenge(order.body.id), await own.challenge(order.body.id)];
    expect(optionsOf(first)).not.toEqual(optionsOf(second));
    expect(outcomeOf(await own.authorise(order.body.id, phone.get(optionsOf(first))))).toBe(
      '422 authorisation.invalid',
    );
    expect((await own.authorise(order.body.id, phone.get(optionsOf(second)))).status).toBe(202);
  });

  test('is nobody’s but the orderer’s, and of no payment that awaits none', async () => {
    const order = await own.order();
    const fresh = (uid: string) => own.challenge(order.body.id, uid);
    expect(outcomeOf(await fresh('uid-bo'))).toBe('403 authorisation.not-yours');
    expect(outcomeOf(await fresh('uid-eve'))).toBe('404 payment.not-found');
    await own.authorise(order.body.id, phone.get(optionsOf(order)));
    expect(outcomeOf(await fresh('uid-ann'))).toBe('409 authorisation.not-awaited');
  });

  test('comes again with the order that is sent twice, and the payment is one', async () => {
    const [first, again] = [await own.order({}, 'same'), await own.order({}, 'same')];
    expect(again.body).toEqual(first.body);
    expect((await own.authorise(first.body.id, phone.get(optionsOf(again)))).status).toBe(202);
  });
});
