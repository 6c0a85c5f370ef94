import * as z from 'zod';
import { notificationFailed } from '../../../shared/events/notifications.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { deleteDevice, devicesFrom, devicesPath, tokenPath } from '../../../shared/store/devices.ts';

/** Forgets a device whose token the push service no longer knows. */
export default onEvent({
  name: 'forget-device',
  on: [notificationFailed],
  prefix: 'notification.failed',
  publishes: [],
  impact: 'Pushes are still tried on phones from which the app is gone.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ data }, { deps }) {
    if (data.reason !== 'unregistered') return {};
    const { customerId, deviceId } = data;
    const document = await readOne(deps, devicesPath(customerId));
    const device = devicesFrom(document).find(({ id }) => id === deviceId);
    // A later registration brought another token, and that one is alive.
    if (device?.registeredAt !== data.registeredAt) return {};
    const token = await readOne(deps, tokenPath(device.fcmToken));
    return { writes: deleteDevice(document, token, { customerId, deviceId }) };
  },
});
