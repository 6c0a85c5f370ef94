import { aWireEvent, type WireEvent } from '../../shared/testing/builders.ts';

// What the bank says, in its own words and as short as a test can be: about `acct-1` and `card-1`, in kroner, with
// amounts as strings of minor units. `at` is a day and a time of November 2026, as in '23T09:00'.

type Said = Readonly<Record<string, unknown>> & {
  readonly at?: string;
  /** The event's own id, where the bank tells the same again under another. */
  readonly as?: string;
  readonly account?: string;
  readonly version?: number;
};

/** Another event whenever it says something else, and the same when it says the same. */
export function said(type: string, { at = '23T09:00', as, account, version, ...data }: Said = {}): WireEvent {
  const occurredAt = at.length > 8 ? at : `2026-11-${at}:00Z`;
  const ids = Object.entries(data).flatMap(([name, value]) => (name.endsWith('Id') ? [value] : []));
  return aWireEvent(type, data, {
    id: as ?? ['evt', type, at, account, version, ...ids].join(' '),
    occurredAt,
    ...(account !== undefined && { accountId: account }),
    ...(version !== undefined && { resourceVersion: version }),
  });
}

export function opened(data: Said = {}): WireEvent {
  const at = '01T08:00';
  return said('account.opened', { at, version: 1, ownerRefs: ['uid-ann'], currency: 'DKK', ...data });
}

export function authorised(id: string, amountMinor: string, data: Said = {}): WireEvent {
  return said('card.authorisation-created', { authorisationId: id, amountMinor, ...data });
}

export function declined(id: string, amountMinor: string, data: Said = {}): WireEvent {
  return said('card.authorisation-declined', { authorisationId: id, amountMinor, ...data });
}

export function incremented(id: string, amountMinor: string, data: Said & { of: string }): WireEvent {
  const { of: authorisationId, ...more } = data;
  return said('card.authorisation-incremented', { incrementId: id, authorisationId, amountMinor, ...more });
}

/** Without `of` the bank does not say which authorisation it belongs to. */
export function reversed(id: string, amountMinor: string, data: Said & { of?: string } = {}): WireEvent {
  const { of: authorisationId = null, ...more } = data;
  return said('card.authorisation-reversed', { reversalId: id, authorisationId, amountMinor, ...more });
}

export function expired(id: string, data: Said = {}): WireEvent {
  return said('card.authorisation-expired', { authorisationId: id, ...data });
}

/** Without `of` the bank does not say which authorisation it belongs to. */
export function cleared(id: string, amountMinor: string, data: Said & { of?: string } = {}): WireEvent {
  const { of: authorisationId = null, ...more } = data;
  return said('card.cleared', { clearingId: id, authorisationId, amountMinor, ...more });
}

export function refunded(id: string, amountMinor: string, data: Said = {}): WireEvent {
  return said('card.refunded', { refundId: id, direction: 'credit', amountMinor, ...data });
}

export function transfer(
  step: 'pending' | 'booked' | 'cancelled' | 'reversed',
  id: string,
  amountMinor: string,
  data: Said = {},
): WireEvent {
  return said(`transaction.${step}`, {
    transactionId: id,
    amountMinor,
    counterparty: { name: 'Udlejer' },
    ...data,
  });
}

/** Signed figures, as the bank's own books have them. */
export function balance(
  { booked, available }: { booked: string; available?: string },
  data: Said = {},
): WireEvent {
  const asOf = `2026-11-${data.at ?? '23T09:00'}:00Z`;
  const figures = {
    booked: kroner(booked),
    ...(available !== undefined && { available: kroner(available) }),
  };
  return said('account.balance-updated', { asOf, ...figures, ...data });
}

/** All that is pending as of `at`: debits of so much, by description. */
export function pendingList(at: string, entries: readonly (readonly [description: string, minor: string])[]) {
  const asOf = `2026-11-${at}:00Z`;
  return said('account.pending-listed', {
    at,
    asOf,
    entries: entries.map(([description, amountMinor]) => ({
      direction: 'debit',
      amount: kroner(amountMinor),
      description,
    })),
  });
}

/** The same, told again under another event id. */
export function again(event: WireEvent): WireEvent {
  return { ...event, id: `${event.id} again` };
}

/** In the words of the card processor beside the bank. */
export function byProcessor(event: WireEvent) {
  return { ...event, bank: 'sandbox-processor' };
}

export function kroner(amountMinor: string) {
  return { amountMinor, currency: 'DKK' };
}
