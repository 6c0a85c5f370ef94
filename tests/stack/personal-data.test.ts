import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  atApi,
  bankEvent,
  deliver,
  newCustomer,
  putAtApi,
  signedDelivery,
  stack,
  untilQuiet,
} from './client.ts';
import { operate } from './operators.ts';

const MARK = `Mrk${randomUUID().slice(0, 8)}`;
const IBAN = `DK50${randomUUID().replace(/\D/g, '').padEnd(14, '7').slice(0, 14)}`;

/** What a stack says of all that it has done, wherever it says it. */
async function allThatIsTold(): Promise<string> {
  const parts = ['/logs', '/traces', '/metrics'].map(async (path) =>
    (await fetch(stack.telemetry + path)).text(),
  );
  return (await Promise.all(parts)).join('\n');
}

test('names, numbers, texts and tokens stand in no log line, span, metric or answer to a mistake', async () => {
  const customer = await newCustomer();
  const fcmToken = `token-${MARK}`;
  // At some banks an account's id is its number.
  const account = `acct_${IBAN}`;
  const mistakes: string[] = [];
  const put = async (path: string, body: object | string) => {
    const answer = await putAtApi(path, customer, body);
    if (!answer.ok) mistakes.push(await answer.text());
  };
  const tell = async (...events: object[]) => {
    expect((await deliver(signedDelivery(JSON.stringify({ events })))).status).toBe(202);
  };

  await put('/v1/devices/phone', { fcmToken, locale: 'da-DK' });
  await tell(bankEvent('account.opened', account, { ownerRefs: [customer.uid], currency: 'DKK' }));
  const money = { amount: { amountMinor: '3200', currency: 'DKK' }, direction: 'debit' };
  const merchant = { name: `Kaffebar ${MARK}`, mcc: '5814', country: 'DK' };
  const counterparty = { name: `Ann ${MARK}`, iban: IBAN };
  await tell(
    bankEvent('card.authorisation-created', account, {
      ...{ ...money, cardId: 'card-1', authorisationId: randomUUID(), merchant },
    }),
    bankEvent('transaction.booked', account, {
      ...{ ...money, transactionId: randomUUID(), counterparty, remittance: `Rent ${MARK}` },
    }),
    // What cannot be read, and what is refused.
    bankEvent(`account.${MARK}`, account, { note: IBAN }),
    bankEvent('transaction.booked', account, { ...money, amount: `${IBAN} ${MARK}` }),
  );
  await untilQuiet();

  await put('/v1/devices/phone', `{"fcmToken": "${MARK}", "locale": 7}`);
  await put('/v1/devices/phone', `{ ${MARK}`);
  for (const path of [`/v1/accounts/${account}x`, `/v1/accounts?limit=${IBAN}`, `/v1/${MARK}`]) {
    const { status, body } = await atApi(path, customer.idToken);
    if (status >= 400) mistakes.push(JSON.stringify(body));
  }
  mistakes.push(JSON.stringify((await atApi('/v1/accounts', `${MARK}.${IBAN}`)).body));
  const forged = await deliver({
    ...signedDelivery('{}'),
    body: JSON.stringify({ note: `${MARK} ${IBAN}` }),
  });
  mistakes.push(JSON.stringify(forged.body));
  await untilQuiet();
  await new Promise((wake) => setTimeout(wake, 1500)); // what is told in batches

  // It was there: what is searched is not empty, and holds this very account under its mark.
  const { output } = await operate('logs', '--account', account).ended;
  expect(output).toMatch(/record-transaction +transaction\.booked {2}handled {2}done/);
  const told = await allThatIsTold();
  expect(told).toContain('record-transaction card.authorisation-created');
  expect(mistakes.length).toBeGreaterThan(5);
  for (const secret of [
    MARK,
    IBAN,
    fcmToken,
    customer.idToken,
    customer.uid,
    stack.webhookSecrets.sandbox[0],
  ]) {
    expect(told.includes(secret), `${secret} is told`).toBe(false);
    expect(mistakes.join('\n').includes(secret), `${secret} is answered`).toBe(false);
    expect(output.replaceAll(account, '').includes(secret), `${secret} is printed`).toBe(false);
  }
});
