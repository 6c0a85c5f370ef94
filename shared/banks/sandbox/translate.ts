import { createHash } from 'node:crypto';
import { type Exponents, exponentOf, inIsoUnits } from '../../domain/currency.ts';
import { utc } from '../../domain/instant.ts';
import type { Money } from '../../domain/money.ts';
import { idFrom } from '../../events/id.ts';
import type { Bank, BankFact, Delivery, Unreadable } from '../bank.ts';
import { heartbeat, readEvents, type WireEvent, wireEvent } from './events.ts';

// What follows from one delivery is kept in one commit, which Firestore limits to 10 MiB: the rest of a longer one
// comes as deliveries of their own.
const EVENTS_MAX = 500;

// Of what cannot be read, so many a delivery are parked one by one, and the rest together.
const UNREADABLE_MAX = 20;

/** What is known of who speaks: what it is to its accounts, and how many decimals it sends where ISO 4217 has others. */
export type Speaker = { readonly role: Bank['role']; readonly exponents: Exponents };

/** A bank's words in ours. What cannot be read is handed back with its bytes; the others go on. */
export const translateFrom =
  ({ role, exponents }: Speaker): Bank['translate'] =>
  (delivery) => {
    const events = readEvents(delivery.body) ?? [];
    const facts: BankFact[] = [];
    const unreadable: (Unreadable & { text: string })[] = [];
    for (const event of events.slice(0, EVENTS_MAX)) {
      // That it came at all is what it says; whoever took it in has counted it.
      if (heartbeat.safeParse(event).success) continue;
      const text = textOf(event);
      const read = wireEvent.safeParse(event);
      const refuse = (reason: string, issues?: string) =>
        unreadable.push({ reason, facts: issues ? { issues } : {}, text, body: bodyOf(text) });
      if (text === TOO_DEEP) refuse('bank-event.too-deep');
      else if (!read.success) refuse(reasonOf(event), issuesOf(read.error.issues));
      else if (unknownCurrency(read.data)) refuse('currency.unknown');
      else {
        const inIso = inIsoUnitsThroughout(read.data, exponents);
        const fingerprint = fingerprintOf(read.data);
        if (!inIso) refuse('amount.unusable');
        else facts.push(...toFacts(delivery, role, inIso).map((fact) => ({ ...fact, fingerprint })));
      }
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

function toFacts(delivery: Delivery, role: Bank['role'], event: WireEvent): BankFact[] {
  const fact = toFact(delivery, role, event);
  if (event.type !== 'account.opened' || !event.data.broughtForward) return [fact];
  // One event of the bank's is two facts of ours: who owns the account, and what was in it.
  const type = 'account.brought-forward' as const;
  const id = idFrom('fact', delivery.bank, event.id, type, event.accountId);
  return [
    fact,
    { ...fact, type, id, data: { ...originOf(delivery, role, event), ...event.data.broughtForward } },
  ];
}

function originOf({ bank, deliveryId, receivedAt }: Delivery, role: Bank['role'], event: WireEvent) {
  const { id: bankEventId, accountId, resourceVersion } = event;
  return { bank, deliveryId, receivedAt, accountId, bankEventId, resourceVersion, role };
}

function toFact(delivery: Delivery, role: Bank['role'], event: WireEvent): BankFact {
  const { bank } = delivery;
  const { accountId } = event;
  const origin = originOf(delivery, role, event);
  const id = idFrom('fact', bank, event.id, event.type, accountId);
  const head = { id, time: utc(event.occurredAt), source: `/banks/${bank}` };
  switch (event.type) {
    case 'account.opened': {
      const { ownerRefs: ownerIds, broughtForward: _, ...data } = event.data;
      return { ...head, type: event.type, subject: accountId, data: { ...origin, ...data, ownerIds } };
    }
    case 'account.frozen':
    case 'account.unfrozen':
    case 'account.closed':
      return { ...head, type: event.type, subject: accountId, data: origin };
    case 'account.balance-updated':
    case 'account.pending-listed': {
      // Two types with other data: each is told apart again by its own kind when it is encoded.
      const data = { ...origin, ...event.data };
      return { ...head, type: event.type, subject: accountId, data } as BankFact;
    }
    case 'transaction.pending':
    case 'transaction.booked':
    case 'transaction.cancelled':
    case 'transaction.reversed': {
      const { reference: paymentId, ...entry } = event.data;
      const data = { ...origin, ...dated(entry), paymentId };
      return { ...head, type: event.type, subject: data.transactionId, data };
    }
    case 'payment.status-changed':
    case 'payment.recall-requested':
    case 'payment.recall-accepted':
    case 'payment.recall-rejected': {
      const data = { ...origin, ...named(event.data) };
      // As above: types with other data, told apart again by their own kinds.
      return { ...head, type: event.type, subject: data.bankPaymentId, data } as BankFact;
    }
    case 'payment.returned': {
      const { transactionId: returnId, ...rest } = event.data;
      const data = { ...origin, ...named(rest), returnId };
      return { ...head, type: event.type, subject: data.bankPaymentId, data };
    }
    case 'mandate.created':
    case 'mandate.cancelled':
    case 'mandate.blocked':
    case 'mandate.unblocked': {
      const data = { ...origin, ...event.data };
      return { ...head, type: MANDATE_FACTS[event.type], subject: data.mandateId, data };
    }
    case 'direct-debit.announced':
    case 'direct-debit.collected':
    case 'direct-debit.refused':
    case 'direct-debit.returned': {
      const { dueDate: dueOn, bookingDate: bookedOn, ...rest } = event.data;
      const data = { ...origin, ...rest, dueOn, bookedOn };
      return { ...head, type: event.type, subject: data.collectionId, data };
    }
    case 'card.authorisation-created':
    case 'card.authorisation-declined': {
      const data = { ...origin, ...exchanged(event.data) };
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
      const { delta: amount, ...rest } = event.data;
      const authorisationId = rest.authorisationId ?? undefined;
      const data = { ...origin, ...rest, amount, authorisationId };
      return { ...head, type: event.type, subject: authorisationId ?? data.reversalId, data };
    }
    case 'card.cleared': {
      const authorisationId = event.data.authorisationId ?? undefined;
      const data = { ...origin, ...exchanged(dated(event.data)), authorisationId };
      return { ...head, type: event.type, subject: data.clearingId, data };
    }
    case 'card.refunded': {
      const authorisationId = event.data.authorisationId ?? undefined;
      const clearingId = event.data.clearingId ?? undefined;
      const data = { ...origin, ...exchanged(dated(event.data)), authorisationId, clearingId };
      return { ...head, type: event.type, subject: data.refundId, data };
    }
  }
}

const MANDATE_FACTS = {
  'mandate.created': 'direct-debit.mandate-created',
  'mandate.cancelled': 'direct-debit.mandate-cancelled',
  'mandate.blocked': 'direct-debit.mandate-blocked',
  'mandate.unblocked': 'direct-debit.mandate-unblocked',
} as const;

/** A payment's id is the one that we gave it; the bank's own stands beside. */
function named<D extends { paymentId: string; reference?: string | undefined }>(data: D) {
  const { paymentId: bankPaymentId, reference: paymentId, ...rest } = data;
  return { ...rest, bankPaymentId, paymentId };
}

/** Our names for the bank's dates. */
function dated<D extends { bookingDate?: string | undefined; valueDate?: string | undefined }>(data: D) {
  const { bookingDate: bookedOn, valueDate: valueOn, ...rest } = data;
  return { ...rest, bookedOn, valueOn };
}

/** What a purchase in another currency was there, and the rate. */
function exchanged<
  D extends { merchantAmount?: Money | null | undefined; fx?: { rate: string } | null | undefined },
>(data: D) {
  const { merchantAmount, fx, ...rest } = data;
  return { ...rest, merchantAmount: merchantAmount ?? undefined, fxRate: fx?.rate };
}

/** A currency that we have no exponent for: an amount in it could be shown a hundred times too large. */
function unknownCurrency({ data }: WireEvent): boolean {
  return currenciesIn(data).some((currency) => exponentOf(currency) === undefined);
}

/** The event with every amount in ISO 4217's minor units; undefined where one is less than such a unit. */
function inIsoUnitsThroughout<V>(value: V, exponents: Exponents): V | undefined {
  let isExact = true;
  const convert = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(convert);
    if (typeof inner !== 'object' || inner === null) return inner;
    const converted = Object.fromEntries(Object.entries(inner).map(([name, each]) => [name, convert(each)]));
    if (typeof converted.amountMinor !== 'bigint') return converted;
    const amountMinor = inIsoUnits(converted as Money, exponents);
    isExact &&= amountMinor !== undefined;
    return { ...converted, amountMinor };
  };
  const converted = convert(value) as V;
  return isExact ? converted : undefined;
}

function currenciesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'currency' ? [inner as string] : currenciesIn(inner),
  );
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
