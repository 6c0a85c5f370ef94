import { expect, test } from 'vitest';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import { differencesOf, type Expected } from './compare.ts';
import type { Difference } from './difference.ts';
import { type BankAnswer, expectedAccount } from './expected.ts';
import type { Seen, SeenCustomer, Told } from './seen.ts';
import type { FeedItem, SeenAccount, TransactionDocument } from './seen-account.ts';

// Anna has 1,000.00 from elsewhere, 32.00 held for a coffee, 45.00 booked for a book, and a parking that is pending.
const answer: BankAnswer = {
  accountId: 'acct_1',
  ownerRefs: ['uid_anna'],
  currency: 'DKK',
  status: 'open',
  bookedMinor: '95500',
  heldMinor: '4700',
};

function told(type: string, data: object): BankEvent {
  const event = {
    id: `evt_${type}`,
    type,
    occurredAt: '2026-11-23T10:00:00.000Z',
    accountId: 'acct_1',
    data,
  };
  return event as BankEvent;
}

const dkk = (amountMinor: string) => ({ amountMinor, currency: 'DKK' });
const shop = { merchant: { name: 'Boghandleren' } };
const events = [
  told('account.opened', { broughtForward: { direction: 'credit', amount: dkk('100000'), asOf: '' } }),
  told('card.authorisation-created', { authorisationId: 'auth_1', amount: dkk('3200') }),
  told('card.cleared', {
    clearingId: 'clr_1',
    authorisationId: null,
    amount: dkk('4500'),
    final: true,
    ...shop,
  }),
  told('account.pending-listed', {
    asOf: '2026-11-23T10:00:00.000Z',
    entries: [{ direction: 'debit', amount: dkk('1500'), description: 'PARKING' }],
  }),
  told('account.frozen', {}),
  told('account.unfrozen', {}),
];
const expected: Expected = {
  accounts: [expectedAccount(answer, events, new Map())],
  told: events.map(({ id }) => id),
  payments: [],
  poisoned: 1,
  repeatedPushesMax: 0,
};

const api = {
  currency: 'DKK',
  status: 'open',
  bookedMinor: '95500',
  heldMinor: '4700',
  availableMinor: '90800',
  reservedMinor: '0',
};
const spending = ['2026-11 Boghandleren 4500'];
const opening = { id: 'txn_0', bankIds: ['acct_1'], status: 'booked' };
const coffee = { id: 'txn_1', bankIds: ['auth_1'], status: 'pending' };
const book = { id: 'txn_2', bankIds: ['clr_1'], status: 'booked' };
const parking = { id: 'txn_3', bankIds: ['txn_3'], status: 'pending' };
const held = { direction: 'debit', currency: 'DKK', bookedMinor: '0' };
const booked = { currency: 'DKK', heldMinor: '0' };
const feed: FeedItem[] = [
  {
    ...opening,
    ...booked,
    direction: 'credit',
    description: '',
    amountMinor: '100000',
    bookedMinor: '100000',
  },
  { ...coffee, ...held, description: 'Kaffebaren', amountMinor: '3200', heldMinor: '3200' },
  { ...book, ...booked, direction: 'debit', description: 'Bog', amountMinor: '4500', bookedMinor: '-4500' },
  { ...parking, ...held, description: 'PARKING', amountMinor: '1500', heldMinor: '1500' },
];
const documents: TransactionDocument[] = [
  { ...opening, root: 'opening', amountMinor: 100_000n, bookedMinor: 100_000n, heldMinor: 0n },
  { ...coffee, root: 'authorisation', amountMinor: 3_200n, bookedMinor: 0n, heldMinor: 3_200n },
  { ...book, root: 'clearing', amountMinor: 4_500n, bookedMinor: -4_500n, heldMinor: 0n },
  { ...parking, root: 'entry', amountMinor: 1_500n, bookedMinor: 0n, heldMinor: 1_500n },
];
const notifications: Told[] = [
  tell({ id: 'ntf_1', transactionId: 'txn_1', status: 'pending', amountMinor: 3_200n }),
  tell({ id: 'ntf_2', transactionId: 'txn_2', status: 'booked', amountMinor: 4_500n }),
  tell({ id: 'ntf_3', kind: 'security', status: 'unfrozen', occurredAt: '2026-11-23T11:00:00.000Z' }),
  tell({ id: 'ntf_5', kind: 'security', status: 'frozen' }),
  tell({ id: 'ntf_4', kind: 'security', status: 'device-registered', accountId: undefined }),
];
const shows = ['ntf_1', 'ntf_2', 'ntf_3'].map((tag) => ({ tag, title: '', body: '' }));

function tell(changes: Partial<Told>): Told {
  const occurredAt = '2026-11-23T10:00:00.000Z';
  const plain = {
    id: '',
    kind: 'spending',
    occurredAt,
    status: '',
    amountMinor: undefined,
    transactionId: undefined,
  };
  return { ...plain, accountId: 'acct_1', ...changes };
}

function seen(changes: {
  account?: Partial<SeenAccount>;
  customer?: Partial<SeenCustomer>;
  whole?: Partial<Seen>;
}): Difference[] {
  const balance = { bookedMinor: 95_500n, heldMinor: 4_700n };
  const account = { api, feed, documents, balance, spending, payments: [], reserved: [], ...changes.account };
  const phone = { shows, arrived: 3, arrivedAt: undefined };
  const customer = { notifications, moved: new Map(), phone, ...changes.customer };
  return differencesOf(expected, {
    accounts: new Map([['acct_1', account]]),
    customers: new Map([['uid_anna', customer]]),
    parked: ['translate-delivery: bank-event.unknown-type'],
    unpublished: 0,
    archived: new Set([...expected.told, 'evt_again']),
    ...changes.whole,
  });
}

const whatIn = (differences: readonly Difference[]) => differences.map(({ what }) => what);
const without = <T>(things: readonly T[], n: number) => things.filter((_, at) => at !== n);
const changed = <T>(things: readonly T[], n: number, changes: Partial<T>) =>
  things.map((thing, at) => (at === n ? { ...thing, ...changes } : thing));

test('where everything is as at the bank, nothing differs', () => {
  expect(seen({})).toEqual([]);
});

test('a balance that is another in the API is told with both figures', () => {
  expect(seen({ account: { api: { ...api, bookedMinor: '95501' } } })).toEqual([
    { where: 'acct_1', what: 'booked in the API', expected: '95500', seen: '95501' },
  ]);
});

test.each<[string, string[], Parameters<typeof seen>[0]]>([
  [
    'a balance shard',
    ['held in the balance shards', 'held in the balance shards, by the transactions'],
    { account: { balance: { bookedMinor: 95_500n, heldMinor: 4_699n } } },
  ],
  ['the status of the account', ['status in the API'], { account: { api: { ...api, status: 'frozen' } } }],
  ['a transaction missing in the feed', ['in the feed'], { account: { feed: without(feed, 2) } }],
  ['one twice in the feed', ['in the feed'], { account: { feed: [...feed, ...feed.slice(0, 1)] } }],
  ['what was spent', ['spending in the API'], { account: { spending: ['2026-11 Boghandleren 4400'] } }],
  ['a pending entry', ['pending entries'], { account: { feed: without(feed, 3) } }],
  [
    'a status in the feed',
    ['status in the feed'],
    { account: { feed: changed(feed, 1, { status: 'booked' }) } },
  ],
  [
    'an amount in the feed',
    ['amount in the feed'],
    { account: { feed: changed(feed, 2, { amountMinor: '4501' }) } },
  ],
  [
    'a hold in the feed',
    ['held in the feed', 'amount in the feed'],
    { account: { feed: changed(feed, 1, { heldMinor: '0' }) } },
  ],
  [
    'a hold in Firestore',
    ['held in the balance shards, by the transactions', 'held in Firestore'],
    { account: { documents: changed(documents, 1, { heldMinor: 0n }) } },
  ],
  [
    'a notification missing',
    ['notifications', 'push'],
    { customer: { notifications: without(notifications, 0) } },
  ],
  [
    'a notification twice',
    ['notifications', 'push'],
    { customer: { notifications: [...notifications, tell({ ...notifications[0], id: 'ntf_9' })] } },
  ],
  [
    'a notification of nothing',
    ['notification', 'push'],
    { customer: { notifications: [...notifications, tell({ id: 'ntf_9', transactionId: 'txn_9' })] } },
  ],
  [
    'a notification that is out of date',
    ['status in the notification'],
    { customer: { notifications: changed(notifications, 1, { status: 'pending' }) } },
  ],
  [
    'an alert missing',
    ['alerts of unfrozen', 'push', 'push'],
    { customer: { notifications: without(notifications, 2) } },
  ],
  [
    'an alert missing of what is so no more',
    ['alerts of frozen'],
    { customer: { notifications: without(notifications, 3) } },
  ],
  [
    'a push missing of what the account is',
    ['push'],
    { customer: { phone: { shows: without(shows, 2), arrived: 2, arrivedAt: '' } } },
  ],
  [
    'an alert twice',
    ['alerts of unfrozen', 'push'],
    { customer: { notifications: [...notifications, tell({ ...notifications[2], id: 'ntf_9' })] } },
  ],
  [
    'a push missing',
    ['push'],
    { customer: { phone: { shows: without(shows, 1), arrived: 2, arrivedAt: '' } } },
  ],
  ['a push again', ['pushes that came again'], { customer: { phone: { shows, arrived: 4, arrivedAt: '' } } }],
  [
    'something parked',
    ['parked'],
    { whole: { parked: ['translate-delivery: bank-event.unknown-type', 'x: y'] } },
  ],
  ['poison that is not parked', ['poison that is parked'], { whole: { parked: [] } }],
  ['an inbox unpublished', ['inboxes unpublished'], { whole: { unpublished: 1 } }],
  [
    'a delivery that is archived nowhere',
    ['event evt_account.frozen'],
    { whole: { archived: archivedBut(4) } },
  ],
])('%s is a difference', (_, what, changes) => {
  expect(whatIn(seen(changes))).toEqual(what);
});

test('an account that is not there is a difference', () => {
  expect(whatIn(seen({ whole: { accounts: new Map() } }))).toContain('account');
});

test('what was pushed under another name before it was known what it is counts as pushed', () => {
  const customer = {
    notifications,
    moved: new Map([['ntf_0', 'ntf_1']]),
    phone: { shows: changed(shows, 0, { tag: 'ntf_0' }), arrived: 3, arrivedAt: undefined },
  };
  expect(seen({ customer })).toEqual([]);
});

test('a hold that an unlinked clearing takes whole is gone, and may have been told of once', () => {
  const [hold, clearing] = [
    told('card.authorisation-created', { authorisationId: 'auth_1', amount: dkk('3203') }),
    told('card.cleared', { clearingId: 'clr_1', authorisationId: null, amount: dkk('3203'), ...shop }),
  ];
  const links = new Map([['clr_1', 'auth_1']]);
  const { items } = expectedAccount(answer, [hold, clearing] as BankEvent[], links);
  const nothing = { bookedMinor: 0n, heldMinor: 0n };
  expect(items).toEqual([
    { bankIds: ['auth_1'], status: undefined, ...nothing, notifications: 'at-most-one' },
    { bankIds: ['clr_1'], status: 'booked', bookedMinor: -3_203n, heldMinor: 0n, notifications: 'one' },
  ]);
});

function archivedBut(n: number): Set<string> {
  return new Set(without(expected.told, n));
}
