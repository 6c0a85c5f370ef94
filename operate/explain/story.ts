import { bankFacts } from '../../shared/events/bank-facts.ts';
import type { Event } from '../../shared/events/event.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import { contextIn } from '../../shared/runtime/telemetry.ts';
import type { Delivery } from '../../shared/store/deliveries.ts';
import type { Transaction } from '../../shared/store/transactions.ts';
import { type LogLine, traceOf } from '../log-lines.ts';
import { deliveriesOfTraces, eventOf, readDeliveries } from './deliveries.ts';
import { type Handling, walk } from './walk.ts';

/** All that is known of how something came about. */
export type Story = {
  /** The oldest first. */
  readonly deliveries: readonly Delivery[];
  /** In the order in which they were done; what is not done comes last. */
  readonly handlings: readonly Handling[];
  /** How many events of its deliveries are left out, since they are too many. */
  readonly left: number;
  /** What functions logged of it; none where nobody may read that. */
  readonly lines: readonly LogLine[];
};

export type Logs = (wanted: { trace?: string[]; eventId?: string[] }) => Promise<LogLine[]>;

/** A transaction with the account that it is of. */
export type Found = { readonly accountId: string; readonly transaction: Transaction };

// As many as one question to Cloud Logging has room for.
const ASKED_MAX = 200;

/** Of these deliveries: what they told that it is about, what came of that, and what told it again. */
export async function storyOf(
  reads: Reads,
  logs: Logs,
  {
    deliveryIds,
    begun = [],
    isAbout,
  }: {
    deliveryIds: readonly string[];
    /** Events of ours that came from no delivery. */
    begun?: readonly Event[] | undefined;
    isAbout: (event: Event) => boolean;
  },
): Promise<Story> {
  const first = await readDeliveries(reads, deliveryIds);
  const known = await follow(reads, [...begun, ...first.map(eventOf)], isAbout);
  const lines = await logs({ eventId: idsOf(known.handlings).slice(0, ASKED_MAX) });
  const traces = [...new Set(lines.flatMap((line) => traceOf(line) ?? []))].slice(0, ASKED_MAX);
  const ofTraces = traces.length === 0 ? [] : await logs({ trace: traces });
  // The same told again, in other bytes or in other wrapping.
  const others = [
    ...(await deliveriesOfTraces(reads, traces)),
    ...(await readDeliveries(
      reads,
      ofTraces.flatMap(({ eventId }) => deliveryIn(eventId)),
    )),
  ].filter(({ deliveryId }) => !deliveryIds.includes(deliveryId));
  const again = new Map(others.map((each) => [each.deliveryId, each]));
  const deliveries = [...first, ...again.values()].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  const { handlings, left } =
    again.size === 0 ? known : await follow(reads, [...begun, ...deliveries.map(eventOf)], isAbout);
  const handled = new Set(handlings.map(({ event }) => event.id));
  // A bank may begin one trace for many deliveries.
  const told = deliveries.filter(({ deliveryId }) => handled.has(deliveryId));
  return {
    deliveries: told.length > 0 ? told : deliveries,
    handlings: inOrder(handlings),
    left,
    lines: ofTraces,
  };
}

async function follow(
  reads: Reads,
  events: readonly Event[],
  isAbout: (event: Event) => boolean,
): Promise<{ handlings: Handling[]; left: number }> {
  const { handlings: all, left } = await walk(reads, events, isAbout);
  const kept = new Set(all.filter(({ event }) => isAbout(event)).map(({ event }) => event.id));
  // What follows from it belongs to the story, and what it followed from.
  for (const { event, told } of all) {
    if (kept.has(event.id)) for (const each of told) kept.add(each.event.id);
  }
  for (const { event, told } of all.toReversed()) {
    if (told.some((each) => kept.has(each.event.id))) kept.add(event.id);
  }
  return { handlings: all.filter(({ event }) => kept.has(event.id)), left };
}

const FACTS: ReadonlySet<string> = new Set(bankFacts.map(({ type }) => type));

/** Whether the transaction was made of this fact, or the fact names what the transaction is to the bank. */
export function concerns(event: Event, { accountId, transaction }: Found): boolean {
  if (Object.values(transaction.arrival).some(({ factId }) => factId === event.id)) return true;
  if (!FACTS.has(event.type)) return false;
  const data = event.data as Readonly<Record<string, unknown>>;
  const { bankIds } = transaction.summary;
  return (
    data.accountId === accountId && Object.values(data).some((value) => bankIds.includes(value as string))
  );
}

function inOrder(handlings: readonly Handling[]): Handling[] {
  const when = ({ done, parked, isForgotten, event }: Handling) =>
    done?.handledAt.toISOString() ?? parked?.parkedAt ?? (isForgotten ? event.time : '~');
  return handlings.toSorted((a, b) => (when(a) < when(b) ? -1 : 1));
}

/** Deliveries and facts first: who repeats them is what people ask. */
function idsOf(handlings: readonly Handling[]): string[] {
  return [...new Set(handlings.map(({ event }) => event.id))];
}

function deliveryIn(eventId: unknown): string[] {
  return typeof eventId === 'string' && eventId.startsWith('dlv_') ? [eventId] : [];
}

/** The traces that its events are of. */
export function tracesOf({ handlings, lines }: Story): string[] {
  const own = handlings.flatMap(({ event }) => contextIn(event.traceparent)?.traceId ?? []);
  return [...new Set([...own, ...lines.flatMap((line) => traceOf(line) ?? [])])];
}
