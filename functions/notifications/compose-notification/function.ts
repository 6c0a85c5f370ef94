import * as z from 'zod';
import { isFresh, isWorthTelling, newsOf } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { notificationRequested } from '../../../shared/events/notifications.ts';
import { transactionChanged, transactionRecorded } from '../../../shared/events/transactions.ts';
import { CODES, type Reads, readOne, StoreError } from '../../../shared/platform/platform.ts';
import { type Decision, onEvent } from '../../../shared/runtime/on-event.ts';
import { tellEach } from '../../../shared/runtime/tell.ts';
import { accountPath, openedAccountFrom } from '../../../shared/store/accounts.ts';
import { devicesFrom, devicesPath, localeOf, pushesTo } from '../../../shared/store/devices.ts';
import { lastId, type Stored } from '../../../shared/store/document.ts';
import {
  movedTo,
  notificationFrom,
  notificationIdOf,
  notificationPath,
  writeMoved,
  writeNotification,
} from '../../../shared/store/notifications.ts';
import {
  aliasesFrom,
  type Root,
  transactionFrom,
  transactionPath,
} from '../../../shared/store/transactions.ts';

/** Keeps one notification for each transaction and owner, as the transaction is now, and has it pushed once. */
export default onEvent({
  name: 'compose-notification',
  on: [transactionRecorded, transactionChanged],
  publishes: [notificationRequested],
  impact:
    'Customers are told of neither purchases nor income; the list catches up, and pushes up to a day old.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ data }, { deps, now }) {
    const { accountId, transactionId, absorbed = [] } = data;
    const [read, document] = (await deps.get([
      accountPath(accountId),
      transactionPath(accountId, transactionId),
    ])) as [Stored, Stored];
    const { ownerIds } = openedAccountFrom(read);
    const homeId = await homeIdOf(deps, accountId, document);
    // Under these names it may have been told already.
    const weaker = [...new Set([transactionId, ...absorbed])].filter((id) => id !== homeId);
    return tellEach(ownerIds, (customerId) => tell(deps, { customerId, accountId, homeId, weaker }, now));
  },
});

/** The id of the transaction that this document is, or turned out to be. */
async function homeIdOf(reads: Reads, accountId: string, document: Stored): Promise<string> {
  const [target] = aliasesFrom(document);
  if (target === undefined) return lastId(document.path);
  return homeIdOf(reads, accountId, await readOne(reads, transactionPath(accountId, target)));
}

// What moves by account; all else is a card's, or is worded so that it fits both.
const BY_ACCOUNT: ReadonlySet<Root['kind']> = new Set(['transaction', 'opening']);

type Telling = {
  readonly customerId: string;
  readonly accountId: string;
  readonly homeId: string;
  readonly weaker: readonly string[];
};

/**
 * A notification is there once it has been told, so its push goes out with the commit that creates it. What was told
 * under a weaker name counts; what was not leaves word of where it went, so that a slow try to tell it finds that.
 */
async function tell(
  reads: Reads,
  { customerId, accountId, homeId, weaker }: Telling,
  now: Date,
): Promise<Decision<typeof notificationRequested>> {
  const id = notificationIdOf(homeId);
  const pathOf = (transactionId: string) => notificationPath(customerId, notificationIdOf(transactionId));
  // Of one moment, or a slow try would put an older state over a newer one.
  const [source, registered, document, ...named] = (await reads.get([
    transactionPath(accountId, homeId),
    devicesPath(customerId),
    ...[homeId, ...weaker].map(pathOf),
  ])) as [Stored, Stored, Stored, ...Stored[]];
  const devices = devicesFrom(registered);
  // It turned out to be another between the two reads.
  if (aliasesFrom(source).length > 0) throw new StoreError(CODES.aborted);
  const home = transactionFrom(source);
  // What an account held before is nothing that happened.
  if (!home || home.root === 'opening' || !isWorthTelling(home.summary)) return {};

  const before = notificationFrom(document);
  const unnamed = before ? [] : home.aliases.filter((each) => !weaker.includes(each));
  const others = [...named, ...(await reads.get(unnamed.map(pathOf)))];

  const news = newsOf(home.summary, BY_ACCOUNT.has(home.root) ? 'transfer' : 'card');
  const { occurredAt, latestAt } = home.summary;
  const read = before?.read ?? others.some((each) => notificationFrom(each)?.read);
  const isTold = before !== undefined || others.some(({ fields }) => fields !== undefined);
  return {
    writes: [
      writeNotification(document, {
        id,
        ...textOf(news, localeOf(devices)),
        news,
        accountId,
        transactionId: homeId,
        occurredAt,
        latestAt,
        read,
      }),
      ...others.filter((each) => movedTo(each) !== id).map((each) => writeMoved(each, id)),
    ],
    events: isTold || !isFresh(latestAt, now) ? [] : pushesTo(devices, { customerId, notificationId: id }),
  };
}
