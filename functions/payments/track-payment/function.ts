import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import {
  isOverUnpaid,
  type Payment,
  type PaymentWord,
  reasonOf,
  stateOf,
  withWord,
  wordKey,
} from '../../../shared/domain/payment.ts';
import { noticeOf } from '../../../shared/domain/payment-news.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { paymentNotReceived, paymentUnanswered, paymentWords } from '../../../shared/events/payment-facts.ts';
import { paymentChanged } from '../../../shared/events/payments.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { ANSWER } from '../../../shared/runtime/payment-word.ts';
import { giveBack, recount } from '../../../shared/runtime/reserve.ts';
import type { Write } from '../../../shared/store/document.ts';
import { paymentFrom, paymentPath, writePayment } from '../../../shared/store/payments.ts';

const kinds = [...paymentWords, paymentUnanswered, paymentNotReceived] as const;
type Fact = EventOf<(typeof kinds)[number]>;

/** Adds what the bank said of a payment to what it said before, and frees the money of one that will never be paid. */
export default onEvent({
  name: 'track-payment',
  on: kinds,
  prefix: 'payment.',
  publishes: [paymentChanged],
  impact: 'Customers do not see what became of their payments, and what was refused stays reserved.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(fact, { deps: reads }) {
    const { paymentId } = fact.data;
    if (paymentId === undefined) return {}; // ordered by somebody else: its money is a transaction like any other
    const document = await readOne(reads, paymentPath(paymentId));
    const before = paymentFrom(document);
    if (!before || before.accountId !== fact.data.accountId)
      throw new PermanentError('payment.not-found', { paymentId });
    const word = wordOf(fact);
    const after = withWord(before, word);
    if (after === 'conflict') throw new PermanentError('fact.conflict', { paymentId, factId: fact.id });
    if (!after) return {};
    return {
      writes: [
        writePayment(document, withArrival(after, word, fact)),
        ...(await moneyOf(reads, before, after)),
      ],
      events: isTold(before, after) ? [changed(after)] : [],
    };
  },
});

/** What is over unpaid counts in no limit and reserves nothing; where the bank comes back on that, it counts again. */
async function moneyOf(reads: Reads, before: Payment, after: Payment): Promise<Write[]> {
  const { reservedOn } = after;
  const [was, is] = [before, after].map((payment) => isOverUnpaid(stateOf(payment)));
  if (reservedOn === undefined || was === is) return [];
  return is
    ? giveBack(reads, after, reservedOn)
    : recount(reads, after, reservedOn, after.amount.amountMinor);
}

/** Where it is something else now, or something else is to be told of it: an older word can come later. */
function isTold(before: Payment, after: Payment): boolean {
  const isOther = stateOf(before) !== stateOf(after) || reasonOf(before) !== reasonOf(after);
  return isOther || !isDeepStrictEqual(noticeOf(before), noticeOf(after));
}

/** With the way by which it came, for whoever has to explain it. */
function withArrival(payment: Payment, word: PaymentWord, { id: factId, source, data }: Fact): Payment {
  const deliveryId = 'deliveryId' in data && data.deliveryId !== ANSWER ? data.deliveryId : undefined;
  const arrivals = { ...payment.arrivals, [wordKey(word)]: { factId, source, deliveryId } };
  return { ...payment, arrivals };
}

function changed(payment: Payment) {
  const { id, accountId, customerId } = payment;
  const data = { paymentId: id, accountId, customerId, state: stateOf(payment), reason: reasonOf(payment) };
  return draft(paymentChanged, { subject: id, data });
}

function wordOf(fact: Fact): PaymentWord {
  const at = fact.time;
  switch (fact.type) {
    case 'payment.status-changed':
      return { kind: 'status', isoStatus: fact.data.isoStatus, at, reason: fact.data.reason };
    case 'payment.returned': {
      const { returnId, reason, amount } = fact.data;
      return { kind: 'return', id: returnId, at, reason, amountMinor: amount.amountMinor };
    }
    case 'payment.recall-requested':
      return { kind: 'recall', state: 'requested', at, reason: fact.data.reason };
    case 'payment.recall-accepted':
      return { kind: 'recall', state: 'accepted', at, reason: fact.data.reason };
    case 'payment.recall-rejected':
      return { kind: 'recall', state: 'rejected', at, reason: fact.data.reason };
    case 'payment.unanswered':
      return { kind: 'unanswered', at: fact.data.askedAt };
    case 'payment.not-received':
      return { kind: 'not-received', at: fact.data.askedAt };
  }
}
