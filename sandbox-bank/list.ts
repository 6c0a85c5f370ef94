import type * as z from 'zod';
import type { BankEvent } from './events.ts';
import { Problem } from './problem.ts';
import type * as requests from './requests.ts';
import type { Slips } from './slips.ts';
import { firstOf, openTimeline } from './timeline.ts';

export type EventList = ReturnType<typeof openList>;

/** Everything that was told, in the order in which it was written, to be read page by page by whoever missed some. */
export function openList({ now, slips }: { now: () => Date; slips: Pick<Slips, 'lateMs' | 'listing'> }) {
  const written: BankEvent[] = [];
  const positions = new Map<string, number>();
  const byAccount = new Map<string, number[]>();
  const timeline = openTimeline();
  // What is listed late, and from when on. It stands at its own place then, which a reader may have passed by.
  const listedFrom = new Map<string, number>();

  return { write, all, ofAccount };

  function write(event: BankEvent): void {
    const position = written.push(event) - 1;
    positions.set(event.id, position);
    timeline.add(event.occurredAt);
    const own = byAccount.get(event.accountId);
    if (own) own.push(position);
    else byAccount.set(event.accountId, [position]);
    const lateMs = slips.lateMs();
    if (lateMs > 0) listedFrom.set(event.id, Date.parse(event.occurredAt) + lateMs);
  }

  /** A page of the events of all accounts. `nextAfter` is there while more follow. */
  function all({ after, limit, ...span }: z.output<typeof requests.eventsPage>) {
    const listing = slips.listing();
    const { since, until } = textsOf(span);
    const read = after === undefined ? 0 : positionAfter(after, 'the bank lists');
    const begin = Math.max(read, since === undefined ? 0 : timeline.begin(since));
    const end = until === undefined ? written.length : timeline.end(until);
    return listing.page(limit, function* () {
      for (let position = begin; position < end; position += 1) {
        const event = written[position];
        if (event && isWithin(event, { since, until }) && isListed(event.id)) yield event;
      }
    });
  }

  /** A page of the events of one account. */
  function ofAccount(accountId: string, { after, limit, ...span }: z.output<typeof requests.eventsPage>) {
    const listing = slips.listing();
    const texts = textsOf(span);
    const own = byAccount.get(accountId) ?? [];
    const read = after === undefined ? 0 : positionAfter(after, 'of this account', accountId);
    return listing.page(limit, function* () {
      for (let index = firstOf(own, (position) => position >= read); index < own.length; index += 1) {
        const event = written[own[index] as number];
        if (event && isWithin(event, texts) && isListed(event.id)) yield event;
      }
    });
  }

  function positionAfter(id: string, which: string, accountId?: string): number {
    const position = positions.get(id);
    const isOther = accountId !== undefined && written[position ?? -1]?.accountId !== accountId;
    if (position === undefined || isOther || !isListed(id))
      throw new Problem(400, 'invalid-query', `after: is no event ${which}`);
    return position + 1;
  }

  function isListed(id: string): boolean {
    const fromMs = listedFrom.get(id);
    if (fromMs === undefined) return true;
    if (fromMs > now().getTime()) return false;
    listedFrom.delete(id);
    return true;
  }
}

type Span = { readonly since?: string | undefined; readonly until?: string | undefined };

function textsOf({ since, until }: { since?: Date | undefined; until?: Date | undefined }): Span {
  return { since: since?.toISOString(), until: until?.toISOString() };
}

function isWithin({ occurredAt }: BankEvent, { since, until }: Span): boolean {
  return (since === undefined || occurredAt >= since) && (until === undefined || occurredAt < until);
}
