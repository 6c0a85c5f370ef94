import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import translateDelivery from '../../functions/bank/translate-delivery/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import trackBalance from '../../functions/ledger/track-balance/function.ts';
import trackPending from '../../functions/ledger/track-pending/function.ts';
import parkDeadLetter from '../../functions/operations/park-dead-letter/function.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { StoreError } from '../../shared/platform/platform.ts';
import { balanceFrom } from '../../shared/store/balances.ts';
import type { Fields } from '../../shared/store/document.ts';
import { aBody, aDelivery } from '../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld, balancesIn, STORMY } from '../../shared/testing/world.ts';
import { deliveredInAnyOrder, type Story, stories } from './story.ts';

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const anySeed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const functions = [
  translateDelivery,
  recordTransaction,
  trackAccount,
  trackBalance,
  trackPending,
  parkDeadLetter,
];

describe(`whatever the order, the repetitions and the faults (COUNTERFOIL_TEST_SEED=${seed})`, () => {
  test('the stored state is one and the same, and its money is what plain sums say', async () => {
    await fc.assert(
      fc.asyncProperty(stories, anySeed, anySeed, async (story, one, other) => {
        const first = await lived(story, one);
        const second = await lived(story, other);
        expect(first.state).toEqual(second.state);
        expect(first.parked).toEqual(second.parked);
        expect(first.parked).toEqual(story.hasPoison ? ['bank-event.unknown-type'] : []);
        for (const { documents } of [first, second]) {
          expect(figures(documents, 'booked')).toEqual(withoutZeros(story.booked));
          expect(figures(documents, 'held')).toEqual(withoutZeros(story.held));
          expect(accountsIn(documents)).toEqual(story.accounts);
          expect(bankBalancesIn(documents)).toEqual(story.bankBalances);
        }
      }),
      { seed, numRuns: 1000 },
    );
  }, 180_000);

  test('a balance is the sum of its transactions, also when it is spread over several documents', async () => {
    await fc.assert(
      fc.asyncProperty(stories, anySeed, async (story, order) => {
        const { documents } = await lived(story, order, { BALANCE_SHARDS: '3' });
        expect(figures(documents, 'booked')).toEqual(sumOfTransactions(documents, 'booked'));
        expect(figures(documents, 'held')).toEqual(sumOfTransactions(documents, 'held'));
        expect(figures(documents, 'booked')).toEqual(withoutZeros(story.booked));
      }),
      { seed, numRuns: 150 },
    );
  });

  test('an effect is told once, however often it is published, and the last one tells the end', async () => {
    await fc.assert(
      fc.asyncProperty(stories, anySeed, anySeed, async (story, one, other) => {
        const { effects, documents } = await lived(story, one);
        for (const contents of effects.values()) expect(contents.size).toBe(1);
        const told = [...effects.values()].flatMap((contents) => [...contents]);
        expect(endsOf(documents).filter((end) => !told.includes(end))).toEqual([]);
        if (story.isPlain)
          expect(ofTransactions((await lived(story, other)).effects)).toEqual(ofTransactions(effects));
      }),
      { seed, numRuns: 150 },
    );
  });
});

test('one seed is one run, step by step, so that a failure can be seen again', async () => {
  const [story] = fc.sample(stories, { seed, numRuns: 1 });
  if (!story) throw new Error('no story');
  const [first, again, another] = [await lived(story, 7), await lived(story, 7), await lived(story, 8)];
  expect(first.steps.length).toBeGreaterThan(0);
  expect(again.steps).toEqual(first.steps);
  expect(another.steps).not.toEqual(first.steps);
});

/** One run of the story through the real functions, in an order and with faults of this seed's choice. */
async function lived(story: Story, order: number, config: Record<string, string> = {}) {
  const { random } = memoryCloud({ seed: order });
  const world = aWorld({ functions, seed: order, weather: STORMY, faults: ALL_FAULTS, config });
  const deliveries = deliveredInAnyOrder(story, random).map((events, n) =>
    aDelivery(aBody(...events), { deliveryId: `dlv-${n}` }),
  );
  await world.deliver('partner-bank-webhooks', ...deliveries);

  // Only what the store and the weather did may have failed.
  expect(world.failures.filter((failure) => !(failure instanceof StoreError))).toEqual([]);
  const documents = world.documents();
  const all = Object.entries(world.state());
  const effects = new Map<string, Set<string>>();
  for (const { id, type, subject, data } of [...world.events('transactions'), ...world.events('customers')]) {
    const { status, bookedMinor, heldMinor } = data as Record<string, string>;
    const told = type.startsWith('transaction.')
      ? [subject, status, bookedMinor, heldMinor]
      : [subject, status];
    effects.set(id, (effects.get(id) ?? new Set()).add(told.join(' ')));
  }
  return {
    documents,
    effects,
    steps: world.steps(),
    state: Object.fromEntries(all.filter(([path]) => !path.startsWith('parked/'))),
    parked: [...new Set(all.flatMap(([path, { reason }]) => (path.startsWith('parked/') ? [reason] : [])))],
  };
}

/** Which effects there were: their ids follow from the facts, and their contents from the order. */
function ofTransactions(effects: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...effects].flatMap(([id, contents]) => ([...contents][0]?.startsWith('txn_') ? [id] : [])).sort();
}

/** Balances of all accounts, by account and currency, read as apps see them. */
function figures(documents: ReadonlyMap<string, Fields>, figure: 'booked' | 'held'): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const account of ['acct-1', 'acct-2']) {
    const shards = balancesIn(documents, account);
    for (const currency of ['DKK', 'EUR', 'JPY']) {
      found.set(`${account} ${currency}`, balanceFrom(shards, currency)[figure]);
    }
  }
  return withoutZeros(found);
}

function sumOfTransactions(documents: ReadonlyMap<string, Fields>, figure: 'booked' | 'held') {
  const sums = new Map<string, bigint>();
  for (const [path, { _totals = {} }] of documents) {
    const [, account, collection] = path.split('/');
    if (collection !== 'transactions') continue;
    for (const [currency, totals] of Object.entries(_totals as Record<string, Record<string, bigint>>)) {
      const key = `${account} ${currency}`;
      sums.set(key, (sums.get(key) ?? 0n) + (totals[figure] ?? 0n));
    }
  }
  return withoutZeros(sums);
}

/** What the last event about each transaction and account must have told. */
function endsOf(documents: ReadonlyMap<string, Fields>): string[] {
  return [...documents].flatMap(([path, fields]) => {
    if (/^accounts\/[^/]+$/.test(path)) return [`${fields.id} ${fields.status}`];
    if (!path.includes('/transactions/') || fields.aliasOf !== undefined) return [];
    if (fields._root === 'entry') return []; // listed, and told to nobody
    const totals = fields._totals as Record<string, { booked: bigint; held: bigint }>;
    const { booked = 0n, held = 0n } = totals[fields.currency as string] ?? {};
    return [`${fields.id} ${fields.status} ${booked} ${held}`];
  });
}

function accountsIn(documents: ReadonlyMap<string, Fields>): Map<string, object> {
  return new Map(
    [...documents].flatMap(([path, { id, status, ownerIds }]) =>
      /^accounts\/[^/]+$/.test(path)
        ? [[id as string, { status, isOpened: (ownerIds as string[]).length > 0 }]]
        : [],
    ),
  );
}

function bankBalancesIn(documents: ReadonlyMap<string, Fields>): Map<string, bigint> {
  return new Map(
    ['acct-1', 'acct-2'].flatMap((account) => {
      const balance = documents.get(`accounts/${account}/balances/bank`);
      return balance ? [[account, balance.bookedMinor as bigint]] : [];
    }),
  );
}

function withoutZeros(sums: ReadonlyMap<string, bigint>): Map<string, bigint> {
  return new Map([...sums].filter(([, amount]) => amount !== 0n).sort());
}
