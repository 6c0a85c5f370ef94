import { type PaymentNews, shortened } from './notification.ts';
import { type Payment, reasonOf, returnedMinor, stateOf } from './payment.ts';

/** What is to be told of a payment beside its transactions, and when that came to be. */
export type PaymentNotice = { readonly news: PaymentNews; readonly at: string };

/**
 * What the payment's owner is told: that it will not be paid, that it came back, or that it is paid although the bank said
 * otherwise first. It follows from the payment alone, so in whatever order the bank's words come, it is the same in the end.
 */
export function noticeOf(payment: Payment): PaymentNotice | undefined {
  const status = statusOf(payment);
  if (status === undefined) return undefined;
  const { amount, creditor } = payment;
  const amountMinor = status === 'returned' ? returnedMinor(payment) : amount.amountMinor;
  const description = 'name' in creditor ? shortened(creditor.name) : '';
  const plain = { kind: 'payment', amountMinor, currency: amount.currency, description } as const;
  const reason = why(reasonOf(payment));
  return {
    news: status === 'paid-after-all' ? { ...plain, status } : { ...plain, status, reason },
    at: sinceWhen(payment, status),
  };
}

function statusOf(payment: Payment): PaymentNews['status'] | undefined {
  const state = stateOf(payment);
  if (state === 'rejected' || state === 'returned') return state;
  const wasRejected = Object.values(payment.words).some(
    (word) => word.kind === 'not-received' || (word.kind === 'status' && word.isoStatus === 'RJCT'),
  );
  if (!wasRejected) return undefined;
  return state === 'cancelled' ? 'rejected' : 'paid-after-all';
}

// Source: ISO 20022 ExternalStatusReason1Code and ExternalReturnReason1Code; the rest are codes of ours.
const WHY: Readonly<Record<string, PaymentNews['reason']>> = {
  'insufficient-funds': 'insufficient-funds',
  AM04: 'insufficient-funds',
  'limit-payment': 'limit',
  'limit-day': 'limit',
  'limit-customer-day': 'limit',
  AC01: 'account-unknown',
  AC04: 'account-closed',
  AC06: 'account-closed',
  'not-received': 'not-received',
};

function why(code = ''): PaymentNews['reason'] {
  return Object.hasOwn(WHY, code) ? WHY[code] : undefined;
}

/** The instant of the last word or step that makes it so. */
function sinceWhen({ steps, words }: Payment, status: PaymentNews['status']): string {
  const all = Object.values(words);
  const statuses = all.filter(({ kind }) => kind === 'status');
  const last = (of: readonly { readonly at: string }[]) =>
    of.reduce((latest, { at }) => (at > latest ? at : latest), '');
  if (status === 'returned') return last(all.filter(({ kind }) => kind === 'return'));
  if (statuses.length > 0) return last(statuses);
  return last(all.filter(({ kind }) => kind === 'not-received')) || last(steps);
}
