import type { DeclaredFunction } from '../shared/runtime/declared.ts';
import archiveDelivery from './bank/archive-delivery/function.ts';
import fetchMissedEvents from './bank/fetch-missed-events/function.ts';
import receiveBankWebhook from './bank/receive-bank-webhook/function.ts';
import trackBank from './bank/track-bank/function.ts';
import translateDelivery from './bank/translate-delivery/function.ts';
import assignEntry from './cards/assign-entry/function.ts';
import expireHolds from './cards/expire-holds/function.ts';
import matchUnlinked from './cards/match-unlinked/function.ts';
import servePasskeys from './customers/serve-passkeys/function.ts';
import fetchBalances from './ledger/fetch-balances/function.ts';
import fetchStatements from './ledger/fetch-statements/function.ts';
import reconcileAccounts from './ledger/reconcile-accounts/function.ts';
import recordTransaction from './ledger/record-transaction/function.ts';
import serveAccounts from './ledger/serve-accounts/function.ts';
import tallySpending from './ledger/tally-spending/function.ts';
import trackAccount from './ledger/track-account/function.ts';
import trackBalance from './ledger/track-balance/function.ts';
import trackDrift from './ledger/track-drift/function.ts';
import trackPending from './ledger/track-pending/function.ts';
import trackStatement from './ledger/track-statement/function.ts';
import composeDirectDebitAlert from './notifications/compose-direct-debit-alert/function.ts';
import composeNotification from './notifications/compose-notification/function.ts';
import composePaymentNotice from './notifications/compose-payment-notice/function.ts';
import composeSecurityAlert from './notifications/compose-security-alert/function.ts';
import forgetDevice from './notifications/forget-device/function.ts';
import sendPush from './notifications/send-push/function.ts';
import serveNotifications from './notifications/serve-notifications/function.ts';
import parkDeadLetter from './operations/park-dead-letter/function.ts';
import redriveWaiting from './operations/redrive-waiting/function.ts';
import republishUnpublished from './operations/republish-unpublished/function.ts';
import serveParked from './operations/serve-parked/function.ts';
import orderPayment from './payments/order-payment/function.ts';
import releasePayment from './payments/release-payment/function.ts';
import resolveUnknownPayments from './payments/resolve-unknown-payments/function.ts';
import runStandingOrders from './payments/run-standing-orders/function.ts';
import serveDirectDebits from './payments/serve-direct-debits/function.ts';
import serveStandingOrders from './payments/serve-standing-orders/function.ts';
import submitPayment from './payments/submit-payment/function.ts';
import trackDirectDebit from './payments/track-direct-debit/function.ts';
import trackPayment from './payments/track-payment/function.ts';

/** A function in the room whose folder it lives in. */
export type Registered = { readonly room: string; readonly fn: DeclaredFunction };

/** Every function there is. Infrastructure, local stack, event map and alerts are made from this list alone. */
export const registry: readonly Registered[] = [
  { room: 'bank', fn: receiveBankWebhook },
  { room: 'bank', fn: archiveDelivery },
  { room: 'bank', fn: translateDelivery },
  { room: 'bank', fn: fetchMissedEvents },
  { room: 'bank', fn: trackBank },
  { room: 'ledger', fn: recordTransaction },
  { room: 'ledger', fn: trackAccount },
  { room: 'ledger', fn: trackBalance },
  { room: 'ledger', fn: trackPending },
  { room: 'ledger', fn: tallySpending },
  { room: 'ledger', fn: serveAccounts },
  { room: 'ledger', fn: reconcileAccounts },
  { room: 'ledger', fn: fetchBalances },
  { room: 'ledger', fn: trackDrift },
  { room: 'ledger', fn: fetchStatements },
  { room: 'ledger', fn: trackStatement },
  { room: 'payments', fn: orderPayment },
  { room: 'payments', fn: releasePayment },
  { room: 'payments', fn: submitPayment },
  { room: 'payments', fn: trackPayment },
  { room: 'payments', fn: resolveUnknownPayments },
  { room: 'payments', fn: serveStandingOrders },
  { room: 'payments', fn: runStandingOrders },
  { room: 'payments', fn: trackDirectDebit },
  { room: 'payments', fn: serveDirectDebits },
  { room: 'cards', fn: matchUnlinked },
  { room: 'cards', fn: expireHolds },
  { room: 'cards', fn: assignEntry },
  { room: 'customers', fn: servePasskeys },
  { room: 'notifications', fn: composeNotification },
  { room: 'notifications', fn: composeSecurityAlert },
  { room: 'notifications', fn: composeDirectDebitAlert },
  { room: 'notifications', fn: composePaymentNotice },
  { room: 'notifications', fn: sendPush },
  { room: 'notifications', fn: forgetDevice },
  { room: 'notifications', fn: serveNotifications },
  { room: 'operations', fn: parkDeadLetter },
  { room: 'operations', fn: redriveWaiting },
  { room: 'operations', fn: serveParked },
  { room: 'operations', fn: republishUnpublished },
];
