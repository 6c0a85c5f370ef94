import {
  isOverUnpaid,
  meaningOf,
  type Payment,
  type PaymentWord,
  reasonOf,
  returnedMinor,
  stateOf,
  type WordArrival,
  wordKey,
} from '../../shared/domain/payment.ts';
import type { Event } from '../../shared/events/event.ts';
import { paymentDue, paymentRequested } from '../../shared/events/payments.ts';
import { type Reads, readOne } from '../../shared/platform/platform.ts';
import type { Stored } from '../../shared/store/document.ts';
import { notificationIdOf, notificationsCalled } from '../../shared/store/notifications.ts';
import { paymentFrom, paymentPath } from '../../shared/store/payments.ts';
import { reservationsPath, reservedIn } from '../../shared/store/reservations.ts';
import { transactionsOfPayment } from '../../shared/store/transactions.ts';
import { arrivalsOf } from './behind.ts';
import type { ExplainedDelivery, ExplainedMove, ExplainedPayment } from './explanation.ts';
import type { Found } from './story.ts';
import { foundIn } from './subject.ts';
import { entriesOf } from './walk.ts';

/** A payment with all that is stored about it, as of one moment where that matters. */
export type FoundPayment = {
  readonly payment: Payment;
  readonly reservedMinor: bigint | undefined;
  /** The transactions that it made. */
  readonly found: readonly Found[];
};

export async function readPayment(snapshot: Reads, paymentId: string): Promise<FoundPayment | undefined> {
  const payment = paymentFrom(await readOne(snapshot, paymentPath(paymentId)));
  if (!payment) return undefined;
  const { id, accountId } = payment;
  const reservations = await readOne(snapshot, reservationsPath(accountId));
  const found = foundIn(await snapshot.query(transactionsOfPayment(accountId, id)));
  return { payment, reservedMinor: reservedIn(reservations)[id], found };
}

/** From where its story goes on: what the bank delivered about it, our own events, and what its owners are told. */
export async function sourcesOf(reads: Reads, { payment, found }: FoundPayment) {
  const delivered = Object.values(payment.arrivals ?? {}).flatMap(({ deliveryId }) => deliveryId ?? []);
  const begun = await Promise.all(payment.steps.map((_, n) => eventBehind(reads, payment, n)));
  const told: Stored[] = await reads.query(notificationsCalled(notificationIdOf(payment.id)));
  return {
    deliveryIds: [...new Set([...delivered, ...arrivalsOf(found)])],
    begun: begun.flatMap((event) => event ?? []),
    told,
  };
}

/** The event from which a step followed, as whoever took the order told it; undefined of a request, and of a tick. */
async function eventBehind(reads: Reads, payment: Payment, n: number): Promise<Event | undefined> {
  const { steps, id, accountId } = payment;
  const [before, step] = [steps[n - 1], steps[n]];
  const [entry] = step && before ? await entriesOf(reads, step.cause) : [];
  if (!entry || !step || !before) return undefined;
  const isDue = before.state === 'scheduled';
  return {
    ...{ specversion: '1.0', id: step.cause, subject: id },
    source: `/functions/${isDue ? 'run-standing-orders' : 'order-payment'}`,
    type: (isDue ? paymentDue : paymentRequested).type,
    ...{ time: before.at, traceparent: entry.events[0]?.event.traceparent ?? '' },
    data: { paymentId: id, accountId },
  };
}

/** The payment in plain words: what was ordered, each step of ours and each word of the bank's, and by which way it came. */
export function explainedPayment(
  { payment, reservedMinor, found }: FoundPayment,
  deliveries: readonly ExplainedDelivery[],
): ExplainedPayment {
  const { id, accountId, customerId, scheme, amount, creditor, orderedAt, executesOn } = payment;
  const state = stateOf(payment);
  return {
    ...{ id, accountId, customerId, scheme, ...amount, orderedAt, executesOn },
    standingOrderId: payment.standingOrderId,
    creditor: 'name' in creditor ? creditor.name : `account ${creditor.accountId}`,
    ...{ state, reason: reasonOf(payment), returnedMinor: returnedMinor(payment) },
    moves: movesOf(payment, deliveries),
    reservedMinor,
    isToBeReserved: payment.reservedOn !== undefined && !isOverUnpaid(state) && !isTaken(found),
    transactionIds: found.map(({ transaction }) => transaction.id),
  };
}

/** Whether a transaction holds or has booked it, which takes the reservation's place. */
function isTaken(found: readonly Found[]): boolean {
  return found.some(({ transaction }) =>
    Object.values(transaction.parts).some(({ direction }) => direction === 'debit'),
  );
}

function movesOf(payment: Payment, deliveries: readonly ExplainedDelivery[]): ExplainedMove[] {
  const own = payment.steps.map(({ state, at, reason, cause }) => ({
    ...{ at, what: state, reason, by: causeText(cause, payment), factId: undefined },
  }));
  const said = Object.values(payment.words).map((word) => {
    const arrival = payment.arrivals?.[wordKey(word)];
    const what = word.kind === 'status' ? `${meaningOf(word)} (${word.isoStatus})` : meaningOf(word);
    const reason = 'reason' in word ? word.reason : undefined;
    return { at: word.at, what, reason, by: wayOf(word, arrival, deliveries), factId: arrival?.factId };
  });
  return [...own, ...said].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function causeText(cause: string, { customerId, authorisation, standingOrderId }: Payment): string {
  if (cause === 'ordered') return `${customerId} ordered it`;
  if (cause === 'authorised') return `${customerId} signed it with ${authorisation?.passkeyId}`;
  if (cause === 'customer') return 'the customer cancelled it';
  return standingOrderId && !cause.startsWith('evt_') ? `${standingOrderId} was due, tick ${cause}` : cause;
}

/** How the bank is known to have said it. */
function wayOf(
  { kind }: PaymentWord,
  arrival: WordArrival | undefined,
  deliveries: readonly ExplainedDelivery[],
): string {
  if (kind === 'unanswered') return 'our call, which had no answer';
  if (kind === 'not-received') return 'our inquiry: the bank knows of none';
  if (!arrival) return 'a way that was not noted';
  if (arrival.deliveryId !== undefined) {
    const delivery = deliveries.find(({ id }) => id === arrival.deliveryId);
    if (!delivery) return `webhook ${arrival.deliveryId}, which is not in the archive`;
    if (delivery.isFetched) return `${delivery.id}, asked of the bank, which signs nothing`;
    return `webhook ${delivery.id}, signature ${delivery.check}`;
  }
  return arrival.source.endsWith('/submit-payment') ? 'the answer to our call' : 'the answer to our inquiry';
}
