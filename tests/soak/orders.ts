import type { Life } from './life.ts';
import { type Random, randomFrom } from './random.ts';

/** A payment that a customer orders, and what they do about it; accounts and customers by their numbers. */
export type Order = {
  /** After this step of the life. */
  readonly atStep: number;
  readonly kind: Kind;
  readonly customer: number;
  readonly account: number;
  /** Another account of theirs is paid, and nobody else. */
  readonly ownAccount: number | undefined;
  readonly body: {
    readonly amount: { readonly amountMinor: string; readonly currency: string };
    readonly scheme?: string;
  };
};

/** A payment of which a customer was told that it is taken on. */
export type Ordered = {
  readonly id: string;
  readonly accountId: string;
  readonly amountMinor: string;
  /** They were told that it is cancelled too. */
  isCancelled: boolean;
};

/**
 * - `plain`: ordered. - `doubled`: by two requests at once. - `reused`: and its key once more, for another amount.
 * - `too-much`: more than anybody has. - `cancelled`: at once, which is nearly always too late. - `for-later`: on a day in
 *   weeks, and cancelled before. - `recalled`: once it is sent.
 */
export type Kind = 'plain' | 'doubled' | 'reused' | 'too-much' | 'cancelled' | 'for-later' | 'recalled';

// Of twenty payments each kind is some, however few there are.
const TWENTY: readonly Kind[] = [
  ...(['plain', 'recalled', 'doubled', 'plain', 'for-later', 'recalled', 'plain'] as const),
  ...(['reused', 'plain', 'too-much', 'cancelled', 'plain', 'doubled', 'recalled'] as const),
  ...(['for-later', 'cancelled', 'plain', 'reused', 'recalled', 'plain'] as const),
];
const OWN_ACCOUNT_SHARE = 0.3;
const INSTANT_SHARE = 0.5;
const ORDINARY_MINOR_MAX = 50_000;
const TOO_MUCH_MINOR = '10000000000000';

/** What customers order in a life, from a seed alone, the first first. */
export function planOrders({ seed, payments }: { seed: number; payments: number }, life: Life): Order[] {
  const random = randomFrom(seed + 2);
  const steps = Array.from({ length: payments }, () => random.below(life.steps.length));
  return steps
    .sort((a, b) => a - b)
    .map((atStep, n) => ({ atStep, ...anOrder(random, TWENTY[n % TWENTY.length] ?? 'plain', life) }));
}

function anOrder(random: Random, kind: Kind, { openings }: Life): Omit<Order, 'atStep'> {
  const account = random.below(openings.length);
  const { owners = [], body } = openings[account] ?? {};
  const [first = 0, ...others] = owners;
  const customer = random.of([first, ...others]);
  const currency = body?.currency ?? '';
  const theirs = openings.flatMap((other, n) =>
    n !== account && other.owners.includes(customer) && other.body.currency === currency ? [n] : [],
  );
  const ownAccount = random.happens(OWN_ACCOUNT_SHARE) ? theirs[0] : undefined;
  const isInstant = currency === 'EUR' && ownAccount === undefined && random.happens(INSTANT_SHARE);
  const amountMinor = kind === 'too-much' ? TOO_MUCH_MINOR : String(1 + random.below(ORDINARY_MINOR_MAX));
  const order = { amount: { amountMinor, currency }, ...(isInstant && { scheme: 'sepa-instant' }) };
  return { kind, customer, account, ownAccount, body: order };
}
