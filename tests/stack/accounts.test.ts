import { expect, test } from 'vitest';
import {
  atApi,
  atBank,
  booking,
  deliver,
  newCustomer,
  openAccount,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';

type Page = {
  items: { id: string; amountMinor: string; status: string; bankIds: string[] }[];
  nextCursor?: string;
};

test('what is not the caller’s is 404, whether it exists or not', async () => {
  const [owner, other] = [await newCustomer(), await newCustomer()];
  const account = await openAccount(owner);
  await deliver(signedDelivery(JSON.stringify({ events: [booking(account, '100')] })));
  await untilQuiet();
  const feed = await atApi<Page>(`/v1/accounts/${account}/transactions`, owner.idToken);
  const transaction = feed.body.items[0]?.id;

  for (const path of [`/${account}`, `/${account}/transactions`, `/${account}/transactions/${transaction}`]) {
    expect((await atApi(`/v1/accounts${path}`, owner.idToken)).status).toBe(200);
    const refused = await atApi(`/v1/accounts${path}`, other.idToken);
    expect([refused.status, refused.body.code]).toEqual([404, 'account.not-found']);
  }
  expect((await atApi<Page>('/v1/accounts', other.idToken)).body.items).toEqual([]);
  expect((await atApi('/v1/accounts/acct_nobody', owner.idToken)).body.code).toBe('account.not-found');
  expect((await atApi(`/v1/accounts/${account}/transactions/txn_none`, owner.idToken)).status).toBe(404);
  expect((await atApi('/v1/accounts/..%2Finbox', owner.idToken)).status).toBe(404);
});

test('without a token, or with one that is expired, bent or for another project, it is 401', async () => {
  const { idToken } = await newCustomer();
  const [header = '', payload = ''] = idToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const token = (changed: Record<string, unknown>) =>
    `${header}.${Buffer.from(JSON.stringify({ ...claims, ...changed })).toString('base64url')}.`;
  const now = Math.floor(Date.now() / 1000);
  const bad: Record<string, string | undefined> = {
    none: undefined,
    empty: '',
    expired: token({ iat: now - 7200, exp: now - 3600 }),
    'for another project': token({ aud: 'another', iss: 'https://securetoken.google.com/another' }),
    'by another issuer': token({ iss: 'https://accounts.google.com' }),
    'of nobody': token({ sub: '' }),
    cut: idToken.slice(0, -20),
    'no token at all': 'x.y.z',
    'with a signature that is none': `${idToken}AAAA`,
  };
  for (const [what, bent] of Object.entries(bad)) {
    const { status, headers } = await atApi('/v1/accounts', bent);
    expect([what, status, headers.get('www-authenticate')]).toEqual([what, 401, 'Bearer']);
  }
  expect((await atApi('/v1/accounts', idToken)).status).toBe(200);
});

test('the feed is paged newest first, with nothing twice and nothing left out', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  const amounts = Array.from({ length: 7 }, (_, n) => String(100 + n));
  const events = amounts.map((amount, n) => ({
    ...booking(account, amount),
    // Two at the same moment: their order is by id, and a page may end between them.
    occurredAt: new Date(Date.UTC(2026, 10, 1, 12, Math.floor(n / 2))).toISOString(),
  }));
  await deliver(signedDelivery(JSON.stringify({ events })));
  await untilQuiet();

  const seen: string[] = [];
  const sizes: number[] = [];
  let cursor = '';
  do {
    const page = await atApi<Page>(`/v1/accounts/${account}/transactions?limit=3${cursor}`, customer.idToken);
    sizes.push(page.body.items.length);
    seen.push(...page.body.items.map((item) => item.amountMinor));
    cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : '';
  } while (cursor);
  expect(sizes).toEqual([3, 3, 1]);
  expect(seen[0]).toBe('106');
  expect([...seen].sort()).toEqual(amounts);

  for (const wrong of ['limit=0', 'limit=101', 'limit=ten', 'cursor=abc', 'cursor=']) {
    expect((await atApi(`/v1/accounts/${account}/transactions?${wrong}`, customer.idToken)).status).toBe(400);
  }
});

test('a purchase and all that follows from it is one feed item, whatever its way', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  await atBank('/faults', { seed: 7, duplicate: 0.3, reorder: 0.5, delayMs: 200 }, 'PUT');
  const { authorisationId = '' } = await atBank(`/accounts/${account}/purchases`, {
    amountMinor: '5000',
    clear: false,
  });
  await atBank(`/authorisations/${authorisationId}/increments`, { amountMinor: '1000' });
  await atBank(`/authorisations/${authorisationId}/reversals`, { amountMinor: '2000' });
  const { clearingId = '' } = await atBank(`/authorisations/${authorisationId}/clearings`, {
    amountMinor: '1500',
  });
  await untilQuiet();

  const item = async () =>
    (await atApi<Page>(`/v1/accounts/${account}/transactions`, customer.idToken)).body.items;
  // 50.00 + 10.00 - 20.00 authorised, 15.00 of it cleared: 25.00 is still held.
  expect(await item()).toMatchObject([{ status: 'partly-booked', amountMinor: '1500', heldMinor: '2500' }]);

  await atBank(`/authorisations/${authorisationId}/clearings`, { amountMinor: '2400', final: true });
  await atBank(`/accounts/${account}/refunds`, { clearingId, amountMinor: '900' });
  await atBank('/faults', {}, 'PUT');
  await untilQuiet();
  // 15.00 + 24.00 - 9.00
  const items = await item();
  expect(items).toMatchObject([
    { status: 'booked', amountMinor: '3000', heldMinor: '0', direction: 'debit' },
  ]);
  expect(items[0]?.bankIds).toEqual(expect.arrayContaining([authorisationId, clearingId]));
  const bank = await (await fetch(`${stack.bank}/accounts/${account}`)).json();
  expect(bank).toMatchObject({ bookedMinor: '-3000', heldMinor: '0' });
});
