import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  atApi,
  atBank,
  bankEvent,
  type Customer,
  figuresOf,
  newCustomer,
  openAccount,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';

type Item = Readonly<Record<string, unknown>>;

beforeAll(() => atBank('/faults', { seed: 11, duplicate: 0.3, reorder: 0.5, delayMs: 50, batch: 2 }, 'PUT'));
afterAll(() => atBank('/faults', {}, 'PUT'));

async function aCustomer(account: Record<string, unknown> = {}) {
  const customer = await newCustomer();
  const opened = { ownerRefs: [customer.uid], currency: 'DKK', ...account };
  const { accountId = '' } = await atBank('/accounts', opened);
  return { customer, accountId };
}

/** What the app shows once everything has arrived, which must be what the bank has in its books. */
async function appAndBank({ customer, accountId }: { customer: Customer; accountId: string }) {
  await untilQuiet();
  const app = await figuresOf(accountId, customer);
  const bank = (await (await fetch(`${stack.bank}/accounts/${accountId}`)).json()) as typeof app;
  expect([app.bookedMinor, app.heldMinor]).toEqual([bank.bookedMinor, bank.heldMinor]);
  return { ...app, feed: await feedOf(accountId, customer) };
}

async function feedOf(accountId: string, { idToken }: Customer): Promise<readonly Item[]> {
  const path = `/v1/accounts/${accountId}/transactions`;
  return (await atApi<{ items: Item[] }>(path, idToken)).body.items;
}

test('an account that came with a history begins with it, and purchases follow', async () => {
  const brought = { direction: 'credit', amountMinor: '1000000', asOf: '2026-01-31T22:30:00Z' };
  const ann = await aCustomer({ broughtForward: brought });
  await atBank(`/accounts/${ann.accountId}/purchases`, { amountMinor: '25000' });
  // 10,000.00 - 250.00
  expect(await appAndBank(ann)).toMatchObject({
    bookedMinor: '975000',
    feed: [
      { status: 'booked', direction: 'debit', amountMinor: '25000' },
      {
        direction: 'credit',
        amountMinor: '1000000',
        bookedOn: '2026-01-31',
        occurredAt: '2026-01-31T22:30:00.000Z',
      },
    ],
  });
});

test('the bank’s own balance stands beside ours, and the newest is shown', async () => {
  const ann = await aCustomer();
  const path = `/accounts/${ann.accountId}`;
  await atBank(`${path}/transfers`, { direction: 'credit', amountMinor: '100000' });
  await atBank(`${path}/balance-updates`, {});
  await atBank(`${path}/purchases`, { amountMinor: '30000', clear: false });
  const told = await atBank(`${path}/balance-updates`, {});
  expect(told).toMatchObject({ sequence: 2, bookedMinor: '100000', availableMinor: '70000' });
  expect(await appAndBank(ann)).toMatchObject({ availableMinor: '70000', bankAvailableMinor: '70000' });

  // What happened since is in our figure, and not yet in the bank's.
  await atBank(`${path}/purchases`, { amountMinor: '5000' });
  expect(await appAndBank(ann)).toMatchObject({ availableMinor: '65000', bankAvailableMinor: '70000' });
});

test('lists of pending entries replace each other, in the balance and in the feed', async () => {
  const ann = await aCustomer();
  const list = (...entries: readonly (readonly [string, string])[]) =>
    atBank(`/accounts/${ann.accountId}/pending-lists`, {
      entries: entries.map(([description, amountMinor]) => ({
        direction: 'debit',
        amountMinor,
        description,
      })),
    });
  await list(['Kaffebar', '3200'], ['Kaffebar', '3200'], ['Tog', '8000']);
  expect(await appAndBank(ann)).toMatchObject({ heldMinor: '14400', feed: [{}, {}, {}] });
  await list(['Kaffebar', '3200'], ['Bageri', '4500']);
  const seen = await appAndBank(ann);
  expect(seen).toMatchObject({ heldMinor: '7700' });
  expect(seen.feed.map(({ description }) => description).toSorted()).toEqual(['Bageri', 'Kaffebar']);
  await list();
  expect(await appAndBank(ann)).toMatchObject({ heldMinor: '0', feed: [] });
});

test('a transfer is pending, booked, and taken back', async () => {
  const ann = await aCustomer();
  const { transactionId = '' } = await atBank(`/accounts/${ann.accountId}/transfers`, {
    direction: 'debit',
    amountMinor: '50000',
    pending: true,
    counterparty: { name: 'Udlejer' },
  });
  expect(await appAndBank(ann)).toMatchObject({ heldMinor: '50000', feed: [{ status: 'pending' }] });
  await atBank(`/transactions/${transactionId}/booking`, {});
  expect(await appAndBank(ann)).toMatchObject({ bookedMinor: '-50000', heldMinor: '0' });
  await atBank(`/transactions/${transactionId}/reversal`, {});
  expect(await appAndBank(ann)).toMatchObject({
    bookedMinor: '0',
    feed: [{ status: 'reversed', direction: 'debit', description: 'Udlejer' }],
  });
});

describe('an entry of which the bank does not say what it belongs to', () => {
  test('takes the hold of its amount: a clearing stands in the feed instead of what it was held for', async () => {
    const ann = await aCustomer();
    const authorise = (amountMinor: string) =>
      atBank(`/accounts/${ann.accountId}/authorisations`, { amountMinor });
    const { authorisationId = '' } = await authorise('12000');
    await authorise('4000');
    expect(await appAndBank(ann)).toMatchObject({ heldMinor: '16000' });
    const { clearingId = '' } = await atBank(`/authorisations/${authorisationId}/clearings`, {
      amountMinor: '12000',
      linked: false,
    });
    expect(await appAndBank(ann)).toMatchObject({
      bookedMinor: '-12000',
      heldMinor: '4000',
      feed: [
        { status: 'booked', bankIds: [clearingId] },
        { status: 'pending', amountMinor: '4000' },
      ],
    });
  });

  test('gives the hold back, where it is a reversal', async () => {
    const ann = await aCustomer();
    const { authorisationId = '' } = await atBank(`/accounts/${ann.accountId}/authorisations`, {
      amountMinor: '3200',
    });
    await atBank(`/authorisations/${authorisationId}/reversals`, { amountMinor: '3200', linked: false });
    expect(await appAndBank(ann)).toMatchObject({ heldMinor: '0', feed: [{ status: 'reversed' }] });
  });
});

test('a purchase abroad shows what the merchant asked for, what was held, and what was settled', async () => {
  const ann = await aCustomer();
  const merchantAmount = { amountMinor: '1000', currency: 'EUR' };
  const { authorisationId = '' } = await atBank(`/accounts/${ann.accountId}/authorisations`, {
    amountMinor: '7460',
    merchantAmount,
    fx: { rate: '7.46' },
  });
  await atBank(`/authorisations/${authorisationId}/clearings`, {
    amountMinor: '7523',
    final: true,
    merchantAmount,
    fx: { rate: '7.523' },
  });
  expect(await appAndBank(ann)).toMatchObject({
    bookedMinor: '-7523',
    feed: [
      {
        amountMinor: '7523',
        authorisedMinor: '7460',
        merchantAmountMinor: '1000',
        merchantCurrency: 'EUR',
        fxRate: '7.523',
      },
    ],
  });
});

test('a hold whose expiry is not told stays, until what was collected late ends it', async () => {
  const ann = await aCustomer();
  const { authorisationId = '' } = await atBank(`/accounts/${ann.accountId}/authorisations`, {
    amountMinor: '3200',
  });
  await atBank(`/authorisations/${authorisationId}/expiry`, { told: false });
  await untilQuiet();
  expect(await figuresOf(ann.accountId, ann.customer)).toMatchObject({ heldMinor: '3200' });
  await atBank(`/authorisations/${authorisationId}/clearings`, { amountMinor: '3000', final: true });
  expect(await appAndBank(ann)).toMatchObject({
    bookedMinor: '-3000',
    heldMinor: '0',
    feed: [{ status: 'booked', amountMinor: '3000', authorisedMinor: '3200' }],
  });
});

test('a processor’s hold is in the balance until it says that it was collected; the bank alone books', async () => {
  const customer = await newCustomer();
  const ann = { customer, accountId: await openAccount(customer) };
  await appAndBank(ann);
  const authorisationId = `auth_${randomUUID()}`;
  const merchant = { name: 'Kaffebar', mcc: '5814', country: 'DK' };
  const about = { cardId: 'card_1', authorisationId, direction: 'debit', merchant };
  const amount = (amountMinor: string) => ({ amountMinor, currency: 'DKK' });

  const created = {
    ...about,
    amount: amount('12000'),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  };
  await byProcessor(bankEvent('card.authorisation-created', ann.accountId, created));
  await untilQuiet();
  expect(await figuresOf(ann.accountId, customer)).toMatchObject({ bookedMinor: '0', heldMinor: '12000' });

  const cleared = { ...about, clearingId: `clr_${randomUUID()}`, amount: amount('12500'), final: true };
  await byProcessor(bankEvent('card.cleared', ann.accountId, cleared));
  await atBank(`/accounts/${ann.accountId}/transfers`, {
    direction: 'debit',
    amountMinor: '12500',
    counterparty: { name: 'Kaffebar' },
  });
  expect(await appAndBank(ann)).toMatchObject({
    bookedMinor: '-12500',
    heldMinor: '0',
    feed: [{ status: 'booked', amountMinor: '12500', description: 'Kaffebar' }],
  });

  // Each source has secrets of its own.
  const body = JSON.stringify({ events: [] });
  expect((await fetch(`${stack.api}/webhooks/sandbox-processor`, signedDelivery(body))).status).toBe(401);
});

async function byProcessor(event: object): Promise<void> {
  const secrets: Readonly<Record<string, readonly string[]>> = stack.webhookSecrets;
  const [secret = ''] = secrets['sandbox-processor'] ?? [];
  const delivery = signedDelivery(JSON.stringify({ events: [event] }), { secret });
  expect((await fetch(`${stack.api}/webhooks/sandbox-processor`, delivery)).status).toBe(202);
}
