import { registry } from '../../functions/registry.ts';
import { PermanentError } from '../../shared/errors.ts';
import type { Event } from '../../shared/events/event.ts';
import { deliveryReceived } from '../../shared/events/partner-bank-webhooks.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { parkedId } from '../../shared/runtime/dead-letter.ts';
import type { EventFunction } from '../../shared/runtime/declared.ts';
import { toMessage } from '../../shared/runtime/outgoing.ts';
import { chunkPaths } from '../../shared/store/chunks.ts';
import type { Stored } from '../../shared/store/document.ts';
import { type InboxEntry, inboxFrom, inboxPath, KEPT_DAYS } from '../../shared/store/inbox.ts';
import { type Parked, parkedFrom, parkedPath } from '../../shared/store/parked.ts';
import { factsOf } from '../rebuild/facts.ts';

/** What one function did about one event, as its inbox and the parking lot have it. */
export type Handling = {
  readonly function: EventFunction;
  readonly event: Event;
  /** Undefined while it has not handled it, and once its inbox entry has expired. */
  readonly done: InboxEntry | undefined;
  readonly parked: Parked | undefined;
  /** It is so long ago that no record of it would be left: what it told is what its code tells now. */
  readonly isForgotten: boolean;
  readonly told: InboxEntry['events'];
};

const listeners = registry.flatMap(({ fn }) => (fn.trigger === 'event' ? [fn] : []));
// A delivery of thousands of events is explained by its first ones.
const EVENTS_MAX = 500;

/**
 * Everything that followed from these events, level by level, as it is recorded: each function's inbox entry holds what
 * it told, which others handled in turn. What is wanted comes first, where a delivery told of too much: `left` is how many
 * events are not followed.
 */
export async function walk(
  reads: Reads,
  events: readonly Event[],
  isWanted: (event: Event) => boolean,
): Promise<{ handlings: Handling[]; left: number }> {
  const found: Handling[] = [];
  let left = 0;
  const seen = new Set<string>();
  let level = events;
  while (level.length > 0 && seen.size < EVENTS_MAX) {
    for (const { id } of level) seen.add(id);
    const handlings = await handlingsOf(reads, level);
    found.push(...handlings);
    const told = new Map(handlings.flatMap((each) => each.told).map(({ event }) => [event.id, event]));
    const unseen = [...told.values()].filter(({ id }) => !seen.has(id));
    level = unseen.sort((a, b) => Number(isWanted(b)) - Number(isWanted(a))).slice(0, EVENTS_MAX - seen.size);
    left += unseen.length - level.length;
  }
  return { handlings: found, left };
}

/** Who listens to these, and what they did about them. */
async function handlingsOf(reads: Reads, events: readonly Event[]): Promise<Handling[]> {
  const pairs = events.flatMap((event) => listenersOf(event).map((fn) => ({ fn, event })));
  const entries = await reads.get(pairs.map(({ fn, event }) => inboxPath(fn.name, event.id)));
  const parked = await reads.get(
    pairs.map(({ fn, event }) => parkedPath(parkedId(fn.name, toMessage(event), event))),
  );
  return Promise.all(
    pairs.map(async ({ fn, event }, n) => {
      const done = await whole(reads, entries[n]);
      const isForgotten = done === undefined && isLongAgo(event);
      const told = done?.events ?? (isForgotten ? translated(fn, event) : []);
      return { function: fn, event, done, parked: parked[n] && parkedFrom(parked[n]), isForgotten, told };
    }),
  );
}

function isLongAgo({ data, time }: Event): boolean {
  const { receivedAt = time } = (data ?? {}) as { receivedAt?: string };
  return Date.parse(receivedAt) < Date.now() - KEPT_DAYS * 86_400_000;
}

/** What the delivery says, once nobody knows any more what was told of it. */
function translated(fn: EventFunction, { type, data }: Event): InboxEntry['events'] {
  if (type !== deliveryReceived.type || fn.name !== 'translate-delivery') return [];
  const { bodyBase64, ...delivery } = deliveryReceived.data.parse(data);
  try {
    const facts = factsOf({ ...delivery, body: Buffer.from(bodyBase64, 'base64') });
    return facts.map((event) => ({ topic: 'bank-facts', event }));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return []; // it was parked when it came
  }
}

function listenersOf({ type, to }: Pick<Event, 'type' | 'to'>): EventFunction[] {
  return listeners.filter(
    ({ name, on }) => on.some((kind) => kind.type === type) && (to === undefined || to === name),
  );
}

/** What functions did about an event of this id, whatever it was. */
export async function entriesOf(reads: Reads, eventId: string): Promise<InboxEntry[]> {
  const entries = await reads.get(listeners.map(({ name }) => inboxPath(name, eventId)));
  const found = await Promise.all(entries.map((entry) => whole(reads, entry)));
  return found.flatMap((entry) => entry ?? []);
}

async function whole(reads: Reads, entry: Stored | undefined): Promise<InboxEntry | undefined> {
  return entry && inboxFrom(entry, await reads.get(chunkPaths(entry)));
}
