import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Phone } from '../../local/phones.ts';
import {
  atApi,
  atBank,
  bankEvent,
  type Customer,
  deliver,
  firestore,
  newCustomer,
  openAccount,
  putAtApi,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';

type Item = { id: string; kind: string; title: string; body: string; read: boolean; transactionId?: string };
type Page = { items: Item[] };

/** A customer with a phone, and an account. */
async function aCustomerWithPhone(locale = 'da-DK') {
  const customer = await newCustomer();
  const fcmToken = `token-${randomUUID()}`;
  expect((await putAtApi('/v1/devices/phone', customer, { fcmToken, locale })).status).toBe(200);
  const account = await openAccount(customer);
  await untilQuiet();
  return { customer, account, fcmToken };
}

async function phone(fcmToken: string): Promise<Phone> {
  return (await (await fetch(`${stack.fcm}/_phones/${fcmToken}`)).json()) as Phone;
}

async function answer(fcmToken: string, next: readonly unknown[]): Promise<void> {
  await fetch(`${stack.fcm}/_answers/${fcmToken}`, { method: 'PUT', body: JSON.stringify(next) });
}

async function list(customer: Customer): Promise<Item[]> {
  return (await atApi<Page>('/v1/notifications', customer.idToken)).body.items;
}

async function devices(customer: Customer): Promise<unknown[]> {
  return (await atApi<{ items: unknown[] }>('/v1/devices', customer.idToken)).body.items;
}

const plain = ({ title, body }: { title: string; body: string }) => `${title}: ${body}`.replace(/\s/g, ' ');
const kaffebaren = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };

test('a purchase that is told before its account waits for it, and is then told to whom it belongs', async () => {
  const customer = await newCustomer();
  const fcmToken = `token-${randomUUID()}`;
  await putAtApi('/v1/devices/phone', customer, { fcmToken, locale: 'en-GB' });
  const account = `acct_${randomUUID()}`;
  const purchase = bankEvent('card.authorisation-created', account, {
    ...{ cardId: 'card-1', authorisationId: randomUUID(), direction: 'debit', merchant: kaffebaren },
    amount: { amountMinor: '3200', currency: 'DKK' },
  });
  await deliver(signedDelivery(JSON.stringify({ events: [purchase] })));
  await untilQuiet();
  expect((await phone(fcmToken)).arrived).toBe(0);
  const waiting = await firestore.collection('parked').where('waitsFor', '==', `accounts/${account}`).get();
  expect(waiting.docs.map((document) => [document.get('reason'), document.get('state')])).toEqual([
    ['account.not-opened', 'waiting'],
  ]);

  const opening = { ownerRefs: [customer.uid], currency: 'DKK' };
  const opened = bankEvent('account.opened', account, opening);
  await deliver(signedDelivery(JSON.stringify({ events: [opened] })));
  await untilQuiet();
  expect((await list(customer)).filter(({ kind }) => kind === 'spending').map(plain)).toEqual([
    'Kaffebaren: -DKK 32.00',
  ]);
  expect((await phone(fcmToken)).arrived).toBe(1);
});

test('a purchase and all that follows from it is one notification and one push, whatever its way', async () => {
  const { customer, account, fcmToken } = await aCustomerWithPhone();
  await atBank('/faults', { seed: 11, duplicate: 0.4, reorder: 0.5, delayMs: 150 }, 'PUT');
  const { authorisationId = '' } = await atBank(`/accounts/${account}/purchases`, {
    amountMinor: '5000',
    clear: false,
    merchant: kaffebaren,
  });
  await atBank(`/authorisations/${authorisationId}/increments`, { amountMinor: '1000' });
  const { clearingId = '' } = await atBank(`/authorisations/${authorisationId}/clearings`, {
    amountMinor: '1500',
  });
  await atBank(`/authorisations/${authorisationId}/clearings`, { amountMinor: '2400', final: true });
  await atBank(`/accounts/${account}/refunds`, { clearingId, amountMinor: '900' });
  await atBank('/faults', {}, 'PUT');
  await untilQuiet();

  const items = (await list(customer)).filter(({ kind }) => kind !== 'security');
  // 15.00 + 24.00 - 9.00
  expect(items.map(plain)).toEqual([expect.stringMatching(/^Kaffebaren: -30,00 kr\., bogført \d+\. /)]);
  const { arrived, shows } = await phone(fcmToken);
  expect(shows.map(({ tag }) => tag)).toEqual(items.map(({ id }) => id));
  expect(arrived).toBe(1);

  const [item] = items;
  expect((await putAtApi(`/v1/notifications/${item?.id}/read`, customer)).status).toBe(204);
  expect((await list(customer)).find(({ id }) => id === item?.id)).toMatchObject({ read: true });
});

test('a push that the push service refuses for a while, or takes and breaks off, arrives and is one', async () => {
  const { account, fcmToken } = await aCustomerWithPhone('sv-SE');
  await answer(fcmToken, [{ status: 503, errorCode: 'UNAVAILABLE' }, { status: 429, retryAfter: 1 }, 'cut']);
  await atBank(`/accounts/${account}/purchases`, { amountMinor: '4500', clear: false, merchant: kaffebaren });
  await untilQuiet();
  const { arrived, shows } = await phone(fcmToken);
  expect(shows.map(plain)).toEqual(['Kaffebaren: −45,00 Dkr']);
  expect(arrived).toBe(2);
});

test('a phone from which the app is gone is forgotten; one that the push service only cannot find is not', async () => {
  const { customer, account, fcmToken } = await aCustomerWithPhone();
  await answer(fcmToken, [{ status: 404 }, { status: 404, errorCode: 'UNREGISTERED' }]);
  await atBank(`/accounts/${account}/purchases`, { amountMinor: '4500', clear: false });
  await untilQuiet();
  expect(await devices(customer)).toHaveLength(1);
  const parked = await firestore.collection('parked').where('reason', '==', 'fcm.not-found').get();
  expect(parked.docs.map((document) => document.get('function'))).toContain('send-push');

  await atBank(`/accounts/${account}/purchases`, { amountMinor: '4600', clear: false });
  await untilQuiet();
  expect(await devices(customer)).toEqual([]);
  expect(await list(customer)).toHaveLength(3); // and its own registration
});

test('in quiet hours nothing is pushed but what concerns security; all of it is in the list', async () => {
  const { customer, account, fcmToken } = await aCustomerWithPhone('en-GB');
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const wishes = {
    timeZone: 'UTC',
    quietHours: { from: at(-2), to: at(2) },
    push: { spending: true, income: true, declined: true },
  };
  expect((await putAtApi('/v1/preferences', customer, wishes)).status).toBe(200);
  await atBank(`/accounts/${account}/purchases`, { amountMinor: '4500', clear: false, merchant: kaffebaren });
  await atBank(`/accounts/${account}/freeze`, {});
  await untilQuiet();
  expect((await phone(fcmToken)).shows.map(({ title }) => title)).toEqual(['Your account is frozen']);
  const titles = (await list(customer)).map(({ title }) => title);
  expect(titles.toSorted()).toEqual(['A new device was registered', 'Kaffebaren', 'Your account is frozen']);
});

test('a phone that changes hands shows nothing more of the customer before', async () => {
  const { customer, account, fcmToken } = await aCustomerWithPhone();
  const other = await newCustomer();
  expect((await putAtApi('/v1/devices/phone', other, { fcmToken, locale: 'da-DK' })).status).toBe(200);
  await atBank(`/accounts/${account}/purchases`, { amountMinor: '4500', clear: false });
  await untilQuiet();
  expect(await devices(customer)).toEqual([]);
  expect((await phone(fcmToken)).shows).toEqual([]);
  expect((await list(customer)).map(({ kind }) => kind)).toContain('spending');
});

test('an app may listen to its own customer’s notifications, and to no other’s', async () => {
  const { customer, account } = await aCustomerWithPhone();
  const other = await newCustomer();
  await atBank(`/accounts/${account}/purchases`, { amountMinor: '4500', clear: false });
  await untilQuiet();
  const root = `http://${stack.emulators.firestore}/v1/projects/${stack.project}/databases/(default)/documents`;
  const status = async (path: string, { idToken }: Customer) =>
    (await fetch(`${root}/${path}`, { headers: { authorization: `Bearer ${idToken}` } })).status;
  for (const collection of ['notifications', 'preferences']) {
    expect(await status(`customers/${customer.uid}/${collection}`, customer)).toBe(200);
    expect(await status(`customers/${customer.uid}/${collection}`, other)).toBe(403);
  }
  // A device's token is all that one needs to push to it, and rules cannot hide a field.
  const own = `customers/${customer.uid}`;
  for (const closed of ['pushTokens', `${own}/devices`]) {
    expect(await status(closed, customer)).toBe(403);
  }
});
