import { describe, expect, test } from 'vitest';
import { NOW } from '../shared/testing/builders.ts';
import { phones } from './phones.ts';

const sent = (changes: object = {}) => ({
  message: {
    token: 'token-1',
    notification: { title: 'Kaffebaren', body: '-32,00 kr.' },
    data: { notificationId: 'ntf_1' },
    android: { priority: 'HIGH', notification: { tag: 'ntf_1' } },
    apns: { headers: { 'apns-collapse-id': 'ntf_1' } },
    ...changes,
  },
});

describe('the stand-in of the push service', () => {
  test('shows what arrives, one for one tag, the newest last', () => {
    const service = phones();
    service.send(sent(), NOW);
    const other = {
      android: { priority: 'HIGH', notification: { tag: 'ntf_2' } },
      apns: { headers: { 'apns-collapse-id': 'ntf_2' } },
    };
    service.send(sent(other), NOW);
    service.send(sent({ notification: { title: 'Kaffebaren', body: '-36,00 kr.' } }), NOW);
    expect(service.phone('token-1')).toMatchObject({
      arrived: 3,
      shows: [
        { tag: 'ntf_2', body: '-32,00 kr.' },
        { tag: 'ntf_1', body: '-36,00 kr.' },
      ],
    });
    expect(service.phone('another')).toMatchObject({ arrived: 0, shows: [] });
  });

  test.each<[string, object]>([
    ['a field that FCM does not know', { colour: 'red' }],
    ['no token', { token: undefined }],
    ['an empty title', { notification: { title: '', body: 'x' } }],
    ['data that is no text', { data: { notificationId: 1 } }],
    ['data under a name that FCM keeps for itself', { data: { from: 'x' } }],
    ['a priority in other words', { android: { priority: 'urgent', notification: { tag: 'ntf_1' } } }],
    ['two tags', { apns: { headers: { 'apns-collapse-id': 'ntf_2' } } }],
    ['a tag too long for an iPhone', { apns: { headers: { 'apns-collapse-id': 'x'.repeat(65) } } }],
    ['more than 4 KB', { data: { notificationId: 'x'.repeat(4096) } }],
  ])('refuses %s as FCM does', (_, changes) => {
    const service = phones();
    const answer = service.send(sent(changes), NOW);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ errorCode: 'INVALID_ARGUMENT' }] },
      },
    });
    expect(service.phone('token-1').arrived).toBe(0);
  });

  test('answers as it is told, in that order, and then well again', () => {
    const service = phones();
    service.answer('token-1', [
      { status: 429, retryAfter: 7 },
      { status: 404, errorCode: 'UNREGISTERED' },
      'cut',
    ]);
    expect(service.send(sent(), NOW)).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(service.send(sent(), NOW)).toMatchObject({
      status: 404,
      body: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } },
    });
    expect(service.phone('token-1').arrived).toBe(0);
    expect(service.send(sent(), NOW)).toBe('cut');
    expect(service.phone('token-1').arrived).toBe(1);
    expect(service.send(sent(), NOW)).toMatchObject({ status: 200 });
  });
});
