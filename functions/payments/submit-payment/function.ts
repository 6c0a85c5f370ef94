import * as z from 'zod';
import type { BankApi } from '../../../shared/banks/bank.ts';
import { apiVariables, bankNamed, openApis } from '../../../shared/banks/index.ts';
import { awaitsBank, type Payment, stateOf } from '../../../shared/domain/payment.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { directDebitDecisionRefused } from '../../../shared/events/direct-debit-facts.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentStatusChanged, paymentUnanswered } from '../../../shared/events/payment-facts.ts';
import {
  directDebitDecisionWanted,
  paymentRecallWanted,
  paymentReleased,
} from '../../../shared/events/payments.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { mayBeForgotten, mayCall, statusFact } from '../../../shared/runtime/payment-word.ts';
import { paymentFrom, paymentPath } from '../../../shared/store/payments.ts';
import { tellDecision } from './decision.ts';

/**
 * Has the bank carry a payment out, under one key for as long as the bank remembers it. An answer that does not come is
 * told as such, and never called an error: nobody knows whether the bank took it. What customers decide of direct debits
 * goes the same way.
 */
export default onEvent({
  name: 'submit-payment',
  on: [paymentReleased, paymentRecallWanted, directDebitDecisionWanted],
  publishes: [paymentStatusChanged, paymentUnanswered, directDebitDecisionRefused],
  impact: 'Payments that were released do not reach the bank, and refusals of direct debits; they are late.',
  config: z.object(apiVariables),
  connect: ({ config, reads, ask }) => ({ reads, apis: openApis(config, ask) }),
  async deliver(event, { deps, now }) {
    if (event.type === 'direct-debit.decision-wanted') return tellDecision(deps, event);
    const { type, data, id } = event;
    const { reads, apis } = deps;
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
    // Where it does not answer this throws, and nothing was called.
    const known = mayBeForgotten(payment, terms, now) ? await api.paymentsNamed(payment.id) : [];
    if (known.length > 0) return known.map((said) => statusFact(payment, said, now));
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
