import type { PaymentTerms, SchemeTerms } from '../banks/bank.ts';
import { bankNamed } from '../banks/index.ts';
import type { Run } from '../domain/standing-order.ts';
import { nextRunOf, type StandingOrder } from '../domain/standing-order-runs.ts';
import type { Stored, Write } from '../store/document.ts';
import { writeStandingOrder } from '../store/standing-orders.ts';

/** When the bank carries an order's payments out, and where its clock is. */
export function termsOf({
  bank,
  scheme,
}: Pick<StandingOrder, 'bank' | 'scheme'>): SchemeTerms & Pick<PaymentTerms, 'timeZone'> {
  const terms = bankNamed(bank)?.payments;
  return { timeZone: terms?.timeZone ?? 'UTC', ...terms?.schemes[scheme] };
}

/** Its next run, by its bank's days. */
export function nextRun(order: StandingOrder): Run | undefined {
  return nextRunOf(order, termsOf(order).calendar);
}

/** Keeps it, to be looked after when its next run is executed. */
export function keepStandingOrder(read: Stored, order: StandingOrder): Write {
  return writeStandingOrder(read, order, nextRun(order)?.executesOn);
}
