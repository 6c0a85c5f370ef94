import type { z } from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { EventData } from './events.ts';
import type { Booking } from './ledger.ts';
import { amountOf } from './money.ts';
import { notFound, Problem, wrongField } from './problem.ts';
import type * as requests from './requests.ts';

interface Authorisation {
  account: Account;
  expiresAt: Date;
  declined: { reason: string } | undefined;
  /** What every event about it says: the card, the merchant and the amount authorised at first. */
  told: EventData<'card.authorisation-expired'>;
}

const holdDays = 7;
const direction = 'debit';

/** Card payments: what is reserved when the card is used, and what the merchant collects, or gives back, later. */
export function openCards({ ledger, accounts, now, newId }: Desk) {
  const authorisations = new Map<string, Authorisation>();
  const authorisationOfClearing = new Map<string, Authorisation>();
  const mayExpire = new Set<Authorisation>();

  return { purchase, authorise, increment, reverse, clear, expire, expireDue, refund };

  /** A use of the card and, unless `clear` is false, its final clearing. A declined card clears nothing. */
  function purchase(accountId: string, request: z.output<typeof requests.purchase>) {
    const { amountMinor, clearAmountMinor = amountMinor, merchant } = request;
    const made = authorise(accountId, { amountMinor, merchant });
    if (!request.clear || made.declined) return made;
    return clear(made.authorisationId, { amountMinor: clearAmountMinor, final: true });
  }

  /** Reserves the amount whatever the balance, which may go below zero. Only an open account's card is accepted. */
  function authorise(accountId: string, request: z.output<typeof requests.authorise>) {
    const account = accounts.get(accountId);
    const { amountMinor, merchant, cardId = account.cardId } = request;
    const expiresAt = request.expiresAt ?? new Date(now().getTime() + holdDays * 86_400_000);
    const declined = account.status === 'open' ? request.declined : { reason: `account-${account.status}` };
    const authorisationId = newId('auth');
    const told = {
      cardId,
      authorisationId,
      direction,
      amount: amountOf(account, amountMinor),
      merchant,
    } as const;
    const authorisation = { account, expiresAt, declined, told };
    authorisations.set(authorisationId, authorisation);

    if (declined) {
      accounts.tell(account, 'card.authorisation-declined', { ...told, reason: declined.reason });
    } else {
      ledger.hold({ id: authorisationId, accountId, amountMinor });
      mayExpire.add(authorisation);
      accounts.tell(account, 'card.authorisation-created', { ...told, expiresAt: expiresAt.toISOString() });
    }
    return { authorisationId, declined };
  }

  function increment(authorisationId: string, { amountMinor }: z.output<typeof requests.change>) {
    const { account, told } = unreleased(authorisationId);
    ledger.adjust(authorisationId, amountMinor);
    const made = { incrementId: newId('inc'), delta: amountOf(account, amountMinor) };
    accounts.tell(account, 'card.authorisation-incremented', { ...told, ...made });
    return { authorisationId, incrementId: made.incrementId };
  }

  /** Gives back a part or all of what is held. It may come late, or be more than is held: merchants send both. */
  function reverse(authorisationId: string, { amountMinor }: z.output<typeof requests.change>) {
    const { account, told } = approved(authorisationId);
    ledger.adjust(authorisationId, -amountMinor);
    const made = { reversalId: newId('rev'), delta: amountOf(account, amountMinor) };
    accounts.tell(account, 'card.authorisation-reversed', { ...told, ...made });
    return { authorisationId, reversalId: made.reversalId };
  }

  /** Books a part or all of it, even on a closed account and after expiry: the merchant was promised the money. */
  function clear(authorisationId: string, { amountMinor, final }: z.output<typeof requests.clearing>) {
    const authorisation = approved(authorisationId);
    const { account, told } = authorisation;
    const ids = { authorisationId, clearingId: newId('clr') };
    book(account, { direction, amountMinor, reference: ids });
    ledger.adjust(authorisationId, -amountMinor);
    if (final) ledger.release(authorisationId);
    authorisationOfClearing.set(ids.clearingId, authorisation);
    accounts.tell(account, 'card.cleared', {
      ...told,
      ...ids,
      amount: amountOf(account, amountMinor),
      final,
    });
    return ids;
  }

  function expire(authorisationId: string) {
    const { account, told } = unreleased(authorisationId);
    ledger.release(authorisationId);
    accounts.tell(account, 'card.authorisation-expired', told);
    return { authorisationId };
  }

  /** Expires every hold whose time has come; whoever runs the bank calls it now and then. */
  function expireDue(): void {
    for (const authorisation of mayExpire) {
      const { authorisationId } = authorisation.told;
      const { released, heldMinor } = ledger.holdOf(authorisationId);
      if (released) mayExpire.delete(authorisation);
      else if (heldMinor > 0n && authorisation.expiresAt <= now()) expire(authorisationId);
    }
  }

  /** Credits the account at once. A refund without a clearing stands alone, as real ones often do. */
  function refund(accountId: string, request: z.output<typeof requests.refund>) {
    const account = accounts.get(accountId);
    const { clearingId, amountMinor } = request;
    const cleared = clearingId === undefined ? undefined : authorisationOfClearing.get(clearingId);
    if (clearingId !== undefined && cleared?.account !== account) {
      throw wrongField('clearingId', 'is no clearing of this account');
    }
    const told = cleared?.told;
    const ids = { refundId: newId('rfd'), clearingId, authorisationId: told?.authorisationId };
    book(account, { direction: 'credit', amountMinor, reference: ids });
    const { cardId, merchant } = told ?? { cardId: account.cardId, merchant: request.merchant };
    const amount = amountOf(account, amountMinor);
    accounts.tell(account, 'card.refunded', { cardId, ...ids, direction: 'credit', amount, merchant });
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

  function unreleased(id: string): Authorisation {
    const authorisation = approved(id);
    if (!ledger.holdOf(id).released) return authorisation;
    throw new Problem(409, 'authorisation-over', 'The authorisation was finally cleared or has expired.');
  }

  function approved(id: string): Authorisation {
    const authorisation = authorisations.get(id);
    if (!authorisation) throw notFound('authorisation');
    if (!authorisation.declined) return authorisation;
    throw new Problem(409, 'authorisation-declined', 'The authorisation was declined.');
  }
}
