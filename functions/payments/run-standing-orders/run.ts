import { executionDateOf } from '../../../shared/domain/cut-off.ts';
import { endToEndIdOf, type Payment } from '../../../shared/domain/payment.ts';
import type { Run } from '../../../shared/domain/standing-order.ts';
import { type StandingOrder, withRun } from '../../../shared/domain/standing-order-runs.ts';
import { idFrom } from '../../../shared/events/id.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { keepStandingOrder, nextRun, termsOf } from '../../../shared/runtime/standing-order.ts';
import type { Stored, Write } from '../../../shared/store/document.ts';
import { paymentPath, writePayment } from '../../../shared/store/payments.ts';
import { standingOrderFrom } from '../../../shared/store/standing-orders.ts';

type Made = { readonly writes: readonly Write[]; readonly payments: readonly Payment[] };

/** The next run of each of these orders that is to be executed by today, as a payment, and the orders moved on. */
export async function runsOf(
  reads: Reads,
  documents: readonly Stored[],
  by: { readonly today: string; readonly tick: string; readonly now: Date },
): Promise<Made> {
  const runs = documents.flatMap((document) => {
    const order = standingOrderFrom(document);
    return order ? [{ document, order, run: nextRun(order) }] : [];
  });
  const due = runs.flatMap(({ run, ...of }) => (run && run.executesOn <= by.today ? [{ ...of, run }] : []));
  const places = await reads.get(due.map(({ order, run }) => paymentPath(paymentIdOf(order, run))));
  // Kept with a day that its bank has since closed, or that is no more to come.
  const moved = runs.filter(({ run }) => !run || run.executesOn > by.today);
  const payments = due.map(({ order, run }) => paymentOf(order, run, by));
  const made = places.flatMap((place, n) => {
    const payment = payments[n];
    // Where it is there already, only the order is still to be moved on.
    return payment && !place.fields ? [{ place, payment }] : [];
  });
  return {
    writes: [
      ...made.map(({ place, payment }) => writePayment(place, payment)),
      ...due.map(({ document, order, run }) => keepStandingOrder(document, withRun(order, run.dueOn))),
      ...moved.map(({ document, order }) => keepStandingOrder(document, order)),
    ],
    payments: made.map(({ payment }) => payment),
  };
}

/** Named by its due date: whoever makes the run makes the same payment. */
function paymentIdOf({ id }: StandingOrder, { dueOn }: Run): string {
  return idFrom('pay', id, dueOn);
}

/**
 * As if it had been ordered now: what is late, or comes after the cut-off, is carried out when the bank next can. It is not
 * authenticated, whatever its amount: its series was, where it had to be, and each of its payments is of that amount to that
 * payee (delegated regulation (EU) 2018/389, article 14(2)).
 */
function paymentOf(order: StandingOrder, run: Run, { tick, now }: { tick: string; now: Date }): Payment {
  const { customerId, accountId, bank, scheme, amount, creditor, remittance } = order;
  const id = paymentIdOf(order, run);
  const at = now.toISOString();
  return {
    ...{ id, customerId, accountId, bank, scheme, amount, creditor, remittance },
    endToEndId: endToEndIdOf(id),
    orderedAt: at,
    executesOn: executionDateOf({ requestedAt: now, ...termsOf(order) }),
    standingOrderId: order.id,
    steps: [{ state: 'scheduled', at, cause: tick }],
    words: {},
  };
}
