import { describe, expect, test } from 'vitest';
import type { IsoStatus, Payment, Step } from '../../../shared/domain/payment.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentNotReceived } from '../../../shared/events/payment-facts.ts';
import { paymentChanged, paymentDue } from '../../../shared/events/payments.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { writePayment } from '../../../shared/store/payments.ts';
import { aFact, aMessage, eventIn, NOW } from '../../../shared/testing/builders.ts';
import { aDevice, registered } from '../../../shared/testing/push-service.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import releasePayment from '../../payments/release-payment/function.ts';
import trackPayment from '../../payments/track-payment/function.ts';
import composePaymentNotice from './function.ts';

const at = (time: string) => `2026-11-23T${time}:00.000Z`;
const step = (state: Step['state'], time = '09:00'): Step => ({ state, at: at(time), cause: 'test' });
const payment: Payment = {
  ...{ id: 'pay_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
  amount: { amountMinor: 800_000n, currency: 'DKK' },
  creditor: { name: 'Udlejer', iban: 'DK5000400440116243' },
  ...{ endToEndId: 'pay.1', orderedAt: at('09:00'), executesOn: '2026-11-23' },
  ...{ steps: [step('submitting')], words: {} },
};
const opened = aFact('account.opened', { ownerIds: ['uid-ann', 'uid-ann', 'uid-bo'] });
const said = (isoStatus: IsoStatus, time: string, reason?: string) =>
  aFact('payment.status-changed', {
    id: `${isoStatus}-${time}`,
    paymentId: 'pay_1',
    isoStatus,
    reason,
    time: at(time),
  });
const cameBack = (returnId: string, amountMinor: bigint, time: string) =>
  aFact('payment.returned', {
    id: returnId,
    paymentId: 'pay_1',
    returnId,
    reason: 'AC04',
    amountMinor,
    time: at(time),
  });
const notReceived = (time: string) => {
  const data = { bank: 'sandbox', accountId: 'acct-1', paymentId: 'pay_1', askedAt: at(time) };
  return aMessage(
    [paymentNotReceived],
    draft(paymentNotReceived, { subject: 'pay_1', id: `none-${time}`, data }),
  );
};

/** What Ann was told of her payment, and how many pushes her one phone was sent; Bo, who owns the account too, has none. */
async function told(facts: readonly Message[], { now = NOW, order = payment, first = [opened] } = {}) {
  const functions = [trackAccount, trackPayment, releasePayment, composePaymentNotice];
  const world = aWorld({ functions, env: { now: () => now } });
  await world.store.commit([
    ...registered('uid-ann', aDevice()),
    writePayment({ path: 'payments/pay_1', fields: undefined, version: undefined }, order),
  ]);
  for (const fact of [...first, ...facts]) await world.deliver('bank-facts', fact);
  const of = (uid: string) =>
    Object.entries(world.state())
      .filter(([path]) => path.startsWith(`customers/${uid}/notifications/`))
      .map(([, { _arrival: _, ...fields }]) => fields);
  const pushes = () => new Set(world.events('notifications').map(({ id }) => id)).size;
  const texts = () => of('uid-ann').map(({ title, body }) => `${title}: ${body}`.replace(/\s/g, ' '));
  return { world, of, texts, pushes };
}

describe('a payment', () => {
  test('that the bank rejects is told once, with a plain reason, to each owner', async () => {
    const { of, texts, pushes } = await told([said('RJCT', '09:30', 'AC04')]);
    expect(texts()).toEqual([
      'Udlejer: 8.000,00 kr. blev ikke betalt. Kontoen, som du betalte til, er lukket eller spærret.',
    ]);
    expect(of('uid-ann')).toMatchObject([
      {
        kind: 'payment',
        status: 'rejected',
        paymentId: 'pay_1',
        accountId: 'acct-1',
        occurredAt: at('09:30'),
      },
    ]);
    expect(of('uid-bo')).toHaveLength(1);
    expect(pushes()).toBe(1);
  });

  test('that finds no money by the end of its day is told', async () => {
    const order = { ...payment, steps: [step('scheduled')] };
    const evening = new Date('2026-11-23T18:00:00Z');
    const { world, texts, pushes } = await told([], { now: evening, order });
    const data = { paymentId: 'pay_1', accountId: 'acct-1' };
    await world.deliver('payments', aMessage([paymentDue], draft(paymentDue, { subject: 'pay_1', data })));
    expect(texts()).toEqual(['Udlejer: 8.000,00 kr. blev ikke betalt. Der var ikke penge nok på din konto.']);
    expect(pushes()).toBe(1);
  });

  test('that is sent is told by its transaction and not here', async () => {
    const { texts, pushes } = await told([said('ACSP', '09:30'), said('ACSC', '09:40')]);
    expect([texts(), pushes()]).toEqual([[], 0]);
  });

  test('that comes back is told by how much did; of a second part it is told anew', async () => {
    const first = await told([said('ACSC', '09:30'), cameBack('r-1', 300_000n, '09:40')]);
    expect(first.texts()).toEqual([
      'Udlejer: 3.000,00 kr. er kommet tilbage på din konto. Kontoen, som du betalte til, er lukket eller spærret.',
    ]);
    await first.world.deliver('bank-facts', cameBack('r-2', 500_000n, '09:50'));
    expect(first.texts()[0]).toContain('8.000,00 kr.');
    expect([first.texts().length, first.pushes()]).toEqual([1, 2]);
  });

  test('that was told as not paid and is paid after all is told so, unread, in the same place', async () => {
    const { world, of, texts, pushes } = await told([notReceived('09:10')]);
    expect(texts()).toEqual([
      'Udlejer: 8.000,00 kr. blev ikke betalt. Banken fik den aldrig, så du kan betale igen.',
    ]);
    const [document] = await world.store.query({ collection: 'customers/uid-ann/notifications' });
    if (!document) throw new Error('no notification');
    await world.store.commit([{ do: 'replace', read: document, fields: { ...document.fields, read: true } }]);
    await world.deliver('bank-facts', said('ACSC', '09:30'));
    expect(texts()).toEqual(['Udlejer: 8.000,00 kr. bliver alligevel betalt']);
    expect(of('uid-ann')).toMatchObject([{ read: false }]);
    expect(pushes()).toBe(2);
  });

  test('is told the same in whatever order the bank’s words come', async () => {
    for (const words of [
      [said('RJCT', '09:10', 'AC01'), said('ACSC', '09:20')],
      [notReceived('09:10'), notReceived('09:20'), said('ACSC', '09:05')],
      [said('RJCT', '09:10'), said('CANC', '09:20')],
      [said('ACSC', '09:10'), cameBack('r-1', 1n, '09:20'), cameBack('r-2', 2n, '09:15')],
    ]) {
      const inOrder = await told(words);
      const backwards = await told(words.toReversed());
      expect(inOrder.of('uid-ann')).toHaveLength(1);
      expect(backwards.of('uid-ann')).toEqual(inOrder.of('uid-ann'));
    }
  });

  test('of yesterday is in the list, and rings no phone', async () => {
    const { texts, pushes } = await told([said('RJCT', '09:30')], {
      now: new Date('2026-11-24T09:30:00.001Z'),
    });
    expect([texts().length, pushes()]).toEqual([1, 0]);
  });
});

test('one event twice is told once, and what is read stays read', async () => {
  const { world, of, pushes } = await told([said('RJCT', '09:30')]);
  const [document] = await world.store.query({ collection: 'customers/uid-ann/notifications' });
  if (!document) throw new Error('no notification');
  await world.store.commit([{ do: 'replace', read: document, fields: { ...document.fields, read: true } }]);
  const [event] = world.published.filter(({ topic }) => topic === 'payments');
  if (!event) throw new Error('nothing published');
  await world.deliver('payments', event.message, event.message);
  // The same in better words.
  await world.deliver('bank-facts', said('RJCT', '09:40', 'AC01'));
  expect(of('uid-ann')).toMatchObject([{ read: true, reason: 'account-unknown' }]);
  expect(pushes()).toBe(1);
});

test('no event holds the payee’s name or their account', async () => {
  const { world } = await told([said('RJCT', '09:30')]);
  const all = world.published.map(({ message }) => Buffer.from(message.data).toString()).join();
  expect(all).not.toMatch(/Udlejer|DK5000400440116243/);
});

test('what comes before its account waits for it, parked; what is no such event is parked, and the next is taken', async () => {
  const { world, texts } = await told([said('RJCT', '09:30')], { first: [] });
  const [event] = world.published.filter(({ topic }) => topic === 'payments');
  if (!event) throw new Error('nothing published');
  const { message } = event;
  expect(eventIn(message).type).toBe(paymentChanged.type);
  const broken = (from: string, to: string) => {
    const text = Buffer.from(message.data).toString().replace(eventIn(message).id, `evt-${to.length}`);
    return { ...message, data: Buffer.from(text.replaceAll(from, to)) };
  };
  await world.deliver('bank-facts', opened);
  await world.deliver(
    'payments',
    broken('"pay_1"', '"pay_unknown"'),
    broken('"paymentId":"pay_1"', '"paymentId":7'),
    message,
  );
  const reasons = world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason);
  expect(reasons).toEqual(['account.not-opened', 'payment.not-found', 'event.invalid']);
  expect(texts()).toHaveLength(1);
});
