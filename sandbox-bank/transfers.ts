import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { EventType } from './events.ts';
import { amountOf, type Direction } from './money.ts';
import { notFound, Problem } from './problem.ts';
import type * as requests from './requests.ts';

type Request = z.output<typeof requests.transfer> & OfPayment & { collectionId?: string };

/** Which payment it moves the money of, if any, and whether that is what came back. */
interface OfPayment {
  paymentId?: string;
  reference?: string | undefined;
  returned?: true;
}

/** Plain dates: when it is in the books, and from when on it counts. */
interface Dates {
  bookingDate: string;
  valueDate: string;
}

interface Transfer {
  transactionId: string;
  account: Account;
  request: Request;
  /** From when on its money counts, once it is booked. */
  valueOn?: string;
  status: 'pending' | 'booked' | 'cancelled' | 'reversed';
}

export type Transfers = ReturnType<typeof openTransfers>;

/** Money in from, and out to, accounts at other banks. A pending debit is held; a pending credit counts nowhere. */
export function openTransfers({ ledger, accounts, now, newId }: Desk) {
  const transfers = new Map<string, Transfer>();

  return { make, begin, book, cancel, reverse, correct, paymentOf, ofItself };

  /** Moves the money without asking for funds: it stands for what other banks and the bank itself decide. */
  function make(accountId: string, request: Request) {
    const account = accounts.get(accountId);
    if (account.status === 'closed')
      throw new Problem(409, 'account-closed', 'A closed account takes no transfers.');
    return begin(account, request);
  }

  /** Moves the money even when the account is closed by now: what was agreed on before still happens. */
  function begin(account: Account, request: Request) {
    const transfer: Transfer = { transactionId: newId('btx'), account, request, status: 'pending' };
    const { transactionId: id } = transfer;
    transfers.set(id, transfer);
    const { direction, amountMinor } = request;
    if (direction === 'debit') ledger.hold({ id, accountId: account.id, amountMinor });
    return request.pending ? tell(transfer, 'transaction.pending') : book(id);
  }

  function book(transactionId: string) {
    const transfer = settle(transactionId, 'booked');
    const bookingDate = today();
    const valueDate = transfer.request.valueDate ?? bookingDate;
    transfer.valueOn = valueDate;
    bookLine(transfer, transfer.request.direction, { bookingDate, valueDate });
    return tell(transfer, 'transaction.booked', { bookingDate, valueDate });
  }

  function cancel(transactionId: string) {
    return tell(settle(transactionId, 'cancelled'), 'transaction.cancelled');
  }

  /** Takes back what was booked, once, even when the account is closed. The event keeps the direction of the booking. */
  function reverse(transactionId: string) {
    const transfer = get(transactionId);
    const was = transfer.status;
    if (was !== 'booked')
      throw new Problem(409, `transaction-${was}`, `Only what is booked can be reversed; it is ${was}.`);
    transfer.status = 'reversed';
    const dates = { bookingDate: today(), valueDate: today() };
    bookLine(transfer, transfer.request.direction === 'credit' ? 'debit' : 'credit', dates);
    return tell(transfer, 'transaction.reversed', dates);
  }

  /** Takes back what was booked and books the right amount instead, from the same day on, under an id of its own. */
  function correct(transactionId: string, { amountMinor }: z.output<typeof requests.correction>) {
    const { account, request, valueOn } = get(transactionId);
    reverse(transactionId);
    const corrected = begin(account, { ...request, amountMinor, valueDate: valueOn, pending: false });
    return { transactionId: corrected.transactionId };
  }

  /** Ends the pending state, once, and with it the hold of a debit. */
  function settle(transactionId: string, status: Transfer['status']): Transfer {
    const transfer = get(transactionId);
    const was = transfer.status;
    if (was !== 'pending') throw new Problem(409, `transaction-${was}`, `The transaction is ${was} already.`);
    if (transfer.request.direction === 'debit') ledger.release(transactionId);
    transfer.status = status;
    return transfer;
  }

  function bookLine({ transactionId, account, request }: Transfer, direction: Direction, dates: Dates): void {
    const { amountMinor, endToEndId, paymentId } = request;
    ledger.book({
      lineId: newId('line'),
      accountId: account.id,
      direction,
      amountMinor,
      bookedOn: dates.bookingDate,
      valueOn: dates.valueDate,
      against: 'clearing-house',
      reference: { transactionId, endToEndId, paymentId },
    });
  }

  function paymentOf(transactionId: string): OfPayment {
    return get(transactionId).request;
  }

  /** Refuses to end by itself what ends with its payment, or is given back with its direct debit. */
  function ofItself(transactionId: string): string {
    const { paymentId, collectionId } = get(transactionId).request;
    if (paymentId !== undefined)
      throw new Problem(409, 'transaction-of-payment', 'The transaction is of a payment, and ends with it.');
    if (collectionId !== undefined)
      throw new Problem(409, 'transaction-of-collection', 'It is of a direct debit, which can be returned.');
    return transactionId;
  }

  function today(): string {
    return now().toISOString().slice(0, 10);
  }

  function get(transactionId: string): Transfer {
    const transfer = transfers.get(transactionId);
    if (!transfer) throw notFound('transaction');
    return transfer;
  }

  function tell(transfer: Transfer, type: EventType & `transaction.${string}`, dates?: Dates) {
    const { transactionId, account, status, request } = transfer;
    const { amountMinor, pending, ...said } = request;
    const data = { transactionId, amount: amountOf(account, amountMinor), ...said, ...dates };
    accounts.tell(account, type, data);
    return { transactionId, status };
  }
}
