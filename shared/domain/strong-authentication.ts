import type { Challenge } from './authorisation.ts';
import type { Money } from './money.ts';
import type { Creditor, PaymentOrder, Scheme } from './payment.ts';
import type { StandingOrder } from './standing-order-runs.ts';

/** From which amount on a payment is authenticated, minor units by currency; one in another currency always is. */
export type AuthenticateFrom = Readonly<Record<string, bigint>>;

type Asked = { readonly amount: Money; readonly scheme: Scheme };

/**
 * What we let through without authentication, by the article of the delegated regulation (EU) 2018/389 that allows it.
 * The regulation has more exemptions; they are not ours until they stand here. Of a series (article 14) its order is
 * asked about, as one payment is, and its runs are not.
 */
const EXEMPTIONS: Readonly<Record<string, (asked: Asked, from: AuthenticateFrom) => boolean>> = {
  'article 15, credit transfers to oneself': ({ scheme }) => scheme === 'own-account',
  'article 16, small amounts': ({ amount }, from) => amount.amountMinor < (from[amount.currency] ?? 0n),
};

/** Whether the customer is to prove who they are for this payment (PSD2, article 97). */
export function needsAuthentication(asked: Asked, from: AuthenticateFrom): boolean {
  return !Object.values(EXEMPTIONS).some((exempts) => exempts(asked, from));
}

type Authenticated = Pick<PaymentOrder, 'id' | 'accountId' | 'amount' | 'creditor'>;

/**
 * All that a customer authenticates of a payment, as one text: another amount or payee is another text, so what was
 * signed for the one is nothing for the other (dynamic linking: delegated regulation (EU) 2018/389, article 5).
 */
export function authenticatedText(
  { id, accountId, amount, creditor }: Authenticated,
  { nonce }: Pick<Challenge, 'nonce'>,
): string {
  return JSON.stringify(['payment', id, accountId, ...moneyIn(amount), ...payeeIn(creditor), nonce]);
}

type AuthenticatedSeries = Authenticated & Pick<StandingOrder, 'schedule' | 'convention'>;

/**
 * All that a customer authenticates of a standing order: what they would of each of its payments, and when there is one. A
 * series that is paid more often or for longer than what was signed is another text.
 */
export function authenticatedSeriesText(
  { id, accountId, amount, creditor, schedule, convention = 'following' }: AuthenticatedSeries,
  { nonce }: Pick<Challenge, 'nonce'>,
): string {
  const { every, interval, startsOn, endsOn = null } = schedule;
  const atMonthEnd = schedule.every === 'month' && schedule.atMonthEnd === true;
  const times = [every, interval, startsOn, endsOn, atMonthEnd, convention];
  return JSON.stringify([
    ...['standing-order', id, accountId, ...moneyIn(amount), ...payeeIn(creditor)],
    ...[...times, nonce],
  ]);
}

/** What a customer authenticates when they add a passkey: theirs, and this one registration of it. */
export function registrationText(customerId: string, { nonce }: Pick<Challenge, 'nonce'>): string {
  return JSON.stringify(['passkey', customerId, nonce]);
}

function moneyIn({ amountMinor, currency }: Money): readonly string[] {
  return [String(amountMinor), currency];
}

function payeeIn(creditor: Creditor): readonly string[] {
  if ('accountId' in creditor) return ['account', creditor.accountId];
  if ('iban' in creditor) return ['iban', creditor.iban, creditor.name];
  const { registrationNumber, accountNumber } = creditor.accountNumber;
  return ['number', registrationNumber, accountNumber, creditor.name];
}
