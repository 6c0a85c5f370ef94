import * as z from 'zod';
import type { Account } from '../../../shared/domain/account.ts';
import type { SecurityNews } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { isHigher, type Rank } from '../../../shared/domain/rank.ts';
import { accountChanged, deviceRegistered, passkeyRegistered } from '../../../shared/events/customers.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import { notificationRequested } from '../../../shared/events/notifications.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { type Decision, onEvent } from '../../../shared/runtime/on-event.ts';
import { tellEach } from '../../../shared/runtime/tell.ts';
import { accountFrom, accountPath, openedAccountFrom } from '../../../shared/store/accounts.ts';
import { devicesFrom, devicesPath, localeOf, pushesTo } from '../../../shared/store/devices.ts';
import type { Stored } from '../../../shared/store/document.ts';
import {
  type Notification,
  notificationIdOf,
  notificationPath,
  writeNotification,
} from '../../../shared/store/notifications.ts';

/**
 * Tells customers who may use their money: an account frozen, opened again or closed, a device or a passkey that was
 * registered.
 */
export default onEvent({
  name: 'compose-security-alert',
  on: [accountChanged, deviceRegistered, passkeyRegistered],
  publishes: [notificationRequested],
  impact:
    'Customers are not told that an account was frozen, or that somebody registered a device or a passkey.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(event, { deps }) {
    const alert = event.type === 'account.changed' ? await ofAccount(deps, event) : ofAccess(event);
    if (!alert) return {};
    const arrival = { eventId: event.id, traceparent: event.traceparent };
    return tellEach(alert.customerIds, (customerId) => tell(deps, { customerId, arrival }, alert));
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
  /** It is so no more, so that no phone need ring. */
  readonly isOver?: boolean;
};

/**
 * One for each state that the bank told of, also for one that a later state overtook: in whatever order they come, the
 * list is the same in the end. Only what the account still is goes to the phones.
 */
async function ofAccount(reads: Reads, { data }: Changed): Promise<Alert | undefined> {
  const { accountId, told } = data;
  const document = await readOne(reads, accountPath(accountId));
  const state = stateOf(accountFrom(document), told);
  if (!state) return undefined;
  const { status, version, occurredAt } = state;
  const { ownerIds, statusRank: present } = openedAccountFrom(document);
  return {
    // The same state under another of the bank's event ids is no other one.
    id: notificationIdOf(accountId, status, String(version || occurredAt)),
    status,
    customerIds: ownerIds,
    occurredAt,
    accountId,
    isOver: present !== undefined && isHigher(present, { version, occurredAt, factId: present.factId }),
  };
}

type Changed = EventOf<typeof accountChanged>;
type State = Pick<Rank, 'version' | 'occurredAt'> & { readonly status: SecurityNews['status'] };

/** What the event tells of; an opening tells its owners, of whom some may be new, what the account is by now. */
function stateOf(account: Account | undefined, told: Changed['data']['told']): State | undefined {
  if (told && told.status !== 'opened') {
    const { status, occurredAt, resourceVersion = 0 } = told;
    return { status, occurredAt, version: BigInt(resourceVersion) };
  }
  if (!account?.statusRank || account.status === 'open') return undefined;
  return { ...account.statusRank, status: account.status };
}

function ofAccess(event: EventOf<typeof deviceRegistered> | EventOf<typeof passkeyRegistered>): Alert {
  const common = {
    id: notificationIdOf(event.id),
    customerIds: [event.data.customerId],
    occurredAt: event.time,
  };
  // Which of the phones a passkey is on, nobody knows, and it may be on a stranger's: they all ring.
  if (event.type === 'passkey.registered') return { ...common, status: 'passkey-registered' };
  return { ...common, status: 'device-registered', exceptDevice: event.data.deviceId };
}

async function tell(
  reads: Reads,
  { customerId, arrival }: { customerId: string; arrival: Notification['arrival'] },
  { id, status, occurredAt, accountId, exceptDevice, isOver }: Alert,
): Promise<Decision<typeof notificationRequested>> {
  const [document, found] = (await reads.get([
    notificationPath(customerId, id),
    devicesPath(customerId),
  ])) as [Stored, Stored];
  if (document.fields) return {};
  const devices = devicesFrom(found);
  const news = { kind: 'security', status } as const;
  const notification = {
    id,
    ...textOf(news, localeOf(devices)),
    news,
    accountId,
    occurredAt,
    latestAt: occurredAt,
    read: false,
    arrival,
  };
  const others = devices.filter((device) => device.id !== exceptDevice && !isOver);
  return {
    writes: [writeNotification(document, notification)],
    events: pushesTo(others, { customerId, notificationId: id }),
  };
}
