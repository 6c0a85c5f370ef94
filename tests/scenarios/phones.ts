import { vi } from 'vitest';
import composeNotification from '../../functions/notifications/compose-notification/function.ts';
import composeSecurityAlert from '../../functions/notifications/compose-security-alert/function.ts';
import forgetDevice from '../../functions/notifications/forget-device/function.ts';
import sendPush from '../../functions/notifications/send-push/function.ts';
import serveNotifications from '../../functions/notifications/serve-notifications/function.ts';
import redriveWaiting from '../../functions/operations/redrive-waiting/function.ts';
import serveParked from '../../functions/operations/serve-parked/function.ts';
import { aRequest } from '../../shared/testing/builders.ts';
import { aPushService, json } from '../../shared/testing/push-service.ts';
import { aScene } from './scene.ts';

const TELLING = [
  composeNotification,
  composeSecurityAlert,
  sendPush,
  forgetDevice,
  serveNotifications,
  redriveWaiting,
  serveParked,
];

/** A scene that goes on to the customers’ phones, by a push service of its own: `vi.unstubAllGlobals` takes it away. */
export async function aSceneWithPhones(settings: Parameters<typeof aScene>[0] = {}) {
  const push = aPushService();
  vi.stubGlobal('fetch', push.fetch);
  const scene = await aScene({ also: TELLING, ...settings });

  return {
    ...scene,
    push,
    /** The app on this device has this token of the push service’s now. */
    async registers(uid: string, deviceId: string, fcmToken: string) {
      const body = json({ fcmToken, locale: 'da-DK' });
      const request = aRequest('PUT', `/v1/devices/${deviceId}`, uid, body);
      const { status } = await scene.world.ask(serveNotifications, request);
      if (status !== 200) throw new Error(`not registered: ${status}`);
    },
    /** What an operator does about the one message that is parked; answers the status. */
    async redrives(id = parkedId()) {
      const request = aRequest('POST', `/v1/operators/parked/${id}/redrive`, 'op-eva');
      return (await scene.world.ask(serveParked, request)).status;
    },
  };

  function parkedId(): string {
    const ids = [...scene.documents().keys()].flatMap((path) => /^parked\/([^/]+)$/.exec(path)?.[1] ?? []);
    if (ids.length !== 1) throw new Error(`${ids.length} are parked`);
    return ids[0] ?? '';
  }
}
