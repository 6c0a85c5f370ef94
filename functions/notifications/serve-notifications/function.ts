import * as z from 'zod';
import { deviceRegistered } from '../../../shared/events/customers.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';
import { deleteOwnDevice, listDevices, putDevice } from './devices.ts';
import { listNotifications, markRead } from './notifications.ts';
import { getPreferences, putPreferences } from './preferences.ts';

/** What a customer was told, where they are pushed to, and what they want to be pushed. */
export default onRequest({
  name: 'serve-notifications',
  caller: 'customer',
  publishes: [deviceRegistered],
  impact: 'Customers see no list of notifications, and new phones get no pushes.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  routes: {
    'GET /v1/notifications': listNotifications,
    'PUT /v1/notifications/:notificationId/read': markRead,
    'GET /v1/devices': listDevices,
    'PUT /v1/devices/:deviceId': putDevice,
    'DELETE /v1/devices/:deviceId': deleteOwnDevice,
    'GET /v1/preferences': getPreferences,
    'PUT /v1/preferences': putPreferences,
  },
});
