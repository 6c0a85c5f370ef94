import { createHash } from 'node:crypto';
import { exponentOf } from '../../domain/currency.ts';
import { utc } from '../../domain/instant.ts';
import { idFrom } from '../../events/id.ts';
import type { Bank, BankFact, Delivery, Unreadable } from '../bank.ts';
import { readEvents, type WireEvent, wireEvent } from './events.ts';

// What follows from one delivery is kept in one commit, which Firestore limits to 10 MiB: the rest of a longer one
// comes as deliveries of their own.
const EVENTS_MAX = 500;

// Of what cannot be read, so many a delivery are parked one by one, and the rest together.
const UNREADABLE_MAX = 20;

/** The bank's words in ours. What cannot be read is handed back with its bytes; the others go on. */
export const translate: Bank['translate'] = (delivery) => {
  const events = readEvents(delivery.body) ?? [];
  const facts: BankFact[] = [];
  const unreadable: (Unreadable & { text: string })[] = [];
  for (const event of events.slice(0, EVENTS_MAX)) {
    const text = textOf(event);
    const read = wireEvent.safeParse(event);
    const refuse = (reason: string, issues?: string) =>
      unreadable.push({ reason, facts: issues ? { issues } : {}, text, body: bodyOf(text) });
    if (text === TOO_DEEP) refuse('bank-event.too-deep');
    else if (!read.success) refuse(reasonOf(event), issuesOf(read.error.issues));
    else if (unknownCurrency(read.data)) refuse('currency.unknown');
    else facts.push({ ...toFact(delivery, read.data), fingerprint: fingerprintOf(read.data) });
  }
  return { facts, unreadable: fewer(unreadable), more: slices(events.slice(EVENTS_MAX)) };
};

function fewer(unreadable: readonly (Unreadable & { text: string })[]): Unreadable[] {
  const rest = unreadable.slice(UNREADABLE_MAX).map(({ text }) => text);
  const alone = unreadable
    .slice(0, UNREADABLE_MAX)
    .map(({ reason, facts, body }) => ({ reason, facts, body }));
  const together = {
    reason: 'bank-event.many-unreadable',
    facts: { count: rest.length },
    body: bodyOf(...rest),
  };
  return rest.length > 0 ? [...alone, together] : alone;
}

function toFact(delivery: Delivery, event: WireEvent): BankFact {
  const { bank, deliveryId, receivedAt } = delivery;
  const { accountId, resourceVersion } = event;
  const origin = { bank, deliveryId, receivedAt, accountId, bankEventId: event.id, resourceVersion };
  const id = idFrom('fact', bank, event.id, event.type, accountId);
  const head = { id, time: utc(event.occurredAt), source: `/banks/${bank}` };
  switch (event.type) {
    case 'account.opened': {
      const { ownerRefs: ownerIds, ...data } = event.data;
      return { ...head, type: event.type, subject: accountId, data: { ...origin, ...data, ownerIds } };
    }
    case 'account.frozen':
    case 'account.unfrozen':
    case 'account.closed':
      return { ...head, type: event.type, subject: accountId, data: origin };
    case 'transaction.pending':
    case 'transaction.booked':
    case 'transaction.cancelled': {
      const data = { ...origin, ...dated(event.data) };
      return { ...head, type: event.type, subject: data.transactionId, data };
    }
    case 'card.authorisation-created':
    case 'card.authorisation-declined': {
      const data = { ...origin, ...event.data };
      return { ...head, type: event.type, subject: data.authorisationId, data };
    }
    case 'card.authorisation-expired': {
      const data = { ...origin, ...event.data };
      return { ...head, type: event.type, subject: data.authorisationId, data };
    }
    case 'card.authorisation-incremented': {
      const { delta: amount, ...data } = event.data;
      return {
        ...head,
        type: event.type,
        subject: data.authorisationId,
        data: { ...origin, ...data, amount },
      };
    }
    case 'card.authorisation-reversed': {
      const { delta: amount, ...data } = event.data;
      return {
        ...head,
        type: event.type,
        subject: data.authorisationId,
        data: { ...origin, ...data, amount },
      };
    }
    case 'card.cleared': {
      const authorisationId = event.data.authorisationId ?? undefined;
      const data = { ...origin, ...dated(event.data), authorisationId };
      return { ...head, type: event.type, subject: data.clearingId, data };
    }
    case 'card.refunded': {
      const authorisationId = event.data.authorisationId ?? undefined;
      const clearingId = event.data.clearingId ?? undefined;
      const data = { ...origin, ...dated(event.data), authorisationId, clearingId };
      return { ...head, type: event.type, subject: data.refundId, data };
    }
  }
}

/** Our names for the bank's dates. */
function dated<D extends { bookingDate?: string | undefined; valueDate?: string | undefined }>(data: D) {
  const { bookingDate: bookedOn, valueDate: valueOn, ...rest } = data;
  return { ...rest, bookedOn, valueOn };
}

/** A currency that we have no exponent for: an amount in it could be shown a hundred times too large. */
function unknownCurrency({ data }: WireEvent): boolean {
  const amounts = Object.values(data ?? {}).flatMap((value) =>
    typeof value === 'object' && value !== null && 'currency' in value ? [value.currency as string] : [],
  );
  const currencies = data && 'currency' in data ? [...amounts, data.currency] : amounts;
  return currencies.some((currency) => exponentOf(currency) === undefined);
}

// In place of an event that is nested deeper than can be written again; the archive has its bytes.
const TOO_DEEP = '"nested too deep"';

function textOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return TOO_DEEP;
  }
}

/** Of what an event says, however it is written: banks write it anew when they send it again. */
function fingerprintOf(event: WireEvent): string {
  const text = JSON.stringify({ ...event, occurredAt: utc(event.occurredAt) }, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(text).digest('base64url');
}

function bodyOf(...texts: readonly string[]): Uint8Array {
  return Buffer.from(`{"events":[${texts.join(',')}]}`);
}

function slices(events: readonly unknown[]): Uint8Array[] {
  const texts = events.map(textOf);
  const count = Math.ceil(texts.length / EVENTS_MAX);
  return Array.from({ length: count }, (_, n) =>
    bodyOf(...texts.slice(n * EVENTS_MAX, (n + 1) * EVENTS_MAX)),
  );
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
