/** What a customer may order at most; signed minor units of one currency, data and not code. */
export type Limits = {
  /** Of one payment. */
  readonly paymentMinor: bigint;
  /** From one account in a day. */
  readonly dayMinor: bigint;
  /** By one customer in a day, from all their accounts. */
  readonly customerDayMinor: bigint;
};

/** What an order is held against, minor units of its account's currency. */
export type Funds = {
  /** Booked less held, or what the bank says is available. */
  readonly balanceMinor: bigint;
  /** What open orders will take, by their ids. */
  readonly reserved: Readonly<Record<string, bigint>>;
  /** What was ordered from the account, and by the customer, this day. */
  readonly accountDayMinor: bigint;
  readonly customerDayMinor: bigint;
};

export type Refusal =
  | 'insufficient-funds'
  | 'limit-payment'
  | 'limit-day'
  | 'limit-customer-day'
  | 'too-many-open';

// One document holds them all, and whoever has so many open has a fault and not a wish.
const OPEN_MAX = 500;

/** Why an order cannot be taken on; undefined where it can. One between a customer's own accounts has no limits. */
export function refusalOf(
  { amountMinor, isOwn }: { readonly amountMinor: bigint; readonly isOwn: boolean },
  funds: Funds,
  limits: Limits,
): Refusal | undefined {
  if (!isOwn) {
    if (amountMinor > limits.paymentMinor) return 'limit-payment';
    if (funds.accountDayMinor + amountMinor > limits.dayMinor) return 'limit-day';
    if (funds.customerDayMinor + amountMinor > limits.customerDayMinor) return 'limit-customer-day';
  }
  const open = Object.values(funds.reserved);
  if (open.length >= OPEN_MAX) return 'too-many-open';
  const availableMinor = open.reduce((left, minor) => left - minor, funds.balanceMinor);
  return amountMinor > availableMinor ? 'insufficient-funds' : undefined;
}
