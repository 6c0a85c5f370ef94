import fc from 'fast-check';

/** One payment that a customer orders, under a key of its own. */
export type Order = {
  readonly key: string;
  readonly amountMinor: number;
  readonly to: 'somebody' | 'own';
  /**
   * `twice` at once; `cancelled` as soon as it was taken on; `altered`: another amount is ordered under the same key;
   * `stranger`: whoever orders it does not own the account.
   */
  readonly how: 'once' | 'twice' | 'cancelled' | 'altered' | 'stranger';
};

// Whose accounts are at a bank that can be asked, and are in no story that is told.
export const PAYER = 'uid-cat';
export const OPENING_MINOR = 60_000;

const order = fc.record({
  // Some two of them are more than there is, and none needs a passkey.
  amountMinor: fc.integer({ min: 1, max: 45_000 }),
  to: fc.constantFrom('somebody' as const, 'somebody' as const, 'own' as const),
  how: fc.constantFrom(...(['once', 'once', 'twice', 'cancelled', 'altered', 'stranger'] as const)),
});

/** What customers order in one story. */
export const orders: fc.Arbitrary<Order[]> = fc
  .array(order, { minLength: 1, maxLength: 3 })
  .map((all) => all.map((each, n) => ({ key: `key-${n}`, ...each })));

/** The order for people. */
export function shownOrder({ key, amountMinor, to, how }: Order): string {
  return `${key}: ${amountMinor} to ${to === 'own' ? 'an account of their own' : to}, ${how}`;
}

/** Whether a document is of what is told in stories, and not of payments: those depend on who comes first. */
export function isOfStory(path: string): boolean {
  return !path.startsWith('payments/') && !/^(accounts\/acct_|customers\/uid-cat\/)/.test(path);
}
