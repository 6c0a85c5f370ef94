import type { Authorisation, Challenge } from './authorisation.ts';
import type { Money } from './money.ts';

/** By which clearing it goes; between a customer's own accounts it goes by none. */
export type Scheme = 'sepa' | 'sepa-instant' | 'domestic' | 'own-account';

/** Who is paid: an IBAN, a domestic account number, or another account of the customer's own here. */
export type Creditor =
  | { readonly name: string; readonly iban: string }
  | { readonly name: string; readonly accountNumber: AccountNumber }
  | { readonly accountId: string };

/** As Danish banks write them: four digits of the branch, and up to ten of the account. */
export type AccountNumber = { readonly registrationNumber: string; readonly accountNumber: string };

/** What was ordered; none of it ever changes. */
export type PaymentOrder = {
  readonly id: string;
  /** Who ordered it: one of the account's owners. */
  readonly customerId: string;
  readonly accountId: string;
  readonly bank: string;
  readonly scheme: Scheme;
  readonly amount: Money;
  readonly creditor: Creditor;
  readonly remittance?: string | undefined;
  /** ISO 20022 EndToEndId, at most 35 characters; the creditor sees it. */
  readonly endToEndId: string;
  readonly orderedAt: string;
  /** The plain date on which the bank carries it out. */
  readonly executesOn: string;
  /** The standing order and the date that this is one run of. */
  readonly standingOrderId?: string | undefined;
};

/**
 * Ours until it is submitted, the bank's from then on. `unknown` is a state as good as any: nobody can tell yet
 * whether the bank took it. No success is the end: what was sent can be returned.
 */
export type PaymentState =
  | 'awaiting-authorisation'
  | 'scheduled'
  | 'requested'
  | 'submitting'
  | 'unknown'
  | 'submitted'
  | 'pending'
  | 'settling'
  | 'held'
  | 'sent'
  | 'credited'
  | 'rejected'
  | 'cancelled'
  | 'returned';

/** A step that we took ourselves, one after the other; `cause` is the event or request that it followed from. */
export type Step = {
  readonly state: OwnState;
  readonly at: string;
  readonly cause: string;
  readonly reason?: string | undefined;
};
export type OwnState =
  | 'awaiting-authorisation'
  | 'scheduled'
  | 'requested'
  | 'submitting'
  | 'rejected'
  | 'cancelled';

/** One thing that the bank said of it, or did not say in time. */
export type PaymentWord =
  | {
      readonly kind: 'status';
      readonly isoStatus: IsoStatus;
      readonly at: string;
      readonly reason?: string | undefined;
    }
  | { readonly kind: 'unanswered'; readonly at: string }
  /** Asked long after the last call could have reached it, the bank knows of no such payment. */
  | { readonly kind: 'not-received'; readonly at: string }
  | {
      readonly kind: 'return';
      readonly id: string;
      readonly at: string;
      readonly reason: string;
      readonly amountMinor: bigint;
    }
  | {
      readonly kind: 'recall';
      readonly state: RecallState;
      readonly at: string;
      readonly reason?: string | undefined;
    };
export type RecallState = 'requested' | 'accepted' | 'rejected';

/** By which fact a word came: whoever told the fact, and the bank's delivery where one brought it. */
export type WordArrival = {
  readonly factId: string;
  readonly source: string;
  readonly deliveryId?: string | undefined;
};

/** A payment: the order, our own steps in their order, and what the bank said as a set that has no order. */
export type Payment = PaymentOrder & {
  /** The plain date into whose limits it counts, once its money is reserved. */
  readonly reservedOn?: string | undefined;
  /** Of one that awaits its authorisation: what makes it this one. */
  readonly challenge?: Challenge | undefined;
  readonly authorisation?: Authorisation | undefined;
  /** Before when it is not tried again for want of money, by the bank's wall clock: `2026-11-27T10:30`. */
  readonly retriesAt?: string | undefined;
  readonly steps: readonly Step[];
  readonly words: Readonly<Record<string, PaymentWord>>;
  /** Of each word, by its key; the one thing here that depends on the order of arrival. */
  readonly arrivals?: Readonly<Record<string, WordArrival>> | undefined;
};

// Source: ISO 20022 external code set ExternalPaymentTransactionStatus1Code, as used in pain.002.
const STATE_OF = {
  RCVD: 'submitted',
  ACTC: 'submitted',
  PATC: 'submitted',
  ACCP: 'pending',
  ACFC: 'pending',
  ACFW: 'pending',
  PDNG: 'pending',
  ACWP: 'held',
  BLCK: 'held',
  ACSP: 'settling',
  ACPD: 'settling',
  ACWC: 'settling',
  CANC: 'cancelled',
  RJCT: 'rejected',
  ACSC: 'sent',
  ACCC: 'credited',
} as const satisfies Record<string, PaymentState>;
export type IsoStatus = keyof typeof STATE_OF;
/** From the first that a bank says to the last; of two of one instant the later is true. */
export const ISO_STATUSES = Object.keys(STATE_OF) as [IsoStatus, ...IsoStatus[]];

/** What the bank can have said since: from each state the ones that may follow, as the docs draw them. */
export const MAY_FOLLOW: Readonly<Record<PaymentState, readonly PaymentState[]>> = {
  'awaiting-authorisation': ['requested', 'scheduled', 'cancelled'],
  scheduled: ['submitting', 'rejected', 'cancelled'],
  requested: ['submitting', 'cancelled'],
  submitting: [
    'unknown',
    'submitted',
    'pending',
    'settling',
    'held',
    'sent',
    'credited',
    'rejected',
    'cancelled',
  ],
  unknown: ['submitted', 'pending', 'settling', 'held', 'sent', 'credited', 'rejected', 'cancelled'],
  submitted: ['pending', 'settling', 'held', 'sent', 'credited', 'rejected', 'cancelled'],
  pending: ['settling', 'held', 'sent', 'credited', 'rejected', 'cancelled'],
  settling: ['held', 'sent', 'credited', 'rejected', 'cancelled'],
  held: ['settling', 'sent', 'credited', 'rejected', 'cancelled'],
  sent: ['credited', 'returned'],
  credited: ['returned'],
  rejected: [],
  cancelled: [],
  returned: [],
};

/** The reference of one that was ordered without: what ids of ours have and SEPA's references have not is a dot there. */
export function endToEndIdOf(paymentId: string): string {
  return paymentId.replaceAll('_', '.');
}

/** What a payment is, by all that is known of it. The bank's word is above ours, and a return above all. */
export function stateOf({ steps, words }: Pick<Payment, 'steps' | 'words'>): PaymentState {
  const all = Object.values(words);
  if (all.some(({ kind }) => kind === 'return')) return 'returned';
  const last = latestStatus(all);
  if (last) return STATE_OF[last.isoStatus];
  if (all.some(({ kind }) => kind === 'not-received')) return 'rejected';
  const own = steps.at(-1)?.state ?? 'requested';
  return own === 'submitting' && all.some(({ kind }) => kind === 'unanswered') ? 'unknown' : own;
}

/** Why it is what it is: a code of ours, or ISO 20022's; undefined where there is no reason to give. */
export function reasonOf({ steps, words }: Pick<Payment, 'steps' | 'words'>): string | undefined {
  const all = Object.values(words);
  const returned = all
    .filter((word) => word.kind === 'return')
    .sort(byInstant)
    .at(-1);
  const last = latestStatus(all);
  if (returned) return returned.reason;
  if (last) return last.reason;
  return all.some(({ kind }) => kind === 'not-received') ? 'not-received' : steps.at(-1)?.reason;
}

/** How much of it came back; less than was sent where the other bank kept charges. */
export function returnedMinor({ words }: Pick<Payment, 'words'>): bigint {
  return Object.values(words).reduce(
    (sum, word) => (word.kind === 'return' ? sum + word.amountMinor : sum),
    0n,
  );
}

export function recallOf({ words }: Pick<Payment, 'words'>): RecallState | undefined {
  const recalls = Object.values(words).filter((word) => word.kind === 'recall');
  // An answer is later than what it answers, whatever two clocks say.
  return (['rejected', 'accepted', 'requested'] as const).find((state) =>
    recalls.some((word) => word.state === state),
  );
}

/** Whether the bank may have it, and has not said what became of it: it is to be asked, and never blindly sent again. */
export function awaitsBank(state: PaymentState): boolean {
  return state === 'submitting' || state === 'unknown';
}

/** Whether a customer's cancel still comes before the bank. */
export function isCancellable(state: PaymentState): boolean {
  return state === 'awaiting-authorisation' || state === 'scheduled' || state === 'requested';
}

/** Whether its money was reserved and never will move. */
export function isOverUnpaid(state: PaymentState): boolean {
  return state === 'rejected' || state === 'cancelled';
}

/** The key of a word in the set: the same word, told again under another event, is the same. */
export function wordKey(word: PaymentWord): string {
  switch (word.kind) {
    case 'status':
      return ['status', word.isoStatus, word.at, word.reason ?? ''].join(':');
    case 'return':
      return `return:${word.id}`;
    case 'recall':
      return `recall:${word.state}`;
    default:
      return word.kind;
  }
}

/**
 * The payment with one more word of the bank's, or undefined where that is nothing new. Any order leads to the same.
 * `conflict`: the bank gave one return two amounts, and nobody can know which is right.
 */
export function withWord(payment: Payment, word: PaymentWord): Payment | 'conflict' | undefined {
  const key = wordKey(word);
  const known = payment.words[key];
  if (known?.kind === 'return' && word.kind === 'return' && known.amountMinor !== word.amountMinor)
    return 'conflict';
  // What is said again is as of when it was first said.
  if (known && known.at <= word.at) return undefined;
  return { ...payment, words: { ...payment.words, [key]: word } };
}

/** The payment after a step of ours. */
export function withStep(payment: Payment, step: Step): Payment {
  return { ...payment, steps: [...payment.steps, step] };
}

/** Every transition there was, oldest first, with its cause or reason. */
export function historyOf({ steps, words }: Pick<Payment, 'steps' | 'words'>) {
  const own = steps.map(({ state, at, reason }) => ({ state: state as string, at, reason }));
  const told = Object.values(words).map((word) => ({
    state: meaningOf(word),
    at: word.at,
    reason: 'reason' in word ? word.reason : undefined,
  }));
  return [...own, ...told.sort(byInstant)].sort(byInstant);
}

/** What a word says that the payment is. */
export function meaningOf(word: PaymentWord): string {
  if (word.kind === 'status') return STATE_OF[word.isoStatus];
  if (word.kind === 'recall') return `recall-${word.state}`;
  if (word.kind === 'return') return 'returned';
  return word.kind === 'unanswered' ? 'unknown' : 'rejected';
}

function latestStatus(words: readonly PaymentWord[]) {
  const statuses = words.filter((word) => word.kind === 'status');
  return statuses
    .sort(
      (a, b) =>
        byInstant(a, b) || rank(a.isoStatus) - rank(b.isoStatus) || compare(a.reason ?? '', b.reason ?? ''),
    )
    .at(-1);
}

function rank(status: IsoStatus): number {
  return ISO_STATUSES.indexOf(status);
}

function byInstant(a: { readonly at: string }, b: { readonly at: string }): number {
  return compare(a.at, b.at);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
