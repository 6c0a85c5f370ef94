import { describe, expect, test } from 'vitest';
import { accountChanged } from '../events/customers.ts';
import { aFact, aMessage, NOW, TRACEPARENT } from '../testing/builders.ts';
import { exhausted, parkedId, wholeOf } from './dead-letter.ts';

const message = aMessage([accountChanged], {
  type: 'account.changed',
  subject: 'acct-1',
  id: 'evt-1',
  data: { accountId: 'acct-1', status: 'open', opened: true },
});
const SUBSCRIPTION = { CloudPubSubDeadLetterSourceSubscription: 'watch-things-0a1b2c3d' };
const PUBLISHED = { CloudPubSubDeadLetterSourceTopicPublishTime: '2026-11-23T09:59:00Z' };

describe('what Pub/Sub itself gave up', () => {
  test('is told as an event of its subscription, under ids that follow from what it was', () => {
    const attributes = {
      ...message.attributes,
      ...SUBSCRIPTION,
      ...PUBLISHED,
      CloudPubSubDeadLetterSourceDeliveryCount: '100',
    };
    expect(exhausted({ ...message, attributes }, NOW)).toEqual({
      specversion: '1.0',
      id: 'evt_4e7_ZXt3GWOM44GfkrdM636BwdA', // both ids computed in Python
      source: '/subscriptions/watch-things',
      type: 'message.parked',
      subject: 'watch-things',
      time: '2026-11-23T10:00:00.000Z',
      traceparent: TRACEPARENT,
      data: {
        parkedId: 'prk_ZtLIHqnwSkmDj11SbZPaJyXwcuk',
        function: 'watch-things',
        reason: 'delivery.attempts-exhausted',
        facts: {},
        attempts: 100,
        message: {
          dataBase64: Buffer.from(message.data).toString('base64'),
          attributes: message.attributes,
        },
      },
    });
  });

  test('is told also where nobody can read it, and it says nothing of when, how often and in which trace', () => {
    const told = exhausted({ data: Buffer.from('hello'), attributes: SUBSCRIPTION }, NOW);
    expect(told).toMatchObject({
      traceparent: '',
      data: { parkedId: 'prk_wAwdySTIDPiaNrVUDaEMmOKXhGg', attempts: 1 },
    });
    const readable = exhausted({ ...message, attributes: SUBSCRIPTION }, NOW);
    expect(readable?.id).toBe('evt_AcnRddtOuLyT18Nuc_nh2n6Omcs');
  });

  test('is nothing that was only delivered', () => {
    expect(exhausted(message, NOW)).toBeUndefined();
  });
});

test('a parked message is known by its function and its event, and other content under one id is another', () => {
  const event = { id: 'evt-1' } as Parameters<typeof parkedId>[2] & object;
  const ids = [
    parkedId('watch-things', message, event),
    parkedId('watch-others', message, event),
    parkedId('watch-things', message, { ...event, id: 'evt-2' }),
    parkedId('watch-things', message, { ...event, fingerprint: 'f-1' }),
  ];
  expect(ids[0]).toBe('prk_ZtLIHqnwSkmDj11SbZPaJyXwcuk');
  expect(new Set(ids).size).toBe(4);
});

test('what Pub/Sub adds to a dead letter is no part of the message', () => {
  const { attributes, data } = aFact('account.opened');
  const added = { ...attributes, ...SUBSCRIPTION, ...PUBLISHED, xCloudPubSubDeadLetterSource: 'kept' };
  expect(wholeOf({ data, attributes: added }).attributes).toEqual({
    ...attributes,
    xCloudPubSubDeadLetterSource: 'kept',
  });
});
