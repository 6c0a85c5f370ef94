import * as z from 'zod';
import type { PayeeVerified } from '../../../shared/banks/bank.ts';
import { MAY_FOLLOW, type PaymentState } from '../../../shared/domain/payment.ts';
import { instant, minorUnits, plainDate } from '../../../shared/events/event.ts';
import { anAuthorisation, authorisation } from '../../../shared/runtime/described/authorisation.ts';
import { anInstruction, instruction } from '../../../shared/runtime/described/instruction.ts';
import type { EnumOf } from '../../../shared/runtime/described.ts';

const states = Object.keys(MAY_FOLLOW) as [PaymentState, ...PaymentState[]];
const state = z.enum(states).meta({ id: 'PaymentState', description: 'See docs/payments.md.' });
const recalls = ['requested', 'accepted', 'rejected'] as const;

/** A payment as apps see it. */
export const payment = z
  .strictObject({
    id: z.string(),
    ...instruction,
    endToEndId: z.string().meta({ description: 'ISO 20022 EndToEndId; the creditor sees it.' }),
    orderedAt: instant,
    executesOn: plainDate.meta({
      description:
        'The bank day on which the bank should carry it out. When it did is `bookedOn` of the payment’s transaction.',
    }),
    standingOrderId: z.string().optional(),
    state,
    reason: z.string().optional().meta({ description: 'A code of ours, or ISO 20022’s.' }),
    returnedMinor: minorUnits.optional().meta({ description: 'How much of it came back.' }),
    recall: z.enum(recalls).optional(),
    history: z
      .array(
        z.strictObject({
          state: z.enum([...states, ...recalls.map((each) => `recall-${each}` as const)]),
          at: instant,
          reason: z.string().optional(),
        }),
      )
      .meta({ description: 'Every transition there was, the oldest first.' }),
    authorisation: authorisation.optional(),
  })
  .meta({ id: 'Payment', description: 'What was ordered, what became of it, and how.' });

/** What a bank says of a payee. */
export const verification = z
  .strictObject({
    match: z.enum(['match', 'close-match', 'no-match', 'not-possible']) satisfies EnumOf<
      PayeeVerified['match']
    >,
    name: z.string().optional().meta({ description: 'The holder’s, of a close match alone.' }),
  })
  .meta({ id: 'PayeeVerification' });

export const anOrder = { ...anInstruction, endToEndId: 'RENT-2026-11' };
/** What was just ordered so, and what became of it. */
export const ordered = {
  ...{ id: 'pay_xEqEi4gPwGPmGXuVOCDvHyTSqJZ', ...anOrder, scheme: 'domestic' },
  orderedAt: '2026-11-23T10:00:00.000Z',
  executesOn: '2026-11-23',
  state: 'requested',
  history: [{ state: 'requested', at: '2026-11-23T10:00:00.000Z' }],
};
const { history, ...plain } = ordered;
const step = (next: string, at: string) => ({ state: next, at: `2026-11-23T${at}.000Z` });
export const sent = {
  ...{ ...plain, state: 'sent' },
  history: [...history, step('submitting', '10:00:01'), step('sent', '10:00:02')],
};
export const cancelled = {
  ...{ ...plain, executesOn: '2026-12-01', state: 'cancelled' },
  history: [step('scheduled', '10:00:00'), step('cancelled', '10:00:01')],
};
/** One of DKK 1,000.00, which is authorised. */
export const awaiting = {
  ...{ ...ordered, amount: { amountMinor: '100000', currency: 'DKK' }, state: 'awaiting-authorisation' },
  history: [step('awaiting-authorisation', '10:00:00')],
  authorisation: anAuthorisation,
};
export const authorised = {
  ...{ ...plain, amount: awaiting.amount, state: 'requested' },
  history: [...awaiting.history, step('requested', '10:00:01')],
};
