import type { z } from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { EventType } from './events.ts';
import { amountOf } from './money.ts';
import { notFound, Problem } from './problem.ts';
import type * as requests from './requests.ts';

type Request = z.output<typeof requests.transfer>;

interface Transfer {
  transactionId: string;
  account: Account;
  request: Request;
  status: 'pending' | 'booked' | 'cancelled';
}

export type Transfers = ReturnType<typeof openTransfers>;

/** Money in from, and out to, accounts at other banks. A pending debit is held; a pending credit counts nowhere. */
export function openTransfers({ ledger, accounts, now, newId }: Desk) {
  const transfers = new Map<string, Transfer>();

  return { make, book, cancel };

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
    const { account, request } = transfer;
    const { direction, amountMinor, endToEndId } = request;
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
    return tell(transfer, 'transaction.booked', bookedOn);
  }

  function cancel(transactionId: string) {
    return tell(settle(transactionId, 'cancelled'), 'transaction.cancelled');
  }

  /** Ends the pending state, once, and with it the hold of a debit. */
  function settle(transactionId: string, status: Transfer['status']): Transfer {
    const transfer = transfers.get(transactionId);
    if (!transfer) throw notFound('transaction');
    const was = transfer.status;
    if (was !== 'pending') throw new Problem(409, `transaction-${was}`, `The transaction is ${was} already.`);
    if (transfer.request.direction === 'debit') ledger.release(transactionId);
    transfer.status = status;
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
