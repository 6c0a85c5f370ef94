import { describe, expect, test } from 'vitest';
import {
  cardEntryAssigned as assignedKind,
  type cardEntryAssigned,
} from '../../../shared/events/bank-facts.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { balanceFrom } from '../../../shared/store/balances.ts';
import { aFact, aMessage, eventIn } from '../../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld, balancesIn, STORMY, stateOf } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import { type Fact, withFact } from './card.ts';
import matchUnlinked from './function.ts';

async function matched(facts: readonly Message[], settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const world = aWorld({ functions: [recordTransaction, matchUnlinked], ...settings });
  await world.deliver('bank-facts', ...facts);
  const { booked, held } = balanceFrom(balancesIn(world.documents()), 'DKK');
  return {
    world,
    figures: { booked, held },
    told: world.events('bank-facts').map(({ data }) => {
      const { entry, authorisationId, isMatched } = data as Record<string, unknown> & {
        entry: { id: string };
      };
      return `${entry.id} ${isMatched ? 'takes' : 'gives back'} ${authorisationId}`;
    }),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

const day = (date: number) => `2026-11-${date}T12:00:00.000Z`;
const authorised = (id: string, date: number, amountMinor = 10_000n) =>
  aFact('card.authorisation-created', {
    id: `fact-${id}`,
    authorisationId: id,
    time: day(date),
    amountMinor,
  });
const cleared = (id: string, date: number, changes: Parameters<typeof aFact<'card.cleared'>>[1] = {}) =>
  aFact('card.cleared', { id: `fact-${id}`, clearingId: id, time: day(date), ...changes });
const assigned = (authorisationId: string | undefined, changes: { id?: string; time?: string } = {}) =>
  aMessage([assignedKind], {
    type: 'card.entry-assigned',
    subject: 'c1',
    id: 'fact-assigned',
    time: day(20),
    ...changes,
    data: {
      ...{ bank: 'sandbox', accountId: 'acct-1', bankEventId: 'op-1', deliveryId: '', receivedAt: day(20) },
      ...{ role: 'books' as const, cardId: 'card-1', entry: { kind: 'clearing' as const, id: 'c1' } },
      authorisationId,
    } satisfies Parameters<(typeof cardEntryAssigned)['data']['encode']>[0],
  } as never);

describe('a clearing that names no authorisation', () => {
  const hold = authorised('a1', 10);
  const clearing = cleared('c1', 12);

  test.each([
    ['after its authorisation', [hold, clearing]],
    ['before it', [clearing, hold]],
    ['told twice', [hold, clearing, hold, clearing]],
  ])('%s releases the hold, and books what it booked', async (_, facts) => {
    const { figures, parked } = await matched(facts);
    expect(figures).toEqual({ booked: -10_000n, held: 0n });
    expect(parked).toEqual([]);
  });

  test('gives a hold back to which an older clearing turns out to belong', async () => {
    // Two holds of 100.00, and a clearing of the 13th is known before that of the 12th.
    const facts = [hold, authorised('a2', 11), cleared('c2', 13), clearing];
    const { told, figures } = await matched(facts);
    expect(told).toEqual(['c2 takes a1', 'c2 gives back a1', 'c1 takes a1', 'c2 takes a2']);
    expect(figures).toEqual({ booked: -20_000n, held: 0n });
  });

  test('is counted once when the bank names its authorisation after all', async () => {
    const named = cleared('c1', 12, { id: 'fact-c1-named', authorisationId: 'a1' });
    for (const facts of [
      [hold, clearing, named],
      [named, clearing, hold],
      [clearing, named, hold],
    ]) {
      // 100.00 authorised and 100.00 cleared: with the link counted too, 60.00 more would hold nothing of it.
      const more = aFact('card.authorisation-incremented', { authorisationId: 'a1', amountMinor: 6_000n });
      expect((await matched([...facts, more])).figures).toEqual({ booked: -10_000n, held: 6_000n });
    }
  });

  test('of one card releases no hold of another, nor of another account', async () => {
    expect((await matched([hold, cleared('c1', 12, { cardId: 'card-2' })])).figures.held).toBe(10_000n);
    expect((await matched([hold, cleared('c1', 12, { accountId: 'acct-2' })])).figures.held).toBe(10_000n);
  });

  test('stands in the feed, and the hold that it took does not any more', async () => {
    const { world } = await matched([hold, clearing]);
    const inFeed = Object.entries(world.state()).filter(
      ([path, { occurredAt }]) => path.includes('/transactions/') && occurredAt !== undefined,
    );
    expect(inFeed.map(([, { bankIds, status }]) => ({ bankIds, status }))).toEqual([
      { bankIds: ['c1'], status: 'booked' },
    ]);
  });
});

test('a reversal that names no authorisation takes back its hold, and is not in the feed', async () => {
  const reversal = aFact('card.authorisation-reversed', {
    reversalId: 'r1',
    authorisationId: undefined,
    time: day(11),
  });
  const { figures, world } = await matched([reversal, authorised('a1', 10)]);
  expect(figures).toEqual({ booked: 0n, held: 0n });
  const feed = Object.values(world.state()).filter(({ occurredAt, bankIds }) => bankIds && occurredAt);
  expect(feed.map(({ status, bankIds }) => ({ status, bankIds }))).toEqual([
    { status: 'reversed', bankIds: ['a1'] },
  ]);
});

describe('an operator', () => {
  // 120.00 was authorised for what cleared at 100.00.
  const facts = [authorised('a1', 10, 12_000n), cleared('c1', 12, { final: true })];

  test('may say what a clearing belongs to, and a final one releases all of it', async () => {
    expect((await matched(facts)).figures.held).toBe(12_000n);
    expect((await matched([...facts, assigned('a1')])).figures).toEqual({ booked: -10_000n, held: 0n });
    expect((await matched([assigned('a1'), ...facts])).figures).toEqual({ booked: -10_000n, held: 0n });
  });

  test('has the last word of several, in whatever order they come', async () => {
    const words = [assigned('a1'), assigned(undefined, { id: 'fact-assigned-2', time: day(21) })];
    for (const said of [words, [...words].reverse()]) {
      expect((await matched([...facts, ...said])).figures.held).toBe(12_000n);
    }
  });
});

describe('what is no purchase of the card', () => {
  test('a clearing that credits takes no hold, and a credit holds nothing that a clearing could take', async () => {
    const credited = cleared('c1', 12, { direction: 'credit' });
    expect((await matched([authorised('a1', 10), credited])).figures).toEqual({
      booked: 10_000n,
      held: 10_000n,
    });
    const credit = aFact('card.authorisation-created', {
      id: 'fact-a0',
      authorisationId: 'a0',
      direction: 'credit',
      time: day(9),
    });
    const { figures } = await matched([credit, authorised('a1', 10), cleared('c1', 12)]);
    expect(figures).toEqual({ booked: -10_000n, held: 0n });
  });

  test('an entry in another currency takes nothing of what is open', async () => {
    const euro = { amount: { amountMinor: 4_000n, currency: 'EUR' } };
    const named = cleared('c0', 11, { authorisationId: 'a1', ...euro });
    const rest = cleared('c1', 12, { amount: { amountMinor: 6_000n, currency: 'DKK' } });
    expect((await matched([authorised('a1', 10), named, rest])).figures).toEqual({
      booked: -6_000n,
      held: 10_000n,
    });
  });

  test('an entry that is dated years ahead hides no other', async () => {
    const ahead = cleared('c9', 12, { authorisationId: 'a9', time: '2099-01-01T00:00:00.000Z' });
    expect((await matched([ahead, authorised('a1', 10), cleared('c1', 12)])).figures.held).toBe(0n);
  });
});

describe('a card that has been used for long', () => {
  test('forgets what two more windows have left behind, and gives no hold back for it', async () => {
    const old = [authorised('a1', 10), cleared('c1', 12)];
    const later = aFact('card.authorisation-created', {
      id: 'fact-later',
      authorisationId: 'a9',
      time: '2027-05-01T12:00:00.000Z',
      receivedAt: '2027-05-01T12:00:00.000Z',
      amountMinor: 500n,
    });
    const { figures, told, world } = await matched([...old, later]);
    expect(told).toEqual(['c1 takes a1']);
    expect(figures).toEqual({ booked: -10_000n, held: 500n });
    const card = world.state()['unmatched/sandbox:acct-1:card-1'];
    expect(Object.keys(card?.entries as object)).toEqual(['authorisation:a9']);
  });

  test('keeps a pairing whose authorisation it has forgotten', async () => {
    // The clearing is 80 days old, between two and three windows; its hold is 95.
    const facts = [
      aFact('card.authorisation-created', {
        id: 'f1',
        authorisationId: 'a1',
        time: '2026-08-20T12:00:00.000Z',
      }),
      cleared('c1', 10, { time: '2026-09-04T12:00:00.000Z' }),
      authorised('a2', 23, 700n),
    ];
    const { told, figures } = await matched(facts);
    expect(told).toEqual(['c1 takes a1']);
    expect(figures).toEqual({ booked: -10_000n, held: 700n });
  });
});

test('a card of very many entries keeps the newest 1,000, and its pairings', () => {
  const authorisation = (n: number) => ({
    kind: 'authorisation' as const,
    id: `a${n}`,
    authorisationId: `a${n}`,
    occurredAt: new Date(Date.parse(day(12)) + n * 1000).toISOString(),
    amountMinor: 7n,
    currency: 'DKK',
  });
  const { id: _, authorisationId: __, ...entry } = authorisation(5);
  const clearing = { ...entry, kind: 'clearing' as const, id: 'c1' };
  const entries = [...Array.from({ length: 1000 }, (___, n) => authorisation(n)), clearing];
  const card = { entries, assigned: [], pairs: { 'clearing:c1': 'a0' }, pairing: 1n };
  const next = eventIn(authorised('next', 13)) as unknown as Fact;
  const after = withFact(
    card,
    { ...next, data: { ...next.data, amount: { amountMinor: 7n, currency: 'DKK' } } } as Fact,
    30,
  );
  expect(after?.entries).toHaveLength(1000);
  expect(after?.entries.map(({ id }) => id)).not.toContain('a0');
  expect(after?.pairs).toEqual({ 'clearing:c1': 'a0' });
});

test('with crashes, lost answers and any order, the end is the same', async () => {
  const facts = [
    authorised('a1', 10),
    authorised('a2', 11),
    cleared('c2', 13),
    cleared('c1', 12),
    cleared('c1', 12, { id: 'fact-c1-named', authorisationId: 'a2' }),
  ];
  const calm = await matched(facts);
  for (let seed = 1; seed <= 100; seed += 1) {
    const { world, figures } = await matched(facts, { seed, weather: STORMY, faults: ALL_FAULTS });
    expect(figures).toEqual({ booked: -20_000n, held: 0n });
    expect(stateOf(world.documents())).toEqual(calm.world.state());
  }
});
