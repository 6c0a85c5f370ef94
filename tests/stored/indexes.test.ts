import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Composite } from '../../scripts/indexes.ts';
import { composites, indexesOf } from '../../scripts/indexes.ts';
import * as accounts from '../../shared/store/accounts.ts';
import * as audit from '../../shared/store/audit.ts';
import * as balances from '../../shared/store/balances.ts';
import * as deliveries from '../../shared/store/deliveries.ts';
import * as directDebits from '../../shared/store/direct-debits.ts';
import * as drifts from '../../shared/store/drifts.ts';
import * as inbox from '../../shared/store/inbox.ts';
import * as notifications from '../../shared/store/notifications.ts';
import * as parked from '../../shared/store/parked.ts';
import * as payments from '../../shared/store/payments.ts';
import * as rounds from '../../shared/store/rounds.ts';
import * as spending from '../../shared/store/spending.ts';
import * as standingOrders from '../../shared/store/standing-orders.ts';
import * as transactions from '../../shared/store/transactions.ts';
import { collectionNameOf } from './collections.ts';
import { everything } from './everything.ts';
import { type Asked, missingIndex } from './missing-index.ts';

afterEach(() => void vi.unstubAllGlobals());

const { totalField } = transactions;
const at = '2026-11-27';
const after = [at, 'id'] as const;

// Each with whatever its function can leave out, and without.
const QUERIES: Readonly<Record<string, readonly (Asked['query'] | Asked)[]>> = {
  accountsOwnedBy: [accounts.accountsOwnedBy('uid-ann')],
  auditOf: [audit.auditOf('prk_1')],
  balancesOf: [balances.balancesOf('acct-1')],
  deliveriesIn: [deliveries.deliveriesIn('0af7')],
  archivedDeliveries: [
    deliveries.archivedDeliveries(1),
    deliveries.archivedDeliveries(1, { since: at, after }),
    deliveries.archivedDeliveries(1, { since: at, direction: 'desc' }),
  ],
  mandatesOf: [directDebits.mandatesOf('acct-1')],
  directDebitsOf: [directDebits.directDebitsOf('acct-1', 1, after)],
  unsettledDrifts: [drifts.unsettledDrifts(1), drifts.unsettledDrifts(1, 'acct-1')],
  driftsOfCause: [drifts.driftsOfCause('missing-fact', 'healed')],
  unpublishedInboxes: [inbox.unpublishedInboxes(1), inbox.unpublishedInboxes(1, 'inbox/inb_1')],
  notificationsCalled: [notifications.notificationsCalled('ntf_1')],
  notificationsOf: [notifications.notificationsOf('uid-ann', 1, after)],
  waitingFor: [parked.waitingFor('accounts/acct-1', 1)],
  parkedAbout: [parked.parkedAbout('txn_1')],
  parkedPage: [
    '',
    'state',
    'function',
    'reason',
    'state function',
    'state reason',
    'function reason',
    'state function reason',
  ].map((fields) =>
    parked.parkedPage(
      Object.fromEntries(fields.split(' ').map((field) => [field, field || undefined])),
      1,
      after,
    ),
  ),
  paymentsOf: [payments.paymentsOf('acct-1', 1, after)],
  paymentsAwaitingBank: [payments.paymentsAwaitingBank(at, 1, after)],
  paymentsDue: [payments.paymentsDue('sandbox', at, 1)],
  nextAccounts: [rounds.nextAccounts(1, undefined), rounds.nextAccounts(1, 'acct-1')],
  spendingOf: [spending.spendingOf('acct-1', '2026-11')],
  standingOrdersDue: [standingOrders.standingOrdersDue('sandbox', at, 1)],
  standingOrdersOf: [standingOrders.standingOrdersOf('acct-1', 1, after)],
  feedOf: [transactions.feedOf('acct-1', 1, after)],
  transactionsNamed: (['id', '_aliases', 'bankIds'] as const).map((by) =>
    transactions.transactionsNamed('txn_1', by),
  ),
  allTransactionsOf: (['booked', 'held'] as const).map((figure) => ({
    query: transactions.allTransactionsOf('acct-1'),
    sums: [totalField('DKK', figure)],
  })),
  transactionsOf: [transactions.transactionsOf('acct-1', 1, 'accounts/acct-1/transactions/txn_1')],
  transactionsSince: [transactions.transactionsSince('acct-1', at, 1, after)],
  holdsDue: [transactions.holdsDue(at, 1, after)],
};

// Only the platforms and the stores know how a query is made.
const SOURCES = ['functions', 'operate', 'local', 'shared/runtime', 'shared/banks'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .map((file) => `${folder}/${file}`),
);

const ASKED = Object.values(QUERIES)
  .flat()
  .map((each): Asked => ('query' in each ? each : { query: each }));

describe('of the queries of our stores', () => {
  test.for(Object.entries(QUERIES))('%s has its index', ([, each]) => {
    for (const asked of each)
      expect(missingIndex('query' in asked ? asked : { query: asked })).toBeUndefined();
  });

  test('none is forgotten here', async () => {
    const names = readdirSync('shared/store').flatMap((file) => file.match(/^([^.]+)\.ts$/)?.[1] ?? []);
    const modules = await Promise.all(
      names.map(
        async (name) => (await import(`../../shared/store/${name}.ts`)) as Readonly<Record<string, unknown>>,
      ),
    );
    const makers = modules
      .flatMap((exported) => Object.entries(exported))
      .filter(([, made]) => typeof made === 'function' && /\bcollection:/.test(String(made)))
      .map(([name]) => name);
    expect(makers.sort()).toEqual(Object.keys(QUERIES).sort());
  });

  test('none is made elsewhere: whoever else reads a collection reads all of it', () => {
    const asking = SOURCES.filter((file) => /\b(where|orderBy): \[/.test(readFileSync(file, 'utf8')));
    expect(SOURCES.length).toBeGreaterThan(150); // it reads them
    expect(asking).toEqual([]);
  });

  test('whatever else functions ask in a story in which everything happens has its index too', async () => {
    const { asked } = await everything();
    expect(asked.flatMap((each) => missingIndex(each) ?? [])).toEqual([]);
  });

  test('none asks the inbox, which each message is written to, but for what is unpublished: no other field has an index', async () => {
    const { documents } = await everything();
    const written = new Set(
      [...documents].flatMap(([at, fields]) => (collectionNameOf(at) === 'inbox' ? Object.keys(fields) : [])),
    );
    const indexed = [...written].filter((field) => indexesOf('inbox', field).length > 0);
    expect([...written].sort()).toContain('answer');
    expect(indexed.filter((field) => field !== 'unpublished')).toEqual([]);
  });

  test('each needs some index over several fields, or that is made for nothing', () => {
    const idle = composites.filter((each) => {
      const others = composites.filter((other) => other !== each);
      return ASKED.every((asked) => missingIndex(asked, others) === undefined);
    });
    expect(idle).toEqual([]);
  });
});

describe('an index is missing', () => {
  const things = (collectionGroup: string, ...fields: readonly string[]): Composite => ({
    collectionGroup,
    queryScope: 'COLLECTION',
    fields: fields.map((each) => {
      const [fieldPath = '', order] = each.split(' ');
      return { fieldPath, order: order === 'desc' ? 'DESCENDING' : 'ASCENDING' };
    }),
  });
  const asks = (query: Asked['query'], sums: readonly string[] = []) => ({ query, sums });
  const newest = { collection: 'things', orderBy: [['at', 'desc']] } as const;
  const red = ['color', '==', 'red'] as const;
  const big = ['size', '==', 'big'] as const;

  test.for([
    ['to one equality and an order', asks({ ...newest, where: [red] }), []],
    ['in the other order', asks({ ...newest, where: [red] }), [things('things', 'color', 'at')]],
    ['of another collection', asks({ ...newest, where: [red] }), [things('others', 'color', 'at desc')]],
    [
      'to the second equality',
      asks({ ...newest, where: [red, big] }),
      [things('things', 'color', 'at desc')],
    ],
    ['below all documents', asks({ collection: 'things', everywhere: true, where: [red] }), []],
    ['that a field is exempted from', asks({ collection: 'inbox', where: [['attempt', '==', 'x']] }), []],
    [
      'to what an array contains, and an order',
      asks({ ...newest, where: [['tags', 'array-contains', 'x']] }),
      [],
    ],
    ['to sums of two fields', asks({ collection: 'things' }, ['a', 'b']), []],
    ['to a sum of what is equal', asks({ collection: 'things', where: [red] }, ['a']), []],
    ['to a sum of what is not indexed', asks({ collection: 'inbox' }, ['attempt']), []],
  ] as const)('%s', ([, asked, several]) => {
    expect(missingIndex(asked, several)).toMatch(/^\w+ \(COLLECTION(_GROUP)?\): /);
  });

  test.for([
    ['to equalities alone', asks({ collection: 'things', where: [red, big] }), []],
    ['to one order', asks(newest), []],
    ['that is over all of it', asks({ ...newest, where: [red] }), [things('things', 'color', 'at desc')]],
    [
      'that is merged of two',
      asks({ ...newest, where: [red, big] }),
      [things('things', 'color', 'at desc'), things('things', 'size', 'at desc')],
    ],
    ['to one sum', asks({ collection: 'things' }, ['a']), []],
  ] as const)('but none %s', ([, asked, several]) => {
    expect(missingIndex(asked, several)).toBeUndefined();
  });
});
