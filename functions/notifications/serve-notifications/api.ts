import * as z from 'zod';
import type { News } from '../../../shared/domain/notification.ts';
import { instant } from '../../../shared/events/event.ts';
import { type Api, asAnswered, type EnumOf, pageOf } from '../../../shared/runtime/described.ts';
import { DEVICES_MAX } from '../../../shared/store/devices.ts';
import { registration } from './devices.ts';
import { preferences as wanted } from './preferences.ts';

const preferences = wanted.meta({ id: 'Preferences' });

const notification = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['spending', 'income', 'declined', 'security', 'direct-debit', 'payment']) satisfies EnumOf<
      News['kind']
    >,
    title: z.string(),
    body: z.string(),
    occurredAt: instant,
    read: z.boolean(),
    accountId: z.string().optional(),
    transactionId: z.string().optional().meta({ description: 'What it tells of, as that is now.' }),
    directDebitId: z.string().optional().meta({ description: 'Likewise.' }),
    paymentId: z.string().optional().meta({ description: 'The payment that was not paid, or came back.' }),
  })
  .meta({ id: 'Notification' });

const device = z
  .strictObject({ id: z.string(), locale: z.string(), registeredAt: instant })
  .meta({ id: 'Device', description: 'Never with its token, which is all that one needs to push to it.' });

const aNotification = {
  id: 'ntf_5vF0qjKQwL2m8oZxJr7cTtB1aYe',
  kind: 'spending',
  title: 'Kaffebaren',
  body: '-32,00 kr.',
  occurredAt: '2026-11-23T09:30:00.000Z',
  read: false,
  accountId: 'acct-1',
  transactionId: 'txn_gM1Yz1dQj4cNwQJvLZsVQ0r8bGx',
};
const aDevice = { id: 'phone', locale: 'da-DK', registeredAt: '2026-11-23T10:00:00.000Z' };
const somePreferences = {
  timeZone: 'Europe/Copenhagen',
  quietHours: { from: '22:00', to: '07:00' },
  push: { spending: true, income: true, declined: true },
};

const deviceId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export default {
  'GET /v1/notifications': {
    operationId: 'listNotifications',
    summary: 'List what the customer was told',
    description: 'The newest first; each transaction once, as it is now.',
    headers: {
      'Accept-Language': z
        .string()
        .optional()
        .meta({ description: 'The best of en, da, sv and nb in it; else as it was composed.' }),
    },
    isPaged: true,
    answers: {
      200: {
        description: 'A page of them.',
        schema: pageOf(notification),
        example: { items: [aNotification] },
      },
    },
  },
  'PUT /v1/notifications/:notificationId/read': {
    operationId: 'markRead',
    summary: 'Mark a notification as read',
    description: 'Also one that has moved since it was pushed.',
    params: { notificationId: z.string() },
    answers: { 204: { description: 'It is read.' } },
    refusals: { 404: asAnswered('notification.not-found') },
  },
  'GET /v1/devices': {
    operationId: 'listDevices',
    summary: 'List the customer’s devices',
    description: 'All that the customer is pushed to.',
    answers: {
      200: {
        description: 'The devices.',
        schema: z.strictObject({ items: z.array(device) }),
        example: { items: [aDevice] },
      },
    },
  },
  'PUT /v1/devices/:deviceId': {
    operationId: 'registerDevice',
    summary: 'Register a device',
    description:
      'Or its new token or language. A token belongs to one device: whoever had it before loses it. The customer is told of it on every other device.',
    params: { deviceId },
    body: {
      schema: registration,
      description: 'How to push to it.',
      example: { fcmToken: 'f8Tz0kE1Qm2:APA91bHqXx', locale: 'da-DK' },
      fields: { fcmToken: 'FCM’s registration token.', locale: 'BCP 47, as in da-DK.' },
    },
    answers: { 200: { description: 'It is registered.', schema: device, example: aDevice } },
    refusals: {
      422: {
        'device.id-invalid': 'deviceId is not 1 to 64 of A-Z a-z 0-9 _ -.',
        'device.too-many': `The customer has ${DEVICES_MAX} devices already.`,
      },
    },
  },
  'DELETE /v1/devices/:deviceId': {
    operationId: 'deleteDevice',
    summary: 'Forget a device',
    description: 'Nothing is pushed to it from now on.',
    params: { deviceId },
    answers: { 204: { description: 'It is forgotten.' } },
    refusals: { 404: asAnswered('device.not-found') },
  },
  'GET /v1/preferences': {
    operationId: 'getPreferences',
    summary: 'Read what the customer wants to be pushed',
    description: 'Of one who has not chosen: everything, at any time.',
    answers: { 200: { description: 'The preferences.', schema: preferences, example: somePreferences } },
  },
  'PUT /v1/preferences': {
    operationId: 'putPreferences',
    summary: 'Replace what the customer wants to be pushed',
    description: 'Whole. News of security is not among them, since it cannot be switched off.',
    body: {
      schema: wanted,
      description: 'The preferences.',
      example: somePreferences,
      fields: {
        timeZone: 'An IANA name, as in Europe/Copenhagen.',
        quietHours:
          'By the wall clock there, from the one to before the other, over midnight where `to` is earlier; null: none.',
        push: 'Which kinds. Of direct debits, an announced one goes by `spending`, a refused one by `declined`, one that came back by `income`.',
      },
    },
    answers: { 200: { description: 'They are replaced.', schema: preferences, example: somePreferences } },
  },
} satisfies Api;
