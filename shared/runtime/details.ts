/**
 * What people read of a refusal, by its code, where whoever refuses adds no words of its own: in the answer, and in the API's
 * description. It is the same for whatever was asked, so it tells nothing of what is there, and of whom.
 */
export const DETAILS = {
  'route.not-found': 'There is nothing at this path.',
  'method.not-allowed': 'This path does not take that method; the Allow header says which it takes.',
  'operator.role-missing': 'The caller is no operator.',

  'account.not-found': 'The caller has no such account.',
  'account.frozen': 'An account of the customer’s that it names is frozen.',
  'account.closed': 'An account of the customer’s that it names is closed.',
  'transaction.not-found': 'The account has no such transaction.',

  'payment.not-found': 'None of the caller’s accounts has such a payment.',
  'payment.insufficient-funds': 'It is more than what is available.',
  'payment.limit-payment': 'It is more than the customer’s limit for one payment.',
  'payment.limit-day': 'With it, what was ordered from the account today is more than its limit.',
  'payment.limit-customer-day': 'With it, what the customer ordered today is more than their limit.',
  'payment.limit-none':
    'No limits are set in this currency, so nothing can be ordered in it. Only an operator can set them.',
  'payment.too-many-open': 'The account has too many open payments.',

  'authorisation.not-awaited': 'It needs no authorisation, or has one, or is over.',
  'authorisation.not-yours': 'Another owner of the account ordered it, so it is theirs to authorise.',
  'authorisation.passkey-unknown': 'It was signed by no passkey of the caller’s.',
  'authorisation.invalid':
    'It proves nothing: it was made for another challenge or another place, or without the owner’s finger or PIN.',

  'standing-order.not-found': 'None of the caller’s accounts has such a standing order.',
  'standing-order.too-many-pauses': 'It has 100 pauses already.',

  'passkey.not-found': 'The customer has no such passkey.',
  'notification.not-found': 'The customer has no such notification.',
  'device.not-found': 'The customer has no such device.',
  'parked.not-found': 'There is nothing parked under this id.',

  'mandate.not-found': 'The account has no such mandate.',
  'mandate.cancelled': 'It is cancelled for good.',
  'mandate.unknown': 'The bank has not yet told of its mandate, so nobody knows whether it is given back.',
  'direct-debit.not-found': 'The account has no such direct debit.',
  'direct-debit.announced': 'It was not collected; it may be refused.',
  'direct-debit.refused': 'It was refused.',
  'direct-debit.collected': 'It was collected; it may be given back.',
  'direct-debit.returned': 'It was given back.',
  'direct-debit.due': 'It is due: it could be refused until the day before.',
  'direct-debit.b2b': 'Its mandate is between businesses: nothing is given back.',
  'direct-debit.refund-late': 'Its eight weeks are over.',
} as const;

/** Undefined where the code says enough, and where nobody is to read more. */
export function detailOf(code: string): string | undefined {
  return Object.hasOwn(DETAILS, code) ? DETAILS[code as keyof typeof DETAILS] : undefined;
}
