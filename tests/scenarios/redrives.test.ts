import { afterEach, describe, expect, test, vi } from 'vitest';
import sendPush from '../../functions/notifications/send-push/function.ts';
import parkDeadLetter from '../../functions/operations/park-dead-letter/function.ts';
import { CODES, type Message, type Platform, StoreError } from '../../shared/platform/platform.ts';
import { subscriptionOf } from '../../shared/runtime/declared.ts';
import { aSceneWithPhones } from './phones.ts';
import { aScene, told } from './scene.ts';
import { authorised, cleared, opened, transfer } from './words.ts';

afterEach(() => void vi.unstubAllGlobals());

const booked = transfer('booked', 'trf-1', '36000');
const otherwise = transfer('booked', 'trf-1', '63000', { as: 'another event' });

describe('what cannot be processed', () => {
  test('is parked once, however often the bank sends it', async () => {
    const scene = await told(opened(), booked, otherwise, otherwise, otherwise);
    expect(scene.parked()).toEqual(['fact.conflict']);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-36000' });
  });

  test('is not acknowledged before it is parked', async () => {
    let failures = 3;
    const failing = (own: Platform): Platform => ({
      ...own,
      publish: async (topic, messages) => {
        if (topic === 'dead-letters' && failures > 0) {
          failures -= 1;
          throw new StoreError(CODES.unavailable);
        }
        await own.publish(topic, messages);
      },
    });
    const scene = await aScene({ platform: failing });
    await scene.tell(opened(), booked, otherwise);
    expect(failures).toBe(0);
    expect(scene.parked()).toEqual(['fact.conflict']);
  });

  test('since the bank used one event’s id for two amounts is parked, and the first amount stands', async () => {
    const scene = await told(opened(), booked, transfer('booked', 'trf-1', '63000'));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-36000', feed: [{ amountMinor: '36000' }] });
    expect(scene.parked()).toEqual(['event.conflict']);
  });
});

describe('a push that was given up, and that an operator redrives', () => {
  test('rings the phone once the push service is there again', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    scene.push.answer('token-1', Array(5).fill({ status: 503, errorCode: 'UNAVAILABLE' }));
    await scene.tell(opened(), authorised('auth-1', '3200'));
    expect(scene.parked()).toEqual(['delivery.attempts-exhausted']);
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 0 });

    for (let times = 0; times < 2; times += 1) expect(await scene.redrives()).toBe(202);
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1 });
  });

  test('rings it no second time where it had got through all the same', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.tell(opened(), authorised('auth-1', '3200'));
    const [push] = scene.world.published.filter(({ event }) => event.type === 'notification.requested');
    if (!push) throw new Error('nothing was to be pushed');

    // Every acknowledgement was lost, as many times as Pub/Sub tries.
    await scene.world.deliver('dead-letters', givenUp(push.message));
    expect(scene.parked()).toEqual(['delivery.attempts-exhausted']);
    expect(await scene.redrives()).toBe(202);
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1 });
  });

  /** As Pub/Sub forwards it. */
  function givenUp({ data, attributes }: Message): Message {
    const source = 'CloudPubSubDeadLetterSource';
    const subscription = subscriptionOf(sendPush).name;
    return {
      data,
      attributes: {
        ...attributes,
        [`${source}Subscription`]: subscription,
        [`${source}DeliveryCount`]: '100',
      },
    };
  }
});

test('what is redriven goes to the function that gave it up, and the others have nothing more to do', async () => {
  const scene = await aSceneWithPhones();
  // It waits for its account, which `compose-notification` alone needs.
  await scene.tell(cleared('clr-1', '36000'));
  const ledger = scene.world.events('transactions').length;
  await scene.tell(opened());
  const redriven = scene.world.events('transactions').slice(ledger);
  expect(redriven.map(({ to }) => to)).toEqual(['compose-notification']);
});

test('what waits for its account goes on also where it was parked only after the account was opened', async () => {
  const scene = await aSceneWithPhones({ without: [parkDeadLetter] });
  await scene.registers('uid-ann', 'phone', 'token-1');
  await scene.tell(authorised('auth-1', '3200'));
  await scene.tell(opened());
  const waiting = scene.world.published.filter(({ topic }) => topic === 'dead-letters');
  expect(waiting).toHaveLength(1);

  const later = await aSceneWithPhones({ stored: scene.documents() });
  await later.world.deliver('dead-letters', ...waiting.map(({ message }) => message));
  expect(later.push.phone('token-1')).toMatchObject({ arrived: 1 });
});
