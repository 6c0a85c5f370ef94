import { expect, test } from 'vitest';
import type { StandingOrder } from '../../../shared/domain/standing-order-runs.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { keepStandingOrder } from '../../../shared/runtime/standing-order.ts';
import type { Fields } from '../../../shared/store/document.ts';
import { writeStandingOrder } from '../../../shared/store/standing-orders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import runStandingOrders from './function.ts';

const rent: StandingOrder = {
  ...{ id: 'sto_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
  amount: { amountMinor: 10_000n, currency: 'DKK' },
  creditor: { name: 'Landlord', iban: 'DK5000400440116243' },
  createdAt: '2026-11-23T10:00:00Z',
  schedule: { every: 'month', interval: 1, startsOn: '2026-12-01' },
  pauses: [],
  isAwaitingAuthorisation: false,
};
const ORDER = { path: 'standing-orders/sto_1', fields: undefined, version: undefined };
const PAYMENT = `payments/${idFrom('pay', 'sto_1', '2026-12-01')}`;

/** What is there after one tick at ten in the morning of the first of December. */
async function aTick(prepare: (world: ReturnType<typeof aWorld>) => Promise<unknown>) {
  const world = aWorld({ functions: [], env: { now: () => new Date('2026-12-01T09:00:00Z') } });
  await prepare(world);
  await world.tick(runStandingOrders, 'tick-1');
  const documents = world.documents();
  return {
    order: documents.get(ORDER.path),
    payment: documents.get(PAYMENT),
    told: world.events('payments'),
  };
}

test('a run is made as a payment under an id of its own, and the order moved on', async () => {
  const { order, payment, told } = await aTick(({ store }) => store.commit([keepStandingOrder(ORDER, rent)]));
  expect(payment).toMatchObject({
    ...{ state: 'scheduled', standingOrderId: 'sto_1', amountMinor: 10_000n, executesOn: '2026-12-01' },
    _dueOn: '2026-12-01',
  });
  expect(order).toMatchObject({ lastDueOn: '2026-12-01', _nextOn: '2027-01-04' });
  expect(told).toMatchObject([{ type: 'payment.due', data: { accountId: 'acct-1' } }]);
});

test('where the payment is there already, only the order is moved on', async () => {
  const first = await aTick(({ store }) => store.commit([keepStandingOrder(ORDER, rent)]));
  const cancelled: Fields = { ...first.payment, state: 'cancelled' };
  delete (cancelled as { _dueOn?: unknown })._dueOn;
  const { order, payment, told } = await aTick(({ store }) =>
    store.commit([keepStandingOrder(ORDER, rent), { do: 'create', path: PAYMENT, fields: cancelled }]),
  );
  expect(payment).toEqual(cancelled);
  expect(order).toMatchObject({ lastDueOn: '2026-12-01', _nextOn: '2027-01-04' });
  expect(told).toEqual([]);
});

test('an order whose day is later than was thought waits for that day', async () => {
  const later = { ...rent, schedule: { ...rent.schedule, startsOn: '2026-12-02' } };
  const { order, payment, told } = await aTick(({ store }) =>
    store.commit([writeStandingOrder(ORDER, later, '2026-12-01')]),
  );
  expect(order?._nextOn).toBe('2026-12-02');
  expect([payment, told]).toEqual([undefined, []]);
});

test('an order that has no more runs is looked after no more', async () => {
  const over = { ...rent, schedule: { ...rent.schedule, endsOn: '2026-12-01' } };
  const { order } = await aTick(({ store }) => store.commit([keepStandingOrder(ORDER, over)]));
  expect(order?.lastDueOn).toBe('2026-12-01');
  expect(order?._nextOn).toBeUndefined();
});
