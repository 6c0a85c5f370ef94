import { describe, expect, test } from 'vitest';
import servePasskeys from '../../functions/customers/serve-passkeys/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import composeSecurityAlert from '../../functions/notifications/compose-security-alert/function.ts';
import orderPayment from '../../functions/payments/order-payment/function.ts';
import { readPasskeys, removePasskeys } from '../../operate/passkeys/passkeys.ts';
import { anAuthenticator } from '../../shared/testing/authenticator.ts';
import { aFact, NOW } from '../../shared/testing/builders.ts';
import { aDevice, devicesOf } from '../../shared/testing/push-service.ts';
import { LANDLORD, optionsOf, outcomeOf, signers } from '../../shared/testing/signers.ts';

/** Ann lost the phone with her only passkey, with a payment of 1,000.00 open that it was to authorise. */
async function ann() {
  let signedInAt = NOW;
  const identify = async (authorization?: string) => ({
    uid: authorization?.replace('Bearer ', '') ?? '',
    ...{ isOperator: false, authenticatedAt: signedInAt },
  });
  const customers = signers(
    { orders: orderPayment, passkeys: servePasskeys, things: '/payments' },
    {
      functions: [trackAccount, recordTransaction, orderPayment, servePasskeys, composeSecurityAlert],
      stored: devicesOf('uid-ann', aDevice(), aDevice({ id: 'tablet' })),
      env: { now: () => NOW, identify },
    },
  );
  const { world, ask } = customers;
  await world.deliver('bank-facts', aFact('account.opened'));
  await world.deliver(
    'bank-facts',
    aFact('transaction.booked', { direction: 'credit', amountMinor: 300_000n }),
  );
  const lost = await customers.registered();
  const amount = { amountMinor: '100000', currency: 'DKK' };
  const { body } = await ask('POST', '/payments', 'uid-ann', {
    ...{ accountId: 'acct-1', amount, creditor: LANDLORD },
  });
  return {
    ...customers,
    ...{ lost, payment: body.id },
    /** From here on it is an older session that asks: a stolen token is one. */
    sessionIsOld: () => {
      signedInAt = new Date(NOW.getTime() - 301_000);
    },
    signsInAnew: () => {
      signedInAt = NOW;
    },
    begin: () => ask('POST', '/passkeys/registration-options', 'uid-ann', {}),
    async operatorRemoves() {
      const read = await readPasskeys(world.store, 'uid-ann');
      const ids = read.passkeys.map(({ id }) => id);
      await removePasskeys(world.store, read, ids, {
        ...{ at: NOW.toISOString(), by: 'ola@example.com', customerId: 'uid-ann', why: 'Passport seen' },
      });
    },
    toSign: async () => optionsOf(await ask('GET', `/payments/${body.id}`, 'uid-ann')),
    alerts: () =>
      Object.entries(world.state()).filter(
        ([path, { status }]) => path.includes('/notifications/') && status === 'passkey-registered',
      ).length,
  };
}

describe('a customer who lost the only passkey', () => {
  test('can do nothing about it alone, and registers another once an operator took it away', async () => {
    const customer = await ann();
    const other = anAuthenticator();
    const { options } = (await customer.begin()).body as unknown as { options: { challenge: string } };
    const attestation = other.create(options);
    const before = await customer.ask('POST', '/passkeys', 'uid-ann', { name: 'New phone', attestation });
    expect(outcomeOf(before)).toBe('403 passkey.proof-missing');

    await customer.operatorRemoves();
    const next = await customer.registered();
    const authorised = await customer.authorise(customer.payment, next.get(await customer.toSign()));
    expect(authorised).toMatchObject({ status: 202, body: { state: 'requested' } });
    // Of the lost one, and of the new one.
    expect(customer.alerts()).toBe(2);
  });

  test('is told on every phone if it was not she who registered the next one', async () => {
    const { operatorRemoves, registered, world } = await ann();
    const pushed = () =>
      world.events('notifications').map(({ data }) => (data as { deviceId: string }).deviceId);
    const before = pushed().length;
    await operatorRemoves();
    await registered();
    expect(pushed().slice(before).toSorted()).toEqual(['phone', 'tablet']);
  });
});

describe('whoever has her session, and not her sign-in', () => {
  test('registers nothing after a removal, not even what was begun before it', async () => {
    const { sessionIsOld, signsInAnew, begin, ask, operatorRemoves, authorise, payment, toSign } =
      await ann();
    sessionIsOld();
    // She has a passkey still, so no fresh sign-in is asked for, but a proof is.
    const begun = await begin();
    const thief = anAuthenticator();
    const attestation = thief.create((begun.body as unknown as { options: { challenge: string } }).options);
    await operatorRemoves();
    expect(outcomeOf(await begin())).toBe('401 sign-in.stale');
    const body = { name: 'My phone', attestation };
    expect(outcomeOf(await ask('POST', '/passkeys', 'uid-ann', body))).toBe('401 sign-in.stale');
    signsInAnew();
    expect(outcomeOf(await ask('POST', '/passkeys', 'uid-ann', body))).toBe('409 passkey.challenge-expired');
    expect(outcomeOf(await authorise(payment, thief.get(await toSign())))).toBe(
      '422 authorisation.passkey-unknown',
    );
  });

  test('pays nothing by the lost phone, nor by what it signed before', async () => {
    const { lost, toSign, operatorRemoves, authorise, payment } = await ann();
    const options = await toSign();
    const before = lost.get(options);
    await operatorRemoves();
    for (const signed of [before, lost.get(options)])
      expect(outcomeOf(await authorise(payment, signed))).toBe('422 authorisation.passkey-unknown');
  });
});
