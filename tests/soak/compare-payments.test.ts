import { expect, test } from 'vitest';
import { type BankPayment, type ExpectedPayment, inPayments, outcomesOf } from './compare-payments.ts';
import type { FeedItem, SeenAccount, SeenPayment } from './seen-account.ts';

// Anna sent 32.00, had 45.00 back of 45.00, was refused 15.00 by the bank and 18.00 before it, and cancelled 11.00.
const sent = ordered('pay_1', '3200', [{ paymentId: 'bank_1', status: 'ACSC' }]);
const returned = ordered('pay_2', '4500', [
  { paymentId: 'bank_2', status: 'ACCC', returnedMinor: '4500', recall: 'accepted' },
]);
const rejected = ordered('pay_3', '1500', [{ paymentId: 'bank_3', status: 'RJCT', reason: 'AC04' }]);
const refused = ordered('pay_4', '1800', []);
const cancelled = { ...ordered('pay_5', '1100', []), isCancelled: true };
const expected = [sent, returned, rejected, refused, cancelled];

function ordered(id: string, amountMinor: string, atBank: readonly BankPayment[]): ExpectedPayment {
  return { id, accountId: 'acct_1', amountMinor, isCancelled: false, atBank };
}

const view = (
  id: string,
  amountMinor: string,
  state: string,
  more: Partial<SeenPayment> = {},
): SeenPayment => ({
  ...{ id, amount: { amountMinor }, state, history: [{ state }] },
  ...more,
});
const history = ['requested', 'submitting', 'unknown', 'sent'].map((state) => ({ state }));
const payments: SeenPayment[] = [
  view('pay_1', '3200', 'sent', { history }),
  view('pay_2', '4500', 'returned', { reason: 'FOCR', returnedMinor: '4500', recall: 'accepted' }),
  view('pay_3', '1500', 'rejected', { reason: 'AC04' }),
  view('pay_4', '1800', 'rejected', { reason: 'insufficient-funds' }),
  view('pay_5', '1100', 'cancelled'),
];

function item(
  paymentId: string | undefined,
  direction: string,
  status: string,
  bookedMinor: string,
): FeedItem {
  const words = { id: '', bankIds: [], currency: 'DKK', description: '' };
  const ids = paymentId === undefined ? {} : { paymentId };
  return { ...words, ...ids, direction, status, bookedMinor, amountMinor: '', heldMinor: '0' };
}
const feed = [
  item('pay_1', 'debit', 'booked', '-3200'),
  item('pay_2', 'debit', 'booked', '-4500'),
  item('pay_2', 'credit', 'booked', '4500'),
  item('pay_3', 'debit', 'reversed', '0'),
  item(undefined, 'debit', 'booked', '-900'),
];

function accountWith(changes: Partial<SeenAccount>): SeenAccount {
  const balance = { bookedMinor: 0n, heldMinor: 0n };
  const empty = { spending: [], documents: [], balance, reserved: [] };
  return { ...empty, api: { reservedMinor: '0' }, feed, payments, ...changes };
}

const whatIn = (changes: Partial<SeenAccount>, must: readonly ExpectedPayment[] = expected) =>
  inPayments('acct_1', must, accountWith(changes)).map(({ what }) => what);
const changed = <T>(things: readonly T[], n: number, changes: Partial<T>) =>
  things.map((thing, at) => (at === n ? { ...thing, ...changes } : thing));
const without = <T>(things: readonly T[], n: number) => things.filter((_, at) => at !== n);

test('where every payment is as at the bank, nothing differs', () => {
  expect(inPayments('acct_1', expected, accountWith({}))).toEqual([]);
});

test('a payment that is at the bank twice is told with how often', () => {
  const twice = { ...sent, atBank: [...sent.atBank, { paymentId: 'bank_9', status: 'ACSC' }] };
  expect(inPayments('acct_1', changed(expected, 0, twice), accountWith({}))).toEqual([
    { where: 'acct_1 pay_1', what: 'payments at the bank', expected: '1 at most', seen: '2' },
  ]);
});

test.each<[string, string[], Partial<SeenAccount>]>([
  ['a payment that apps do not see', ['payments in the API'], { payments: without(payments, 4) }],
  ['one that they see twice', ['payments in the API'], { payments: [...payments, ...payments.slice(0, 1)] }],
  [
    'one that nobody was told is taken on',
    ['payments in the API'],
    { payments: [...payments, view('pay_9', '100', 'sent')] },
  ],
  [
    'an amount',
    ['amount in the API'],
    { payments: changed(payments, 0, { amount: { amountMinor: '3201' } }) },
  ],
  ['a state', ['state in the API'], { payments: changed(payments, 0, { state: 'unknown' }) }],
  ['a return that is not seen', ['state in the API'], { payments: changed(payments, 1, { state: 'sent' }) }],
  [
    'how much came back',
    ['returned in the API'],
    { payments: changed(payments, 1, { returnedMinor: '4400' }) },
  ],
  [
    'what came of a recall',
    ['recall in the API'],
    { payments: changed(payments, 1, { recall: 'requested' }) },
  ],
  ['why the bank rejected it', ['reason in the API'], { payments: changed(payments, 2, { reason: 'MS03' }) }],
  [
    'one that the bank never had and is not over',
    ['state of what the bank never had'],
    { payments: changed(payments, 3, { state: 'submitting' }) },
  ],
  [
    'one that is over without a reason',
    ['reason of what the bank never had'],
    { payments: without(payments, 3).concat(view('pay_4', '1800', 'rejected')) },
  ],
  [
    'a cancelled one that goes on',
    ['state of what was cancelled'],
    { payments: changed(payments, 4, { state: 'submitting' }) },
  ],
  ['money that stays reserved, to apps', ['reserved in the API'], { api: { reservedMinor: '3200' } }],
  ['money that stays reserved', ['reservations in Firestore'], { reserved: ['pay_1'] }],
  ['a debit missing in the feed', ['in the feed'], { feed: without(feed, 0) }],
  ['a debit twice in the feed', ['in the feed'], { feed: [...feed, ...feed.slice(0, 1)] }],
  ['a debit that is of no payment', ['in the feed'], { feed: changed(feed, 0, { paymentId: 'pay_9' }) }],
  ['a debit of another amount', ['booked in the feed'], { feed: changed(feed, 0, { bookedMinor: '-3201' }) }],
  ['a debit of nothing', ['in the feed'], { feed: [...feed, item('pay_5', 'debit', 'reversed', '0')] }],
  ['a debit of what was rejected', ['status in the feed'], { feed: changed(feed, 3, { status: 'pending' }) }],
  ['money back that is not in the feed', ['came back in the feed'], { feed: without(feed, 2) }],
])('%s is a difference', (_, what, changes) => {
  expect(whatIn(changes)).toEqual(what);
});

test('a payment that was cancelled and is at the bank is a difference', () => {
  const paid = { ...cancelled, atBank: [{ paymentId: 'bank_5', status: 'ACSC' }] };
  expect(whatIn({}, changed(expected, 4, paid))).toContain('cancelled, and at the bank');
});

test('a payment that the bank has not ended is a difference, whatever it is here', () => {
  const waiting = { ...sent, atBank: [{ paymentId: 'bank_1', status: 'ACSP' }] };
  expect(whatIn({}, changed(expected, 0, waiting))).toContain('state in the API');
});

test('it is counted what became of payments, and which of them nobody knew on the way', () => {
  const accounts = new Map([['acct_1', accountWith({})]]);
  expect(outcomesOf(accounts)).toEqual({ unknown: 1, resolved: 1, returned: 1, rejected: 2 });
});
