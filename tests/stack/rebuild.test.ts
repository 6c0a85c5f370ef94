import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { afterAll, expect, test } from 'vitest';
import { idFrom } from '../../shared/events/id.ts';
import { createDelivery } from '../../shared/store/deliveries.ts';
import { inboxPath } from '../../shared/store/inbox.ts';
import { atApi, firestore, newCustomer, openAccount, stack, untilQuiet } from './client.ts';
import { operate } from './operators.ts';

const DELIVERIES = 100;
const EVENTS = 100; // in each
// Later than all else, so that `--since` chooses these alone.
const SINCE = '2030-01-01T00:00:00.000Z';
const MONTHS = ['2030-01', '2030-02', '2030-03'];

type Told = {
  id: string;
  type: string;
  occurredAt: string;
  accountId: string;
  data: Record<string, unknown>;
};
type Sums = Record<string, { spentMinor: string; count: string }>;

/** Three of ten are card entries that are booked, the others what the read model does not ask for. */
function eventOf(n: number, accountIds: readonly string[], run: string): Told {
  const accountId = accountIds[n % accountIds.length] ?? '';
  const month = MONTHS[n % 3] ?? '';
  const amount = { amountMinor: String((n % 977) + 1), currency: 'DKK' };
  const merchant = { name: `Shop ${n % 11}`, mcc: '5411' };
  const head = { id: `evt_${run}_${n}`, occurredAt: `${month}-11T10:00:00Z`, accountId };
  const card = { cardId: 'card_1', direction: 'debit', amount, merchant };
  if (n % 10 < 2)
    return { ...head, type: 'card.cleared', data: { ...card, clearingId: `clr_${run}_${n}`, final: true } };
  if (n % 10 === 2)
    return {
      ...head,
      type: 'card.refunded',
      data: { ...card, refundId: `rfd_${run}_${n}`, direction: 'credit' },
    };
  if (n % 10 < 7)
    return {
      ...head,
      type: 'card.authorisation-created',
      data: { ...card, authorisationId: `aut_${run}_${n}` },
    };
  return {
    ...head,
    type: 'transaction.booked',
    data: { transactionId: `btx_${run}_${n}`, direction: 'debit', amount },
  };
}

async function archive(events: readonly Told[]): Promise<void> {
  for (let n = 0; n < DELIVERIES; n += 1) {
    const own = events.slice(n * EVENTS, (n + 1) * EVENTS);
    const receivedAt = new Date(Date.parse(SINCE) + n * 60_000).toISOString();
    const body = Buffer.from(JSON.stringify({ events: own }));
    const batch = firestore.batch();
    for (const write of createDelivery({
      bank: 'sandbox',
      deliveryId: randomUUID(),
      receivedAt,
      headers: {},
      body,
    }))
      if (write.do === 'create') batch.create(firestore.doc(write.path), write.fields);
    await batch.commit();
  }
}

/** What was spent, by plain sums over what was told. */
function sumsOf(events: readonly Told[]): Sums {
  const sums: Sums = {};
  for (const { type, accountId, occurredAt, data } of events) {
    if (type !== 'card.cleared' && type !== 'card.refunded') continue;
    const { amount, merchant } = data as { amount: { amountMinor: string }; merchant: { name: string } };
    const key = `${accountId} ${occurredAt.slice(0, 7)} ${merchant.name}`;
    const { spentMinor = '0', count = '0' } = sums[key] ?? {};
    const minor = BigInt(amount.amountMinor) * (type === 'card.cleared' ? 1n : -1n);
    sums[key] = { spentMinor: String(BigInt(spentMinor) + minor), count: String(Number(count) + 1) };
  }
  return sums;
}

/** What ticks meanwhile would be told and written beside what a rebuild does. */
async function schedules(todo: 'hold' | 'go-on'): Promise<void> {
  expect((await fetch(`${stack.api}/_local/schedules/${todo}`, { method: 'POST' })).status).toBe(204);
}

afterAll(() => schedules('go-on'));

type Field = { stringValue?: string; integerValue?: string };
type Row = { name: string; fields: Record<string, Field>; updateTime: string };

/** Every document that there is, by path. */
async function everything(): Promise<Map<string, Row>> {
  const database = `projects/${stack.project}/databases/(default)/documents`;
  const answer = await fetch(`http://${stack.emulators.firestore}/v1/${database}:runQuery`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer owner' },
    body: JSON.stringify({ structuredQuery: { from: [{ allDescendants: true }] } }),
  });
  const rows = (await answer.json()) as { document?: Row }[];
  return new Map(
    rows.flatMap(({ document }) => (document ? [[document.name.slice(database.length + 1), document]] : [])),
  );
}

/** Listens to all topics; answers what came, but for the probes of whoever asks whether all is quiet. */
async function listen(): Promise<() => Promise<string[]>> {
  process.env.PUBSUB_EMULATOR_HOST = stack.emulators.pubsub;
  const pubsub = new PubSub({ projectId: stack.project });
  const [topics] = await pubsub.getTopics();
  const heard: string[] = [];
  const subscriptions = await Promise.all(
    topics.map(async (topic) => {
      const [subscription] = await topic.createSubscription(`test-${randomUUID()}`);
      subscription.on('message', (message) => {
        message.ack();
        if (!message.attributes.probe) heard.push(`${topic.name} ${message.attributes.type}`);
      });
      return subscription;
    }),
  );
  expect(subscriptions.length).toBeGreaterThan(4);
  return async () => {
    await untilQuiet();
    await Promise.all(subscriptions.map((subscription) => subscription.delete()));
    await pubsub.close();
    return heard;
  };
}

test('a read model that did not exist when 10,000 events came is rebuilt, is killed in the middle, and goes on', async () => {
  const customer = await newCustomer();
  const mine = await openAccount(customer);
  const run = randomUUID();
  const accountIds = [mine, ...Array.from({ length: 20 }, () => `acct_${randomUUID()}`)];
  const events = Array.from({ length: DELIVERIES * EVENTS }, (_, n) => eventOf(n, accountIds, run));
  // The bank tells an entry again under another event id, and another with another amount.
  const [first, second] = events.filter(({ type }) => type === 'card.cleared');
  if (!first || !second) throw new Error('nothing was cleared');
  events[events.length - 1] = { ...first, id: `evt_${run}_again` };
  const other = { amountMinor: '99999', currency: 'DKK' };
  events[events.length - 2] = { ...second, id: `evt_${run}_other`, data: { ...second.data, amount: other } };
  await archive(events);
  await schedules('hold');
  await untilQuiet();
  const before = await everything();
  const heard = await listen();

  const command = ['--function', 'tally-spending', '--since', SINCE];
  const lastTen = new Date(Date.parse(SINCE) + (DELIVERIES - 10) * 60_000).toISOString();
  const dry = await operate('rebuild', '--function', 'tally-spending', '--since', lastTen, '--dry-run').ended;
  expect(dry).toMatchObject({
    code: 0,
    output: expect.stringContaining('documents in accounts/*/merchants'),
  });
  const killed = operate('rebuild', ...command, '--yes');
  const checkpoint = firestore.doc('rebuilds/tally-spending');
  while (Number((await checkpoint.get()).get('handled') ?? 0n) < 500) {
    if (killed.child.exitCode !== null) throw new Error((await killed.ended).output);
    await new Promise((wake) => setTimeout(wake, 20));
  }
  killed.child.kill('SIGKILL');
  expect((await killed.ended).code).toBe(null);
  expect((await checkpoint.get()).get('state')).toBe('running');

  const resumed = await operate('rebuild', ...command, '--yes').ended;
  expect(resumed.output).toMatch(/Going on where it was stopped: \d+ facts were handled before\./);
  expect(resumed.output).toContain('1 refused: fact.conflict');
  expect(resumed.output).toContain('tally-spending is rebuilt.');
  expect(resumed.code).toBe(0);

  expect(await heard()).toEqual([]);
  const after = await everything();
  for (const [path, row] of before) expect(after.get(path)).toEqual(row);
  const made = [...after.keys()].filter((path) => !before.has(path));
  const generation = (await checkpoint.get()).get('generation');
  const facts = events.map(({ id, type, accountId }) => idFrom('fact', 'sandbox', id, type, accountId));
  const inboxes = new Set(facts.map((fact) => inboxPath('tally-spending', fact, generation)));
  const isOwn = (path: string) =>
    /^accounts\/[^/]+\/(merchants|tallied)\//.test(path) ||
    path === 'rebuilds/tally-spending' ||
    inboxes.has(path);
  expect(made.filter((path) => !isOwn(path))).toEqual([]);

  const sums: Sums = {};
  for (const path of made) {
    const { month, merchant, spentMinor, count } = after.get(path)?.fields ?? {};
    if (!path.includes('/merchants/') || !month) continue;
    const key = `${path.split('/')[1]} ${month.stringValue} ${merchant?.stringValue}`;
    sums[key] = { spentMinor: spentMinor?.integerValue ?? '', count: count?.integerValue ?? '' };
  }
  const expected = sumsOf(events.slice(0, -2));
  expect(sums).toEqual(expected);

  const spent = await atApi<{ items: { merchant: string; spentMinor: string; count: number }[] }>(
    `/v1/accounts/${mine}/spending/2030-01`,
    customer.idToken,
  );
  const shown = spent.body.items.map(({ merchant, spentMinor, count }) => [
    `${mine} 2030-01 ${merchant}`,
    { spentMinor, count: String(count) },
  ]);
  const owed = Object.entries(expected).filter(([key]) => key.startsWith(`${mine} 2030-01 `));
  expect(owed.length).toBeGreaterThan(0);
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(owed));
});
