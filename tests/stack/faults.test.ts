import { expect, test } from 'vitest';
import {
  atApi,
  atBank,
  booking,
  deliver,
  figuresOf,
  newCustomer,
  openAccount,
  pidOf,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';

test('kill -9 of record-transaction in the middle of 500 deliveries loses nothing and does nothing twice', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  await untilQuiet();
  const first = pidOf('record-transaction');

  let kills = 0;
  const deliveries = Array.from({ length: 500 }, (_, n) =>
    signedDelivery(JSON.stringify({ events: [booking(account, String(n + 1))] })),
  );
  const poster = async (own: typeof deliveries) => {
    for (const delivery of own) {
      expect((await deliver(delivery)).status).toBe(202);
      const pid = pidOf('record-transaction');
      if (own === shares[0] && pid && own.indexOf(delivery) % 20 === 10 && kills < 2) {
        process.kill(pid, 'SIGKILL');
        kills += 1;
      }
    }
  };
  const shares = Array.from({ length: 10 }, (_, n) => deliveries.slice(n * 50, n * 50 + 50));
  await Promise.all(shares.map(poster));
  await untilQuiet(180);

  expect(kills).toBe(2);
  expect(pidOf('record-transaction')).not.toBe(first);
  // 1 + 2 + ... + 500
  expect(await figuresOf(account, customer)).toMatchObject({ bookedMinor: '125250', heldMinor: '0' });
  expect(await countOf(account, customer.idToken)).toBe(500);
});

test('with deliveries doubled, reordered, dropped, delayed, batched and keys rotated, the app equals the bank', async () => {
  const customer = await newCustomer();
  const account = await openAccount(customer);
  await atBank(
    '/faults',
    { seed: 42, duplicate: 0.2, reorder: 0.3, drop: 0.1, delayMs: 300, rotateEvery: 10, batch: 3 },
    'PUT',
  );
  for (let n = 1; n <= 40; n += 1) {
    const { authorisationId = '' } = await atBank(`/accounts/${account}/purchases`, {
      amountMinor: String(n * 100),
      ...(n % 4 === 0 ? { clear: false } : { clearAmountMinor: String(n * 110) }),
    });
    if (n % 8 === 0) await atBank(`/authorisations/${authorisationId}/expiry`, {});
  }
  await untilQuiet();
  await atBank('/faults', {}, 'PUT');

  const bank = (await (await fetch(`${stack.bank}/accounts/${account}`)).json()) as Record<string, string>;
  const { bookedMinor, heldMinor } = await figuresOf(account, customer);
  expect({ bookedMinor, heldMinor }).toEqual({ bookedMinor: bank.bookedMinor, heldMinor: bank.heldMinor });
  // 4 + 12 + 20 + 28 + 36 stay pending, times 100.
  expect(heldMinor).toBe('10000');
});

async function countOf(account: string, token: string): Promise<number> {
  let count = 0;
  let cursor = '';
  do {
    const { body } = await atApi<{ items: unknown[]; nextCursor?: string }>(
      `/v1/accounts/${account}/transactions?limit=100${cursor}`,
      token,
    );
    count += body.items.length;
    cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
  } while (cursor);
  return count;
}
