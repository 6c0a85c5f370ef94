import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { EventType } from './events.ts';
import { amountOf, type Direction } from './money.ts';
import { notFound, Problem } from './problem.ts';
import type * as requests from './requests.ts';

type Request = z.output<typeof requests.transfer>;

interface Transfer {
  transactionId: string;
  account: Account;
  request: Request;
  status: 'pending' | 'booked' | 'cancelled' | 'reversed';
}

export type Transfers = ReturnType<typeof openTransfers>;

/** Money in from, and out to, accounts at other banks. A pending debit is held; a pending credit counts nowhere. */
export function openTransfers({ ledger, accounts, now, newId }: Desk) {
  const transfers = new Map<string, Transfer>();

  return { make, book, cancel, reverse };

  /** Moves the money without asking for funds: it stands for what other banks and the bank itself decide. */
  function make(accountId: string, request: Request) {
    const account = accounts.get(accountId);
    if (account.status === 'closed')
      throw new Problem(409, 'account-closed', 'A closed account takes no transfers.');
    const transfer: Transfer = { transactionId: newId('btx'), account, request, status: 'pending' };
    const { transactionId: id } = transfer;
    transfers.set(id, transfer);
    if (request.direction === 'debit') ledger.hold({ id, accountId, amountMinor: request.amountMinor });
    return request.pending ? tell(transfer, 'transaction.pending') : book(id);
  }

  function book(transactionId: string) {
    const transfer = settle(transactionId, 'booked');
    const bookedOn = bookLine(transfer, transfer.request.direction);
    return tell(transfer, 'transaction.booked', bookedOn);
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
    const bookedOn = bookLine(transfer, transfer.request.direction === 'credit' ? 'debit' : 'credit');
    return tell(transfer, 'transaction.reversed', bookedOn);
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

  /** Moves the money today, and answers which day that is. */
  function bookLine({ transactionId, account, request }: Transfer, direction: Direction): string {
    const { amountMinor, endToEndId } = request;
    const bookedOn = now().toISOString().slice(0, 10);
    const reference = { transactionId, endToEndId };
    const line = {
      lineId: newId('line'),
      accountId: account.id,
      direction,
      amountMinor,
      bookedOn,
      reference,
    };
    ledger.book({ ...line, against: 'clearing-house' });
    return bookedOn;
  }

  function get(transactionId: string): Transfer {
    const transfer = transfers.get(transactionId);
    if (!transfer) throw notFound('transaction');
    return transfer;
  }

  function tell(transfer: Transfer, type: EventType & `transaction.${string}`, bookedOn?: string) {
    const { transactionId, account, status, request } = transfer;
    const { amountMinor, pending, ...said } = request;
    const dates = { bookingDate: bookedOn, valueDate: bookedOn };
    const data = { transactionId, amount: amountOf(account, amountMinor), ...dates, ...said };
    accounts.tell(account, type, data);
    return { transactionId, status };
  }
}
