import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { directDebitDecisionRefused } from '../../../shared/events/direct-debit-facts.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { directDebitIdOf, mandateIdOf } from '../../../shared/store/direct-debits.ts';
import { transactionIdOf } from '../../../shared/store/transactions.ts';
import { aFact, aMessage } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackDirectDebit from './function.ts';

const creditor = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };
const mandate = { mandateId: 'm-1', creditor, scheme: 'core' } as const;
const collection = {
  ...{ mandateId: 'm-1', collectionId: 'c-1', creditor, dueOn: '2026-12-01', amountMinor: 45_000n },
};
const at = (hour: string) => `2026-11-23T${hour}:00:00.000Z`;
const created = aFact('direct-debit.mandate-created', mandate);
const announced = aFact('direct-debit.announced', collection);
const collected = aFact('direct-debit.collected', {
  ...{ ...collection, time: at('10'), transactionId: 'btx-1', bookedOn: '2026-12-01' },
});
const refused = aFact('direct-debit.refused', { ...collection, time: at('10'), reason: 'AM04' });
const returned = aFact('direct-debit.returned', {
  ...{ ...collection, time: at('11'), transactionId: 'btx-2', reason: 'MD06', bookedOn: '2026-12-01' },
});

const mandateId = mandateIdOf('sandbox', 'm-1');
const directDebitId = directDebitIdOf('sandbox', 'c-1');

async function tracked(...facts: readonly Message[]) {
  const world = aWorld({ functions: [trackDirectDebit] });
  await world.deliver('bank-facts', ...facts);
  const state = world.state();
  return {
    state,
    failures: world.failures,
    mandate: state[`accounts/acct-1/mandates/${mandateId}`],
    directDebit: state[`accounts/acct-1/direct-debits/${directDebitId}`],
    changes: [...new Map(world.events('payments').map(({ id, data }) => [id, data])).values()].map(
      (data) => (data as { state: string }).state,
    ),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

describe('a direct debit', () => {
  test('that is announced is kept with who collects, how much and when', async () => {
    const { directDebit, changes } = await tracked(created, announced);
    expect(directDebit).toMatchObject({
      ...{ id: directDebitId, accountId: 'acct-1', mandateId, creditor, state: 'announced' },
      ...{ amountMinor: 45_000n, currency: 'DKK', dueOn: '2026-12-01' },
      occurredAt: '2026-11-23T09:00:00.000Z',
    });
    expect(changes).toEqual(['announced']);
  });

  test('that comes before its mandate is kept all the same', async () => {
    const early = await tracked(announced, created);
    expect(early.state).toEqual((await tracked(created, announced)).state);
    expect((await tracked(announced)).directDebit).toMatchObject({ mandateId, state: 'announced' });
  });

  test('that was collected leads to its transaction, and one that came back is returned', async () => {
    const kind = 'transaction' as const;
    const { directDebit } = await tracked(announced, collected, returned);
    expect(directDebit).toMatchObject({
      ...{ state: 'returned', reason: 'MD06' },
      _words: {
        collected: { transactionId: transactionIdOf('sandbox', 'acct-1', { kind, id: 'btx-1' }) },
        returned: { transactionId: transactionIdOf('sandbox', 'acct-1', { kind, id: 'btx-2' }) },
      },
    });
  });

  test('told by one event twice, or under another id, is told of once', async () => {
    const again = aFact('direct-debit.announced', { ...collection, id: 'fact-again' });
    const { changes, directDebit, failures } = await tracked(announced, announced, again);
    expect(failures).toEqual([]);
    expect(changes).toEqual(['announced']);
    expect(directDebit).toEqual((await tracked(announced)).directDebit);
  });
});

test('a mandate is blocked, unblocked and cancelled, whatever comes first', async () => {
  const blocked = aFact('direct-debit.mandate-blocked', { ...mandate, time: at('10') });
  const unblocked = aFact('direct-debit.mandate-unblocked', { ...mandate, time: at('11') });
  const cancelled = aFact('direct-debit.mandate-cancelled', { ...mandate, time: at('12') });
  const stateOf = async (...facts: readonly Message[]) => (await tracked(...facts)).mandate?.state;
  expect(await stateOf(created)).toBe('active');
  expect(await stateOf(blocked)).toBe('blocked');
  expect([await stateOf(unblocked, blocked), await stateOf(blocked, unblocked)]).toEqual([
    'active',
    'active',
  ]);
  expect(await stateOf(cancelled, created, blocked)).toBe('cancelled');
});

test('in any order, with any repetition, the facts lead to the same', async () => {
  const facts = [created, announced, collected, refused, returned];
  const { state } = await tracked(...facts);
  const withoutInbox = (all: typeof state) =>
    Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('inbox/')));
  await fc.assert(
    fc.asyncProperty(
      fc
        .subarray(facts)
        .chain((again) => fc.shuffledSubarray([...facts, ...again], { minLength: 5 + again.length })),
      async (otherwise) => {
        expect(withoutInbox((await tracked(...otherwise)).state)).toEqual(withoutInbox(state));
      },
    ),
    { numRuns: 40 },
  );
});

describe('what cannot be', () => {
  test('is parked: a message that is no fact, and the next one is taken', async () => {
    const text = Buffer.from(announced.data).toString().replace('"2026-12-01"', '"soon"');
    const { parked, directDebit } = await tracked({ ...announced, data: Buffer.from(text) }, collected);
    expect(parked).toEqual(['event.invalid']);
    expect(directDebit).toMatchObject({ state: 'collected' });
  });

  test('is parked: a collection told of by one who only holds', async () => {
    const fact = aFact('direct-debit.announced', { ...collection, role: 'holds' });
    expect(await tracked(fact)).toMatchObject({ parked: ['fact.not-its-role'], directDebit: undefined });
  });

  test.each(['refusal', 'block'] as const)('is parked: a %s of what nobody knows', async (decision) => {
    const data = { accountId: 'acct-1', id: 'ddt_no', decision, wantedAt: at('10'), reason: 'late' };
    const answer = aMessage([directDebitDecisionRefused], {
      ...{ type: 'direct-debit.decision-refused', subject: 'ddt_no', data },
    });
    expect((await tracked(answer)).parked).toEqual(['direct-debit.not-found']);
  });
});
