import * as z from 'zod';
import type { BankApi } from '../../../shared/banks/bank.ts';
import { apiVariables, bankNamed, openApis } from '../../../shared/banks/index.ts';
import { awaitsBank, type Payment, stateOf } from '../../../shared/domain/payment.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentStatusChanged, paymentUnanswered } from '../../../shared/events/payment-facts.ts';
import { paymentRecallWanted, paymentReleased } from '../../../shared/events/payments.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { mayCall, statusFact } from '../../../shared/runtime/payment-word.ts';
import { paymentFrom, paymentPath } from '../../../shared/store/payments.ts';

/**
 * Has the bank carry a payment out, under one key for as long as the bank remembers it. An answer that does not come is
 * told as such, and never called an error: nobody knows whether the bank took it.
 */
export default onEvent({
  name: 'submit-payment',
  on: [paymentReleased, paymentRecallWanted],
  publishes: [paymentStatusChanged, paymentUnanswered],
  impact: 'Payments that were released do not reach the bank; they are late.',
  config: z.object(apiVariables),
  connect: ({ config, reads, ask }) => ({ reads, apis: openApis(config, ask) }),
  async deliver({ type, data, id }, { deps: { reads, apis }, now }) {
    const payment = paymentFrom(await readOne(reads, paymentPath(data.paymentId)));
    const api = payment && apis.get(payment.bank);
    if (!payment || !api) throw new PermanentError('payment.not-found', { paymentId: data.paymentId });
    if (type === 'payment.recall-wanted') {
      await api.recall(payment.id, data.reason, id);
      return [];
    }
    // The bank may have said by now what became of it, and past the key's lifetime nobody may call: whoever resolves what
    // is unknown asks instead.
    const terms = bankNamed(payment.bank)?.payments;
    if (!awaitsBank(stateOf(payment)) || !mayCall(payment, terms, now)) return [];
    return [await pay(api, payment, now)];
  },
});

async function pay(api: BankApi, payment: Payment, now: Date) {
  const { id, accountId, bank } = payment;
  try {
    return statusFact(payment, await api.pay(payment, id), now);
  } catch {
    const data = { bank, accountId, paymentId: id, askedAt: now.toISOString() };
    return draft(paymentUnanswered, { subject: id, data });
  }
}
