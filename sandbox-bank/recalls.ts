import type * as z from 'zod';
import type { Desk } from './accounts.ts';
import { openKeys } from './keys.ts';
import { idsOf, type PaymentBook, paymentAnswer } from './payment-book.ts';
import type * as requests from './payment-requests.ts';
import { Problem } from './problem.ts';
import type { Returns } from './returns.ts';

/** The customer's side asks for a settled payment back, and the creditor's bank says yes or no (camt.056, camt.029). */
export function openRecalls({
  accounts,
  now,
  book,
  returns,
}: Desk & { book: PaymentBook; returns: Returns }) {
  const recalls = openKeys<ReturnType<typeof paymentAnswer>>({ now });

  return { request, decide };

  /** Asks, once for a key. A payment has one open recall at a time; after a no it may be asked again. */
  function request(key: string, paymentId: string, { reason }: z.output<typeof requests.recall>) {
    return recalls.once(`${paymentId} ${key}`, { reason }, () => {
      const payment = book.settled(paymentId);
      if (payment.recall === 'requested')
        throw new Problem(409, 'recall-open', 'The payment has been recalled, and nobody has decided yet.');
      if (returns.leftMinor(payment) === 0n)
        throw new Problem(409, 'nothing-to-recall', 'All of the payment came back already.');
      payment.recall = 'requested';
      accounts.tell(payment.account, 'payment.recall-requested', { ...idsOf(payment), reason });
      return paymentAnswer(payment);
    });
  }

  /** Decides on an open recall. A yes is followed by the return of all that is left, following the cancellation request. */
  function decide(paymentId: string, { accepted, reason }: z.output<typeof requests.recallDecision>) {
    const payment = book.get(paymentId);
    if (payment.recall !== 'requested')
      throw new Problem(409, 'no-open-recall', 'The payment has no recall to be decided on.');
    const amountMinor = returns.leftMinor(payment);
    if (accepted && amountMinor === 0n)
      throw new Problem(409, 'nothing-to-return', 'All of the payment came back already.');
    payment.recall = accepted ? 'accepted' : 'rejected';
    accounts.tell(payment.account, `payment.recall-${payment.recall}`, { ...idsOf(payment), reason });
    if (accepted) returns.giveBack(payment, { reason: 'FOCR', amountMinor });
    return paymentAnswer(payment);
  }
}
