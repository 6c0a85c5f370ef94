import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { type Handling, type Measured, STORIES, type Story, type Told } from '../measured.ts';
import { assume } from './assumptions.ts';
import { PAGE, pageWith, withTables } from './document.ts';
import { pooledIn, SHARDS, sequencesIn, shardsFor } from './hot.ts';
import { HOLDS_A_TICK, rampMinutes } from './limits.ts';
import { aDayOf, aSecondOf, eventsIn, loadOf, worksOf } from './load.ts';
import { monthlyCost, storedAfterAYear } from './money.ts';
import { worldOf } from './world.ts';

// 1,000 customers who each do everything 8.64 times a day: 0.1 a second on average, and 1 at the peak.
const THOUSAND = assume(1000, {
  cardPaymentsADay: 8.64,
  transfersAMonth: 262.8,
  ...{ appOpensADay: 8.64, listOpensADay: 0, unlinkedShare: 0, repeatedShare: 0 },
  ...{ peakFactor: 10, concurrency: 16, utilisation: 0.6, latencyMs: 100, pooledShare: 0.5 },
});
const AT_PEAK = aSecondOf(THOUSAND, 10);

const NONE = { messages: 0, bytes: 0 };

function aHandling(name: string, [reads = 0, writes = 0, deletes = 0]: readonly number[] = []): Handling {
  const calls = { reads, writes, deletes, roundTrips: 2 };
  const [delivered, published] = [
    { messages: 1, bytes: 2000 },
    { messages: 1, bytes: 1000 },
  ];
  return { function: name, event: 'any', ...calls, delivered, published };
}

function aStory(handlings: readonly Handling[], collections: Told['collections'] = {}): Told {
  return { handlings: [...handlings], keptBack: { messages: 2, bytes: 2000 }, collections };
}

const NOTHING: Told = { handlings: [], keptBack: NONE, collections: {} };

function measuredAs(stories: Partial<Record<Story, Told>>): Measured {
  const others = Object.fromEntries(STORIES.map((story) => [story, NOTHING])) as Measured['stories'];
  const functions = {
    'record-transaction': { handlings: 100, cpuMs: 390, logBytes: 500 },
    'match-unlinked': { handlings: 100, cpuMs: 5, logBytes: 500 },
    'serve-accounts': { handlings: 100, cpuMs: 5, logBytes: 500 },
  };
  return {
    ...{ measuredOn: '2026-11-27', command: 'by hand', node: '20.20.2', functions },
    stories: { ...others, ...stories },
  };
}

const BY_HAND = measuredAs({
  'transfer-booked': aStory([aHandling('record-transaction', [1, 3, 1])], {
    inbox: { writes: 1, documentBytes: 100, indexBytes: 0 },
    deliveries: { writes: 1, documentBytes: 100, indexBytes: 400 },
  }),
  'card-authorised': aStory([
    aHandling('record-transaction', [1, 3, 1]),
    aHandling('match-unlinked', [1, 2, 1]),
  ]),
  'card-cleared': aStory([aHandling('record-transaction', [2, 4, 1])]),
  'feed-asked': {
    ...NOTHING,
    handlings: [{ ...aHandling('serve-accounts', [22]), delivered: NONE, published: NONE }],
  },
});

describe('how often things happen', () => {
  test('1,000 customers who pay 8.64 times a day pay 0.1 times a second, and once a second at the peak', () => {
    expect(aSecondOf(THOUSAND)['card-authorised']).toBeCloseTo(0.1, 9);
    expect(AT_PEAK['card-authorised']).toBeCloseTo(1, 9);
    expect(AT_PEAK['transfer-booked']).toBeCloseTo(1, 9);
    expect(eventsIn(AT_PEAK)).toBeCloseTo(3, 9);
  });

  test('of 20 clearings one names nobody, and of 100 events one is told twice', () => {
    const day = aDayOf(
      assume(1, { cardPaymentsADay: 20, transfersAMonth: 0, unlinkedShare: 0.05, repeatedShare: 0.01 }),
    );
    expect(day).toMatchObject({ 'card-cleared': 19, 'card-cleared-unlinked': 1, 'told-again': 0.4 });
  });
});

describe('what that takes', () => {
  test('reads, writes and deletes of all functions are added up', () => {
    const { reads, writes, deletes } = loadOf(BY_HAND, AT_PEAK);
    expect(reads).toBeCloseTo(1 + 2 + 2 + 22, 9);
    expect(writes).toBeCloseTo(3 + 5 + 4, 9);
    expect(deletes).toBeCloseTo(4, 9);
  });

  test('four messages a second are pushed, and what filters keep back is charged for besides', () => {
    const { delivered, published, keptBack } = loadOf(BY_HAND, AT_PEAK);
    expect(delivered.messages).toBeCloseTo(4, 9);
    expect(delivered.bytes).toBeCloseTo(8000, 6);
    expect(published.bytes).toBeCloseTo(4000, 6);
    expect(keptBack.bytes).toBeCloseTo(6000, 6);
  });

  test('three handlings a second of 390 ms are 1.17 vCPUs, and at six tenths of each two instances', () => {
    const [record] = worksOf(BY_HAND, AT_PEAK, THOUSAND);
    expect(record).toMatchObject({ name: 'record-transaction', instances: 2 });
    expect(record?.busy).toBeCloseTo(1.17, 9);
    expect(record?.charged).toBeCloseTo(1.95, 9);
  });

  test('where each waits 20 seconds, 60 are under way, and 16 of them in each instance', () => {
    const [record] = worksOf(BY_HAND, AT_PEAK, { ...THOUSAND, latencyMs: 20_000 });
    expect(record?.instances).toBe(4);
  });

  test('one that is called once in ten seconds is charged for while that call is under way', () => {
    const works = worksOf(BY_HAND, aSecondOf(THOUSAND), THOUSAND);
    // 0.1 a second of 0.1 s each: hardly ever two at once, so a hundredth of the time.
    expect(works.find(({ name }) => name === 'match-unlinked')?.charged).toBeCloseTo(0.00995, 5);
  });

  test('a function that nobody measured is an error', () => {
    const measured = measuredAs({ 'card-cleared': aStory([aHandling('tally-spending')]) });
    expect(() => worksOf(measured, AT_PEAK, THOUSAND)).toThrow('tally-spending');
  });
});

describe('what is hot', () => {
  test('a pooled account that takes half of 100 transfers a second needs 50 shards', () => {
    const rates = { ...AT_PEAK, 'transfer-booked': 100 };
    expect(pooledIn(THOUSAND, rates)).toBe(50);
    expect(shardsFor(50)).toBe(50);
    expect(shardsFor(0.2)).toBe(1);
  });

  test('600 deliveries a second break the index of when they were received, and no index of the inbox', () => {
    const { sequences, limits } = worldOf(BY_HAND, { ...THOUSAND, customers: 600_000 }).peak;
    const of = (field: string) => sequences.find((each) => each.field === field);
    expect(of('deliveries.receivedAt')).toMatchObject({ over: 'all' });
    expect(of('deliveries.receivedAt')?.entries).toBeCloseTo(600, 6);
    expect(of('inbox.handledAt')).toMatchObject({ isIndexed: false, entries: 0 });
    const broken = limits.find(({ name }) => name === 'index of deliveries.receivedAt');
    expect((broken?.used ?? 0) / (broken?.limit ?? 1)).toBeCloseTo(1.2, 9);
  });

  test('all accounts share one index of when holds expire, and each has one of its own feed', () => {
    const rates = { ...AT_PEAK, 'card-authorised': 700, 'transfer-booked': 100 };
    const sequences = sequencesIn(THOUSAND, rates, loadOf(BY_HAND, rates));
    const of = (field: string) => sequences.find((each) => each.field === field);
    expect(of('transactions._holdExpiresAt')).toMatchObject({ over: 'all', entries: 700 });
    expect(of('transactions.occurredAt')).toMatchObject({ over: 'account', entries: 50 });
  });

  test('a limit is reached by as many customers, whichever world is asked', () => {
    const reached = (customers: number) => {
      const { limits } = worldOf(BY_HAND, { ...THOUSAND, customers }).peak;
      return Object.fromEntries(limits.map(({ name, used, limit }) => [name, (customers * limit) / used]));
    };
    const [few, many] = [reached(1000), reached(1_000_000)];
    for (const [name, customers] of Object.entries(few)) expect(many[name]).toBeCloseTo(customers, 3);
    // A thousand write 12 documents a second: 10,000 are written by 833,333.
    expect(few['writes of one database']).toBeCloseTo(833_333.333, 3);
  });

  test('the scarcest is first', () => {
    const shares = worldOf(BY_HAND, THOUSAND).peak.limits.map(({ used, limit }) => used / limit);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
  });

  test.each([
    [500, 0],
    [501, 5],
    [750, 5],
    [1125, 10],
    [1126, 15],
  ])('%i operations a second are reached after %i minutes', (operations, minutes) => {
    expect(rampMinutes(operations)).toBe(minutes);
  });

  test('our own limits are those of the functions', () => {
    const takes = (shards: number) => recordTransaction.config.safeParse({ BALANCE_SHARDS: shards }).success;
    expect([takes(SHARDS.max), takes(SHARDS.max + 1)]).toEqual([true, false]);
    expect(recordTransaction.config.parse({})).toEqual({ BALANCE_SHARDS: SHARDS.configured });
    const source = readFileSync('functions/cards/expire-holds/function.ts', 'utf8');
    const [, page, pages] = /const PAGE = (\d+);\nconst PAGES_MAX = (\d+);/.exec(source) ?? [];
    expect(Number(page) * Number(pages)).toBe(HOLDS_A_TICK);
  });
});

describe('what it costs', () => {
  test('the inbox keeps 35 days, and the archive all of the year', () => {
    // 1,000 customers, 8.64 transfers a day of 100 bytes: 30.24 MB in 35 days, 315.36 in a year.
    const [archive, inbox] = storedAfterAYear(BY_HAND, THOUSAND);
    expect(archive).toMatchObject({ collection: 'deliveries' });
    expect(archive?.documentBytes).toBeCloseTo(315_360_000, 0);
    expect(archive?.indexBytes).toBeCloseTo(1_261_440_000, 0);
    expect(inbox?.documentBytes).toBeCloseTo(30_240_000, 0);
  });

  test('one of each a second, for a month of 2,628,000 seconds', () => {
    const bytes = (count: number) => ({ messages: 1, bytes: count });
    // 1,000 bytes of Pub/Sub's, one way or another.
    const messages = { published: bytes(500), delivered: bytes(300), keptBack: bytes(200) };
    const load = { reads: 1, writes: 1, deletes: 1, ...messages, writesTo: {} };
    const work = {
      name: 'any',
      handled: 1,
      cpuMs: 1,
      busy: 1,
      instances: 1,
      needed: 1,
      charged: 1,
      logBytes: 1000,
    };
    const stored = [{ collection: 'any', documentBytes: 2 ** 30, indexBytes: 0 }];
    const dollars = monthlyCost(load, [work], stored).map(([, each]) => Number(each.toFixed(4)));
    expect(dollars).toEqual([0.7884, 2.3652, 0.2628, 0.18, 0.0956, 63.072, 3.285, 1.0512, 1.2238]);
  });
});

describe('docs/scale.md', () => {
  test('says what the model says today: npm run model -- --docs mends it', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page).toBe(pageWith(page));
  });

  test('a table without a place, and a place without a table, are errors', () => {
    const table = {
      name: 'one',
      rows: [
        ['a', 'b'],
        ['1', '2'],
      ],
    };
    const place = '<!-- model: one -->\nold\n<!-- /model -->\n';
    expect(withTables(place, [table])).toBe(
      '<!-- model: one -->\n| a | b |\n| --- | --- |\n| 1 | 2 |\n<!-- /model -->\n',
    );
    expect(() => withTables('', [table])).toThrow('one');
    expect(() => withTables(place, [])).toThrow('one');
  });
});
