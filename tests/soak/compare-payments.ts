import { type Difference, unequal } from './difference.ts';
import type { FeedItem, SeenAccount, SeenPayment } from './seen-account.ts';

/** A payment that was taken on, with all that the bank has under its id. */
export type ExpectedPayment = {
  readonly id: string;
  readonly accountId: string;
  readonly amountMinor: string;
  /** The customer was told that it is cancelled. */
  readonly isCancelled: boolean;
  readonly atBank: readonly BankPayment[];
};

/** As the bank answers. */
export type BankPayment = {
  readonly paymentId: string;
  readonly status: string;
  readonly reason?: string;
  readonly returnedMinor?: string;
  readonly recall?: string;
};

const STATES: Readonly<Record<string, string>> = {
  ACSC: 'sent',
  ACCC: 'credited',
  RJCT: 'rejected',
  CANC: 'cancelled',
};

/** An account's payments: each is at the bank once and is here what it is there, or it is not there and here is why. */
export function inPayments(
  accountId: string,
  payments: readonly ExpectedPayment[],
  seen: SeenAccount | undefined,
): Difference[] {
  if (!seen) return []; // told of the account
  const own = payments.filter((payment) => payment.accountId === accountId);
  const listed = [...own.map(({ id }) => id)].sort().join(', ');
  return [
    ...unequal(
      accountId,
      'payments in the API',
      listed,
      seen.payments
        .map(({ id }) => id)
        .sort()
        .join(', '),
    ),
    ...unequal(accountId, 'reserved in the API', 0, seen.api.reservedMinor),
    ...unequal(accountId, 'reservations in Firestore', '', seen.reserved.join(', ')),
    ...own.flatMap((payment) => {
      const view = seen.payments.find(({ id }) => id === payment.id);
      return [...inView(payment, view), ...inFeed(payment, seen.feed)];
    }),
  ];
}

function inView(payment: ExpectedPayment, view: SeenPayment | undefined): Difference[] {
  const { id, accountId, isCancelled, atBank } = payment;
  const check = (what: string, must: unknown, is: unknown) => unequal(`${accountId} ${id}`, what, must, is);
  if (!view) return []; // told of the list
  const [bank, ...again] = atBank;
  return [
    ...(again.length > 0 ? check('payments at the bank', '1 at most', atBank.length) : []),
    ...check('amount in the API', payment.amountMinor, view.amount.amountMinor),
    ...(isCancelled ? check('cancelled, and at the bank', 0, atBank.length) : []),
    ...(isCancelled ? check('state of what was cancelled', 'cancelled', view.state) : []),
    ...(bank ? asAtBank(bank, view) : asNotThere(view, isCancelled)).flatMap((each) => check(...each)),
  ];
}

type Checked = [what: string, must: unknown, is: unknown];

function asAtBank(bank: BankPayment, view: SeenPayment): Checked[] {
  const { status, reason, returnedMinor, recall } = bank;
  const isBack = returnedMinor !== undefined;
  return [
    ['state in the API', isBack ? 'returned' : (STATES[status] ?? `over, and not ${status}`), view.state],
    ['returned in the API', returnedMinor, view.returnedMinor],
    ['recall in the API', recall, view.recall],
    // Why money came back the bank tells, and does not answer.
    ...(isBack ? [] : [['reason in the API', reason, view.reason] satisfies Checked]),
  ];
}

function asNotThere({ state, reason }: SeenPayment, isCancelled: boolean): Checked[] {
  if (isCancelled) return [];
  return [
    ['state of what the bank never had', 'rejected', state],
    ['reason of what the bank never had', true, reason !== undefined],
  ];
}

/** One debit of what the bank took, and as much back as it returned. */
function inFeed(
  { id, accountId, amountMinor, atBank }: ExpectedPayment,
  feed: readonly FeedItem[],
): Difference[] {
  const check = (what: string, must: unknown, is: unknown) => unequal(`${accountId} ${id}`, what, must, is);
  const own = feed.filter(({ paymentId }) => paymentId === id);
  const debits = own.filter(({ direction }) => direction === 'debit');
  const [bank] = atBank;
  const isPaid = bank !== undefined && ['sent', 'credited'].includes(STATES[bank.status] ?? '');
  const back = own.filter(({ direction }) => direction === 'credit');
  const backMinor = back.reduce((sum, { bookedMinor }) => sum + BigInt(bookedMinor), 0n);
  return [
    ...check('in the feed', bank ? 1 : 0, debits.length),
    ...debits.flatMap(({ status, bookedMinor }) => [
      ...check('status in the feed', isPaid ? 'booked' : 'reversed', status),
      ...check('booked in the feed', isPaid ? `-${amountMinor}` : '0', bookedMinor),
    ]),
    ...check('came back in the feed', bank?.returnedMinor ?? 0, backMinor),
  ];
}

/** What became of payments, by the apps' API. */
export function outcomesOf(accounts: ReadonlyMap<string, SeenAccount>) {
  const payments = [...accounts.values()].flatMap((account) => account.payments);
  const are = (state: string) => payments.filter((payment) => payment.state === state).length;
  const unknown = payments.filter(({ history }) => history.some(({ state }) => state === 'unknown'));
  return {
    unknown: unknown.length,
    resolved: unknown.filter(({ state }) => state !== 'unknown').length,
    returned: are('returned'),
    rejected: are('rejected'),
  };
}
