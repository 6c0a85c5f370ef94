import type { Direction } from './money.ts';
import type { Status, Summary } from './transaction.ts';

/** What a customer is told of a transaction: all that its text follows from, in whichever language. */
export type TransactionNews = {
  readonly kind: 'spending' | 'income' | 'declined';
  readonly means: 'card' | 'transfer';
  readonly status: Status;
  readonly direction: Direction;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Whom it was with, short and on one line; empty where the bank names nobody. */
  readonly description: string;
  readonly bookedOn?: string | undefined;
};

/** What a customer is told of who may use their money; it cannot be switched off. */
export type SecurityNews = {
  readonly kind: 'security';
  readonly status: 'frozen' | 'unfrozen' | 'closed' | 'device-registered' | 'passkey-registered';
};

/** What a customer is told of a direct debit beside the transactions that book it. */
export type DirectDebitNews = {
  readonly kind: 'direct-debit';
  readonly status: 'announced' | 'refused' | 'returned';
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Who collects, as of a transaction. */
  readonly description: string;
  /** A plain date. */
  readonly dueOn: string;
};

/** What a customer is told of a payment that they ordered, beside the transactions that book it. */
export type PaymentNews = {
  readonly kind: 'payment';
  readonly status: 'rejected' | 'returned' | 'paid-after-all';
  /** Of what came back, as much as that was. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Who is paid, as of a transaction. */
  readonly description: string;
  /** Where it is one that customers can do something about. */
  readonly reason?:
    | 'insufficient-funds'
    | 'limit'
    | 'account-unknown'
    | 'account-closed'
    | 'not-received'
    | undefined;
};

export type News = TransactionNews | SecurityNews | DirectDebitNews | PaymentNews;

const SWITCH_OF = {
  announced: 'spending',
  refused: 'declined',
  rejected: 'declined',
  returned: 'income',
  'paid-after-all': 'spending',
} as const;

/** By which of their switches a customer has it pushed or not. */
export function switchOf(news: Exclude<News, SecurityNews>): TransactionNews['kind'] {
  return news.kind === 'direct-debit' || news.kind === 'payment' ? SWITCH_OF[news.status] : news.kind;
}

const DESCRIPTION_LENGTH_MAX = 60;
// A day later the customer has long seen it in the feed.
const PUSH_MS_MAX = 24 * 60 * 60 * 1000;

/**
 * The present state of a transaction, as news. A card purchase in a foreign currency is told in the account's:
 * that is what the bank authorises and books.
 */
export function newsOf(summary: Summary, means: TransactionNews['means']): TransactionNews {
  const { status, direction, amountMinor, currency, bookedOn } = summary;
  const kind = status === 'declined' ? 'declined' : direction === 'credit' ? 'income' : 'spending';
  const description = shortened(summary.description);
  return { kind, means, status, direction, amountMinor, currency, description, bookedOn };
}

/** Whether a customer should hear of a transaction in this state for the first time: money that is announced is not there yet. */
export function isWorthTelling({ isShown, status, direction }: Summary): boolean {
  return isShown && !(status === 'pending' && direction === 'credit');
}

/** Whether what was told of it last is still news to a phone; in the customer's list it stands anyway. */
export function isFresh(latestAt: string, now: Date): boolean {
  return now.getTime() - Date.parse(latestAt) <= PUSH_MS_MAX;
}

// They turn the reading direction of all that follows, as in an amount that stands behind a name.
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name from outside on one line, cut between whole characters: what a reader takes for one is never halved. */
export function shortened(name: string): string {
  const line = name
    .toWellFormed()
    .replace(BIDI_CONTROLS, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (line.length <= DESCRIPTION_LENGTH_MAX) return line;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en').segment(line)) {
    if (kept.length + segment.length >= DESCRIPTION_LENGTH_MAX) break;
    kept += segment;
  }
  return kept === '' ? '' : `${kept.trimEnd()}…`;
}
