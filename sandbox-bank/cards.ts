import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { Clearings } from './clearings.ts';
import type { EventData } from './events.ts';
import { amountOf } from './money.ts';
import { notFound, Problem } from './problem.ts';
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

/** Card payments: what is reserved when the card is used, until the merchant collects it or the bank lets it go. */
export function openCards({ ledger, accounts, now, newId, clearings }: Desk & { clearings: Clearings }) {
  const authorisations = new Map<string, Authorisation>();
  const mayExpire = new Set<Authorisation>();

  return { purchase, authorise, increment, reverse, clear, expire, expireDue };

  /** A use of the card and, unless `clear` is false, its final clearing. A declined card clears nothing. */
  function purchase(accountId: string, request: z.output<typeof requests.purchase>) {
    const { amountMinor, clearAmountMinor = amountMinor, merchant, merchantAmount, fx } = request;
    const made = authorise(accountId, { amountMinor, merchant, merchantAmount, fx });
    if (!request.clear || made.declined) return made;
    const all = { amountMinor: clearAmountMinor, final: true, linked: true, merchantAmount, fx };
    return clear(made.authorisationId, all);
  }

  /** Reserves the amount whatever the balance, which may go below zero. Only an open account's card is accepted. */
  function authorise(accountId: string, request: z.output<typeof requests.authorise>) {
    const account = accounts.get(accountId);
    const { amountMinor, merchant, cardId = account.cardId, merchantAmount, fx } = request;
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
      const { reason } = declined;
      accounts.tell(account, 'card.authorisation-declined', { ...told, merchantAmount, fx, reason });
    } else {
      ledger.hold({ id: authorisationId, accountId, amountMinor });
      mayExpire.add(authorisation);
      const lasts = { expiresAt: expiresAt.toISOString() };
      accounts.tell(account, 'card.authorisation-created', { ...told, merchantAmount, fx, ...lasts });
    }
    return { authorisationId, declined };
  }

  function increment(authorisationId: string, { amountMinor }: z.output<typeof requests.increment>) {
    const { account, told } = unreleased(authorisationId);
    ledger.adjust(authorisationId, amountMinor);
    const made = { incrementId: newId('inc'), delta: amountOf(account, amountMinor) };
    accounts.tell(account, 'card.authorisation-incremented', { ...told, ...made });
    return { authorisationId, incrementId: made.incrementId };
  }

  /** Gives back a part or all of what is held. It may come late, or be more than is held: merchants send both. */
  function reverse(authorisationId: string, { amountMinor, linked }: z.output<typeof requests.reversal>) {
    const { account, told } = approved(authorisationId);
    ledger.adjust(authorisationId, -amountMinor);
    const made = { reversalId: newId('rev'), delta: amountOf(account, amountMinor) };
    const link = { authorisationId: linked ? authorisationId : null };
    accounts.tell(account, 'card.authorisation-reversed', { ...told, ...made, ...link });
    return { authorisationId, reversalId: made.reversalId };
  }

  /** Collects a part or all of it; a final clearing lets the rest go. */
  function clear(authorisationId: string, request: z.output<typeof requests.clearing>) {
    const { account, told } = approved(authorisationId);
    const { cardId, merchant } = told;
    ledger.adjust(authorisationId, -request.amountMinor);
    if (request.final) ledger.release(authorisationId);
    return clearings.make(account, { ...request, authorisationId, cardId, merchant });
  }

  function expire(authorisationId: string, request: z.output<typeof requests.expiry>) {
    const { account, told } = unreleased(authorisationId);
    ledger.release(authorisationId);
    if (request.told) accounts.tell(account, 'card.authorisation-expired', told);
    // The journal knows by the ids drawn that the books changed, so an event that is lost draws its id too.
    else newId('evt');
    return { authorisationId };
  }

  /** Expires every hold whose time has come; whoever runs the bank calls it now and then. */
  function expireDue(): void {
    for (const authorisation of mayExpire) {
      const { authorisationId } = authorisation.told;
      const { released, heldMinor } = ledger.holdOf(authorisationId);
      if (released) mayExpire.delete(authorisation);
      else if (heldMinor > 0n && authorisation.expiresAt <= now()) {
        expire(authorisationId, { told: true });
      }
    }
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
