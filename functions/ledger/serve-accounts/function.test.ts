import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { aFact, aRequest } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../record-transaction/function.ts';
import trackAccount from '../track-account/function.ts';
import trackBalance from '../track-balance/function.ts';
import serveAccounts from './function.ts';

type View = Readonly<Record<string, unknown>>;
type Page = { items: View[]; nextCursor?: string };

const opened = aFact('account.opened', { ownerIds: ['uid-ann'], currency: 'DKK', iban: 'DK50' });

/** What apps are answered, after these facts. */
async function served(...facts: readonly Message[]) {
  const world = aWorld({ functions: [trackAccount, recordTransaction, serveAccounts] });
  await world.deliver('bank-facts', ...facts);
  const get = async (path: string, uid = 'uid-ann') =>
    world.ask(serveAccounts, aRequest('GET', `/v1/accounts${path}`, uid));
  const refusal = async (path: string, uid?: string) => {
    const { status, body } = await get(path, uid);
    return `${status} ${(body as { code?: string }).code}`;
  };
  return {
    get,
    refusal,
    view: async (path: string) => (await get(path)).body as View,
    page: async (path: string) => (await get(path)).body as Page,
  };
}

const purchase = (n: number, time = `2026-11-23T09:00:${String(n).padStart(2, '0')}.000Z`) =>
  aFact('card.authorisation-created', {
    id: `fact-${n}`,
    time,
    authorisationId: `auth-${n}`,
    amountMinor: BigInt(100 + n),
  });
const titles = ({ items }: Page) => items.map(({ bankIds }) => (bankIds as string[])[0]);

describe('an account', () => {
  test('shows what is booked, held and available, in digits, and as of when', async () => {
    const { view } = await served(
      opened,
      aFact('transaction.booked', { transactionId: 'salary', direction: 'credit', amountMinor: 250_000n }),
      purchase(1, '2026-11-23T09:30:00.000Z'),
    );
    expect(await view('/acct-1')).toEqual({
      id: 'acct-1',
      status: 'open',
      currency: 'DKK',
      iban: 'DK50',
      bookedMinor: '250000',
      heldMinor: '101',
      reservedMinor: '0',
      availableMinor: '249899',
      asOf: '2026-11-23T09:30:00.000Z',
    });
  });

  test('without any transaction has nothing, as of its opening', async () => {
    const { view } = await served(opened);
    expect(await view('/acct-1')).toMatchObject({
      bookedMinor: '0',
      heldMinor: '0',
      reservedMinor: '0',
      availableMinor: '0',
      asOf: '2026-11-23T09:00:00.000Z',
    });
  });

  test('may be overdrawn', async () => {
    const { view } = await served(
      opened,
      aFact('transaction.booked', { transactionId: 'rent', amountMinor: 700_000n }),
    );
    expect(await view('/acct-1')).toMatchObject({ bookedMinor: '-700000', availableMinor: '-700000' });
  });

  test('shows an amount that no float holds to its last digit', async () => {
    const largest = aFact('transaction.booked', {
      transactionId: 'a',
      direction: 'credit',
      amountMinor: 9_007_199_254_740_991n,
    });
    const two = aFact('transaction.booked', {
      id: 'f2',
      transactionId: 'b',
      direction: 'credit',
      amountMinor: 2n,
    });
    const { view } = await served(opened, largest, two);
    expect(await view('/acct-1')).toMatchObject({ bookedMinor: '9007199254740993' });
  });
});

describe('whose account it is', () => {
  const paths = [
    '/acct-1',
    '/acct-1/transactions',
    '/acct-1/transactions/txn_1',
    '/acct-9',
    '/acct-9/transactions',
  ];

  test.each(paths)('another’s account and one that does not exist are the same 404: %s', async (path) => {
    const { refusal } = await served(opened);
    expect(await refusal(path, 'uid-eve')).toBe('404 account.not-found');
  });

  test.each(paths)('without a token nothing is told: %s', async (path) => {
    const { refusal } = await served(opened);
    expect(await refusal(path, '')).toBe('401 token.missing');
  });

  test('an account of two owners is shown to both, and to nobody else', async () => {
    const { get, refusal } = await served(aFact('account.opened', { ownerIds: ['uid-ann', 'uid-bo'] }));
    expect((await get('/acct-1', 'uid-ann')).status).toBe(200);
    expect((await get('/acct-1', 'uid-bo')).status).toBe(200);
    expect(await refusal('/acct-1', 'uid-eve')).toBe('404 account.not-found');
  });

  test('an account whose opening has not arrived is nobody’s yet', async () => {
    const { refusal, page } = await served(aFact('account.frozen'), purchase(1));
    expect(await refusal('/acct-1')).toBe('404 account.not-found');
    expect(await page('')).toEqual({ items: [] });
  });

  test('the list holds one’s own accounts alone', async () => {
    const { page } = await served(
      opened,
      aFact('account.opened', { id: 'f2', accountId: 'acct-2', ownerIds: ['uid-bo'] }),
      aFact('account.opened', {
        id: 'f3',
        accountId: 'acct-3',
        ownerIds: ['uid-bo', 'uid-ann'],
        currency: 'EUR',
      }),
      purchase(1),
    );
    expect((await page('')).items).toMatchObject([
      { id: 'acct-1', currency: 'DKK', heldMinor: '101' },
      { id: 'acct-3', currency: 'EUR', heldMinor: '0' },
    ]);
  });

  test.each([
    ['is too long', 'a'.repeat(2000)],
    ['is too long in bytes', '%F0%9F%98%80'.repeat(200)],
    ['is reserved', '__name__'],
    ['has a slash', 'acct-1%2Fbalances%2F0'],
    ['has a dot', 'acct-1.x'],
    ['has a control character', '%00'],
  ])('an id that %s is a 404 and not a failure of ours', async (_, id) => {
    const { refusal } = await served(opened);
    expect(await refusal(`/${id}`)).toMatch(/^404 (account|route)\.not-found$/);
    expect(await refusal(`/${id}/transactions`)).toMatch(/^404 (account|route)\.not-found$/);
    expect(await refusal(`/acct-1/transactions/${id}`)).toMatch(/^404 (transaction|route)\.not-found$/);
  });
});

describe('the feed', () => {
  test('is newest first, 20 a page unless asked otherwise', async () => {
    const { page } = await served(opened, ...Array.from({ length: 25 }, (_, n) => purchase(n)));
    const first = await page('/acct-1/transactions');
    expect(titles(first)).toEqual(Array.from({ length: 20 }, (_, n) => `auth-${24 - n}`));
    const second = await page(`/acct-1/transactions?cursor=${first.nextCursor}`);
    expect(titles(second)).toEqual(['auth-4', 'auth-3', 'auth-2', 'auth-1', 'auth-0']);
    expect(second.nextCursor).toBeUndefined();
  });

  test('loses and repeats nothing between pages, also where many occurred in the same moment', async () => {
    const sameTime = Array.from({ length: 7 }, (_, n) => purchase(n, '2026-11-23T09:00:00.000Z'));
    const { page } = await served(opened, ...sameTime);
    const seen: unknown[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const next = await page(`/acct-1/transactions?limit=2${cursor}`);
      seen.push(...titles(next));
      if (!next.nextCursor) break;
      cursor = `&cursor=${next.nextCursor}`;
    }
    expect(seen.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `auth-${n}`));
  });

  test('ends without a cursor when a page is exactly full', async () => {
    const { page } = await served(opened, purchase(1), purchase(2));
    expect((await page('/acct-1/transactions?limit=2')).nextCursor).toBeUndefined();
    expect((await page('/acct-1/transactions?limit=1')).nextCursor).toBeDefined();
  });

  test('shows a purchase with all that was told of it', async () => {
    const { page } = await served(
      opened,
      aFact('card.authorisation-created', {
        authorisationId: 'auth-1',
        amountMinor: 10_000n,
        merchant: { name: 'Kaffebar', mcc: '5814', country: 'DK' },
      }),
      aFact('card.cleared', {
        clearingId: 'clr-1',
        authorisationId: 'auth-1',
        amountMinor: 6_000n,
        bookedOn: '2026-11-24',
      }),
    );
    const { items } = await page('/acct-1/transactions');
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^txn_/),
        status: 'partly-booked',
        direction: 'debit',
        amountMinor: '6000',
        bookedMinor: '-6000',
        heldMinor: '4000',
        authorisedMinor: '10000',
        currency: 'DKK',
        description: 'Kaffebar',
        occurredAt: '2026-11-23T09:00:00.000Z',
        bookedOn: '2026-11-24',
        bankIds: ['auth-1', 'clr-1'],
      },
    ]);
  });

  test('shows nothing that is ours alone', async () => {
    const { page } = await served(opened, purchase(1));
    expect(Object.keys((await page('/acct-1/transactions')).items[0] ?? {}).join()).not.toMatch(
      /_|schema|arrival/,
    );
  });

  test.each(['0', '101', '-1', '1.5', 'ten', '', '1e1', ' 5', '0x10'])(
    'refuses the limit %j',
    async (limit) => {
      const { refusal } = await served(opened);
      const path = `/acct-1/transactions?limit=${encodeURIComponent(limit)}`;
      expect(await refusal(path)).toBe('400 limit.invalid');
    },
  );

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    'hello',
    '',
    encoded([]),
    encoded(['2026-11-23T09:00:00.000Z']),
    encoded(['yesterday', 'txn_1']),
    encoded(['2026-11-23T09:00:00.000Z', '..']),
    encoded(['2026-11-23T09:00:00.000Z', '__x__']),
    encoded(['2026-11-23T09:00:00.000Z', 'txn_1/balances/0']),
    encoded(['2026-11-23T09:00:00.000Z', 7]),
  ])('refuses a cursor that we did not give: %j', async (cursor) => {
    const { refusal } = await served(opened);
    expect(await refusal(`/acct-1/transactions?cursor=${cursor}`)).toBe('400 cursor.invalid');
  });
});

describe('one transaction', () => {
  test('is shown under its id', async () => {
    const { page, view } = await served(opened, purchase(1));
    const [item] = (await page('/acct-1/transactions')).items;
    expect(await view(`/acct-1/transactions/${item?.id}`)).toEqual(item);
  });

  test('that became part of another is still found under the id that it had', async () => {
    const clearing = { clearingId: 'clr-1', amountMinor: 6_000n };
    const alone = await served(opened, aFact('card.cleared', { id: 'f1', ...clearing }));
    const [before] = (await alone.page('/acct-1/transactions')).items;

    const { page, view } = await served(
      opened,
      aFact('card.cleared', { id: 'f1', ...clearing }),
      aFact('card.cleared', { id: 'f2', ...clearing, authorisationId: 'auth-1' }),
    );
    const { items } = await page('/acct-1/transactions');
    expect(items).toHaveLength(1);
    expect(items[0]?.id).not.toBe(before?.id);
    expect(await view(`/acct-1/transactions/${before?.id}`)).toEqual(items[0]);
  });

  test('that was given away twice is found under each id that it had', async () => {
    const refund = { refundId: 'ref-1', amountMinor: 3_000n };
    const steps = [
      aFact('card.refunded', { id: 'f1', ...refund }),
      aFact('card.refunded', { id: 'f2', ...refund, clearingId: 'clr-1' }),
      // The refund itself is not told a third time: its alias leads to the clearing's, and that to the purchase.
      aFact('card.cleared', {
        id: 'f3',
        clearingId: 'clr-1',
        authorisationId: 'auth-1',
        amountMinor: 6_000n,
      }),
    ];
    const had: unknown[] = [];
    for (const n of [1, 2]) {
      const { page } = await served(opened, ...steps.slice(0, n));
      had.push((await page('/acct-1/transactions')).items[0]?.id);
    }
    const { page, view } = await served(opened, ...steps);
    const { items } = await page('/acct-1/transactions');
    expect(items).toHaveLength(1);
    expect(new Set([...had, items[0]?.id]).size).toBe(3);
    for (const id of had) expect(await view(`/acct-1/transactions/${id}`)).toEqual(items[0]);
  });

  test('of another account is not found', async () => {
    const { page, refusal } = await served(
      opened,
      aFact('account.opened', { id: 'f2', accountId: 'acct-2', ownerIds: ['uid-ann'] }),
      purchase(1),
    );
    const [item] = (await page('/acct-1/transactions')).items;
    expect(await refusal(`/acct-2/transactions/${item?.id}`)).toBe('404 transaction.not-found');
  });
});

test('nothing can be changed here', async () => {
  const world = aWorld({ functions: [serveAccounts] });
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const { status, headers } = await world.ask(
      serveAccounts,
      aRequest(method, '/v1/accounts/acct-1', 'uid-ann'),
    );
    expect({ status, allow: headers?.allow }).toEqual({ status: 405, allow: 'GET' });
  }
});

test('the bank’s own available balance is shown in the account’s currency, and in no other', async () => {
  const told = async (currency: string) => {
    const figure = { amountMinor: 46_800n, currency };
    const asOf = '2026-11-23T09:30:00.000Z';
    const updated = aFact('account.balance-updated', { booked: figure, available: figure, asOf });
    const world = aWorld({ functions: [trackAccount, trackBalance, serveAccounts] });
    await world.deliver('bank-facts', opened, updated);
    const { body } = await world.ask(serveAccounts, aRequest('GET', '/v1/accounts/acct-1', 'uid-ann'));
    return body;
  };
  expect(await told('DKK')).toMatchObject({
    availableMinor: '0',
    bankAvailableMinor: '46800',
    bankAsOf: '2026-11-23T09:30:00.000Z',
  });
  expect(await told('JPY')).toMatchObject({ currency: 'DKK', bankAvailableMinor: undefined });
});
