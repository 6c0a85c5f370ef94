import * as z from 'zod';
import type {
  CollectionDecision,
  CollectionState,
  Decision,
  MandateDecision,
  MandateScheme,
  MandateState,
} from '../../../shared/domain/direct-debit.ts';
import { instant, plainDate } from '../../../shared/events/event.ts';
import { amount } from '../../../shared/runtime/described/instruction.ts';
import type { EnumOf } from '../../../shared/runtime/described.ts';

const creditor = z.strictObject({
  name: z.string(),
  creditorId: z.string().meta({ description: 'SEPA’s creditor identifier, or the bank’s own.' }),
});

function wished<D extends Decision>(...decisions: readonly [D, ...D[]]) {
  const decision = z.enum(decisions);
  return {
    wanted: decision
      .optional()
      .meta({ description: 'What the customer decided and the bank has not yet done.' }),
    declined: z
      .strictObject({ decision, reason: z.string().meta({ description: 'A code of the bank’s.' }) })
      .optional()
      .meta({ description: 'What the customer decided last and the bank will not do.' }),
  };
}

/** A mandate as apps see it. */
export const mandate = z
  .strictObject({
    id: z.string(),
    accountId: z.string(),
    creditor,
    scheme: z.enum(['core', 'b2b']).meta({
      description: 'Of `b2b`, between businesses, nothing is given back.',
    }) satisfies EnumOf<MandateScheme>,
    state: z.enum(['active', 'blocked', 'cancelled']) satisfies EnumOf<MandateState>,
    ...wished<MandateDecision>('block', 'unblock'),
  })
  .meta({ id: 'Mandate', description: 'A customer’s leave for a creditor to collect.' });

/** Likewise a direct debit. */
export const directDebit = z
  .strictObject({
    id: z.string(),
    accountId: z.string(),
    mandateId: z.string(),
    creditor,
    amount,
    dueOn: plainDate.meta({ description: 'When it is collected.' }),
    remittance: z.string().optional(),
    state: z.enum(['announced', 'refused', 'collected', 'returned']) satisfies EnumOf<CollectionState>,
    reason: z.string().optional().meta({ description: 'A code of ISO 20022’s, or the bank’s own.' }),
    occurredAt: instant.meta({ description: 'When the bank first told of it.' }),
    transactionId: z.string().optional().meta({ description: 'The debit.' }),
    refundTransactionId: z.string().optional().meta({ description: 'The credit that gave it back.' }),
    refundableUntil: plainDate
      .optional()
      .meta({ description: 'Of what was collected by a mandate of `core`: the last day to have it back.' }),
    ...wished<CollectionDecision>('refusal', 'refund'),
  })
  .meta({ id: 'DirectDebit', description: 'One collection by a mandate, and what became of it.' });

export const aMandate = {
  id: 'mdt_3kVn8sYqLr0WmXtB5cHdZ2uJfPe',
  accountId: 'acct-1',
  creditor: { name: 'Havnens El', creditorId: 'DK99ZZZ123456' },
  scheme: 'core',
  state: 'active',
};
export const announced = {
  id: 'ddt_0pGz6wRaTq4NvKyS1eMhX7bUcLj',
  accountId: 'acct-1',
  mandateId: aMandate.id,
  creditor: aMandate.creditor,
  amount: { amountMinor: '45000', currency: 'DKK' },
  dueOn: '2026-12-01',
  remittance: 'Power, November',
  state: 'announced',
  occurredAt: '2026-11-23T09:00:00.000Z',
};
/** Its debit is of 23 November: 56 days later is 18 January. */
export const collected = {
  ...{ ...announced, dueOn: '2026-11-23', state: 'collected', refundableUntil: '2027-01-18' },
  transactionId: 'txn_gM1Yz1dQj4cNwQJvLZsVQ0r8bGx',
};
