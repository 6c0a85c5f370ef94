import { expect } from 'vitest';
import archiveDelivery from '../../functions/bank/archive-delivery/function.ts';
import receiveBankWebhook from '../../functions/bank/receive-bank-webhook/function.ts';
import translateDelivery from '../../functions/bank/translate-delivery/function.ts';
import expireHolds from '../../functions/cards/expire-holds/function.ts';
import matchUnlinked from '../../functions/cards/match-unlinked/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import serveAccounts from '../../functions/ledger/serve-accounts/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import trackBalance from '../../functions/ledger/track-balance/function.ts';
import trackPending from '../../functions/ledger/track-pending/function.ts';
import parkDeadLetter from '../../functions/operations/park-dead-letter/function.ts';
import { cardEntryAssigned } from '../../shared/events/bank-facts.ts';
import { type Faults, memoryCloud } from '../../shared/platform/memory.ts';
import { type Message, type Platform, StoreError } from '../../shared/platform/platform.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import type { Fields } from '../../shared/store/document.ts';
import {
  aBody,
  aDelivery,
  aMessage,
  aRequest,
  CONFIG,
  NOW,
  signedHeaders,
  type WireEvent,
} from '../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld, aWorldOn, STORMY, stateOf, type Weather } from '../../shared/testing/world.ts';

const EVERY_FUNCTION: readonly DeclaredFunction[] = [
  receiveBankWebhook,
  archiveDelivery,
  translateDelivery,
  recordTransaction,
  trackAccount,
  trackBalance,
  trackPending,
  matchUnlinked,
  expireHolds,
  parkDeadLetter,
  serveAccounts,
];

type Settings = {
  readonly seed?: number;
  readonly weather?: Partial<Weather>;
  readonly faults?: Faults;
  readonly without?: readonly DeclaredFunction[];
  readonly config?: Readonly<Record<string, string>>;
  /** Beside those between a bank and Ann’s app. */
  readonly also?: readonly DeclaredFunction[];
  /** What the store held when these processes started. */
  readonly stored?: ReadonlyMap<string, Fields>;
  /** What each new process makes of its platform. */
  readonly platform?: (own: Platform) => Platform;
};

/** An event of the sandbox bank’s, or of the card processor beside it. */
export type Told = WireEvent & { readonly bank?: string };

export type Item = Readonly<Record<string, unknown>>;
export type Scene = Awaited<ReturnType<typeof aScene>>;

/** All functions between a bank and Ann’s app, on a store of their own. Nothing is known of her account yet. */
export async function aScene({ seed = 1, faults = {}, weather = {}, ...given }: Settings = {}) {
  const { without = [], also = [], config = {}, stored = new Map(), platform = (own) => own } = given;
  const cloud = memoryCloud({ seed, faults, stored });
  const ground = { ...cloud, instance: () => platform(cloud.instance()), turn: async () => {} };
  const functions = [...EVERY_FUNCTION, ...also].filter((fn) => !without.includes(fn));
  let now = NOW;
  let deliveries = 0;
  const world = aWorldOn(ground, {
    functions,
    weather,
    config: { ...CONFIG, ...config },
    env: { now: () => now },
  });

  return {
    world,
    documents: cloud.documents,
    /** One more process’s view of the store, for whoever runs beside the functions. */
    store: cloud.instance(),
    /** The documents that must be the same in any order: all, but the inbox and the deliveries themselves. */
    state: () => stateOf(leftOut(cloud.documents(), 'deliveries/')),
    /** Deliveries of one event each, verified, in this order. */
    tell: (...events: readonly Told[]) =>
      deliver(...events.map(({ bank = 'sandbox', ...event }) => ({ bank, events: [event] }))),
    /** One delivery of all of these. */
    tellTogether: (events: readonly unknown[], bank = 'sandbox') => deliver({ bank, events }),
    /** What operators say of an entry: the authorisation it belongs to, or that there is none. */
    assign: (...assignments: readonly Message[]) => world.deliver('bank-facts', ...assignments),
    /** What the webhook’s door answers. */
    async post(rawBody: Buffer, headers = signedHeaders(rawBody, { at: now })) {
      const request = aRequest('POST', '/webhooks/sandbox', '', { headers, rawBody });
      return (await world.ask(receiveBankWebhook, request)).status;
    },
    /** The clock goes on, and `expire-holds` has its turn. */
    async passTo(time: string) {
      now = new Date(time);
      await world.tick(expireHolds, time);
    },
    /** What Ann’s app sees. */
    sees: () => seenIn(cloud.documents()),
    /** Why what is parked is parked. */
    parked: () =>
      [...cloud.documents()]
        .filter(([path]) => /^parked\/[^/]+$/.test(path))
        .map(([, { reason }]) => reason as string)
        .toSorted(),
    /** What failed by the functions’ own fault: the store’s faults are the weather’s. */
    failures: () => world.failures.filter((failure) => !(failure instanceof StoreError)),
  };

  function deliver(...told: readonly { bank: string; events: readonly unknown[] }[]): Promise<void> {
    const messages = told.map(({ bank, events }) => {
      deliveries += 1;
      return aDelivery(aBody(...events), { bank, deliveryId: `dlv-${deliveries}` });
    });
    return world.deliver('partner-bank-webhooks', ...messages);
  }
}

/**
 * The bank has told this in its order, and elsewhere backwards, and twice over, and in a storm in which every network
 * and every machine fails now and then: what is stored in the end must be the same. Answers the first of them.
 */
export async function toldInEveryWay(...events: readonly Told[]): Promise<Scene> {
  const scene = await told(...events);
  const [backwards, twice] = [events.toReversed(), events.flatMap((event) => [event, event])];
  for (const way of [backwards, twice, [...events, ...events], [...events, ...backwards]]) {
    expect((await told(...way)).state()).toEqual(scene.state());
  }
  for (const seed of [1, 2, 3]) {
    const storm = await aScene({ seed, weather: STORMY, faults: ALL_FAULTS });
    await storm.tell(...twice);
    expect(storm.failures()).toEqual([]);
    expect(storm.state()).toEqual(scene.state());
  }
  return scene;
}

/** The bank has told this, event by event. */
export async function told(...events: readonly Told[]): Promise<Scene> {
  const scene = await aScene();
  await scene.tell(...events);
  return scene;
}

export function anAssignment(
  entry: { kind: 'clearing' | 'reversal'; id: string },
  authorisationId: string | undefined,
  time = '2026-11-29T12:00:00.000Z',
): Message {
  const id = ['assigned', entry.kind, entry.id, authorisationId, time].join(' ');
  const origin = {
    bank: 'sandbox',
    accountId: 'acct-1',
    bankEventId: id,
    deliveryId: '',
    role: 'books' as const,
  };
  const data = { ...origin, receivedAt: time, cardId: 'card-1', entry, authorisationId };
  return aMessage([cardEntryAssigned], { type: cardEntryAssigned.type, subject: entry.id, id, time, data });
}

/** The account and its feed, newest first, as `serve-accounts` answers Ann of what is stored: on a calm day. */
async function seenIn(documents: ReadonlyMap<string, Fields>) {
  const world = aWorld({ functions: [serveAccounts] });
  await world.store.commit(copied(documents));
  const ask = async (path: string) => {
    const { status, body } = await world.ask(serveAccounts, aRequest('GET', path, 'uid-ann'));
    if (status !== 200) throw new Error(`${path}: ${status}`);
    return body as Item;
  };
  const account = await ask('/v1/accounts/acct-1');
  const { items } = await ask('/v1/accounts/acct-1/transactions?limit=100');
  return { ...account, feed: items as readonly Item[] };
}

function copied(documents: ReadonlyMap<string, Fields>) {
  return [...documents].map(([path, fields]) => ({ do: 'create', path, fields }) as const);
}

/** The documents that are not in this collection. */
export function leftOut(documents: ReadonlyMap<string, Fields>, collection: string) {
  return new Map([...documents].filter(([path]) => !path.startsWith(collection)));
}
