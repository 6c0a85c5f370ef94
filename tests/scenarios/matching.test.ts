import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import matchUnlinked from '../../functions/cards/match-unlinked/function.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { transactionFrom, transactionIdOf, transactionPath } from '../../shared/store/transactions.ts';
import { unmatchedFrom, unmatchedPath } from '../../shared/store/unmatched.ts';
import { ALL_FAULTS, STORMY } from '../../shared/testing/world.ts';
import { type Card, cards, type Entry } from './cards.ts';
import { anAssignment, aScene, told } from './scene.ts';
import { again, authorised, cleared, opened } from './words.ts';

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const anySeed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const WINDOW_MS = 30 * 86_400_000;

describe(`cards of linked and unlinked entries, in storms (COUNTERFOIL_TEST_SEED=${seed})`, () => {
  test('whatever the order, the repetitions and the faults, pairings and the stored state are the same', async () => {
    await fc.assert(
      fc.asyncProperty(cards, anySeed, anySeed, async (card, one, other) => {
        expect((await lived(card, one)).state).toEqual((await lived(card, other)).state);
      }),
      { seed, numRuns: 150 },
    );
  }, 180_000);

  test('an entry is paired with the oldest hold that fits it exactly, or with what an operator said', async () => {
    await fc.assert(
      fc.asyncProperty(cards, anySeed, async (card, order) => {
        const { pairs } = await lived(card, order);
        const lone = card.entries.filter((entry) => entry.of === undefined);
        const expected = lone.flatMap((entry) => {
          const said = saidOf(card, entry);
          const of = said === undefined ? fitting(card, entry, pairs) : said;
          return of ? [[key(entry), of]] : [];
        });
        expect(pairs).toEqual(Object.fromEntries(expected));
      }),
      { seed, numRuns: 150 },
    );
  }, 180_000);

  test('a link moves no booked money, and takes from its hold what its entries are, and never more', async () => {
    await fc.assert(
      fc.asyncProperty(cards, anySeed, anySeed, async (card, one, other) => {
        const matched = await lived(card, one);
        const unmatched = await lived(card, other, [matchUnlinked]);
        expect(matched.totals((totals) => totals.booked)).toEqual(
          unmatched.totals((totals) => totals.booked),
        );

        for (const { id, currency } of card.entries.filter(({ kind }) => kind === 'authorisation')) {
          const linked = card.entries.filter((entry) => matched.pairs[key(entry)] === id);
          const amounts = linked.filter((entry) => entry.currency === currency).map(({ minor }) => minor);
          const left = unmatched.held(id, currency) - amounts.reduce((sum, minor) => sum + minor, 0n);
          // A final one lets all of it go; and what was clamped to zero before stays there.
          const isOver = left < 0n || linked.some(({ final }) => final);
          expect([id, matched.held(id, currency)]).toEqual([id, isOver ? 0n : left]);
        }
        for (const run of [matched, unmatched]) {
          expect(run.balance('held')).toEqual(run.totals((totals) => totals.held));
          expect(run.balance('booked')).toEqual(run.totals((totals) => totals.booked));
        }
      }),
      { seed, numRuns: 150 },
    );
  }, 180_000);
});

describe('the hold that an unlinked clearing takes', () => {
  test('is one that is open: a purchase made offline was collected before it was authorised', async () => {
    const scene = await told(
      opened(),
      cleared('clr-1', '8900', { of: 'auth-1', at: '20T22:00', final: true }),
      authorised('auth-1', '8900', { at: '21T09:00' }),
      authorised('auth-2', '8900', { at: '22T09:00' }),
      cleared('clr-2', '8900', { at: '24T09:00' }),
    );
    // Only auth-2 held anything, and clr-2 is what it was held for.
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-17800', heldMinor: '0' });
  });

  test('is no other’s once operators gave it to an entry, whenever the other occurred', async () => {
    const scene = await told(
      opened(),
      authorised('auth-1', '3200', { at: '20T09:00' }),
      authorised('auth-2', '3200', { at: '20T12:00' }),
      cleared('clr-1', '3200', { at: '21T09:00' }),
      cleared('clr-2', '3600', { at: '23T09:00' }),
    );
    // With the tip clr-2 fits no hold. That of auth-1 is what operators say it was, so clr-1 takes the other.
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-6800', heldMinor: '3200' });
    await scene.assign(anAssignment({ kind: 'clearing', id: 'clr-2' }, 'auth-1'));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-6800', heldMinor: '0' });
  });

  test('is free again once the bank itself says that what operators gave it to belongs elsewhere', async () => {
    const scene = await told(
      opened(),
      authorised('auth-1', '8900', { at: '20T09:00' }),
      authorised('auth-2', '8900', { at: '21T09:00' }),
      cleared('clr-1', '8900', { at: '22T09:00' }),
    );
    await scene.assign(anAssignment({ kind: 'clearing', id: 'clr-1' }, 'auth-2'));
    await scene.tell(again(cleared('clr-1', '8900', { of: 'auth-1', at: '22T09:00' })));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-8900', heldMinor: '8900' });

    // Nothing but auth-2 is open, and clr-2 fits it.
    await scene.tell(cleared('clr-2', '8900', { at: '24T09:00' }));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-17800', heldMinor: '0' });
  });
});

test('an operator’s word that an entry belongs to nothing is true also of one that the rule has long settled', async () => {
  const scene = await told(
    opened(),
    authorised('auth-1', '3200', { at: '2026-09-01T09:00:00Z' }),
    cleared('clr-1', '3200', { at: '2026-09-03T09:00:00Z' }),
    authorised('auth-2', '700', { at: '22T09:00' }),
  );
  expect(await scene.sees()).toMatchObject({ bookedMinor: '-3200', heldMinor: '700' });
  await scene.assign(anAssignment({ kind: 'clearing', id: 'clr-1' }, undefined));
  // 32.00 + 7.00
  expect(await scene.sees()).toMatchObject({ bookedMinor: '-3200', heldMinor: '3900' });
});

/** One run through the real functions, in an order and with faults of this seed's choice. */
async function lived({ entries, said }: Card, order: number, without: readonly DeclaredFunction[] = []) {
  const { random } = memoryCloud({ seed: order });
  const scene = await aScene({ seed: order, weather: STORMY, faults: ALL_FAULTS, without });
  const events = entries.flatMap((entry) => entry.told);
  const twice = events.filter(() => random(4) === 0);
  const assignments = said.map(({ entry, of, at }) =>
    anAssignment({ kind: entry.kind as 'clearing' | 'reversal', id: entry.id }, of, at),
  );
  await Promise.all([scene.tell(...events, ...twice), scene.assign(...assignments)]);
  expect(scene.failures()).toEqual([]);
  expect(scene.parked()).toEqual([]);

  const documents = scene.documents();
  const card = unmatchedPath({ bank: 'sandbox', accountId: 'acct-1', cardId: 'card-1' });
  const stored = (path: string) => ({ path, fields: documents.get(path), version: undefined });
  const transactions = [...documents.keys()]
    .filter((path) => path.includes('/transactions/'))
    .flatMap((path) => transactionFrom(stored(path)) ?? []);
  const balance = documents.get('accounts/acct-1/balances/0') ?? {};
  return {
    state: scene.state(),
    pairs: unmatchedFrom(stored(card)).pairs,
    held(authorisationId: string, currency: string): bigint {
      const id = transactionIdOf('sandbox', 'acct-1', { kind: 'authorisation', id: authorisationId });
      return transactionFrom(stored(transactionPath('acct-1', id)))?.totals[currency]?.held ?? 0n;
    },
    /** Of all transactions, in kroner and euro. */
    totals: (figure: (totals: { booked: bigint; held: bigint }) => bigint) =>
      CURRENCIES.map((currency) =>
        transactions.reduce((sum, { totals: { [currency]: own } }) => sum + (own ? figure(own) : 0n), 0n),
      ),
    balance: (figure: 'booked' | 'held') =>
      CURRENCIES.map((currency) => (balance[currency] as Record<string, bigint> | undefined)?.[figure] ?? 0n),
  };
}

const CURRENCIES = ['DKK', 'EUR'];

function key({ kind, id }: Pick<Entry, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}

/** What operators said of it last: an authorisation, null where it belongs to none, undefined where they said nothing. */
function saidOf({ said }: Card, entry: Entry): string | null | undefined {
  const last = said.filter((each) => each.entry === entry).at(-1);
  return last && (last.of ?? null);
}

/** The oldest authorisation of which, when the entry occurred, exactly its amount was open, given all other pairs. */
function fitting(card: Card, entry: Entry, pairs: Readonly<Record<string, string>>): string | undefined {
  const earlier = card.entries.filter((each) => place(each) < place(entry));
  const reserved = card.entries.flatMap((each) => (each.of === undefined ? [saidOf(card, each)] : []));
  return earlier
    .filter(({ kind, id, currency, at }) => {
      const own = earlier.filter((each) => (each.of ?? pairs[key(each)]) === id);
      const sum = (...kinds: readonly Entry['kind'][]) =>
        own
          .filter((each) => kinds.includes(each.kind) && each.currency === currency)
          .reduce((total, { minor }) => total + minor, 0n);
      return (
        kind === 'authorisation' &&
        currency === entry.currency &&
        Date.parse(entry.at) - Date.parse(at) <= WINDOW_MS &&
        !own.some((each) => each.final || each.kind === 'expiry' || each.kind === 'decline') &&
        sum('authorisation', 'increment') - sum('reversal', 'clearing') === entry.minor &&
        !reserved.includes(id)
      );
    })
    .toSorted((a, b) => (place(a) < place(b) ? -1 : 1))[0]?.id;
}

/** Entries in order: of one instant, what is authorised comes before what takes from it. */
function place({ at, kind, id }: Entry): string {
  const kinds = ['authorisation', 'increment', 'reversal', 'clearing', 'expiry', 'decline'];
  return `${at} ${kinds.indexOf(kind)} ${id}`;
}
