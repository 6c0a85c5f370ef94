import * as bank from './bank-facts.ts';
import * as coherence from './coherence.ts';
import * as customers from './customers.ts';
import * as deadLetters from './dead-letters.ts';
import { directDebitDecisionRefused } from './direct-debit-facts.ts';
import type { Kind } from './event.ts';
import * as notifications from './notifications.ts';
import * as webhooks from './partner-bank-webhooks.ts';
import { paymentNotReceived, paymentUnanswered } from './payment-facts.ts';
import * as payments from './payments.ts';
import * as transactions from './transactions.ts';

/** Every kind of event there is. Types are unique, so that an event that was kept tells its topic. */
export const kinds: readonly Kind[] = [
  ...bank.bankFacts,
  bank.cardEntryMatched,
  bank.cardEntryAssigned,
  paymentUnanswered,
  paymentNotReceived,
  directDebitDecisionRefused,
  ...[webhooks, transactions, payments, customers, notifications, coherence, deadLetters].flatMap((topic) =>
    Object.values(topic),
  ),
];
