import {
  historyOf,
  type Payment,
  reasonOf,
  recallOf,
  returnedMinor,
  stateOf,
} from '../../../shared/domain/payment.ts';

/** What an app sees of a payment: what was ordered, what became of it, and how. */
export function paymentView(payment: Payment) {
  const { id, accountId, scheme, amount, creditor, remittance, endToEndId, orderedAt, executesOn } = payment;
  const returned = returnedMinor(payment);
  return {
    ...{ id, accountId, scheme },
    amount: { amountMinor: String(amount.amountMinor), currency: amount.currency },
    ...{ creditor, remittance, endToEndId, orderedAt, executesOn },
    standingOrderId: payment.standingOrderId,
    state: stateOf(payment),
    reason: reasonOf(payment),
    returnedMinor: returned > 0n ? String(returned) : undefined,
    recall: recallOf(payment),
    history: historyOf(payment),
  };
}
