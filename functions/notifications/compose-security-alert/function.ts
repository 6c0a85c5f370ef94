import { z } from 'zod';
import type { Account } from '../../../shared/domain/account.ts';
import type { SecurityNews } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { accountChanged, deviceRegistered } from '../../../shared/events/customers.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import { notificationRequested } from '../../../shared/events/notifications.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { type Decision, onEvent } from '../../../shared/runtime/on-event.ts';
import { accountFrom, accountPath } from '../../../shared/store/accounts.ts';
import { deviceFrom, devicesOf, localeOf, pushesTo } from '../../../shared/store/devices.ts';
import {
  notificationIdOf,
  notificationPath,
  writeNotification,
} from '../../../shared/store/notifications.ts';

/** Tells customers who may use their money: an account frozen, opened again or closed, a device that was registered. */
export default onEvent({
  name: 'compose-security-alert',
  on: [accountChanged, deviceRegistered],
  publishes: [notificationRequested],
  impact: 'Customers are not told that an account was frozen, or that somebody registered a device.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(event, { deps }) {
    const alert = event.type === 'account.changed' ? await ofAccount(deps, event) : ofDevice(event);
    if (!alert) return {};
    const customerIds = [...new Set(alert.customerIds)];
    const told = await Promise.all(customerIds.map((customerId) => tell(deps, customerId, alert)));
    return {
      writes: told.flatMap(({ writes = [] }) => writes),
      events: told.flatMap(({ events = [] }) => events),
    };
  },
});

type Alert = {
  /** One for one fact. */
  readonly id: string;
  readonly status: SecurityNews['status'];
  readonly customerIds: readonly string[];
  readonly occurredAt: string;
  readonly accountId?: string;
  /** The one in whose hands it all happened is not pushed to. */
  readonly exceptDevice?: string;
};

/** Before an account is opened there is nobody to tell; its opening then tells the status that it has. */
async function ofAccount(reads: Reads, event: EventOf<typeof accountChanged>): Promise<Alert | undefined> {
  const { accountId, status, opened } = event.data;
  const account = accountFrom(await readOne(reads, accountPath(accountId)));
  if (!opened || !account) return undefined;
  // An account changes its owners too, and that is not a second freezing: the fact behind the status is the alert's.
  const rank = account.status === status ? account.statusRank : undefined;
  const alert = {
    id: notificationIdOf(accountId, status, rank?.factId ?? event.id),
    customerIds: account.ownerIds,
    occurredAt: rank?.occurredAt ?? event.time,
    accountId,
  };
  if (status !== 'open') return { ...alert, status };
  return rank && wasOpenedAgain(account) ? { ...alert, status: 'unfrozen' } : undefined;
}

function wasOpenedAgain({ statusRank, openedRank }: Account): boolean {
  return statusRank?.factId !== openedRank?.factId;
}

function ofDevice(event: EventOf<typeof deviceRegistered>): Alert {
  const { customerId, deviceId } = event.data;
  return {
    id: notificationIdOf(event.id),
    status: 'device-registered',
    customerIds: [customerId],
    occurredAt: event.time,
    exceptDevice: deviceId,
  };
}

async function tell(
  reads: Reads,
  customerId: string,
  { id, status, occurredAt, accountId, exceptDevice }: Alert,
): Promise<Decision<typeof notificationRequested>> {
  const [document, found] = await Promise.all([
    readOne(reads, notificationPath(customerId, id)),
    reads.query(devicesOf(customerId)),
  ]);
  if (document.fields) return {};
  const devices = found.flatMap((each) => deviceFrom(each) ?? []);
  const news = { kind: 'security', status } as const;
  const notification = {
    id,
    ...textOf(news, localeOf(devices)),
    news,
    accountId,
    occurredAt,
    latestAt: occurredAt,
    read: false,
  };
  const others = devices.filter((device) => device.id !== exceptDevice);
  return {
    writes: [writeNotification(document, notification)],
    events: pushesTo(others, { customerId, notificationId: id }),
  };
}
