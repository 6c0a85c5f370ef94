import fc from 'fast-check';
import { FAULT_KINDS, type Faults, fromSeed } from '../../shared/platform/memory.ts';
import { aBody } from '../../shared/testing/builders.ts';
import type { Weather } from '../../shared/testing/world.ts';
import { orders } from './orders.ts';
import { deliveredInAnyOrder, type Story, storiesOf } from './story.ts';

/** One way in which a story can reach us: how the bank delivers it, and what goes wrong meanwhile. */
export type Schedule = {
  readonly story: Story;
  /** Each the body of one delivery; the same one may come several times. */
  readonly deliveries: readonly Buffer[];
  /** How many events that makes, counted as often as they are told. */
  readonly told: number;
  readonly faults: Faults;
  readonly weather: Weather;
  /** In how many documents a balance is kept. */
  readonly shards: number;
  /** Who goes when, and which call meets a fault: whoever draws the same numbers lives the same life. */
  readonly draw: (limit: number) => number;
};

/** How many schedules are drawn of one story. */
const PER_STORY = 4;
// A story with more is taken only where there is no shorter one.
const EVENTS_MAX = 8;
/** In every so many-th story customers pay: that is as much again to live through. */
const PAYING = 3;

/** The n-th schedule of a seed: of about ten events, each told once or more. */
export function scheduleOf(seed: number, n: number): Schedule {
  return scheduleFor(storyOf(seed, Math.floor(n / PER_STORY)), mixed(seed, n));
}

let last: { readonly key: string; readonly story: Story } | undefined;

function storyOf(seed: number, n: number): Story {
  const key = `${seed} ${n}`;
  if (last?.key === key) return last.story;
  const stories = fc.sample(storiesOf({ economicsMax: 2 }), { seed: mixed(seed, n), numRuns: 4 });
  const [shortest] = stories.toSorted((a, b) => a.events.length - b.events.length);
  const story = stories.find(({ events }) => events.length <= EVENTS_MAX) ?? shortest;
  if (!story) throw new Error('no story');
  const ordered = n % PAYING === PAYING - 1 ? fc.sample(orders, { seed: mixed(seed, n), numRuns: 1 }) : [];
  last = { key, story: ordered[0] ? { ...story, orders: ordered[0] } : story };
  return last.story;
}

/**
 * What goes wrong in one schedule is chosen anew for each: some meet every fault, some one alone and often, and some
 * none, since faults can hide one another.
 */
function scheduleFor(story: Story, seed: number): Schedule {
  const draw = fromSeed(seed);
  const once = deliveredInAnyOrder(story, draw);
  const deliveries = [...once, ...once.filter(() => draw(8) === 7)];
  const isOneAlone = draw(2) === 0;
  const one = FAULT_KINDS[draw(FAULT_KINDS.length)];
  const struck = FAULT_KINDS.filter((kind) => !isOneAlone || kind === one);
  const share = (isOneAlone ? [0, 0.02, 0.05, 0.15] : [0, 0.003, 0.01, 0.03])[draw(4)] ?? 0;
  return {
    story,
    deliveries: deliveries.map((events) => aBody(...events)),
    told: deliveries.flat().length,
    faults: Object.fromEntries(struck.map((kind) => [kind, share])),
    weather: {
      reorders: draw(8) > 0,
      concurrency: 1 + draw(6),
      redelivers: draw(2) * 0.1,
      // Now and then Pub/Sub gives a message up after a few tries, and an operator redrives it.
      attemptsMax: draw(4) === 3 ? 3 : 10_000,
    },
    shards: draw(4) === 0 ? 3 : 1,
    draw,
  };
}

/** Another seed for each n, far from its neighbours'. */
function mixed(seed: number, n: number): number {
  let hash = (seed ^ 0x9e3779b9) >>> 0;
  for (const word of [n & 0xffff, n >>> 16, seed & 0xffff]) {
    hash = Math.imul(hash ^ word, 0x85ebca6b) >>> 0;
    hash = (hash ^ (hash >>> 13)) >>> 0;
  }
  return hash & 0x7fffffff;
}

/** The story as on a calm day: each event once, in the order in which it happened, by itself. */
export function calm(story: Story): Schedule {
  return {
    story,
    deliveries: story.events.map((event) => aBody(event)),
    told: story.events.length,
    faults: {},
    weather: { reorders: false, concurrency: 1, redelivers: 0, attemptsMax: 5 },
    shards: 1,
    draw: () => 0,
  };
}
