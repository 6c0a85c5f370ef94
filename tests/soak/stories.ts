import type { Random } from './random.ts';

/**
 * One request to the bank, which tells of one event unless it says of more. `{authorisationId}` and the like stand for what
 * the bank answered earlier in the story; `{in:3}` for an instant so many seconds from when it is asked.
 */
export type Ask = { readonly path: string; readonly body: object; readonly tells?: number };

/** What happens around one purchase, transfer or account, in this order; other stories go on in between. */
export type Story = readonly Ask[];

/** `n` is the story's own number, `card` one of the account's cards. */
export type Scene = { readonly random: Random; readonly n: number; readonly card: string | undefined };

const ACCOUNT = '/accounts/{accountId}';
const AUTHORISATION = '/authorisations/{authorisationId}';
const TRANSACTION = '/transactions/{transactionId}';
const MERCHANTS = ['Kaffebaren', 'Boghandleren', 'Netto', 'Café Ærø', 'SHOP *8837', 'Tåg & Bane'] as const;

/**
 * Every kind of life that the bank's API can tell of, and how often. Amounts say what a matching rule may see: ordinary ones
 * end in 0, so that what is open of a hold does too; a hold that an unlinked entry takes whole ends in 3 and is the only
 * one of its amount; an unlinked clearing that fits no hold ends in 7.
 */
const KINDS: readonly (readonly [weight: number, tell: (scene: Scene) => Story])[] = [
  [12, (s) => [purchase(s)]],
  [4, (s) => [purchase(s, { clear: 'more' })]],
  [3, (s) => [purchase(s, { abroad: true })]],
  [6, (s) => [authorise(s)]],
  [5, (s) => [authorise(s), clearing(s), clearing(s), clearing(s, { final: true })]],
  [3, (s) => [authorise(s), clearing(s), clearing(s)]],
  [5, (s) => [authorise(s), increment(s), reversal(s), clearing(s, { final: true })]],
  [3, (s) => [authorise(s), increment(s), increment(s)]],
  [3, (s) => [authorise(s, { amount: 5_000 }), reversal(s, { amount: 5_000 })]],
  [2, (s) => [authorise(s, { amount: 5_000 }), reversal(s, { amount: 9_000 }), increment(s)]],
  [3, (s) => [authorise(s), expiry]],
  [2, (s) => [authorise(s), expiry, clearing(s, { final: true })]],
  [2, (s) => [authorise(s, { expiresInSeconds: 1 + s.random.below(4) })]],
  [3, (s) => [authorise(s, { declined: true })]],
  [4, (s) => [purchase(s), refund(s, { ofClearing: true })]],
  [2, (s) => [authorise(s), clearing(s), refund(s, { ofClearing: true }), clearing(s, { final: true })]],
  [2, (s) => [refund(s)]],
  [3, (s) => [authorise(s, { amount: only(s) }), clearing(s, { amount: only(s), linked: false })]],
  [
    1,
    (s) => [authorise(s, { amount: only(s) }), clearing(s, { amount: only(s), linked: false, final: true })],
  ],
  [2, (s) => [authorise(s, { amount: only(s) }), reversal(s, { amount: only(s), linked: false })]],
  [2, (s) => [authorise(s), clearing(s, { amount: misfit(s), linked: false }), expiry]],
  [2, (s) => [clearingAlone(s), refund(s, { ofClearing: true })]],
  [10, (s) => [transfer(s, 'credit')]],
  [6, (s) => [transfer(s, 'debit')]],
  [4, (s) => [transfer(s, s.random.of(['credit', 'debit']), { pending: true }), booking]],
  [3, (s) => [transfer(s, s.random.of(['credit', 'debit']), { pending: true }), cancellation]],
  [2, (s) => [transfer(s, s.random.of(['credit', 'debit']), { pending: true })]],
  [2, (s) => [transfer(s, s.random.of(['credit', 'debit']), { pending: true }), booking, bookingReversal]],
  [2, (s) => [transfer(s, s.random.of(['credit', 'debit'])), bookingReversal]],
  [1, () => [at('/freeze'), at('/unfreeze')]],
  [3, () => [at('/balance-updates')]],
  [2, (s) => [pendingList(s)]],
];

const WEIGHTS = KINDS.reduce((sum, [weight]) => sum + weight, 0);

export function aStory(scene: Scene): Story {
  let drawn = scene.random.below(WEIGHTS);
  const kind = KINDS.find(([weight]) => {
    drawn -= weight;
    return drawn < 0;
  });
  return kind?.[1](scene) ?? [];
}

export const closing: Ask = { path: `${ACCOUNT}/close`, body: {} };

const expiry: Ask = { path: `${AUTHORISATION}/expiry`, body: {} };
const booking: Ask = { path: `${TRANSACTION}/booking`, body: {} };
const cancellation: Ask = { path: `${TRANSACTION}/cancellation`, body: {} };
const bookingReversal: Ask = { path: `${TRANSACTION}/reversal`, body: {} };

function at(path: string): Ask {
  return { path: ACCOUNT + path, body: {} };
}

function purchase({ random }: Scene, { clear = 'all', abroad = false } = {}): Ask {
  const amount = ordinary(random);
  const more = clear === 'more' && { clearAmountMinor: String(amount + ordinary(random)) };
  const body = { amountMinor: String(amount), merchant: merchant(random), ...more };
  return { path: `${ACCOUNT}/purchases`, body: { ...body, ...(abroad && foreign(random)) }, tells: 2 };
}

function authorise(
  { random, card }: Scene,
  { amount = ordinary(random), expiresInSeconds = 0, declined = false } = {},
): Ask {
  const more = {
    ...(card && { cardId: card }),
    ...(expiresInSeconds > 0 && { expiresAt: `{in:${expiresInSeconds}}` }),
    ...(declined && { declined: { reason: 'insufficient-funds' } }),
  };
  const body = { amountMinor: String(amount), merchant: merchant(random), ...more };
  return { path: `${ACCOUNT}/authorisations`, body, tells: expiresInSeconds > 0 ? 2 : 1 };
}

function increment({ random }: Scene): Ask {
  return { path: `${AUTHORISATION}/increments`, body: { amountMinor: String(ordinary(random)) } };
}

function reversal({ random }: Scene, { amount = ordinary(random), linked = true } = {}): Ask {
  return { path: `${AUTHORISATION}/reversals`, body: { amountMinor: String(amount), linked } };
}

function clearing({ random }: Scene, { amount = ordinary(random), final = false, linked = true } = {}): Ask {
  return { path: `${AUTHORISATION}/clearings`, body: { amountMinor: String(amount), final, linked } };
}

function clearingAlone(scene: Scene): Ask {
  const body = { amountMinor: String(misfit(scene)), merchant: merchant(scene.random) };
  return { path: `${ACCOUNT}/clearings`, body };
}

function refund({ random }: Scene, { ofClearing = false } = {}): Ask {
  const names = ofClearing ? { clearingId: '{clearingId}' } : { merchant: merchant(random) };
  return { path: `${ACCOUNT}/refunds`, body: { amountMinor: String(ordinary(random)), ...names } };
}

function transfer({ random }: Scene, direction: 'credit' | 'debit', { pending = false } = {}): Ask {
  const body = { direction, amountMinor: String(10 * ordinary(random)), pending, remittance: 'Rent' };
  return { path: `${ACCOUNT}/transfers`, body };
}

function pendingList({ random }: Scene): Ask {
  const entries = Array.from({ length: random.below(6) }, () => ({
    direction: random.of(['credit', 'debit', 'debit']),
    amountMinor: String(ordinary(random)),
    // Two of a list are often alike, and are two all the same.
    description: random.of(['KIOSK 17', 'PARKING', 'TOLL']),
  }));
  return { path: `${ACCOUNT}/pending-lists`, body: { entries } };
}

function ordinary(random: Random): number {
  return 10 * (1 + random.below(5_000));
}

function only({ n }: Scene): number {
  return 10 * (10_000 + n) + 3;
}

function misfit({ random }: Scene): number {
  return ordinary(random) + 7;
}

function merchant(random: Random) {
  return { name: random.of(MERCHANTS), mcc: random.of(['5411', '5814', '5942']), country: 'DK' };
}

function foreign(random: Random) {
  return {
    merchantAmount: { amountMinor: String(ordinary(random)), currency: random.of(['EUR', 'USD', 'JPY']) },
    fx: { rate: `${1 + random.below(9)}.${1000 + random.below(9000)}` },
  };
}
