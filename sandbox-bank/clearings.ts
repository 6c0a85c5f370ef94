import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { EventData } from './events.ts';
import type { Booking } from './ledger.ts';
import { amountOf } from './money.ts';
import { wrongField } from './problem.ts';
import type * as requests from './requests.ts';

type Told = EventData<'card.cleared'>;

export type Clearings = ReturnType<typeof openClearings>;

/** What merchants collect, and what they give back: the part of card payments that moves money. */
export function openClearings({ ledger, accounts, now, newId }: Desk) {
  const clearings = new Map<string, { account: Account; told: Told }>();

  return { make, makeAlone, refund };

  /**
   * Books what a merchant collects, even on a closed account and after expiry: the merchant was promised the money.
   * `linked` is whether the event names the authorisation; the line on the statement names it all the same.
   */
  function make(
    account: Account,
    clearing: Pick<Told, 'cardId' | 'merchant' | 'final' | 'merchantAmount' | 'fx'> & {
      authorisationId?: string;
      amountMinor: bigint;
      linked: boolean;
    },
  ) {
    const { authorisationId, amountMinor, linked, ...said } = clearing;
    const ids = { authorisationId, clearingId: newId('clr') };
    book(account, { direction: 'debit', amountMinor, reference: ids });
    const told: Told = {
      ...said,
      ...ids,
      authorisationId: (linked && authorisationId) || null,
      direction: 'debit',
      amount: amountOf(account, amountMinor),
    };
    clearings.set(ids.clearingId, { account, told });
    accounts.tell(account, 'card.cleared', told);
    return ids;
  }

  /** A clearing that nobody authorised, such as a toll or a sale on board. It is over when it comes. */
  function makeAlone(accountId: string, request: z.output<typeof requests.clearingAlone>) {
    const account = accounts.get(accountId);
    const { clearingId } = make(account, { ...request, cardId: account.cardId, final: true, linked: false });
    return { clearingId };
  }

  /** Credits the account at once. A refund without a clearing stands alone, as real ones often do. */
  function refund(accountId: string, request: z.output<typeof requests.refund>) {
    const account = accounts.get(accountId);
    const { clearingId, amountMinor, merchantAmount, fx } = request;
    const cleared = clearingId === undefined ? undefined : clearings.get(clearingId);
    if (clearingId !== undefined && cleared?.account !== account) {
      throw wrongField('clearingId', 'is no clearing of this account');
    }
    // What the clearing did not say which authorisation it was of, its refund does not say either.
    const authorisationId = cleared?.told.authorisationId ?? undefined;
    const ids = { refundId: newId('rfd'), clearingId, authorisationId };
    book(account, { direction: 'credit', amountMinor, reference: ids });
    const { cardId, merchant } = cleared?.told ?? { cardId: account.cardId, merchant: request.merchant };
    const money = {
      direction: 'credit',
      amount: amountOf(account, amountMinor),
      merchantAmount,
      fx,
    } as const;
    accounts.tell(account, 'card.refunded', { cardId, ...ids, ...money, merchant });
    return ids;
  }

  function book(account: Account, line: Pick<Booking, 'direction' | 'amountMinor' | 'reference'>): void {
    const bookedOn = now().toISOString().slice(0, 10);
    ledger.book({
      lineId: newId('line'),
      accountId: account.id,
      bookedOn,
      against: 'card-settlement',
      ...line,
    });
  }
}
