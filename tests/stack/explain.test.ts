import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FieldPath } from '@google-cloud/firestore';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Explanation } from '../../operate/explain/explanation.ts';
import {
  atBank,
  bankEvent,
  deliver,
  firestore,
  newCustomer,
  openAccount,
  putAtApi,
  signedDelivery,
  untilQuiet,
} from './client.ts';
import { operate } from './operators.ts';

/** As `--json` prints it: amounts are texts. */
type Told = { [Part in keyof Explanation]: Explanation[Part] };

async function explained(id: string): Promise<{ told: Told; code: number | null }> {
  const { code, output } = await operate('explain', id, '--json').ended;
  return { code, told: JSON.parse(output) as Told };
}

const sentences = ({ findings }: Told, kind?: string) =>
  findings.filter((each) => kind === undefined || each.kind === kind).map(({ text }) => text);

const authorisationId = `auth_${randomUUID()}`;
const clearingId = `clr_${randomUUID()}`;
const money = (amountMinor: string) => ({
  ...{ cardId: 'card-1', direction: 'debit', amount: { amountMinor, currency: 'DKK' } },
  merchant: { name: 'Kaffebaren', mcc: '5814', country: 'DK' },
});
const at = (event: object, occurredAt: Date) => ({ ...event, occurredAt: occurredAt.toISOString() });
const tell = async (...events: object[]) => {
  expect((await deliver(signedDelivery(JSON.stringify({ events })))).status).toBe(202);
  await untilQuiet();
};

let account: string;

/** A clearing, its authorisation late, the clearing's delivery once more, and the clearing in another delivery. */
beforeAll(async () => {
  const customer = await newCustomer();
  const phone = { fcmToken: `token-${randomUUID()}`, locale: 'da-DK' };
  await putAtApi('/v1/devices/phone', customer, phone);
  account = await openAccount(customer);
  await untilQuiet();
  const now = Date.now();
  const clearing = bankEvent('card.cleared', account, {
    ...{ ...money('3600'), authorisationId, clearingId, final: true },
  });
  const authorisation = bankEvent('card.authorisation-created', account, {
    ...money('3200'),
    authorisationId,
  });
  const cleared = at(clearing, new Date(now - 1000));
  await tell(cleared);
  await tell(at(authorisation, new Date(now - 60_000)));
  await tell(cleared);
  await tell(cleared, at(bankEvent('account.frozen', account, {}), new Date(now)));
  await atBank(`/accounts/${account}/transfers`, { direction: 'credit', amountMinor: '2500000' });
  await untilQuiet();
});

describe('a booked clearing, whose authorisation came late, in a delivery that came twice', () => {
  test('is explained as just that, from the bytes that the bank signed to the phone', async () => {
    const { told, code } = await explained(clearingId);
    expect(code).toBe(0);
    const [transaction] = told.transactions;
    const { id = '' } = transaction ?? {};
    const [first, ...others] = told.deliveries.map((delivery) => delivery.id);
    expect(told.subject).toBe(`transaction ${id}`);
    expect(others).toHaveLength(2);
    expect(sentences(told)).toEqual([
      `${id} is booked: -36.00 DKK booked, 0.00 DKK held.`,
      expect.stringMatching(
        `^The authorisation ${authorisationId} came late: it occurred before the clearing ${clearingId}, and was recorded [0-9.]+ s after it.$`,
      ),
      `${id} is what its archived bytes give: each of 2 parts was made again from them, and is equal.`,
      '3 deliveries of the bank’s; each of them was signed with these very bytes, which was checked again now.',
      `sandbox delivered ${first} 2 times: the first time counted, and what came again changed nothing.`,
      `${others[1]} told card.cleared again, as ${first} had: that changed nothing.`,
      expect.stringMatching(/^ntf_\S+ to phone: delivered, 20\S+Z\.$/),
    ]);

    // The bytes, whole; who signed them; and each function's decision.
    expect(JSON.parse(told.deliveries[0]?.body ?? '')).toMatchObject({
      events: [{ type: 'card.cleared', data: { clearingId } }],
    });
    expect(told.deliveries[0]).toMatchObject({ check: 'right', signature: { key: /^key_/ } });
    const recorded = told.handlings.filter(({ function: fn }) => fn === 'record-transaction');
    expect(recorded.map(({ event }) => event.type)).toEqual(['card.cleared', 'card.authorisation-created']);
    expect(recorded[0]?.attempts.map(({ outcome }) => outcome)).toEqual(['done', 'repeated', 'repeated']);
    const [late] = recorded.slice(-1);
    const change = late?.changes.find(({ path }) => path === `accounts/${account}/transactions/${id}`);
    expect(change?.lines).toContainEqual(
      expect.stringContaining(`+ _parts.authorisation:${authorisationId}: { amountMinor: 3200`),
    );
    const push = told.handlings.find(({ function: fn }) => fn === 'send-push');
    expect(push?.told.map(({ type }) => type)).toEqual(['notification.delivered']);
    expect(told.notifications).toMatchObject([{ title: 'Kaffebaren' }]);
    expect(told.spans.some(({ name }) => name === 'record-transaction card.cleared')).toBe(true);
  });

  test('is found by any of its ids', async () => {
    const { told } = await explained(authorisationId);
    const [transaction] = told.transactions;
    const factId = told.handlings.find(({ event }) => event.type === 'card.cleared')?.event.id ?? '';
    const ids = [transaction?.id, told.notifications[0]?.id, told.deliveries[0]?.id, factId];
    for (const id of ids) {
      const again = await explained(id ?? 'none');
      expect(again.told.transactions.map((each) => each.id)).toEqual([transaction?.id]);
      expect(again.told.handlings.map(({ event }) => event.id)).toContain(factId);
    }
    // Of an event, only what was done about it and what came of that.
    const ofEvent = await explained(factId);
    expect(new Set(ofEvent.told.handlings.map(({ event }) => event.type))).not.toContain(
      'card.authorisation-created',
    );
  });

  test('reads well in a terminal, and as one page that needs nothing from anywhere', async () => {
    const { output, code } = await operate('explain', clearingId).ended;
    expect(code).toBe(0);
    expect(output).toMatch(/^ {4}20\S+Z {2}record-transaction +done \d+ ms, repeated \d+ ms, repeated/m);
    expect(output).toContain('"clearingId": ');
    const file = `.local/explained-${clearingId}.html`;
    expect((await operate('explain', clearingId, '--html', file).ended).code).toBe(0);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('<svg');
    expect(page).toContain('came late');
    expect(page).not.toMatch(/<script|<link|src=|@import|url\(/);
  });
});

describe('an account', () => {
  test('has a balance that is the sum of its transactions, beside the bank’s', async () => {
    await atBank(`/accounts/${account}/balance-updates`, {});
    await untilQuiet();
    const { told } = await explained(account);
    expect(sentences(told, 'right')).toEqual([
      '24964.00 DKK booked and 0.00 DKK held are the sum of 2 transactions, to the last minor unit.',
    ]);
    expect(told.balances).toMatchObject([
      {
        figures: [{ shard: '0', bookedMinor: '2496400', partsBookedMinor: '2496400' }],
        bank: { bookedMinor: '2500000' }, // it never heard of the purchase
      },
    ]);
    expect(sentences(told)).toContainEqual(expect.stringContaining('differs by -36.00 DKK'));
  });

  test('with a wrong sum is shown as such, by how much and where', async () => {
    const shard = firestore.doc(`accounts/${account}/balances/0`);
    await shard.update({ 'DKK.booked': 2_496_401n });
    const { told, code } = await explained(account);
    expect(code).toBe(1);
    expect(sentences(told, 'wrong')[0]).toBe(
      `${account} is said to have 24964.01 DKK booked, and its 2 transactions sum to 24964.00 DKK: 0.01 DKK too much, in balances/0.`,
    );
    await shard.update({ 'DKK.booked': 2_496_400n });
  });
});

describe('what somebody changed by hand', () => {
  test('is not what the bytes give', async () => {
    const before = (await explained(clearingId)).told;
    const { id = '' } = before.transactions[0] ?? {};
    const document = firestore.doc(`accounts/${account}/transactions/${id}`);
    const kept = (await document.get()).data() ?? {};
    await document.update(new FieldPath('_parts', `clearing:${clearingId}`, 'amountMinor'), 3_500n);
    const { told, code } = await explained(clearingId);
    expect(code).toBe(1);
    expect(sentences(told, 'wrong')).toEqual([
      expect.stringMatching(/is stored otherwise than its parts give: .*-3500/),
      `${id}, clearing:${clearingId}: - amountMinor: 3600, + amountMinor: 3500 is not what the archived bytes give.`,
    ]);
    await document.set(kept);
  });

  test('in the archive does not fit its signature', async () => {
    const { told: before } = await explained(clearingId);
    const delivery = firestore.doc(`deliveries/sandbox:${before.deliveries[0]?.id}`);
    const kept = (await delivery.get()).get('bytes') as Buffer;
    await delivery.update({ bytes: Buffer.from(kept.toString().replace('3600', '3601')) });
    const { told, code } = await explained(clearingId);
    await delivery.update({ bytes: kept });
    expect(code).toBe(1);
    expect(sentences(told, 'wrong')).toContain(
      `${before.deliveries[0]?.id} is not what sandbox signed: its signature does not fit its bytes.`,
    );
  });
});

test('what nobody knows is said to be so, in one line', async () => {
  const { code, output } = await operate('explain', 'txn_none').ended;
  expect(code).toBe(1);
  expect(output).toMatch(/^Nothing is known as txn_none: [^\n]+\n$/);
});
