import type { Bug } from './bug.ts';

const COMPOSE = 'functions/notifications/compose-notification/function.ts';

/** Bugs of telling: what customers hear, how often, and who hears it. */
export const notificationBugs: readonly Bug[] = [
  {
    name: 'told-from-the-event',
    foundBy: 'phones',
    law: 'order',
    what: 'A notification says what its event said, and not what is true: one that comes late tells of a hold that is booked by now.',
    edits: [
      {
        file: COMPOSE,
        find: 'tell(deps, { customerId, accountId, homeId, weaker }, now));',
        replace: 'tell(deps, { customerId, accountId, homeId, weaker, data }, now));',
      },
      {
        file: COMPOSE,
        find: '{ customerId, accountId, homeId, weaker }: Telling,',
        replace:
          '{ customerId, accountId, homeId, weaker, data }: Telling & { data: { status: Summary["status"]; amountMinor: bigint } },',
      },
      {
        file: COMPOSE,
        find: 'const news = newsOf(home.summary,',
        replace:
          'const { status, amountMinor } = data;\n  const news = newsOf({ ...home.summary, status, amountMinor },',
      },
      {
        file: COMPOSE,
        find: "import { textOf } from '../../../shared/domain/notification-text.ts';",
        replace:
          "import { textOf } from '../../../shared/domain/notification-text.ts';\nimport type { Summary } from '../../../shared/domain/transaction.ts';",
      },
    ],
  },
  {
    name: 'told-under-each-name',
    foundBy: 'phones',
    law: 'once',
    what: 'What was told under a weaker name does not count: a refund that turns out to belong to a purchase is pushed once more.',
    edits: [
      {
        file: COMPOSE,
        find: 'const isTold = before !== undefined || others.some(({ fields }) => fields !== undefined);',
        replace: 'const isTold = before !== undefined;',
      },
    ],
  },
  {
    name: 'told-at-every-change',
    foundBy: 'phones',
    law: 'once',
    what: 'Every change of a transaction is pushed anew.',
    edits: [
      {
        file: COMPOSE,
        find: 'events: isTold || !isFresh(latestAt, now)',
        replace: 'events: !isFresh(latestAt, now)',
      },
    ],
  },
  {
    name: 'told-before-its-account',
    foundBy: 'phones',
    law: 'lost',
    what: 'What comes before its account has no owner to tell, and so nobody ever is.',
    edits: [
      {
        file: COMPOSE,
        find: 'const { ownerIds } = openedAccountFrom(read);',
        replace: 'const { ownerIds = [] } = accountFrom(read) ?? {};',
      },
      {
        file: COMPOSE,
        find: 'import { accountPath, openedAccountFrom } from',
        replace: 'import { accountFrom, accountPath } from',
      },
    ],
  },
  {
    name: 'alert-for-each-change',
    foundBy: 'phones',
    law: 'once',
    what: 'An alert is named by the event that told of it, and not by the fact behind it: one freezing is told twice.',
    edits: [
      {
        file: 'functions/notifications/compose-security-alert/function.ts',
        find: 'id: notificationIdOf(accountId, status, String(version || occurredAt)),',
        replace: 'id: notificationIdOf(accountId, status, eventId),',
      },
      {
        file: 'functions/notifications/compose-security-alert/function.ts',
        find: 'async function ofAccount(reads: Reads, { data }: ',
        replace: 'async function ofAccount(reads: Reads, { id: eventId, data }: ',
      },
    ],
  },
  {
    name: 'device-forgotten-for-an-old-token',
    foundBy: 'phones',
    law: 'lost',
    what: 'A push service’s word about an old token removes the device that has registered a new one since.',
    edits: [
      {
        file: 'functions/notifications/forget-device/function.ts',
        find: 'if (device?.registeredAt !== data.registeredAt) return {};',
        replace: 'if (!device) return {};',
      },
    ],
  },
  {
    name: 'phone-of-two-customers',
    foundBy: 'phones',
    law: 'owners',
    what: 'A phone that changes hands stays registered for whom it belonged to, and shows the new owner the other’s purchases.',
    edits: [
      {
        file: 'functions/notifications/serve-notifications/devices.ts',
        find: 'holder.customerId !== uid ? await lostBy',
        replace: 'holder.customerId === uid ? await lostBy',
      },
    ],
  },
];
