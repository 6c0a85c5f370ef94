import { describe, expect, test } from 'vitest';
import { accountChanged, deviceRegistered } from '../../../shared/events/customers.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { aFact, aMessage } from '../../../shared/testing/builders.ts';
import { aDevice, devicesOf } from '../../../shared/testing/push-service.ts';
import { ALL_FAULTS, aWorld, STORMY } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import parkDeadLetter from '../../operations/park-dead-letter/function.ts';
import redriveWaiting from '../../operations/redrive-waiting/function.ts';
import composeSecurityAlert from './function.ts';

const phone = aDevice();
const tablet = aDevice({ id: 'tablet', registeredAt: '2026-01-01T00:00:00.000Z' });
const state = (type: 'account.frozen' | 'account.unfrozen' | 'account.closed', version: number) =>
  aFact(type, { id: `fact-${version}`, resourceVersion: version });
const [opened, frozen, unfrozen, closed] = [
  aFact('account.opened', { resourceVersion: 1 }),
  state('account.frozen', 2),
  state('account.unfrozen', 3),
  state('account.closed', 4),
];
const added = aMessage([deviceRegistered], {
  type: 'device.registered',
  subject: 'phone',
  id: 'evt-registered',
  data: { customerId: 'uid-ann', deviceId: 'phone' },
});

function aWatched(settings: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const functions = [trackAccount, composeSecurityAlert, parkDeadLetter, redriveWaiting];
  return aWorld({ functions, stored: devicesOf('uid-ann', phone, tablet), ...settings });
}

/** What Ann has been told, and which devices were pushed to, after these one by one. */
async function told(...facts: readonly Message[]) {
  const world = aWatched();
  for (const fact of facts) await world.deliver('bank-facts', fact);
  return outcomeOf(world);
}

function outcomeOf(world: ReturnType<typeof aWatched>) {
  const list = Object.entries(world.state()).filter(([path]) => path.includes('/notifications/'));
  const pushes = new Map(
    world.events('notifications').map(({ id, data }) => [id, (data as { deviceId: string }).deviceId]),
  );
  return {
    titles: list.map(([, { title }]) => title as string).toSorted(),
    list: list.map(([, fields]) => fields),
    pushes: [...pushes.values()].toSorted(),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

describe('an account', () => {
  test('that was just opened is no news of security', async () => {
    expect(await told(opened)).toMatchObject({ titles: [], pushes: [] });
  });

  test('that is frozen is told to every device, and stands in the list', async () => {
    const { list, pushes } = await told(opened, frozen);
    expect(list).toMatchObject([
      {
        kind: 'security',
        status: 'frozen',
        title: 'Din konto er spærret',
        language: 'da',
        accountId: 'acct-1',
        occurredAt: '2026-11-23T09:00:00.000Z',
        read: false,
      },
    ]);
    expect(pushes).toEqual(['phone', 'tablet']);
  });

  test('that is frozen, opened again and closed is told three times', async () => {
    const { titles, pushes } = await told(opened, frozen, unfrozen, closed);
    expect(titles).toEqual(['Din konto er lukket', 'Din konto er spærret', 'Din konto er åben igen']);
    expect(pushes).toHaveLength(6);
  });

  test('that was frozen before anybody owned it is told to who then does, once', async () => {
    const { titles, pushes } = await told(frozen, opened);
    expect(titles).toEqual(['Din konto er spærret']);
    expect(pushes).toEqual(['phone', 'tablet']);
  });

  test('that is frozen and gets another owner is not frozen once more', async () => {
    const shared = aFact('account.opened', {
      id: 'fact-shared',
      time: '2026-11-23T09:01:00.000Z',
      ownerIds: ['uid-ann', 'uid-bo'],
    });
    const unnumbered = [
      aFact('account.opened', { id: 'fact-a' }),
      aFact('account.frozen', { id: 'fact-f', time: '2026-11-23T09:05:00.000Z' }),
    ];
    const { titles } = await told(...unnumbered, shared);
    // Bo is told what the account is; Ann knows.
    expect(titles).toEqual(['Din konto er spærret', 'Your account is frozen']);
  });

  test('of which the news comes twice is told once', async () => {
    const world = aWatched();
    for (const fact of [opened, frozen]) await world.deliver('bank-facts', fact);
    const { message } = world.published.filter(({ event }) => event.type === 'account.changed')[1] ?? {};
    if (!message) throw new Error('nothing published');
    await world.deliver('customers', message, message);
    expect(outcomeOf(world)).toMatchObject({ titles: ['Din konto er spærret'], pushes: ['phone', 'tablet'] });
  });

  test('that was opened again before the news of its freezing came is no alarm, and stands in the list', async () => {
    const inOrder = await told(opened, frozen, unfrozen, closed);
    for (const facts of [
      [opened, closed, unfrozen, frozen],
      [closed, frozen, unfrozen, opened],
      [unfrozen, opened, frozen, closed],
    ]) {
      const { list, pushes } = await told(...facts);
      expect(list).toEqual(inOrder.list);
      expect(pushes.length).toBeLessThan(inOrder.pushes.length);
    }
    // Of the last state alone.
    expect((await told(opened, closed, unfrozen, frozen)).pushes).toEqual(['phone', 'tablet']);
  });

  test('that is frozen by a later state with an earlier time is told to every phone', async () => {
    const early = aFact('account.frozen', {
      id: 'fact-early',
      resourceVersion: 5,
      time: '2026-11-23T08:00:00.000Z',
    });
    expect((await told(opened, unfrozen, early)).pushes).toEqual(['phone', 'phone', 'tablet', 'tablet']);
  });

  test('of which one state is told under two ids of the bank’s is frozen once', async () => {
    const again = aFact('account.frozen', { id: 'fact-2-again', resourceVersion: 2 });
    expect((await told(opened, frozen, again)).titles).toEqual(['Din konto er spærret']);
    expect((await told(opened, unfrozen, frozen, again)).titles).toEqual([
      'Din konto er spærret',
      'Din konto er åben igen',
    ]);
  });

  test('whatever crashes, and in whatever order news of it is handled, is told once for each fact that is told', async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const world = aWatched({
        seed,
        faults: ALL_FAULTS,
        weather: { ...STORMY, reorders: false, concurrency: 1 },
      });
      for (const fact of [opened, frozen, unfrozen]) await world.deliver('bank-facts', fact);
      const { titles, pushes } = outcomeOf(world);
      expect([seed, ...titles]).toEqual([seed, 'Din konto er spærret', 'Din konto er åben igen']);
      expect(pushes).toHaveLength(4);
    }
  });
});

describe('a device that was registered', () => {
  test('stands in the list, and is told to the customer’s other devices', async () => {
    const world = aWatched();
    await world.deliver('customers', added);
    const { list, pushes } = outcomeOf(world);
    expect(list).toMatchObject([
      { kind: 'security', status: 'device-registered', title: 'En ny enhed er registreret' },
    ]);
    expect(pushes).toEqual(['tablet']);
  });

  test('told twice by one event is one notification', async () => {
    const world = aWatched();
    await world.deliver('customers', added, added);
    expect(outcomeOf(world)).toMatchObject({ titles: ['En ny enhed er registreret'], pushes: ['tablet'] });
  });
});

test('a message that cannot be read is parked, and the next one is taken', async () => {
  const world = aWatched({ functions: [composeSecurityAlert] });
  const broken = aMessage([accountChanged], {
    type: 'account.changed',
    subject: 'acct-1',
    data: { accountId: 'acct-1', status: 'frozen', opened: true },
  });
  const bent = {
    ...broken,
    data: Buffer.from(Buffer.from(broken.data).toString().replace('"frozen"', '"blue"')),
  };
  await world.deliver('customers', bent, added);
  expect(outcomeOf(world)).toMatchObject({
    parked: ['event.invalid'],
    titles: ['En ny enhed er registreret'],
  });
});
