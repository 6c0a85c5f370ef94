import { describe, expect, test } from 'vitest';
import { transactionChanged } from '../../../shared/events/transactions.ts';
import { memoryCloud } from '../../../shared/platform/memory.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import type { Fields } from '../../../shared/store/document.ts';
import { notificationIdOf } from '../../../shared/store/notifications.ts';
import { transactionIdOf } from '../../../shared/store/transactions.ts';
import { aFact, aMessage, anEnv, eventIn } from '../../../shared/testing/builders.ts';
import { aDevice, registered } from '../../../shared/testing/push-service.ts';
import { aWorld, aWorldOn } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import composeNotification from './function.ts';

const phone = aDevice();
const opened = aFact('account.opened', { ownerIds: ['uid-ann'] });
const kaffebar = { merchant: { name: 'Kaffebar' } };
const authorised = aFact('card.authorisation-created', { amountMinor: 3_200n, ...kaffebar });
const cleared = aFact('card.cleared', {
  authorisationId: 'auth-1',
  amountMinor: 3_600n,
  final: true,
  bookedOn: '2026-11-25',
  ...kaffebar,
});
const transfer = {
  transactionId: 'trf-1',
  amountMinor: 2_500_000n,
  counterparty: { name: 'Havnens Bageri' },
};

/** What Ann has been told, once these facts are recorded in this order. */
async function told(
  facts: readonly Message[],
  { devices = [phone], now }: { devices?: (typeof phone)[]; now?: Date } = {},
) {
  const world = aWorld({
    functions: [trackAccount, recordTransaction, composeNotification],
    env: now ? { now: () => now } : {},
  });
  if (devices.length > 0) await world.store.commit(registered('uid-ann', ...devices));
  await world.deliver('bank-facts', ...facts);
  return {
    world,
    ...listIn(world.state()),
    pushes: world.events('notifications').map(({ data }) => data as Record<string, string>),
    parked: world.events('dead-letters').map(({ data }) => data as { reason: string; waitsFor?: string }),
  };
}

function listIn(state: Record<string, Fields>) {
  const found = Object.entries(state).filter(([path]) => path.startsWith('customers/uid-ann/notifications/'));
  const live = found.filter(([, { movedTo }]) => movedTo === undefined).map(([, fields]) => fields);
  return {
    live,
    moved: Object.fromEntries(
      found.flatMap(([path, { movedTo }]) => (movedTo ? [[path.split('/').at(-1), movedTo]] : [])),
    ),
    texts: live.map(({ title, body }) => `${title}: ${body}`.replace(/\s/g, ' ')),
  };
}

describe('money that comes in', () => {
  test('announced two days ago is pushed when it is booked', async () => {
    const income = { direction: 'credit', amountMinor: 2_500_000n } as const;
    const announced = aFact('transaction.pending', { ...income, time: '2026-11-21T09:00:00.000Z' });
    const booked = aFact('transaction.booked', { ...income, time: '2026-11-23T09:59:00.000Z' });
    for (const facts of [
      [announced, booked],
      [booked, announced],
    ]) {
      const { live, pushes } = await told([opened, ...facts]);
      expect(live).toHaveLength(1);
      expect(pushes).toHaveLength(1);
    }
  });

  test('is not what the account held before, of which nobody is told', async () => {
    const asOf = '2026-11-23T09:00:00.000Z';
    const { live } = await told([opened, aFact('account.brought-forward', { direction: 'credit', asOf })]);
    expect(live).toEqual([]);
  });
});

test('an owner whom the bank names twice is told once', async () => {
  const twice = aFact('account.opened', { ownerIds: ['uid-ann', 'uid-ann'] });
  const { live, pushes, world } = await told([twice, aFact('card.authorisation-created')]);
  expect(live).toHaveLength(1);
  expect(pushes).toHaveLength(1);
  expect(world.failures).toEqual([]);
});

describe('a purchase', () => {
  test('that is authorised is told with merchant and amount, and pushed to each device', async () => {
    const tablet = aDevice({ id: 'tablet' });
    const { live, pushes, texts } = await told([opened, authorised], { devices: [phone, tablet] });
    const transactionId = transactionIdOf('sandbox', 'acct-1', { kind: 'authorisation', id: 'auth-1' });
    const id = notificationIdOf(transactionId);
    expect(texts).toEqual(['Kaffebar: -32,00 kr.']);
    expect(live).toEqual([
      {
        schema: 1n,
        id,
        kind: 'spending',
        title: 'Kaffebar',
        body: expect.any(String),
        language: 'da',
        accountId: 'acct-1',
        transactionId,
        status: 'pending',
        direction: 'debit',
        amountMinor: 3_200n,
        currency: 'DKK',
        description: 'Kaffebar',
        occurredAt: '2026-11-23T09:00:00.000Z',
        read: false,
        _means: 'card',
        _latestAt: '2026-11-23T09:00:00.000Z',
      },
    ]);
    const push = { customerId: 'uid-ann', notificationId: id, registeredAt: phone.registeredAt };
    expect(pushes).toEqual([
      { ...push, deviceId: 'phone' },
      { ...push, deviceId: 'tablet' },
    ]);
  });

  test('then cleared changes its notification in silence', async () => {
    const { texts, pushes } = await told([opened, authorised, cleared]);
    expect(texts).toEqual(['Kaffebar: -36,00 kr., bogført 25. nov.']);
    expect(pushes).toHaveLength(1);
  });

  test('told by one event twice is told once', async () => {
    const { world, live } = await told([opened, authorised]);
    const [message] = world.published.filter(({ topic }) => topic === 'transactions');
    if (!message) throw new Error('nothing published');
    await world.deliver('transactions', message.message, message.message);
    expect(listIn(world.state()).live).toEqual(live);
    expect(new Set(world.events('notifications').map(({ id }) => id)).size).toBe(1);
  });

  test('that was read stays read when it changes', async () => {
    const { world } = await told([opened, authorised]);
    const [document] = await world.store.query({ collection: 'customers/uid-ann/notifications' });
    if (!document) throw new Error('no notification');
    await world.store.commit([{ do: 'replace', read: document, fields: { ...document.fields, read: true } }]);
    await world.deliver('bank-facts', cleared);
    expect(listIn(world.state()).live).toMatchObject([{ read: true, status: 'booked' }]);
  });

  test('of a shared account is told to each owner in their own language', async () => {
    const world = aWorld({ functions: [trackAccount, recordTransaction, composeNotification] });
    await world.store.commit(registered('uid-ann', phone));
    await world.store.commit(registered('uid-bo', aDevice({ id: 'bo', locale: 'sv-SE' })));
    await world.deliver(
      'bank-facts',
      aFact('account.opened', { ownerIds: ['uid-ann', 'uid-bo'] }),
      authorised,
    );
    const languages = Object.entries(world.state()).flatMap(([path, { language }]) =>
      language ? [[path.split('/')[1], language]] : [],
    );
    expect(languages).toEqual([
      ['uid-ann', 'da'],
      ['uid-bo', 'sv'],
    ]);
    expect(world.events('notifications')).toHaveLength(2);
  });

  test('is told in the language of the device that was registered last', async () => {
    const older = aDevice({ id: 'older', locale: 'sv-SE', registeredAt: '2026-01-01T00:00:00.000Z' });
    expect((await told([opened, authorised], { devices: [phone, older] })).live).toMatchObject([
      { language: 'da' },
    ]);
  });

  test('of a customer without any device is in their list, in English', async () => {
    const { texts, pushes } = await told([opened, authorised], { devices: [] });
    expect(texts).toEqual(['Kaffebar: -DKK 32.00']);
    expect(pushes).toEqual([]);
  });
});

describe('what is too early or too late', () => {
  test('a purchase before its account waits for it, parked', async () => {
    const { parked, live } = await told([authorised]);
    expect(parked).toMatchObject([{ reason: 'account.not-opened', waitsFor: 'accounts/acct-1' }]);
    expect(live).toEqual([]);
  });

  test('so does one of an account of which only a freezing is known', async () => {
    const { parked } = await told([aFact('account.frozen'), authorised]);
    expect(parked).toMatchObject([{ reason: 'account.not-opened' }]);
  });

  test.each([
    ['24 hours', '2026-11-24T09:00:00.000Z', 1],
    ['a moment more', '2026-11-24T09:00:00.001Z', 0],
  ])('%s after it occurred a purchase is in the list, and its pushes are %s: %i', async (_, now, count) => {
    const { live, pushes } = await told([opened, authorised], { now: new Date(now) });
    expect(live).toHaveLength(1);
    expect(pushes).toHaveLength(count);
  });

  test('money that is announced is told once it is there', async () => {
    const pending = aFact('transaction.pending', { ...transfer, direction: 'credit' });
    const booked = aFact('transaction.booked', { ...transfer, direction: 'credit' });
    expect((await told([opened, pending])).live).toEqual([]);
    const { texts, pushes, live } = await told([opened, pending, booked]);
    expect(texts).toEqual(['Havnens Bageri: +25.000,00 kr. er gået ind']);
    expect(live).toMatchObject([{ kind: 'income' }]);
    expect(pushes).toHaveLength(1);
  });

  test('an expiry that overtook its authorisation says nothing by itself', async () => {
    const expired = aFact('card.authorisation-expired');
    expect((await told([opened, expired])).live).toEqual([]);
    const { texts, pushes } = await told([opened, expired, authorised]);
    expect(texts).toEqual(['Kaffebar: Reservationen på 32,00 kr. er udløbet']);
    expect(pushes).toHaveLength(1);
  });

  test('what the feed does not show is not told', async () => {
    const elsewhere = aFact('card.cleared', {
      role: 'holds',
      authorisationId: 'auth-1',
      amountMinor: 3_200n,
      final: true,
    });
    expect((await told([opened, elsewhere])).live).toEqual([]);
  });
});

describe('a slow try', () => {
  /** A ledger of which all is told at once but the last fact; of that, `meanwhile` is recorded and told between two reads. */
  async function slowly(facts: readonly Message[], meanwhile: Message) {
    const cloud = memoryCloud();
    const ledger = aWorldOn(
      { ...cloud, turn: async () => {} },
      { functions: [trackAccount, recordTransaction] },
    );
    const record = async (fact: Message) => {
      await ledger.deliver('bank-facts', fact);
      return ledger.published.filter(({ topic }) => topic === 'transactions').at(-1)?.message;
    };
    const tell = async (message: Message | undefined, platform = cloud.instance()) => {
      if (message) await composeNotification.start(anEnv({ platform }), {})(message);
    };
    for (const fact of facts.slice(0, -1)) await tell(await record(fact));
    const last = await record(facts.at(-1) as Message);

    const platform = cloud.instance();
    let reads = 0;
    await tell(last, {
      ...platform,
      async get(paths) {
        reads += 1;
        if (reads === 2) await tell(await record(meanwhile));
        return platform.get(paths);
      },
    });
    return listIn(Object.fromEntries(cloud.documents())).live;
  }

  test('never puts an older state over a newer one', async () => {
    expect(await slowly([opened, authorised], cleared)).toMatchObject([{ status: 'booked' }]);
  });

  test('whose transaction turns out to be another in the middle of it tells that one', async () => {
    const refund = { refundId: 'ref-1', amountMinor: 400n };
    const alone = aFact('card.refunded', { ...refund, id: 'fact-alone' });
    const ofClearing = aFact('card.refunded', { ...refund, id: 'fact-of-clearing', clearingId: 'clr-1' });
    const both = { clearingId: 'clr-1', authorisationId: 'auth-1' };
    const ofBoth = aFact('card.refunded', { ...refund, ...both, id: 'fact-of-both' });
    expect(await slowly([opened, authorised, alone, ofClearing], ofBoth)).toMatchObject([
      { description: 'Kaffebar', amountMinor: 400n },
    ]);
  });
});

describe('a refund that turns out to belong to a purchase', () => {
  const refund = { refundId: 'ref-1', amountMinor: 400n, ...kaffebar };
  const alone = aFact('card.refunded', { ...refund, id: 'fact-alone' });
  const linked = aFact('card.refunded', { ...refund, id: 'fact-linked', authorisationId: 'auth-1' });
  const ids = (kind: 'authorisation' | 'refund', id: string) =>
    notificationIdOf(transactionIdOf('sandbox', 'acct-1', { kind, id }));
  const [home, weaker] = [ids('authorisation', 'auth-1'), ids('refund', 'ref-1')];

  test('leaves word of where it went, and what was told of it counts', async () => {
    const { world } = await told([opened, alone]);
    await world.deliver('bank-facts', linked);
    await world.deliver('bank-facts', authorised);
    const { live, moved } = listIn(world.state());
    expect(live.map(({ id }) => id)).toEqual([home]);
    expect(moved).toEqual({ [weaker]: home });
    expect(world.events('notifications').map(({ subject }) => subject)).toEqual([weaker]);
  });

  test('also when the event that says so comes first', async () => {
    const world = aWorld({ functions: [trackAccount, recordTransaction] });
    await world.deliver('bank-facts', opened, alone, linked);
    const [first, second] = world.published
      .filter(({ topic }) => topic === 'transactions')
      .map(({ message }) => message);
    if (!first || !second) throw new Error('two were to be published');
    const cloud = memoryCloud();
    const after = aWorldOn({ ...cloud, turn: async () => {} }, { functions: [composeNotification] });
    await cloud
      .instance()
      .commit([...world.documents()].map(([path, fields]) => ({ do: 'create', path, fields })));
    await cloud.instance().commit(registered('uid-ann', phone));
    await after.deliver('transactions', second, first);
    expect(after.events('notifications').map(({ subject }) => subject)).toEqual([home]);
    expect(listIn(Object.fromEntries(cloud.documents())).moved).toEqual({ [weaker]: home });
  });

  test('and was read, stays read', async () => {
    const { world } = await told([opened, alone]);
    const [document] = await world.store.query({ collection: 'customers/uid-ann/notifications' });
    if (!document) throw new Error('no notification');
    await world.store.commit([{ do: 'replace', read: document, fields: { ...document.fields, read: true } }]);
    await world.deliver('bank-facts', linked);
    expect(listIn(world.state()).live).toMatchObject([{ id: home, read: true }]);
  });
});

test('a message that is no event of a transaction is parked, and the next one is taken', async () => {
  const { world } = await told([opened]);
  const data = { ...(eventIn(authorised).data as object), accountId: 7 };
  const broken = aMessage([transactionChanged], {
    type: 'transaction.changed',
    subject: 'txn_1',
    data: {
      accountId: 'acct-1',
      transactionId: 'txn_1',
      status: 'booked',
      direction: 'debit',
      amountMinor: 1n,
      currency: 'DKK',
      bookedMinor: -1n,
      heldMinor: 0n,
    },
  });
  const bent = { ...broken, data: Buffer.from(JSON.stringify({ ...eventIn(broken), data })) };
  await world.deliver('transactions', bent);
  await world.deliver('bank-facts', authorised);
  expect(world.events('dead-letters').map((event) => (event.data as { reason: string }).reason)).toEqual([
    'event.invalid',
  ]);
  expect(listIn(world.state()).live).toHaveLength(1);
});
