import * as z from 'zod';
import type { News } from '../domain/notification.ts';
import type { Text } from '../domain/notification-text.ts';
import { idFrom } from '../events/id.ts';
import { defined, path, type Query, type Stored, type Write, write } from './document.ts';

/** One thing that a customer is told; its text is in the language that they had when it was last composed. */
export type Notification = Text & {
  readonly id: string;
  readonly news: News;
  readonly occurredAt: string;
  /** When the last of what it tells occurred: announced two days ago, income is news when it is booked. */
  readonly latestAt: string;
  readonly read: boolean;
  readonly accountId?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly directDebitId?: string | undefined;
  readonly paymentId?: string | undefined;
  /** Of one about no transaction: the event that brought it first. */
  readonly arrival?: { readonly eventId: string; readonly traceparent: string } | undefined;
};

const common = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string(),
  language: z.enum(['en', 'da', 'sv', 'nb']),
  occurredAt: z.string(),
  _latestAt: z.string().optional(), // in none that was written before it was kept
  read: z.boolean(),
  accountId: z.string().optional(),
  transactionId: z.string().optional(),
  directDebitId: z.string().optional(),
  paymentId: z.string().optional(),
  _arrival: z.object({ eventId: z.string(), traceparent: z.string() }).optional(),
});

const transactionNews = z.object({
  kind: z.enum(['spending', 'income', 'declined']),
  status: z.enum(['pending', 'booked', 'partly-booked', 'declined', 'reversed', 'expired']),
  direction: z.enum(['credit', 'debit']),
  amountMinor: z.bigint(),
  currency: z.string(),
  description: z.string(),
  bookedOn: z.string().optional(),
  _means: z.enum(['card', 'transfer']),
});

const securityNews = z.object({
  kind: z.literal('security'),
  status: z.enum(['frozen', 'unfrozen', 'closed', 'device-registered', 'passkey-registered']),
});

const directDebitNews = z.object({
  kind: z.literal('direct-debit'),
  status: z.enum(['announced', 'refused', 'returned']),
  amountMinor: z.bigint(),
  currency: z.string(),
  description: z.string(),
  dueOn: z.string(),
});

const paymentNews = z.object({
  kind: z.literal('payment'),
  status: z.enum(['rejected', 'returned', 'paid-after-all']),
  amountMinor: z.bigint(),
  currency: z.string(),
  description: z.string(),
  reason: z
    .enum(['insufficient-funds', 'limit', 'account-unknown', 'account-closed', 'not-received'])
    .optional(),
});

const news = z.union([
  transactionNews.transform(({ _means, ...plain }) => ({ ...plain, means: _means })),
  securityNews,
  directDebitNews,
  paymentNews,
]) satisfies z.ZodType<News>;

/** One for one transaction or payment and customer, or for one fact about their security. */
export function notificationIdOf(...about: readonly string[]): string {
  return idFrom('ntf', ...about);
}

export function notificationPath(customerId: string, notificationId: string): string {
  return path('customers', customerId, 'notifications', notificationId);
}

/** The notification, or undefined where there is none, or only word of where it went. */
export function notificationFrom(document: Stored): Notification | undefined {
  const { fields } = document;
  if (!fields || movedTo(document) !== undefined) return undefined;
  const { _latestAt: latestAt, _arrival: arrival, ...plain } = common.parse(fields);
  return { ...plain, arrival, latestAt: latestAt ?? plain.occurredAt, news: news.parse(fields) };
}

/** The notification that this one turned out to be about the same thing as. */
export function movedTo({ fields }: Stored): string | undefined {
  return fields?.movedTo as string | undefined;
}

export function writeNotification(
  read: Stored,
  { news: told, latestAt, arrival, ...plain }: Notification,
): Write {
  const { means, ...rest } = { means: undefined, ...told };
  const own = { _means: means, _latestAt: latestAt, _arrival: arrival };
  return write(read, defined({ schema: 1n, ...plain, ...rest, ...own }));
}

export function writeMoved(read: Stored, notificationId: string): Write {
  return write(read, { schema: 1n, movedTo: notificationId });
}

/** The notification of this id, of whichever customer; each owner of an account has one of the same id. */
export function notificationsCalled(id: string): Query {
  return { collection: 'notifications', everywhere: true, where: [['id', '==', id]], limit: OWNERS_MAX };
}

const OWNERS_MAX = 32;

/** A customer's list, newest first; what has moved has no time and is no part of it. */
export function notificationsOf(
  customerId: string,
  limit: number,
  after?: readonly [occurredAt: string, id: string],
): Query {
  return {
    collection: path('customers', customerId, 'notifications'),
    orderBy: [['occurredAt', 'desc']],
    ...(after && { startAfter: after }),
    limit,
  };
}
