import { expect, test } from 'vitest';
import { notificationFailed } from '../../../shared/events/notifications.ts';
import { devicesPath, tokenPath } from '../../../shared/store/devices.ts';
import { aMessage } from '../../../shared/testing/builders.ts';
import { aDevice, registered } from '../../../shared/testing/push-service.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import forgetDevice from './function.ts';

const phone = aDevice();
const paths = [devicesPath('uid-ann'), tokenPath(phone.fcmToken)].toSorted();

function aFailed(reason: string, registeredAt = phone.registeredAt) {
  const data = { customerId: 'uid-ann', notificationId: 'ntf_1', deviceId: 'phone', registeredAt, reason };
  return aMessage([notificationFailed], {
    type: 'notification.failed',
    subject: 'ntf_1',
    id: `evt-${reason}`,
    data,
  });
}

/** Where Ann's phone stands, after these. */
async function left(...messages: readonly ReturnType<typeof aFailed>[]) {
  const world = aWorld({ functions: [forgetDevice] });
  await world.store.commit(registered('uid-ann', phone));
  await world.deliver('notifications', ...messages);
  return Object.keys(world.state()).toSorted();
}

test('a phone whose token the push service no longer knows is forgotten, and its token with it', async () => {
  expect(await left(aFailed('unregistered'))).toEqual([]);
});

test('told twice, it is forgotten once', async () => {
  expect(await left(aFailed('unregistered'), aFailed('unregistered'))).toEqual([]);
});

test.each(['quiet-hours', 'switched-off', 'device-gone', 'notification-gone', 'UNREGISTERED'])(
  'a push that failed for %s changes nothing',
  async (reason) => {
    expect(await left(aFailed(reason))).toEqual(paths);
  },
);

test('a phone that has registered another token since stays', async () => {
  expect(await left(aFailed('unregistered', '2026-11-23T08:59:59.999Z'))).toEqual(paths);
});

test('a token that has come to another customer meanwhile stays theirs', async () => {
  const world = aWorld({ functions: [forgetDevice] });
  const [device] = registered('uid-ann', phone);
  const [, token] = registered('uid-bo', phone);
  if (!device || !token) throw new Error('nothing registered');
  await world.store.commit([device, token]);
  await world.deliver('notifications', aFailed('unregistered'));
  expect(Object.keys(world.state())).toEqual([tokenPath(phone.fcmToken)]);
});

test('a message that cannot be read is parked, and the next one is taken', async () => {
  const { data, attributes } = aFailed('unregistered');
  const bent = { attributes, data: Buffer.from(Buffer.from(data).toString().replace('"uid-ann"', '7')) };
  expect(await left(bent, aFailed('unregistered'))).toEqual([]);
});
