import type { Event, Topic } from '../events/event.ts';
import { idFrom } from '../events/id.ts';
import { bytesFrom, createInChunks } from './chunks.ts';
import { lastId, path, type Query, type Stored, type Write } from './document.ts';

/**
 * What one function did about one cause, kept by the same commit that did it. Whoever comes again with the
 * cause finds this and publishes what it holds; nothing is computed twice.
 */
export type InboxEntry = {
  /** Which try made it, so that a try whose answer was lost knows its own. */
  readonly attempt: string;
  /** Of the input: the same cause with other input is somebody's mistake. */
  readonly fingerprint: string;
  /** What followed, as it goes out: published again for whoever comes again, never computed again. */
  readonly events: readonly { readonly topic: Topic; readonly event: Event }[];
  /** True where nobody will deliver the cause again (HTTP, schedules), until the events are published. */
  readonly unpublished: boolean;
  readonly handledAt: Date;
  /** Of a request that is answered the same however often it comes: that answer, as JSON. */
  readonly answer?: string | undefined;
};

// Longer than any topic's retention (31 days at most, 7 by default) and than the longest retries of a bank
// (two weeks at Wise).
export const KEPT_DAYS = 35;

/** A rebuild has entries of its own, beside those of what was handled as it came. */
export function inboxPath(functionName: string, cause: string, rebuild?: string): string {
  const causes = rebuild === undefined ? [functionName, cause] : [functionName, cause, rebuild];
  return path('inbox', idFrom('inb', ...causes));
}

/** The first writes of a commit: the entry, and what of its events does not fit into one document. */
export function createInbox(
  at: string,
  { events, unpublished, answer, ...entry }: InboxEntry,
): ReturnType<typeof createInChunks> {
  const expiresAt = new Date(entry.handledAt.getTime() + KEPT_DAYS * 86_400_000);
  return createInChunks(at, Buffer.from(JSON.stringify(events)), {
    schema: 1n,
    ...entry,
    expiresAt,
    ...(unpublished && { unpublished }),
    ...(answer !== undefined && { answer }),
  });
}

export function inboxFrom(entry: Stored, chunks: readonly Stored[]): InboxEntry | undefined {
  if (!entry.fields) return undefined;
  return {
    attempt: entry.fields.attempt as string,
    fingerprint: entry.fields.fingerprint as string,
    handledAt: entry.fields.handledAt as Date,
    unpublished: entry.fields.unpublished === true,
    answer: entry.fields.answer as string | undefined,
    events: JSON.parse(bytesFrom(entry, chunks).toString()) as InboxEntry['events'],
  };
}

/** Entries whose events nobody would publish again, by id from the one after this path. */
export function unpublishedInboxes(limit: number, after?: string): Query {
  const from = after === undefined ? {} : { startAfter: [lastId(after)] as const };
  return { collection: 'inbox', where: [['unpublished', '==', true]], limit, ...from };
}

/** Takes the mark away; parallel markers cannot harm each other, since the entry must be as it was read. */
export function markPublished(read: Stored): Write {
  const { unpublished: _, ...fields } = read.fields ?? {};
  return { do: 'replace', read, fields };
}

/** An entry whose event is parked outlives every redrive, so that it can never be decided a second time. */
export function keepForGood(read: Stored): Write[] {
  if (read.fields?.expiresAt === undefined) return [];
  const { expiresAt: _, ...fields } = read.fields;
  return [{ do: 'replace', read, fields }];
}
