import { describe, expect, test } from 'vitest';
import type { bankFacts } from '../../events/bank-facts.ts';
import { aBody, aWireEvent, NOW } from '../../testing/builders.ts';
import type { BankFact } from '../bank.ts';
import { translate } from './translate.ts';

function translated(...events: readonly unknown[]) {
  const receivedAt = NOW.toISOString();
  return translate({ bank: 'sandbox', deliveryId: 'dlv-1', receivedAt, body: aBody(...events) });
}

function factOf<T extends (typeof bankFacts)[number]['type']>(type: T, event: unknown) {
  const [fact] = translated(event).facts;
  if (fact?.type !== type) throw new Error(`not a ${type}`);
  return fact as Extract<BankFact, { type: T }>;
}

describe('what the bank says, in our words', () => {
  test('an amount is a bigint of minor units', () => {
    const event = aWireEvent('transaction.booked', {
      transactionId: 'trf-1',
      amountMinor: '999999999999999999',
    });
    expect(factOf('transaction.booked', event).data.amount).toEqual({
      amountMinor: 999_999_999_999_999_999n,
      currency: 'DKK',
    });
  });

  test('an instant becomes UTC, so that instants sort as their texts', () => {
    const event = aWireEvent('account.closed', {}, { occurredAt: '2026-11-23T00:30:00+01:00' });
    expect(factOf('account.closed', event).time).toBe('2026-11-22T23:30:00.000Z');
  });

  test('every fact leads back to its delivery and to the event in it', () => {
    const { data } = factOf(
      'account.frozen',
      aWireEvent('account.frozen', {}, { id: 'evt-9', resourceVersion: 4 }),
    );
    expect(data).toMatchObject({
      bank: 'sandbox',
      accountId: 'acct-1',
      bankEventId: 'evt-9',
      deliveryId: 'dlv-1',
      resourceVersion: 4,
    });
  });

  test('the owners of an opened account are named by their references', () => {
    const event = aWireEvent('account.opened', {
      ownerRefs: ['uid-ann', 'uid-bo'],
      currency: 'EUR',
      iban: 'DK50',
    });
    const { ownerIds, currency, iban } = factOf('account.opened', event).data;
    expect({ ownerIds, currency, iban }).toEqual({
      ownerIds: ['uid-ann', 'uid-bo'],
      currency: 'EUR',
      iban: 'DK50',
    });
  });

  test.each([
    ['card.authorisation-incremented', { incrementId: 'i-1' }],
    ['card.authorisation-reversed', { reversalId: 'r-1' }],
  ] as const)('%s: what counts is the delta, not the amount beside it', (type, id) => {
    const amount = { amountMinor: '10000', currency: 'DKK' };
    const event = aWireEvent(type, { authorisationId: 'auth-1', amountMinor: '2500', amount, ...id });
    expect(factOf(type, event).data.amount.amountMinor).toBe(2_500n);
  });

  test('a clearing may name no authorisation, by null or by silence; final is false where nothing is said', () => {
    for (const named of [{ authorisationId: null }, {}]) {
      const { data } = factOf('card.cleared', aWireEvent('card.cleared', { clearingId: 'clr-1', ...named }));
      expect(data.authorisationId).toBeUndefined();
      expect(data.final).toBe(false);
    }
  });

  test('a transfer is described by its counterparty, or else by its remittance', () => {
    const described = (data: object) =>
      factOf('transaction.booked', aWireEvent('transaction.booked', { transactionId: 'trf-1', ...data })).data
        .description;
    expect(described({ counterparty: { name: 'Bo' }, remittance: 'Rent' })).toBe('Bo');
    expect(described({ remittance: 'Rent' })).toBe('Rent');
    expect(described({})).toBeUndefined();
  });

  test('a name that was cut in the middle of an emoji can be stored: the broken half is replaced', () => {
    const merchant = { name: 'Kaffe \ud83d', mcc: '5814', country: 'DK' };
    const event = aWireEvent('card.authorisation-created', { authorisationId: 'auth-1', merchant });
    expect(factOf('card.authorisation-created', event).data.description).toBe('Kaffe \ufffd');
  });

  test('one delivery may tell of several events, and each becomes a fact', () => {
    const { facts } = translated(
      aWireEvent('account.opened', { ownerRefs: [], currency: 'DKK' }),
      aWireEvent('account.frozen'),
    );
    expect(facts.map(({ type }) => type)).toEqual(['account.opened', 'account.frozen']);
  });

  test('an empty delivery says nothing', () => {
    expect(translated()).toEqual({ facts: [], unreadable: [] });
  });
});

describe('the id of a fact', () => {
  const event = aWireEvent('account.frozen', {}, { id: 'evt-9' });

  test('follows from the bank and its event id, whatever delivery it came in', () => {
    const later = translate({
      bank: 'sandbox',
      deliveryId: 'dlv-2',
      receivedAt: '2026-12-01T00:00:00.000Z',
      body: aBody(aWireEvent('account.closed', {}, { id: 'evt-10' }), event),
    });
    expect(later.facts[1]?.id).toBe(translated(event).facts[0]?.id);
  });

  test('differs by event, type and account', () => {
    const others = [
      aWireEvent('account.frozen', {}, { id: 'evt-10' }),
      aWireEvent('account.closed', {}, { id: 'evt-9' }),
      aWireEvent('account.frozen', {}, { id: 'evt-9', accountId: 'acct-2' }),
    ];
    const ids = translated(event, ...others).facts.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('what cannot be read is handed back alone, and the others go on', () => {
  const good = aWireEvent('account.frozen', {}, { id: 'evt-good' });
  const transfer = (data: object, envelope: object = {}) =>
    aWireEvent('transaction.booked', { transactionId: 'trf-1', ...data }, envelope);

  test.each<[string, unknown, string]>([
    ['a type that we do not know', aWireEvent('account.painted-blue'), 'bank-event.unknown-type'],
    ['no event at all', 'hello', 'bank-event.unknown-type'],
    ['null', null, 'bank-event.unknown-type'],
    [
      'an amount that is a number',
      transfer({ amount: { amountMinor: 3200, currency: 'DKK' } }),
      'bank-event.invalid',
    ],
    ['an amount with decimals', transfer({ amountMinor: '32.00' }), 'bank-event.invalid'],
    ['a negative amount', transfer({ amountMinor: '-3200' }), 'bank-event.invalid'],
    ['an amount of nothing', transfer({ amountMinor: '0' }), 'bank-event.invalid'],
    ['an amount beyond 18 digits', transfer({ amountMinor: '1000000000000000000' }), 'bank-event.invalid'],
    ['half of an emoji as an id', transfer({ transactionId: 'trf-\ud83d' }), 'bank-event.invalid'],
    ['no transaction id', aWireEvent('transaction.booked'), 'bank-event.invalid'],
    ['an account id with a slash', transfer({}, { accountId: 'a/b' }), 'bank-event.invalid'],
    ['a day that does not exist', transfer({}, { occurredAt: '2026-02-30T09:00:00Z' }), 'bank-event.invalid'],
    ['a time without an offset', transfer({}, { occurredAt: '2026-02-03T09:00:00' }), 'bank-event.invalid'],
    [
      'a currency that is not active',
      transfer({ amount: { amountMinor: '1', currency: 'DEM' } }),
      'currency.unknown',
    ],
    [
      'an account in a currency that is not active',
      aWireEvent('account.opened', { ownerRefs: [], currency: 'ZZZ' }),
      'currency.unknown',
    ],
    [
      'a delta in a currency that is not active',
      aWireEvent('card.authorisation-reversed', {
        authorisationId: 'auth-1',
        reversalId: 'r-1',
        delta: { amountMinor: '1', currency: 'ZZZ' },
      }),
      'currency.unknown',
    ],
  ])('%s', (_, bad, reason) => {
    const { facts, unreadable } = translated(bad, good);
    expect(facts.map((fact) => fact.data.bankEventId)).toEqual(['evt-good']);
    expect(unreadable.map((each) => each.reason)).toEqual([reason]);
    const cutOut: unknown = JSON.parse(Buffer.from(unreadable[0]?.body ?? []).toString());
    expect(cutOut).toEqual({ events: [bad] });
  });

  test('it says where the event is wrong, and never what it said', () => {
    const bad = transfer({ amountMinor: 'secret', counterparty: { name: 17, iban: 'DK5000400440116243' } });
    const { facts } = translated(bad).unreadable[0] ?? {};
    expect(facts?.issues).toContain('data.amount.amountMinor');
    expect(JSON.stringify(facts)).not.toMatch(/secret|DK50/);
  });

  test('fields that we do not know are left alone', () => {
    expect(translated({ ...good, mood: 'fine' }).facts).toHaveLength(1);
  });
});
