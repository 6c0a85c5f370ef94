import { decimalOf, exponentOf } from './currency.ts';
import type { DirectDebitNews, News, PaymentNews, SecurityNews, TransactionNews } from './notification.ts';
import { type Language, WORDS, type Words } from './notification-words.ts';

export type Text = { readonly title: string; readonly body: string; readonly language: Language };

const DEFAULT_LOCALE = 'en-GB';

/** The news in a BCP 47 locale: its language where that is one of ours, else English; amounts and dates by its region. */
export function textOf(news: News, locale: string | undefined): Text {
  const language = languageOf(locale ?? DEFAULT_LOCALE);
  const words = WORDS[language ?? 'en'];
  const [title, body] =
    news.kind === 'security'
      ? words[news.status]
      : [
          news.description || titleOf(news, words),
          wordingOf(news, words, language ? baseOf(locale) : DEFAULT_LOCALE),
        ];
  return { title, body, language: language ?? 'en' };
}

/** Our language for a BCP 47 tag, as in `nn-NO`; undefined for another, and for what is no tag. */
export function languageOf(locale: string): Language | undefined {
  try {
    const { language } = new Intl.Locale(locale);
    if (language === 'no' || language === 'nn') return 'nb';
    return Object.hasOwn(WORDS, language) ? (language as Language) : undefined;
  } catch {
    return undefined;
  }
}

function wordingOf(news: Exclude<News, SecurityNews>, words: Words, locale: string): string {
  if (news.kind === 'payment') return ofPayment(news, words, locale);
  if (news.kind !== 'direct-debit') return bodyOf(news, words, locale);
  const amount = amountIn(locale, news.currency, news.amountMinor);
  if (news.status === 'announced') return words.announced(amount, dateIn(locale, news.dueOn));
  return news.status === 'refused' ? words.notCollected(amount) : words.broughtBack(amount);
}

function ofPayment({ status, reason, ...of }: PaymentNews, words: Words, locale: string): string {
  const amount = amountIn(locale, of.currency, of.amountMinor);
  if (status === 'paid-after-all') return words.paidAfterAll(amount);
  if (status === 'rejected') return words.notPaid(amount, words[reason ?? 'not-carried-out']);
  return words.cameBack(amount, words[reason ?? 'sent-back']);
}

function titleOf(news: TransactionNews | DirectDebitNews | PaymentNews, words: Words): string {
  if (news.kind === 'direct-debit') return words.directDebit;
  if (news.kind === 'payment') return words.transfer;
  const { kind, means } = news;
  if (kind === 'income') return means === 'card' ? words.refund : words.income;
  return means === 'card' ? words.purchase : words.transfer;
}

function bodyOf(news: TransactionNews, words: Words, locale: string): string {
  const { kind, means, status, currency, amountMinor, bookedOn } = news;
  // Each is worded only where it is said: a formatter takes longer to make than all the rest.
  const plain = () => amountIn(locale, currency, amountMinor);
  if (status === 'declined') return words.declined(plain());
  if (status === 'expired') return words.expired(plain());
  if (status === 'reversed') return means === 'card' ? words.released(plain()) : words.cancelled(plain());
  if (kind === 'income') {
    const more = amountIn(locale, currency, amountMinor, 'always');
    return means === 'card' ? words.givenBack(more) : words.received(more);
  }
  if (amountMinor === 0n && status === 'booked') return words.refunded;
  const less = amountIn(locale, currency, -amountMinor);
  const on = bookedOn === undefined ? '' : dateIn(locale, bookedOn);
  if (means === 'transfer') return status === 'pending' ? words.onItsWay(less) : words.sent(less, on);
  if (status === 'partly-booked') return words.partlyBooked(less);
  return status === 'booked' ? words.booked(less, on) : less;
}

/** Exact: Intl takes the digits as a text, and how many are decimals is ISO 4217's to say, which Intl does not follow. */
function amountIn(
  locale: string,
  currency: string,
  amountMinor: bigint,
  signDisplay: 'auto' | 'always' = 'auto',
): string {
  const exponent = exponentOf(currency);
  if (exponent === undefined) return currency;
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, signDisplay, ...digits });
  return format.format(decimalOf(amountMinor, exponent) as `${number}`);
}

/** A plain date is the same day in every zone. */
function dateIn(locale: string, plainDate: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(plainDate),
  );
}

/** Without extensions, by which a tag could ask for other digits. */
function baseOf(locale: string | undefined): string {
  return locale === undefined ? DEFAULT_LOCALE : new Intl.Locale(locale).baseName;
}
