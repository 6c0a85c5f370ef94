import * as z from 'zod';
import { banks } from '../../../shared/banks/index.ts';
import { wallClock } from '../../../shared/domain/cut-off.ts';
import type { Payment } from '../../../shared/domain/payment.ts';
import { minuteOf } from '../../../shared/domain/retry.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentDue } from '../../../shared/events/payments.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
import { paymentFrom, paymentsDue } from '../../../shared/store/payments.ts';
import { standingOrdersDue } from '../../../shared/store/standing-orders.ts';
import { runsOf } from './run.ts';

const paying = banks.flatMap(({ name, payments }) =>
  payments ? [{ bank: name, timeZone: payments.timeZone }] : [],
);
// An order is two writes, and Firestore takes 500 in a commit. What does not fit is the next tick’s.
const ORDERS_MAX = Math.floor(200 / paying.length);
const PAYMENTS_MAX = Math.floor(1000 / paying.length);

/**
 * Makes the payments of standing orders whose day has come, and tells of every payment whose day has come, and of those
 * that waited for money. An order makes one run a tick, so that what was missed for days is paid oldest first.
 */
export default onSchedule({
  name: 'run-standing-orders',
  everyMinutes: 5,
  publishes: [paymentDue],
  impact: 'Rent and savings are not paid on their day, nor is what customers ordered for later.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(tick, { deps: reads, now }) {
    const all = await Promise.all(paying.map((bank) => runBank(reads, bank, { tick, now })));
    return { writes: all.flatMap(({ writes }) => writes), events: all.flatMap(({ events }) => events) };
  },
});

async function runBank(
  reads: Reads,
  { bank, timeZone }: (typeof paying)[number],
  { tick, now }: { tick: string; now: Date },
) {
  const { date: today } = wallClock(now, timeZone);
  const [orders, waiting] = await Promise.all([
    reads.query(standingOrdersDue(bank, today, ORDERS_MAX)),
    reads.query(paymentsDue(bank, minuteOf(now, timeZone), PAYMENTS_MAX)),
  ]);
  const { writes, payments } = await runsOf(reads, orders, { today, tick, now });
  const due = [
    // Told again while nobody has handled it, which changes nothing.
    ...waiting.flatMap((document) => paymentFrom(document) ?? []),
    ...payments.filter(({ executesOn }) => executesOn <= today),
  ];
  return { writes, events: due.map(dueNow) };
}

function dueNow({ id, accountId }: Payment) {
  return draft(paymentDue, { subject: id, data: { paymentId: id, accountId } });
}
