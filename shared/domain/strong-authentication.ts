import type { Money } from './money.ts';
import type { Scheme } from './payment.ts';

/** From which amount on a payment is authenticated, minor units by currency; one in another currency always is. */
export type AuthenticateFrom = Readonly<Record<string, bigint>>;

/**
 * Whether the customer is to prove who they are for this payment (PSD2, article 97). Exempt are payments to themselves
 * (delegated regulation (EU) 2018/389, article 15) and small ones (article 16).
 */
export function needsAuthentication(
  { amount, scheme }: { readonly amount: Money; readonly scheme: Scheme },
  from: AuthenticateFrom,
): boolean {
  if (scheme === 'own-account') return false;
  return amount.amountMinor >= (from[amount.currency] ?? 0n);
}
