import { afterEach, describe, expect, test, vi } from 'vitest';
import { textOf } from '../../operate/explain/as-text.ts';
import { explain } from '../../operate/explain/explain.ts';
import { pageOf } from '../../operate/explain/page.ts';
import { notificationIdOf } from '../../shared/store/notifications.ts';
import { reservationsPath, writeReleased, writeReserved } from '../../shared/store/reservations.ts';
import { WEBHOOK_SECRET } from '../../shared/testing/builders.ts';
import { aPayingCustomer } from './payments.ts';

afterEach(() => void vi.unstubAllGlobals());

type Paying = Awaited<ReturnType<typeof aPayingCustomer>>;

async function explained({ mirror }: Paying, id: string) {
  const environment = {
    ...{ project: 'demo-test', name: 'memory', platform: mirror.store, telemetry: undefined },
    webhookSecrets: { sandbox: [WEBHOOK_SECRET] },
    operator: async () => 'somebody',
  };
  const told = await explain(environment, async () => [], id);
  const [payment] = told.payments;
  return {
    ...told,
    sentences: told.findings.map(({ kind, text }) => `${kind}: ${text}`),
    moves: payment?.moves.map(
      ({ what, by }) => `${what} by ${by.replaceAll(/(dlv|evt|fact)_\S+?(?=,|$)/g, '$1')}`,
    ),
    functions: told.handlings.map(({ function: fn }) => fn),
  };
}

describe('a payment', () => {
  test('that was sent: who ordered it, each step and word with the way it came by, and what it made', async () => {
    const paying = await aPayingCustomer({ faults: { paymentLate: 1, paymentLateMs: 60_000 } });
    const { id } = await paying.pay('3200');
    await paying.later();
    await paying.later({ minutes: 2 });
    const { sentences, moves, functions, handlings, transactions, deliveries, payments } = await explained(
      paying,
      id,
    );
    expect(sentences.filter((each) => each.startsWith('wrong'))).toEqual([]);
    expect(sentences[0]).toBe(
      `note: ${id} is sent: 32.00 DKK to Bo Holm, ordered by uid-ann 2026-11-23T10:00:00.000Z, to be executed on 2026-11-23.`,
    );
    expect(sentences).toContain('right: Nothing is reserved for it, as it should be.');
    expect(sentences).toContain(`note: It made ${transactions[0]?.id}.`);
    expect(moves).toEqual([
      'requested by uid-ann ordered it',
      'submitting by evt',
      'submitted (RCVD) by the answer to our call',
      'pending (PDNG) by webhook dlv, signature right',
      'settling (ACSP) by webhook dlv, signature right',
      'sent (ACSC) by webhook dlv, signature right',
    ]);
    expect(payments[0]?.moves.filter(({ factId }) => factId)).toHaveLength(4);
    expect(deliveries.every(({ check }) => check === 'right')).toBe(true);
    expect(functions).toEqual(expect.arrayContaining(['release-payment', 'submit-payment', 'track-payment']));
    const released = handlings.find(({ function: fn }) => fn === 'release-payment');
    expect(released?.changes).toMatchObject([{ path: `payments/${id}`, how: 'changed' }]);
    expect(released?.told).toMatchObject([{ type: 'payment.released' }]);
    const booked = handlings.filter(({ function: fn }) => fn === 'record-transaction');
    expect(booked.flatMap(({ changes }) => changes.map(({ path }) => path))).toContain(
      reservationsPath(paying.accountId),
    );
  });

  test('that is under way has its money reserved; where that is gone, it is wrong, and said first', async () => {
    const paying = await aPayingCustomer({ faults: { paymentTimeoutBefore: 1 } });
    const { id } = await paying.pay('3200');
    expect((await explained(paying, id)).sentences).toContain('right: 32.00 DKK are reserved for it.');
    const { store } = paying.mirror;
    const [document] = await store.get([reservationsPath(paying.accountId)]);
    await store.commit(document ? writeReleased(document, id) : []);
    expect((await explained(paying, id)).sentences[0]).toBe(
      'wrong: 32.00 DKK should be reserved for it, and 0.00 DKK are.',
    );
  });

  test('that is over with its money still reserved is wrong', async () => {
    const paying = await aPayingCustomer();
    const { id } = await paying.pay('3200');
    await paying.hears();
    const { store } = paying.mirror;
    const [document] = await store.get([reservationsPath(paying.accountId)]);
    await store.commit(document ? [writeReserved(document, id, 3_200n)] : []);
    expect((await explained(paying, id)).sentences[0]).toBe(
      'wrong: 32.00 DKK are reserved for it, and nothing should be.',
    );
  });

  test('that nobody answered, and that was found when the bank was asked', async () => {
    const paying = await aPayingCustomer({ faults: { paymentTimeoutAfter: 1 } });
    const { id } = await paying.pay('3200');
    paying.mirror.passes(2);
    await paying.mirror.tick('resolve-unknown-payments');
    const { moves } = await explained(paying, id);
    expect(moves).toContain('unknown by our call, which had no answer');
    expect(moves).toContain('sent (ACSC) by the answer to our inquiry');
  });

  test('that was rejected: why, that its money is free again, and what its owner was told', async () => {
    const paying = await aPayingCustomer({ faults: { paymentReject: 1, paymentLateMs: 60_000 } });
    const { id } = await paying.pay('3200');
    await paying.later({ minutes: 2 });
    const told = await explained(paying, id);
    expect(told.sentences[0]).toMatch(
      /is rejected, [A-Z]{2}[0-9]{2}: 32.00 DKK to Bo Holm, ordered by uid-ann/,
    );
    expect(told.sentences).toContain('right: Nothing is reserved for it, as it should be.');
    expect(told.notifications.map(({ title, body }) => `${title}: ${body}`.replace(/\s/g, ' '))).toContain(
      'Bo Holm: DKK 32.00 was not paid. It could not be carried out.',
    );
    expect((await explained(paying, notificationIdOf(id))).payments).toMatchObject([{ id }]);
    const text = textOf(told).join('\n');
    expect(text).toContain(`${id} from account ${paying.accountId}`);
    const page = await pageOf(told);
    expect(page).toContain('Payment to Bo Holm');
    expect(page).toContain('<svg');
  });

  test('that was cancelled in time is told with nothing of the bank’s', async () => {
    const paying = await aPayingCustomer();
    const { id } = await paying.pay('3200', { requestedExecutionDate: '2026-11-27' });
    await paying.act(id, 'cancellation');
    const { moves, deliveries } = await explained(paying, id);
    expect(moves).toEqual(['scheduled by uid-ann ordered it', 'cancelled by the customer cancelled it']);
    expect(deliveries).toEqual([]);
  });
});

test('a transaction of a payment names its payment', async () => {
  const paying = await aPayingCustomer();
  const { id } = await paying.pay('3200');
  await paying.hears();
  const { transactions } = await explained(paying, id);
  const { sentences, payments } = await explained(paying, transactions[0]?.id ?? '');
  expect(sentences).toContain(
    `note: ${transactions[0]?.id} is of payment ${id}: npm run explain -- ${id} tells of that.`,
  );
  expect(payments).toEqual([]);
});
