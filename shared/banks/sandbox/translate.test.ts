import { describe, expect, test } from 'vitest';
import type { bankFacts } from '../../events/bank-facts.ts';
import { aBody, aWireEvent, NOW } from '../../testing/builders.ts';
import type { BankFact } from '../bank.ts';
import { translateFrom } from './translate.ts';

const translate = translateFrom({ role: 'books', exponents: {} });

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

  test('all about mandates begins as all about direct debits does, and dates have our names', () => {
    const creditor = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };
    const mandate = aWireEvent('mandate.blocked', { mandateId: 'm-1', creditor, scheme: 'core' });
    const { subject, data } = factOf('direct-debit.mandate-blocked', mandate);
    expect({ subject, data }).toMatchObject({ subject: 'm-1', data: { creditor, scheme: 'core' } });

    const ids = { mandateId: 'm-1', collectionId: 'c-1', transactionId: 'btx-1' };
    const dates = { dueDate: '2026-12-01', bookingDate: '2026-12-02' };
    const collected = aWireEvent('direct-debit.collected', { ...ids, ...dates, creditor });
    expect(factOf('direct-debit.collected', collected)).toMatchObject({
      subject: 'c-1',
      data: {
        ...ids,
        creditor,
        dueOn: '2026-12-01',
        bookedOn: '2026-12-02',
        amount: { amountMinor: 10_000n },
      },
    });
    expect(translated({ ...collected, data: { ...ids, creditor } }).unreadable).toHaveLength(1);
  });

  test('a clearing may name no authorisation, by null or by silence; final is false where nothing is said', () => {
    for (const named of [{ authorisationId: null }, {}]) {
      const { data } = factOf('card.cleared', aWireEvent('card.cleared', { clearingId: 'clr-1', ...named }));
      expect(data.authorisationId).toBeUndefined();
      expect(data.final).toBe(false);
    }
  });

  test('a transfer keeps its counterparty and its remittance whole, and its dates under our names', () => {
    const told = {
      transactionId: 'trf-1',
      counterparty: { name: 'Bo', iban: 'DK5000400440116243' },
      remittance: 'Rent',
      endToEndId: 'e2e-1',
      bookingDate: '2026-11-24',
      valueDate: '2026-11-25',
    };
    const { data } = factOf('transaction.booked', aWireEvent('transaction.booked', told));
    expect(data).toEqual({
      bank: 'sandbox',
      role: 'books',
      deliveryId: 'dlv-1',
      receivedAt: NOW.toISOString(),
      accountId: 'acct-1',
      bankEventId: 'evt-transaction.booked',
      transactionId: 'trf-1',
      direction: 'debit',
      amount: { amountMinor: 10_000n, currency: 'DKK' },
      counterparty: { name: 'Bo', iban: 'DK5000400440116243' },
      remittance: 'Rent',
      endToEndId: 'e2e-1',
      bookedOn: '2026-11-24',
      valueOn: '2026-11-25',
    });
  });

  test.each([
    ['card.authorisation-created', {}],
    ['card.authorisation-declined', {}],
    ['card.authorisation-incremented', { incrementId: 'i-1' }],
    ['card.authorisation-reversed', { reversalId: 'r-1' }],
    ['card.authorisation-expired', {}],
    ['card.cleared', { clearingId: 'clr-1' }],
    ['card.refunded', { refundId: 'ref-1' }],
  ] as const)('%s: keeps its merchant whole', (type, id) => {
    const { data } = factOf(type, aWireEvent(type, { authorisationId: 'auth-1', ...id }));
    expect(data.merchant).toEqual({ name: 'Kaffebar', mcc: '5814', country: 'DK' });
  });

  test('a refund may name a clearing and an authorisation, by null or by silence neither', () => {
    const named = (names: object) =>
      factOf('card.refunded', aWireEvent('card.refunded', { refundId: 'ref-1', ...names })).data;
    for (const nothing of [{ authorisationId: null, clearingId: null }, {}]) {
      const { authorisationId, clearingId } = named(nothing);
      expect({ authorisationId, clearingId }).toEqual({ authorisationId: undefined, clearingId: undefined });
    }
    const both = { authorisationId: 'auth-1', clearingId: 'clr-1' };
    expect(named(both)).toMatchObject(both);
  });

  test('a fact comes from its bank, and has a fingerprint of what its event says, however it is written', () => {
    const event = aWireEvent('account.frozen', {}, { id: 'evt-9' });
    // SHA-256 of its JSON with sorted names and the time in UTC, computed in Python.
    const fingerprint = 'eq0CoKLeuI3ayl9_svUF1s_yKTvoQ0ouRuXZ8xhvXXs';
    expect(translated(event).facts[0]).toMatchObject({ source: '/banks/sandbox', fingerprint });
    const { id, ...rest } = event;
    const rewritten = { mood: 'fine', ...rest, occurredAt: '2026-11-23T10:00:00+01:00', id };
    expect(translated(rewritten).facts[0]?.fingerprint).toBe(fingerprint);
  });

  test.each<[string, object]>([
    ['amount', { amountMinor: '10001' }],
    ['currency', { amount: { amountMinor: '10000', currency: 'EUR' } }],
    ['direction', { direction: 'credit' }],
    ['transaction', { transactionId: 'trf-2' }],
    ['remittance', { remittance: 'Rent' }],
  ])('another %s is another fingerprint', (_, change) => {
    const fingerprint = (data: object) =>
      factOf('transaction.booked', aWireEvent('transaction.booked', { transactionId: 'trf-1', ...data }))
        .fingerprint;
    expect(fingerprint(change)).not.toBe(fingerprint({}));
  });

  test('a name that was cut in the middle of an emoji can be stored: the broken half is replaced', () => {
    const merchant = { name: 'Kaffe \ud83d', mcc: '5814', country: 'DK' };
    const event = aWireEvent('card.authorisation-created', { authorisationId: 'auth-1', merchant });
    expect(factOf('card.authorisation-created', event).data.merchant?.name).toBe('Kaffe \ufffd');
  });

  test('one delivery may tell of several events, and each becomes a fact', () => {
    const { facts } = translated(
      aWireEvent('account.opened', { ownerRefs: [], currency: 'DKK' }),
      aWireEvent('account.frozen'),
    );
    expect(facts.map(({ type }) => type)).toEqual(['account.opened', 'account.frozen']);
  });

  test('an empty delivery says nothing', () => {
    expect(translated()).toEqual({ facts: [], unreadable: [], more: [] });
  });
});

test('a heartbeat is no fact, and hides none beside it', () => {
  const beat = { id: 'evt-beat', type: 'bank.heartbeat', occurredAt: '2026-11-23T09:00:00Z', data: {} };
  const { facts, unreadable } = translated(beat, aWireEvent('account.closed'));
  expect(facts.map(({ type }) => type)).toEqual(['account.closed']);
  expect(unreadable).toEqual([]);
});

describe('a fact beside entries', () => {
  const dkk = (amountMinor: string) => ({ amountMinor, currency: 'DKK' });

  test('the bank’s own balance may be below zero, and is as of its own clock', () => {
    const { data } = factOf(
      'account.balance-updated',
      aWireEvent('account.balance-updated', {
        booked: dkk('-3200'),
        available: dkk('46800'),
        asOf: '2026-11-23T10:00:00+01:00',
        sequence: 7,
      }),
    );
    expect(data).toMatchObject({
      booked: { amountMinor: -3_200n, currency: 'DKK' },
      available: { amountMinor: 46_800n, currency: 'DKK' },
      asOf: '2026-11-23T09:00:00.000Z',
      sequence: 7,
    });
  });

  test('a list of pending entries names them as the bank does', () => {
    const entries = [{ direction: 'debit', amount: dkk('3200'), description: 'Kaffebar', entryId: 'e-1' }];
    const { data } = factOf(
      'account.pending-listed',
      aWireEvent('account.pending-listed', { asOf: '2026-11-23T09:00:00Z', entries }),
    );
    expect(data.entries).toEqual([
      {
        direction: 'debit',
        amount: { amountMinor: 3_200n, currency: 'DKK' },
        description: 'Kaffebar',
        entryId: 'e-1',
      },
    ]);
  });

  test('an account that is opened with a history is two facts: whose it is, and what was in it', () => {
    const broughtForward = { direction: 'credit', amount: dkk('150000'), asOf: '2026-11-01T00:00:00Z' };
    const { facts } = translated(
      aWireEvent('account.opened', { ownerRefs: ['uid-ann'], currency: 'DKK', broughtForward }),
    );
    expect(facts.map(({ type }) => type)).toEqual(['account.opened', 'account.brought-forward']);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(2);
    expect(facts[0]?.data).not.toHaveProperty('broughtForward');
    expect(facts[1]?.data).toMatchObject({
      direction: 'credit',
      amount: { amountMinor: 150_000n, currency: 'DKK' },
      asOf: '2026-11-01T00:00:00.000Z',
    });
  });

  test('a reversal may name no authorisation', () => {
    const event = { reversalId: 'r-1', authorisationId: null };
    const { data, subject } = factOf(
      'card.authorisation-reversed',
      aWireEvent('card.authorisation-reversed', event),
    );
    expect({ subject, authorisationId: data.authorisationId }).toEqual({
      subject: 'r-1',
      authorisationId: undefined,
    });
  });

  test('a purchase abroad says what it was there, and the rate', () => {
    const abroad = { merchantAmount: { amountMinor: '1000', currency: 'EUR' }, fx: { rate: '7.4601' } };
    const { data } = factOf('card.cleared', aWireEvent('card.cleared', { clearingId: 'c-1', ...abroad }));
    expect(data).toMatchObject({
      merchantAmount: { amountMinor: 1_000n, currency: 'EUR' },
      fxRate: '7.4601',
    });
  });
});

describe('a source that sends other decimals than ISO 4217', () => {
  const speaks = translateFrom({ role: 'holds', exponents: { CLP: 2, HUF: 0 } });
  const say = (amountMinor: string, currency: string) => {
    const amount = { amountMinor, currency };
    const event = aWireEvent('card.cleared', { clearingId: 'c-1', amount, merchantAmount: amount });
    return speaks({
      bank: 'sandbox-processor',
      deliveryId: 'dlv-1',
      receivedAt: NOW.toISOString(),
      body: aBody(event),
    });
  };
  const amountsOf = ({ facts }: ReturnType<typeof say>) =>
    facts.flatMap(({ data }) => ('merchantAmount' in data ? [data.amount, data.merchantAmount] : []));

  test.each([
    ['CLP', '125000', 1_250n], // 1,250.00 pesos, which have no decimals
    ['HUF', '1250', 125_000n], // 1,250 forints, which have two
    ['DKK', '1250', 1_250n],
  ])('is understood in %s', (currency, sent, amountMinor) => {
    const amount = { amountMinor, currency };
    expect(amountsOf(say(sent, currency))).toEqual([amount, amount]);
  });

  test('is not rounded: what is no whole unit is handed back', () => {
    expect(say('125050', 'CLP').unreadable.map(({ reason }) => reason)).toEqual(['amount.unusable']);
  });

  test('only holds, and says so in every fact', () => {
    expect(say('1250', 'DKK').facts[0]?.data.role).toBe('holds');
  });
});

describe('a long delivery', () => {
  const events = (count: number) =>
    Array.from({ length: count }, (_, n) => aWireEvent('account.frozen', {}, { id: `evt-${n}` }));
  const idsIn = (body: Uint8Array) =>
    (JSON.parse(Buffer.from(body).toString()) as { events: { id: string }[] }).events.map(({ id }) => id);

  test('of 500 events is translated whole', () => {
    const { facts, more } = translated(...events(500));
    expect(facts).toHaveLength(500);
    expect(more).toEqual([]);
  });

  test('of 1,201 gives the first 500, and the rest in bodies of 500 each at the most, in their order', () => {
    const all = events(1_201);
    const { facts, unreadable, more } = translated(...all);
    expect(facts.map(({ data }) => data.bankEventId)).toEqual(all.slice(0, 500).map(({ id }) => id));
    expect(unreadable).toEqual([]);
    expect(more.map((body) => idsIn(body).length)).toEqual([500, 201]);
    expect(more.flatMap(idsIn)).toEqual(all.slice(500).map(({ id }) => id));
  });

  test('gives each fact the fingerprint that it has in a delivery of its own', () => {
    const all = events(501);
    const [rest] = translated(...all).more;
    if (!rest) throw new Error('nothing is left');
    const inPart = translate({
      bank: 'sandbox',
      deliveryId: 'dlv-1',
      receivedAt: NOW.toISOString(),
      body: rest,
    });
    expect(inPart.facts).toEqual(translated(all[500]).facts);
  });
});

describe('a delivery of much that cannot be read', () => {
  const bodyOf = (events: readonly unknown[]) => Buffer.from(JSON.stringify({ events }));

  test('of 20 such events hands back each alone', () => {
    const { unreadable } = translated(...Array.from({ length: 20 }, (_, n) => n));
    expect(unreadable.map(({ body }) => Buffer.from(body))).toEqual(
      Array.from({ length: 20 }, (_, n) => bodyOf([n])),
    );
  });

  test('of 25 hands back 20 alone and the other 5 together, and what can be read goes on', () => {
    const junk = Array.from({ length: 25 }, (_, n) => n);
    const good = aWireEvent('account.frozen', {}, { id: 'evt-good' });
    const { facts, unreadable } = translated(...junk, good);
    expect(facts.map(({ data }) => data.bankEventId)).toEqual(['evt-good']);
    expect(unreadable).toHaveLength(21);
    expect(unreadable.at(-1)).toEqual({
      reason: 'bank-event.many-unreadable',
      facts: { count: 5 },
      body: bodyOf(junk.slice(20)),
    });
  });
});

describe('an event that is nested deeper than can be written', () => {
  const good = aWireEvent('account.frozen', {}, { id: 'evt-good' });
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const bodyWith = (...events: readonly string[]) => Buffer.from(`{"events":[${events.join(',')}]}`);
  const receivedAt = NOW.toISOString();
  const of = (body: Buffer) => translate({ bank: 'sandbox', deliveryId: 'dlv-1', receivedAt, body });

  test.each([
    ['by itself', deep],
    [
      'in a field that we do not know',
      JSON.stringify({ ...good, id: 'evt-deep', mood: 0 }).replace(/0}$/, `${deep}}`),
    ],
  ])('%s is handed back, a word in its place, and the others go on', (_, text) => {
    const { facts, unreadable } = of(bodyWith(text, JSON.stringify(good)));
    expect(facts.map(({ data }) => data.bankEventId)).toEqual(['evt-good']);
    expect(unreadable).toEqual([
      { reason: 'bank-event.too-deep', facts: {}, body: bodyWith('"nested too deep"') },
    ]);
  });

  test('is not lost behind 500 others either', () => {
    const body = bodyWith(...Array.from({ length: 500 }, () => JSON.stringify(good)), deep);
    const { facts, unreadable, more } = of(body);
    expect(facts).toHaveLength(500);
    const later = more.flatMap((rest) => of(Buffer.from(rest)).unreadable);
    expect([...unreadable, ...later].map(({ reason }) => reason)).toEqual(['bank-event.too-deep']);
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
