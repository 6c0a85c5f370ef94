import { fromSeed } from '../../shared/platform/memory.ts';
import { aBody, type WireEvent } from '../../shared/testing/builders.ts';
import { shownOrder } from './orders.ts';
import { calm, type Schedule } from './schedule.ts';
import type { Verdict } from './simulator.ts';

/** A schedule that breaks a law, and what shows it. */
export type Failure = { readonly schedule: Schedule; readonly verdict: Verdict };

type Lives = (schedule: Schedule) => Promise<Verdict>;

const TRIES_MAX = 250;
const SEEDS = 30;
// Where little is left that can go wrong, it must go wrong often to be met at all; and yet most calls must go well.
const OFTEN = 0.4;

/**
 * Makes a failing schedule as small as it gets while the same law is broken: fewer events, fewer kinds of faults, less
 * at once, and in the end as few draws as possible that are not calm.
 */
export async function shrink(schedule: Schedule, lives: Lives): Promise<Failure> {
  let tries = 0;
  const first = await recorded(schedule);
  const law = first.verdict.violations[0]?.law;
  let smallest = first;

  // What was drawn for a larger schedule means nothing in a smaller one, so that draws its own, several times.
  for (let isSmaller = true; isSmaller && tries < TRIES_MAX; ) {
    isSmaller = false;
    for (const candidate of smallerThan(smallest.schedule)) {
      const failing = await anyFailing(candidate);
      if (!failing) continue;
      smallest = failing;
      isSmaller = true;
      break;
    }
  }
  smallest = await calmer(smallest);
  const { schedule: found, draws } = smallest;
  const again = { ...found, draw: replaying(draws) };
  return { schedule: again, verdict: await lives({ ...again, draw: replaying(draws) }) };

  async function recorded(candidate: Schedule) {
    tries += 1;
    const draws: number[] = [];
    const draw = (limit: number) => {
      const drawn = candidate.draw(limit);
      draws.push(drawn);
      return drawn;
    };
    return { schedule: candidate, draws, verdict: await lives({ ...candidate, draw }) };
  }

  function isSame({ violations }: Verdict): boolean {
    return violations.some((each) => each.law === law);
  }

  async function anyFailing(candidate: Omit<Schedule, 'draw'>) {
    for (let seed = 1; seed <= SEEDS && tries < TRIES_MAX; seed += 1) {
      const tried = await recorded({ ...candidate, draw: fromSeed(seed) });
      if (isSame(tried.verdict)) return tried;
    }
    return undefined;
  }

  /** Half of the draws at a time, then a quarter, and so on to single ones, are left out or made calm where it breaks on. */
  async function calmer(failing: typeof smallest): Promise<typeof smallest> {
    let best = failing;
    for (let size = Math.ceil(best.draws.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < best.draws.length && tries < 2 * TRIES_MAX; at += size) {
        if (best.draws.slice(at, at + size).every((drawn) => drawn === 0)) continue;
        const zeros = best.draws.map((drawn, n) => (n >= at && n < at + size ? 0 : drawn));
        const shorter = [...best.draws.slice(0, at), ...best.draws.slice(at + size)];
        for (const draws of [shorter, zeros]) {
          const tried = await recorded({ ...best.schedule, draw: replaying(draws) });
          if (!isSame(tried.verdict)) continue;
          best = { ...tried, draws };
          break;
        }
      }
    }
    return best;
  }
}

/** The same draws again, and zeros after them: what is calm. */
function replaying(draws: readonly number[]): (limit: number) => number {
  let next = 0;
  return (limit) => {
    const drawn = draws[next] ?? 0;
    next += 1;
    return Math.min(drawn, limit - 1);
  };
}

/** The schedules that are smaller by one thing, the largest things first. */
function* smallerThan(schedule: Schedule): Generator<Schedule> {
  const { story, deliveries, faults, weather } = schedule;
  const struck = Object.entries(faults).filter(([, share]) => share > 0);
  const often = OFTEN / struck.length;
  if (struck.some(([, share]) => share < often))
    yield { ...schedule, faults: Object.fromEntries(struck.map(([kind]) => [kind, often])) };
  for (const { id } of story.events) yield without(schedule, id);
  for (const order of story.orders ?? [])
    yield { ...schedule, story: { ...story, orders: story.orders?.filter((each) => each !== order) ?? [] } };
  if (deliveries.length > story.events.length) yield { ...schedule, deliveries: calm(story).deliveries };
  for (const [kind] of struck)
    yield { ...schedule, faults: Object.fromEntries(struck.filter(([other]) => other !== kind)) };
  if (schedule.shards > 1) yield { ...schedule, shards: 1 };
  if (weather.redelivers > 0) yield { ...schedule, weather: { ...weather, redelivers: 0 } };
  if (weather.concurrency > 1) yield { ...schedule, weather: { ...weather, concurrency: 1 } };
  if (weather.reorders) yield { ...schedule, weather: { ...weather, reorders: false } };
}

function without(schedule: Schedule, id: string): Schedule {
  const events = schedule.story.events.filter((event) => event.id !== id);
  const deliveries = schedule.deliveries.flatMap((body) => {
    const told = (JSON.parse(body.toString()) as { events: WireEvent[] }).events;
    const left = told.filter((event) => event.id !== id);
    return left.length > 0 ? [aBody(...left)] : [];
  });
  return { ...schedule, deliveries, story: { ...schedule.story, events, isPart: true } };
}

/** The schedule for people: what the bank said, what may go wrong, what happened, and which law that broke. */
export function shown({ schedule, verdict }: Failure): string {
  const { story, deliveries, faults, weather, shards } = schedule;
  const struck = Object.entries(faults).flatMap(([kind, share]) => (share ? [`${kind} ${share}`] : []));
  return [
    'The bank tells:',
    ...story.events.map(({ id, type, occurredAt, accountId, data }) => {
      return `  ${id}: ${occurredAt} ${type} of ${accountId} ${JSON.stringify(data)}`;
    }),
    'in these deliveries:',
    ...deliveries.map((body) => {
      const { events } = JSON.parse(body.toString()) as { events: WireEvent[] };
      return `  ${events.map(({ id }) => id).join(', ')}`;
    }),
    ...(story.orders?.length
      ? ['Customers order:', ...story.orders.map((each) => `  ${shownOrder(each)}`)]
      : []),
    `with ${struck.length > 0 ? struck.join(', ') : 'no faults'}, ${weather.concurrency} at once, ${shards} shards`,
    'What happened:',
    ...verdict.steps(),
    'Broken:',
    ...verdict.violations.map(({ law, shown: what }) => `  ${law}: ${what}`),
  ].join('\n');
}
