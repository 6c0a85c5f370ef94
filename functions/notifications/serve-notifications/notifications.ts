import { languageOf, textOf } from '../../../shared/domain/notification-text.ts';
import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import {
  movedTo,
  type Notification,
  notificationFrom,
  notificationPath,
  notificationsOf,
  writeNotification,
} from '../../../shared/store/notifications.ts';

type Context = { readonly deps: Reads };

/** Newest first, in the best language of `Accept-Language` that we speak, else as it was composed. */
export async function listNotifications({ uid, query, headers }: Request, { deps }: Context) {
  const limit = readLimit(query);
  // One more than asked for tells whether there is a next page.
  const found = await deps.query(notificationsOf(uid, limit + 1, readCursor(query, 'ntf')));
  const page = found.slice(0, limit).flatMap((document) => notificationFrom(document) ?? []);
  const last = page.at(-1);
  const nextCursor = found.length > limit && last ? cursorAfter(last) : undefined;
  const locale = localeAsked(headers['accept-language'] ?? '');
  return { status: 200, body: { items: page.map((each) => view(each, locale)), nextCursor } };
}

export async function markRead({ uid, params }: Request, { deps }: Context) {
  const { document, notification } = await readOwn(deps, uid, params.notificationId ?? '');
  if (notification.read) return { status: 204 };
  return { status: 204, writes: [writeNotification(document, { ...notification, read: true })] };
}

function view(
  { id, news, occurredAt, read, accountId, transactionId, directDebitId, paymentId, ...stored }: Notification,
  locale?: string,
) {
  const { title, body } = locale === undefined ? stored : textOf(news, locale);
  const about = { accountId, transactionId, directDebitId, paymentId };
  return { id, kind: news.kind, title, body, occurredAt, read, ...about };
}

async function readOwn(reads: Reads, uid: string, id: string) {
  if (!/^ntf_[A-Za-z0-9_-]{1,64}$/.test(id)) throw new PublicError(404, 'notification.not-found');
  const document = await readOne(reads, notificationPath(uid, id));
  const target = movedTo(document);
  if (target !== undefined) return readOwn(reads, uid, target);
  const notification = notificationFrom(document);
  if (!notification) throw new PublicError(404, 'notification.not-found');
  return { document, notification };
}

/** The first of a header such as `da, en-GB;q=0.8` that we speak. Source: RFC 9110, section 12.5.4. */
function localeAsked(header: string): string | undefined {
  return header
    .split(',')
    .map((part) => {
      const [tag = '', quality] = part.split(';').map((text) => text.trim());
      return { tag, quality: quality === undefined ? 1 : Number(quality.replace(/^q=/, '')) };
    })
    .filter(({ tag, quality }) => quality > 0 && languageOf(tag) !== undefined)
    .sort((a, b) => b.quality - a.quality)[0]?.tag;
}
