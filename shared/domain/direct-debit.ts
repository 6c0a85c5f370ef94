import { addDays } from './bank-days.ts';

/** `core` is for anybody, `b2b` between businesses alone, without refunds. */
export type MandateScheme = 'core' | 'b2b';

/** What a customer can want of a collection, or of a mandate. */
export type CollectionDecision = 'refusal' | 'refund';
export type MandateDecision = 'block' | 'unblock';
export type Decision = CollectionDecision | MandateDecision;

/** One thing that the bank said of a mandate; each says all of it, so that none has to come first. */
export type MandateWord = {
  readonly kind: 'created' | 'blocked' | 'unblocked' | 'cancelled';
  readonly at: string;
  readonly creditorName: string;
  /** SEPA's creditor identifier. */
  readonly creditorId: string;
  readonly scheme: MandateScheme;
};
/** Likewise of a collection, from the first that a bank says to the last. */
export type CollectionWord = {
  readonly kind: CollectionState;
  readonly at: string;
  readonly creditorName: string;
  readonly creditorId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The plain date on which it is collected. */
  readonly dueOn: string;
  readonly remittance?: string | undefined;
  /** The plain date of its debit, where the bank names one. */
  readonly bookedOn?: string | undefined;
  /** A code of ISO 20022's. */
  readonly reason?: string | undefined;
  /** Our id of the debit, or of the credit that gave it back. */
  readonly transactionId?: string | undefined;
};
export type MandateState = 'active' | 'blocked' | 'cancelled';
export type CollectionState = 'announced' | 'refused' | 'collected' | 'returned';

/** Of each kind the word that was said last: a set that has no order. */
export type Words<W extends { kind: string }> = Readonly<Partial<Record<W['kind'], W>>>;

/** What the customer decided last; it is the bank's to carry it out. */
export type Wish<D extends Decision> = {
  readonly decision: D;
  readonly at: string;
  /** When the bank spoke last before, by its own clock: what fulfils the wish is said after it. */
  readonly saidBefore?: string | undefined;
};
/** A wish that the bank did not fulfil. */
export type Declined<D extends Decision> = {
  readonly decision: D;
  /** The `at` of the wish. */
  readonly wantedAt: string;
  readonly reason: string;
};

type Known<W extends { kind: string }, D extends Decision> = {
  readonly id: string;
  readonly accountId: string;
  readonly bank: string;
  readonly words: Words<W>;
  readonly wish?: Wish<D> | undefined;
  readonly declined?: Declined<D> | undefined;
};
/** A customer's leave for a creditor to collect. */
export type Mandate = Known<MandateWord, MandateDecision> & { readonly bankMandateId: string };
/** One direct debit by a mandate, which may be told of later than this. */
export type Collection = Known<CollectionWord, CollectionDecision> & {
  readonly bankCollectionId: string;
  readonly mandateId: string;
};

/** The words with one more, or undefined where that is nothing new. Any order leads to the same. */
export function withWord<W extends MandateWord | CollectionWord>(
  words: Words<W>,
  word: W,
): Words<W> | undefined {
  const known: W | undefined = words[word.kind as W['kind']];
  if (known && compare(known, word) >= 0) return undefined;
  return { ...words, [word.kind]: word };
}

/** The thing after the bank declined a wish; an answer to an older one changes nothing. */
export function withDeclined<T extends Mandate | Collection>(
  known: T,
  declined: NonNullable<T['declined']>,
): T | undefined {
  if (known.declined && known.declined.wantedAt >= declined.wantedAt) return undefined;
  return { ...known, declined };
}

/** Cancelled for good; else what was said last of blocking. Of one instant, blocked is the safe one. */
export function mandateState({ words }: Pick<Mandate, 'words'>): MandateState {
  if (words.cancelled) return 'cancelled';
  const { blocked, unblocked } = words;
  return blocked && !(unblocked && unblocked.at > blocked.at) ? 'blocked' : 'active';
}

/** Money that moved is above what was only said, and money that came back above all. */
export function collectionState({ words }: Pick<Collection, 'words'>): CollectionState {
  return (['returned', 'collected', 'refused'] as const).find((kind) => words[kind]) ?? 'announced';
}

/** What was said last: its terms are true. */
export function latestWord<W extends MandateWord | CollectionWord>(words: Words<W>): W | undefined {
  return (Object.values(words) as W[]).sort(compare).at(-1);
}

/** The instant of the first word that stands. */
export function toldFirstAt(words: Words<MandateWord> | Words<CollectionWord>): string {
  return Object.values(words).reduce((first, { at }) => (first !== '' && first < at ? first : at), '');
}

/** What the customer wants and the bank has neither done nor declined. */
export function wantedOf(known: Mandate | Collection): Decision | undefined {
  const { wish, declined } = known;
  if (!wish || declined?.wantedAt === wish.at) return undefined;
  const isOver = 'mandateId' in known ? isCollectionDone(known) : isMandateDone(known);
  return isOver ? undefined : wish.decision;
}

function isCollectionDone(collection: Collection): boolean {
  const state = collectionState(collection);
  return collection.wish?.decision === 'refusal' ? state !== 'announced' : state !== 'collected';
}

function isMandateDone({ words, wish }: Mandate): boolean {
  const fulfils = wish?.decision === 'block' ? words.blocked : words.unblocked;
  return words.cancelled !== undefined || (fulfils?.at ?? '') > (wish?.saidBefore ?? '');
}

/** Whether a decision comes in time, or the code of why it does not. */
export type Ruling = { readonly kind: 'allowed' } | { readonly kind: 'declined'; readonly reason: string };
const ALLOWED: Ruling = { kind: 'allowed' };

/** A customer refuses what is announced, until the day before it is due. `today` is a plain date of the bank's. */
export function mayRefuse(collection: Collection, today: string): Ruling {
  const state = collectionState(collection);
  if (state !== 'announced') return no(`direct-debit.${state}`);
  return today < (latestWord(collection.words)?.dueOn ?? '') ? ALLOWED : no('direct-debit.due');
}

/** A customer has back what was collected for the asking, until eight weeks after its debit, unless they are a business. */
export function mayAskBack(collection: Collection, mandate: Mandate | undefined, today: string): Ruling {
  const state = collectionState(collection);
  if (state !== 'collected') return no(`direct-debit.${state}`);
  if (!mandate) return no('mandate.unknown');
  const until = refundableUntil(collection, mandate);
  if (until === undefined) return no('direct-debit.b2b');
  return today <= until ? ALLOWED : no('direct-debit.refund-late');
}

/** Whether the customer can keep the creditor from collecting, or let it again. */
export function mayBlock(mandate: Mandate): Ruling {
  return mandateState(mandate) === 'cancelled' ? no('mandate.cancelled') : ALLOWED;
}

// Source: PSD2 (EU 2015/2366), articles 76(1) and 77(1): eight weeks from the date on which the funds were debited, and
// without conditions for SEPA direct debits; EPC016-06, SEPA Direct Debit Core Rulebook, section 4.3 on refunds. A period of
// weeks ends with the last hour of the same weekday (Regulation 1182/71, article 3), so the 56th day is the last.
const REFUND_DAYS = 56;

/**
 * The last plain date on which what was debited is given back for the asking. There is none between businesses: what the
 * debtor authorised is not refunded (EPC222-07, SEPA Direct Debit Business-to-Business Rulebook; PSD2, article 61(1), lets
 * those who are no consumers agree on that). Nor is there one while nobody knows the mandate, which may be of either.
 */
export function refundableUntil(
  { words }: Pick<Collection, 'words'>,
  mandate: Pick<Mandate, 'words'> | undefined,
): string | undefined {
  if (!mandate || latestWord(mandate.words)?.scheme !== 'core') return undefined;
  const { collected, returned } = words;
  const debitedOn = collected?.bookedOn ?? returned?.bookedOn ?? latestWord(words)?.dueOn ?? '';
  return addDays(debitedOn, REFUND_DAYS);
}

function no(reason: string): Ruling {
  return { kind: 'declined', reason };
}

/** By instant; of one instant by what they say, so that there is one last word in whatever order they came. */
function compare(a: MandateWord | CollectionWord, b: MandateWord | CollectionWord): number {
  const [one, other] = [a, b].map((word) => `${word.at} ${rank(word)} ${textOf(word)}`) as [string, string];
  return one < other ? -1 : one > other ? 1 : 0;
}

function rank({ kind }: MandateWord | CollectionWord): number {
  const order = [
    'announced',
    'created',
    'unblocked',
    'blocked',
    'refused',
    'collected',
    'returned',
    'cancelled',
  ];
  return order.indexOf(kind);
}

function textOf(word: MandateWord | CollectionWord): string {
  return Object.entries(word)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .sort()
    .join();
}

/** From each state the ones that may follow, as the docs draw them. No collection is the end: it can be returned. */
export const COLLECTION_MAY_BE: Readonly<Record<CollectionState, readonly CollectionState[]>> = {
  announced: ['collected', 'refused'],
  collected: ['returned'],
  refused: [],
  returned: [],
};
export const MANDATE_MAY_BE: Readonly<Record<MandateState, readonly MandateState[]>> = {
  active: ['blocked', 'cancelled'],
  blocked: ['active', 'cancelled'],
  cancelled: [],
};
