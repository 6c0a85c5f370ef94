import * as z from 'zod';
import { type Creditor, MAY_FOLLOW, type PaymentState, type Scheme } from '../../../shared/domain/payment.ts';
import { currencyCode, instant, minorUnits, plainDate } from '../../../shared/events/event.ts';

const states = Object.keys(MAY_FOLLOW) as [PaymentState, ...PaymentState[]];
const state = z.enum(states).meta({ id: 'PaymentState', description: 'See docs/payments.md.' });
const recalls = ['requested', 'accepted', 'rejected'] as const;
const creditor = z.union([
  z.strictObject({ name: z.string(), iban: z.string().meta({ description: 'Without spaces.' }) }),
  z.strictObject({
    name: z.string(),
    accountNumber: z.strictObject({ registrationNumber: z.string(), accountNumber: z.string() }),
  }),
  z.strictObject({ accountId: z.string().meta({ description: 'Another account of the customer’s own.' }) }),
]) satisfies z.ZodType<Creditor>;

/** A payment as apps see it. */
export const payment = z
  .strictObject({
    id: z.string(),
    accountId: z.string(),
    scheme: z.enum(['sepa', 'sepa-instant', 'domestic', 'own-account']) satisfies z.ZodType<Scheme>,
    amount: z.strictObject({ amountMinor: minorUnits, currency: currencyCode }),
    creditor,
    remittance: z.string().optional(),
    endToEndId: z.string().meta({ description: 'ISO 20022 EndToEndId; the creditor sees it.' }),
    orderedAt: instant,
    executesOn: plainDate.meta({ description: 'The bank day on which the bank carries it out.' }),
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
  })
  .meta({ id: 'Payment', description: 'What was ordered, what became of it, and how.' });

/** One that was just ordered, and what became of it. */
export const ordered = {
  id: 'pay_xEqEi4gPwGPmGXuVOCDvHyTSqJZ',
  accountId: 'acct-1',
  scheme: 'domestic',
  amount: { amountMinor: '25000', currency: 'DKK' },
  creditor: { name: 'Bo Holm', iban: 'DK5000400440116243' },
  remittance: 'Rent',
  endToEndId: 'RENT-2026-11',
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
