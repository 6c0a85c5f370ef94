import * as z from 'zod';
import { bankNamed } from '../../../shared/banks/index.ts';
import { wallClock } from '../../../shared/domain/cut-off.ts';
import { type Payment, stateOf, withStep } from '../../../shared/domain/payment.ts';
import { nextTryOf } from '../../../shared/domain/retry.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { draft } from '../../../shared/events/event.ts';
import {
  paymentChanged,
  paymentDue,
  paymentReleased,
  paymentRequested,
} from '../../../shared/events/payments.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { type ReserveConfig, reserve, reserveVariables } from '../../../shared/runtime/reserve.ts';
import { accountFrom, accountPath } from '../../../shared/store/accounts.ts';
import type { Write } from '../../../shared/store/document.ts';
import { paymentFrom, paymentPath, writePayment } from '../../../shared/store/payments.ts';
import { transactionsOfPayment } from '../../../shared/store/transactions.ts';

/**
 * Lets a payment go to the bank: from here on a cancel comes too late. One whose day has come is held against the balance
 * and the limits of that day first; where it finds too little money it waits for more until its day is over.
 */
export default onEvent({
  name: 'release-payment',
  on: [paymentRequested, paymentDue],
  publishes: [paymentReleased, paymentChanged],
  impact: 'Payments stay where they were ordered; their money is reserved and does not move.',
  config: z.object({
    ...reserveVariables,
    /** Until when on its day a payment waits for money, by the bank's clock; a cut-off before that comes first. */
    RETRY_UNTIL: z
      .string()
      .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
      .default('18:00'),
  }),
  connect: ({ reads, config }) => ({ reads, config }),
  async decide({ id: cause, data: { paymentId } }, { deps: { reads, config }, now }) {
    const document = await readOne(reads, paymentPath(paymentId));
    const payment = paymentFrom(document);
    if (!payment) throw new PermanentError('payment.not-found', { paymentId });
    const state = stateOf(payment);
    if (state !== 'requested' && state !== 'scheduled') return {};

    const at = now.toISOString();
    const isSeen = payment.reservedOn !== undefined || (await isMoved(reads, payment));
    const reserved = isSeen ? { writes: [] } : await reserveToday(reads, config, payment, now);
    if ('refused' in reserved) {
      const retriesAt =
        reserved.refused === 'insufficient-funds' && tryAgain(payment, now, config.RETRY_UNTIL);
      if (retriesAt) return { writes: [writePayment(document, { ...payment, retriesAt })] };
      const rejected = withStep(payment, { state: 'rejected', at, cause, reason: reserved.refused });
      const variable = 'variable' in reserved ? reserved.variable : undefined;
      const writes = [writePayment(document, rejected)];
      return { writes, events: [changed(rejected, reserved.refused)], variable };
    }
    const { reservedOn = payment.reservedOn, writes } = reserved;
    const released = withStep({ ...payment, reservedOn }, { state: 'submitting', at, cause });
    return { writes: [writePayment(document, released), ...writes], events: [release(payment)] };
  },
});

type Given = { readonly reservedOn?: string; readonly writes: readonly Write[] };

/** When whoever runs what is due says so again; undefined where that was the last try. */
function tryAgain({ bank, scheme, executesOn }: Payment, now: Date, until: string): string | undefined {
  const { timeZone = 'UTC', schemes } = bankNamed(bank)?.payments ?? {};
  return nextTryOf({ executesOn, triedAt: now, timeZone, until, cutOff: schemes?.[scheme]?.cutOff });
}

/**
 * Whether its money is held or booked already, so that nothing would ever free what is reserved for it: in a store that was
 * restored to a time before its day.
 */
async function isMoved(reads: Reads, { accountId, id }: Payment): Promise<boolean> {
  return (await reads.query(transactionsOfPayment(accountId, id))).length > 0;
}

/** The accounts may have been frozen, or passed to somebody else, since the payment was ordered. */
async function reserveToday(
  reads: Reads,
  config: ReserveConfig,
  payment: Payment,
  now: Date,
): Promise<Given | { readonly refused: string; readonly variable?: string }> {
  const { accountId, customerId, bank, creditor } = payment;
  const paid = 'accountId' in creditor ? [creditor.accountId] : [];
  for (const document of await reads.get([accountId, ...paid].map(accountPath))) {
    const account = accountFrom(document);
    if (!account?.ownerIds.includes(customerId)) return { refused: 'account-not-found' };
    if (account.status !== 'open') return { refused: `account-${account.status}` };
  }
  const timeZone = bankNamed(bank)?.payments?.timeZone ?? 'UTC';
  return reserve(reads, payment, wallClock(now, timeZone).date, config);
}

function release({ id, accountId }: Payment) {
  return draft(paymentReleased, { subject: id, data: { paymentId: id, accountId } });
}

function changed({ id, accountId, customerId }: Payment, reason: string) {
  const data = { paymentId: id, accountId, customerId, state: 'rejected', reason };
  return draft(paymentChanged, { subject: id, data });
}
