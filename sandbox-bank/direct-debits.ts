import type * as z from 'zod';
import type { Account, Desk } from './accounts.ts';
import type { EventType } from './events.ts';
import { openKeys } from './keys.ts';
import { amountOf } from './money.ts';
import { notFound, Problem, wrongField } from './problem.ts';
import type * as requests from './requests.ts';
import type { Transfers } from './transfers.ts';

interface Mandate {
  mandateId: string;
  account: Account;
  creditor: z.output<typeof requests.mandate>['creditor'];
  scheme: z.output<typeof requests.mandate>['scheme'];
  cancelled: boolean;
  blocked: boolean;
}

interface Collection {
  collectionId: string;
  mandate: Mandate;
  request: z.output<typeof requests.collection>;
  status: 'announced' | 'collected' | 'refused' | 'returned';
  /** The day of its debit, once it is collected. */
  bookedOn?: string;
}

// Source: EPC016-06, SEPA Direct Debit Core Rulebook: a debtor has a refund for the asking within eight weeks of the debit.
const refundDays = 56;
// Source: ISO 20022 ExternalReturnReason1Code, as the rulebook uses it.
const reasons = {
  customerRefused: 'MS02',
  customerAskedBack: 'MD06',
  creditorBlocked: 'SL01',
  noMandate: 'MD01',
  noMoney: 'AM04',
  frozen: 'AC06',
  closed: 'AC04',
} as const;

/** Money that creditors collect: by a mandate, announced ahead, debited on its due date, and given back for the asking. */
export function openDirectDebits({
  ledger,
  accounts,
  now,
  newId,
  transfers,
}: Desk & { transfers: Transfers }) {
  const mandates = new Map<string, Mandate>();
  const collections = new Map<string, Collection>();
  const toCollect = new Set<Collection>();
  const keys = openKeys<{ collectionId: string }>({ now });

  return { mandate, cancel, block, unblock, collect, refuse, giveBack, collectDue };

  function mandate(accountId: string, request: z.output<typeof requests.mandate>) {
    const account = accounts.get(accountId);
    if (account.status === 'closed')
      throw new Problem(409, 'account-closed', 'A closed account takes no mandate.');
    const { mandateId = newId('mdt'), creditor, scheme } = request;
    if (mandates.has(mandateId)) throw new Problem(409, 'mandate-exists', 'There is such a mandate already.');
    const made = { mandateId, account, creditor, scheme, cancelled: false, blocked: false };
    mandates.set(mandateId, made);
    tellMandate(made, 'mandate.created');
    return { mandateId };
  }

  /** Ends it; what is announced by it is refused on its due date. To end it again changes and tells nothing. */
  function cancel(mandateId: string) {
    const ended = mandateOf(mandateId);
    if (!ended.cancelled) {
      ended.cancelled = true;
      tellMandate(ended, 'mandate.cancelled');
    }
    return { mandateId };
  }

  /** The customer keeps the creditor from collecting, until they let it again. */
  function block(mandateId: string) {
    return setBlocked(mandateId, true);
  }

  function unblock(mandateId: string) {
    return setBlocked(mandateId, false);
  }

  function setBlocked(mandateId: string, blocked: boolean) {
    const found = mandateOf(mandateId);
    if (found.cancelled) throw new Problem(409, 'mandate-cancelled', 'The mandate was cancelled.');
    if (found.blocked !== blocked) {
      found.blocked = blocked;
      tellMandate(found, blocked ? 'mandate.blocked' : 'mandate.unblocked');
    }
    return { mandateId };
  }

  /** A creditor's request, told at once. Whether it can be collected is asked on its due date. */
  function collect(mandateId: string, request: z.output<typeof requests.collection>) {
    const by = mandateOf(mandateId);
    if (by.cancelled) throw new Problem(409, 'mandate-cancelled', 'The mandate was cancelled.');
    if (request.dueDate < today()) throw wrongField('dueDate', 'is over');
    const collection: Collection = { collectionId: newId('ddt'), mandate: by, request, status: 'announced' };
    collections.set(collection.collectionId, collection);
    toCollect.add(collection);
    tell(collection, 'direct-debit.announced');
    return { collectionId: collection.collectionId };
  }

  /** The customer wants it not to be collected, and says so before its due date. */
  function refuse(collectionId: string, key: string) {
    return once('refusal', collectionId, key, (collection) => {
      if (collection.status !== 'announced') throw isAlready(collection);
      if (today() >= collection.request.dueDate)
        throw new Problem(409, 'collection-due', 'It is refused before its due date, or not at all.');
      end(collection, reasons.customerRefused);
    });
  }

  /** The customer wants back what was collected: no questions asked, for eight weeks, and not where both are businesses. */
  function giveBack(collectionId: string, key: string) {
    return once('return', collectionId, key, (collection) => {
      const { status, mandate: by, bookedOn = '' } = collection;
      if (status !== 'collected') throw isAlready(collection);
      if (by.scheme === 'b2b')
        throw new Problem(409, 'collection-b2b', 'What a business authorised is not given back.');
      if (today() > daysAfter(bookedOn, refundDays))
        throw new Problem(409, 'collection-refund-late', 'The eight weeks after its debit are over.');
      const transactionId = move(collection, 'credit');
      collection.status = 'returned';
      tell(collection, 'direct-debit.returned', { reason: reasons.customerAskedBack, transactionId });
    });
  }

  /** Collects, or refuses, all whose due date has come; whoever runs the bank calls it now and then. */
  function collectDue(): void {
    for (const collection of toCollect) {
      if (collection.status !== 'announced') toCollect.delete(collection);
      else if (collection.request.dueDate <= today()) {
        toCollect.delete(collection);
        const reason = hindrance(collection);
        if (reason) end(collection, reason);
        else debit(collection);
      }
    }
  }

  function hindrance({ mandate: by, request }: Collection): string | undefined {
    const { id, status } = by.account;
    if (by.cancelled) return reasons.noMandate;
    if (by.blocked) return reasons.creditorBlocked;
    if (status !== 'open') return reasons[status];
    return ledger.bookedMinor(id) - ledger.heldMinor(id) < request.amountMinor ? reasons.noMoney : undefined;
  }

  function debit(collection: Collection): void {
    const transactionId = move(collection, 'debit');
    collection.status = 'collected';
    collection.bookedOn = today();
    tell(collection, 'direct-debit.collected', { transactionId });
  }

  function end(collection: Collection, reason: string): void {
    collection.status = 'refused';
    tell(collection, 'direct-debit.refused', { reason });
  }

  /** Money given back reaches a closed account too: it was agreed on before. */
  function move({ collectionId, mandate: by, request }: Collection, direction: 'debit' | 'credit'): string {
    const { amountMinor, remittance } = request;
    const counterparty = { name: by.creditor.name };
    const said = { direction, amountMinor, counterparty, remittance, collectionId, pending: false };
    return transfers.begin(by.account, said).transactionId;
  }

  function once(what: string, collectionId: string, key: string, act: (collection: Collection) => void) {
    return keys.once(key, { what, collectionId }, () => {
      const collection = collections.get(collectionId);
      if (!collection) throw notFound('collection');
      act(collection);
      return { collectionId };
    });
  }

  function mandateOf(mandateId: string): Mandate {
    const found = mandates.get(mandateId);
    if (!found) throw notFound('mandate');
    return found;
  }

  function tellMandate(
    { mandateId, account, creditor, scheme }: Mandate,
    type: EventType & `mandate.${string}`,
  ) {
    accounts.tell(account, type, { mandateId, creditor, scheme });
  }

  function tell(
    { collectionId, mandate: by, request, bookedOn: bookingDate }: Collection,
    type: EventType & `direct-debit.${string}`,
    more: { reason?: string; transactionId?: string } = {},
  ) {
    const { mandateId, account, creditor } = by;
    const { amountMinor, ...said } = request;
    const ids = { mandateId, collectionId, creditor, amount: amountOf(account, amountMinor) };
    accounts.tell(account, type, { ...ids, ...said, ...(bookingDate && { bookingDate }), ...more });
  }

  function today(): string {
    return now().toISOString().slice(0, 10);
  }
}

function isAlready({ status }: Collection): Problem {
  return new Problem(409, `collection-${status}`, `The collection is ${status}.`);
}

function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}
