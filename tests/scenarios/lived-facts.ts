import { directDebitIdOf, mandateIdOf } from '../../shared/store/direct-debits.ts';
import { aFact } from '../../shared/testing/builders.ts';

const booked = { amountMinor: 2_500_000n, currency: 'DKK' };
const merchant = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };
const abroad = { merchantAmount: { amountMinor: 429n, currency: 'EUR' }, fxRate: '7.459' };

const creditor = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };
const collection = (collectionId: string) => ({
  ...{ mandateId: 'm-1', collectionId, creditor, dueOn: '2026-12-01', amountMinor: 45_000n },
});

/** What Ann’s bank told of her account. */
export const FACTS = [
  aFact('account.opened', { iban: 'DK9520000123456789', resourceVersion: 1 }),
  aFact('transaction.booked', { direction: 'credit', amount: booked, bookedOn: '2026-11-23' }),
  aFact('account.balance-updated', { booked, available: booked, asOf: '2026-11-23T09:00:00.000Z' }),
  aFact('card.authorisation-created', { merchant, ...abroad, time: '2026-11-23T09:30:00.000Z' }),
  aFact('card.authorisation-created', { id: 'fact-9', authorisationId: 'auth-9', merchant }),
  // It names no authorisation, and is of another amount than any.
  aFact('card.cleared', { clearingId: 'clearing-9', amountMinor: 9_000n, bookedOn: '2026-11-23', merchant }),
  // Without a number, of an account whose states have numbers: it is parked.
  aFact('account.frozen'),
  aFact('direct-debit.mandate-created', { mandateId: 'm-1', scheme: 'core', creditor }),
  aFact('direct-debit.announced', { ...collection('c-1'), remittance: 'Power' }),
  aFact('direct-debit.announced', { ...collection('c-2'), id: 'announced-2' }),
  aFact('direct-debit.collected', { ...collection('c-2'), transactionId: 'debit-2', bookedOn: '2026-11-23' }),
];

/** What came of that, as our ids have it. */
export const DIRECT_DEBITS = {
  mandateId: mandateIdOf('sandbox', 'm-1'),
  announced: directDebitIdOf('sandbox', 'c-1'),
  collected: directDebitIdOf('sandbox', 'c-2'),
};

const SETTLED_AT = '2026-11-23T10:00:01.000Z';

export function settled(paymentId: string) {
  const time = SETTLED_AT;
  return aFact('payment.status-changed', { id: `settled-${paymentId}`, paymentId, isoStatus: 'ACSC', time });
}

export function recalled(paymentId: string) {
  return aFact('payment.recall-requested', { paymentId, reason: 'DUPL', time: '2026-11-23T10:00:02.000Z' });
}

export function cameBack(paymentId: string) {
  const time = '2026-11-23T10:00:03.000Z';
  return aFact('payment.returned', {
    paymentId,
    returnId: 'return-1',
    reason: 'AC04',
    amountMinor: 3_200n,
    time,
  });
}
