import { createHash } from 'node:crypto';
import { exponentOf } from '../../domain/currency.ts';
import { utc } from '../../domain/instant.ts';
import { idFrom } from '../../events/id.ts';
import type { Bank, BankFact, Delivery, Unreadable } from '../bank.ts';
import { readEvents, type WireEvent, wireEvent } from './events.ts';

/** The bank's words in ours. What cannot be read is handed back with its bytes; the others go on. */
export const translate: Bank['translate'] = (delivery) => {
  const facts: BankFact[] = [];
  const unreadable: Unreadable[] = [];
  for (const event of readEvents(delivery.body) ?? []) {
    const read = wireEvent.safeParse(event);
    if (!read.success)
      unreadable.push(cutOut(event, reasonOf(event), { issues: issuesOf(read.error.issues) }));
    else if (unknownCurrency(read.data)) unreadable.push(cutOut(event, 'currency.unknown', {}));
    else facts.push({ ...toFact(delivery, read.data), fingerprint: fingerprintOf(event) });
  }
  return { facts, unreadable };
};

/** Of the event as the bank sent it, so that what we make of it may change without seeming to be a conflict. */
function fingerprintOf(event: unknown): string {
  return createHash('sha256').update(JSON.stringify(event)).digest('base64url');
}

function toFact(delivery: Delivery, event: WireEvent): BankFact {
  const { bank, deliveryId, receivedAt } = delivery;
  const { accountId, resourceVersion } = event;
  const origin = { bank, deliveryId, receivedAt, accountId, bankEventId: event.id, resourceVersion };
  const head = {
    id: idFrom('fact', bank, event.id, event.type, accountId),
    time: utc(event.occurredAt),
  };
  switch (event.type) {
    case 'account.opened': {
      const { ownerRefs, currency, iban } = event.data;
      return {
        ...head,
        type: event.type,
        subject: accountId,
        data: { ...origin, ownerIds: ownerRefs, currency, iban },
      };
    }
    case 'account.frozen':
    case 'account.unfrozen':
    case 'account.closed':
      return { ...head, type: event.type, subject: accountId, data: origin };
    case 'transaction.pending':
    case 'transaction.booked':
    case 'transaction.cancelled': {
      const { counterparty, remittance, bookingDate, valueDate, ...data } = event.data;
      const description = counterparty?.name ?? remittance;
      const plain = { ...origin, ...data, description, bookedOn: bookingDate, valueOn: valueDate };
      return { ...head, type: event.type, subject: data.transactionId, data: plain };
    }
    case 'card.authorisation-created':
    case 'card.authorisation-declined': {
      const data = { ...origin, ...described(event.data) };
      return { ...head, type: event.type, subject: data.authorisationId, data };
    }
    case 'card.authorisation-incremented': {
      const { delta, ...data } = described(event.data);
      return {
        ...head,
        type: event.type,
        subject: data.authorisationId,
        data: { ...origin, ...data, amount: delta },
      };
    }
    case 'card.authorisation-reversed': {
      const { delta, ...data } = described(event.data);
      return {
        ...head,
        type: event.type,
        subject: data.authorisationId,
        data: { ...origin, ...data, amount: delta },
      };
    }
    case 'card.authorisation-expired': {
      const data = described(event.data);
      return { ...head, type: event.type, subject: data.authorisationId, data: { ...origin, ...data } };
    }
    case 'card.cleared': {
      const data = { ...origin, ...booked(event.data) };
      return { ...head, type: event.type, subject: data.clearingId, data };
    }
    case 'card.refunded': {
      const { clearingId, ...rest } = booked(event.data);
      const data = { ...origin, ...rest, clearingId: clearingId ?? undefined };
      return { ...head, type: event.type, subject: data.refundId, data };
    }
  }
}

function described<D extends { merchant?: { name: string } | undefined }>({ merchant, ...data }: D) {
  return { ...data, description: merchant?.name };
}

function booked<
  D extends {
    merchant?: { name: string } | undefined;
    authorisationId?: string | null | undefined;
    bookingDate?: string | undefined;
    valueDate?: string | undefined;
  },
>(data: D) {
  const { bookingDate, valueDate, authorisationId, ...rest } = described(data);
  return {
    ...rest,
    authorisationId: authorisationId ?? undefined,
    bookedOn: bookingDate,
    valueOn: valueDate,
  };
}

/** A currency that we have no exponent for: an amount in it could be shown a hundred times too large. */
function unknownCurrency({ data }: WireEvent): boolean {
  const amounts = Object.values(data ?? {}).flatMap((value) =>
    typeof value === 'object' && value !== null && 'currency' in value ? [value.currency as string] : [],
  );
  const currencies = data && 'currency' in data ? [...amounts, data.currency] : amounts;
  return currencies.some((currency) => exponentOf(currency) === undefined);
}

function cutOut(event: unknown, reason: string, facts: Unreadable['facts']): Unreadable {
  return { reason, facts, body: Buffer.from(JSON.stringify({ events: [event] })) };
}

function reasonOf(event: unknown): string {
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
  const known = wireEvent.options.some((option) => option.shape.type.value === type);
  return known ? 'bank-event.invalid' : 'bank-event.unknown-type';
}

function issuesOf(issues: readonly { path: readonly PropertyKey[]; code?: string }[]): string {
  return issues
    .map(({ path, code }) => `${path.join('.')}: ${code}`)
    .join(', ')
    .slice(0, 500);
}
