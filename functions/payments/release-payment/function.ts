import * as z from 'zod';
import { bankNamed } from '../../../shared/banks/index.ts';
import { executionDateOf } from '../../../shared/domain/cut-off.ts';
import { type Payment, stateOf, withStep } from '../../../shared/domain/payment.ts';
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

/**
 * Lets a payment go to the bank: from here on a cancel comes too late. One whose day has come is held against the balance
 * and the limits of that day first.
 */
export default onEvent({
  name: 'release-payment',
  on: [paymentRequested, paymentDue],
  publishes: [paymentReleased, paymentChanged],
  impact: 'Payments stay where they were ordered; their money is reserved and does not move.',
  config: z.object(reserveVariables),
  connect: ({ reads, config }) => ({ reads, config }),
  async decide({ id: cause, data: { paymentId } }, { deps: { reads, config }, now }) {
    const document = await readOne(reads, paymentPath(paymentId));
    const payment = paymentFrom(document);
    if (!payment) throw new PermanentError('payment.not-found', { paymentId });
    const state = stateOf(payment);
    if (state !== 'requested' && state !== 'scheduled') return {};

    const at = now.toISOString();
    const reserved = payment.reservedOn ? { writes: [] } : await reserveToday(reads, config, payment, now);
    if ('refused' in reserved) {
      const rejected = withStep(payment, { state: 'rejected', at, cause, reason: reserved.refused });
      return { writes: [writePayment(document, rejected)], events: [changed(rejected, reserved.refused)] };
    }
    const { reservedOn = payment.reservedOn, writes } = reserved;
    const released = withStep({ ...payment, reservedOn }, { state: 'submitting', at, cause });
    return { writes: [writePayment(document, released), ...writes], events: [release(payment)] };
  },
});

type Given = { readonly reservedOn?: string; readonly writes: readonly Write[] };

/** The account may have been frozen, or passed to somebody else, since the payment was ordered. */
async function reserveToday(
  reads: Reads,
  config: ReserveConfig,
  payment: Payment,
  now: Date,
): Promise<Given | { readonly refused: string }> {
  const { accountId, customerId, bank } = payment;
  const account = accountFrom(await readOne(reads, accountPath(accountId)));
  if (!account?.ownerIds.includes(customerId)) return { refused: 'account-not-found' };
  if (account.status !== 'open') return { refused: `account-${account.status}` };
  const timeZone = bankNamed(bank)?.payments?.timeZone ?? 'UTC';
  return reserve(reads, payment, executionDateOf({ requestedAt: now, timeZone }), config);
}

function release({ id, accountId }: Payment) {
  return draft(paymentReleased, { subject: id, data: { paymentId: id, accountId } });
}

function changed({ id, accountId, customerId }: Payment, reason: string) {
  const data = { paymentId: id, accountId, customerId, state: 'rejected', reason };
  return draft(paymentChanged, { subject: id, data });
}
