import * as z from 'zod';
import {
  awaitsBank,
  ISO_STATUSES,
  type Payment,
  type PaymentWord,
  reasonOf,
  returnedMinor,
  type Step,
  stateOf,
  type WordArrival,
  wordKey,
} from '../domain/payment.ts';
import { defined, encodeId, path, type Query, type Stored, type Write, write } from './document.ts';
import { instruction } from './instruction.ts';

const step = z.object({
  state: z.enum(['awaiting-authorisation', 'scheduled', 'requested', 'submitting', 'rejected', 'cancelled']),
  at: z.string(),
  cause: z.string(),
  reason: z.string().optional(),
}) satisfies z.ZodType<Step>;

const said = { at: z.string(), reason: z.string().optional() };
const word = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), isoStatus: z.enum(ISO_STATUSES), ...said }),
  z.object({ kind: z.literal('unanswered'), at: z.string() }),
  z.object({ kind: z.literal('not-received'), at: z.string() }),
  z.object({
    kind: z.literal('return'),
    id: z.string(),
    ...said,
    reason: z.string(),
    amountMinor: z.bigint(),
  }),
  z.object({ kind: z.literal('recall'), state: z.enum(['requested', 'accepted', 'rejected']), ...said }),
]) satisfies z.ZodType<PaymentWord>;

const arrival = z.object({
  factId: z.string(),
  source: z.string(),
  deliveryId: z.string().optional(),
}) satisfies z.ZodType<WordArrival>;

const stored = z.object({
  ...instruction,
  endToEndId: z.string(),
  orderedAt: z.string(),
  executesOn: z.string(),
  standingOrderId: z.string().optional(),
  _reservedOn: z.string().optional(),
  _retriesAt: z.string().optional(),
  _steps: z.array(step),
  _words: z.record(z.string(), word),
  _arrival: z.record(z.string(), arrival).optional(),
});

export function paymentPath(paymentId: string): string {
  return path('payments', paymentId);
}

export function paymentFrom({ fields }: Stored): Payment | undefined {
  if (!fields) return undefined;
  const {
    amountMinor,
    currency,
    _reservedOn,
    _retriesAt,
    _challenge,
    _authorisation,
    _steps,
    _words,
    _arrival,
    ...order
  } = stored.parse(fields);
  const words = Object.fromEntries(Object.values(_words).map((each) => [wordKey(each), each]));
  const arrivals = Object.fromEntries(
    Object.keys(words).flatMap((key) => {
      const found = _arrival?.[encodeId(key)];
      return found ? [[key, found] as const] : [];
    }),
  );
  return {
    ...order,
    amount: { amountMinor, currency },
    ...{ reservedOn: _reservedOn, retriesAt: _retriesAt },
    ...{ challenge: _challenge, authorisation: _authorisation },
    steps: _steps,
    ...{ words, arrivals },
  };
}

/** With what follows from it: what it is, why, and until when somebody has to look after it. */
export function writePayment(read: Stored, payment: Payment): Write {
  const {
    amount,
    reservedOn,
    retriesAt,
    challenge,
    authorisation,
    steps,
    words,
    arrivals = {},
    ...order
  } = payment;
  const state = stateOf(payment);
  return write(
    read,
    defined({
      schema: 1n,
      ...order,
      ...amount,
      state,
      reason: reasonOf(payment),
      returnedMinor: returnedMinor(payment) || undefined,
      _reservedOn: reservedOn,
      _challenge: challenge,
      _authorisation: authorisation,
      _retriesAt: retriesAt,
      _steps: steps,
      _words: encoded(words),
      _arrival: Object.keys(arrivals).length > 0 ? encoded(arrivals) : undefined,
      _awaitsBankSince: awaitsBank(state) ? steps.at(-1)?.at : undefined,
      _dueOn: state === 'scheduled' ? (retriesAt ?? order.executesOn) : undefined,
    }),
  );
}

function encoded(byKey: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(byKey).map(([key, each]) => [encodeId(key), each]));
}

/** Those of an account, the newest first. */
export function paymentsOf(
  accountId: string,
  limit: number,
  after?: readonly [orderedAt: string, id: string],
): Query {
  return {
    collection: 'payments',
    where: [['accountId', '==', accountId]],
    orderBy: [['orderedAt', 'desc']],
    ...(after && { startAfter: after }),
    limit,
  };
}

/** Those of which nobody knows since before an instant whether the bank took them, the longest ago first. */
export function paymentsAwaitingBank(
  since: string,
  limit: number,
  after?: readonly [since: string, id: string],
): Query {
  return {
    collection: 'payments',
    where: [['_awaitsBankSince', '<=', since]],
    orderBy: [['_awaitsBankSince', 'asc']],
    ...(after && { startAfter: after }),
    limit,
  };
}

/** Those of a bank whose day has come by its wall clock, as in `2026-11-27T10:30`; the longest ago first. */
export function paymentsDue(bank: string, by: string, limit: number): Query {
  return {
    collection: 'payments',
    where: [
      ['bank', '==', bank],
      ['_dueOn', '<=', by],
    ],
    orderBy: [['_dueOn', 'asc']],
    limit,
  };
}

/** What a document of a query is to go on after. */
export function placeOf({ fields, path: at }: Stored, field: '_awaitsBankSince' | '_dueOn') {
  return [String(fields?.[field]), at.slice(at.lastIndexOf('/') + 1)] as const;
}
