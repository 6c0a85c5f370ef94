import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import translateDelivery from '../../functions/bank/translate-delivery/function.ts';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackAccount from '../../functions/ledger/track-account/function.ts';
import type { Topic } from '../../shared/events/event.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { Message, Platform } from '../../shared/platform/platform.ts';
import type { Fields } from '../../shared/store/document.ts';
import { aBody, aDelivery, type WireEvent } from '../../shared/testing/builders.ts';
import { aWorld, aWorldOn, type Ground, STORMY, stateOf } from '../../shared/testing/world.ts';
import { deliveredInAnyOrder, stories } from '../laws/story.ts';
import { byGoogleClients, overRest } from './places.ts';

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const functions = [translateDelivery, recordTransaction, trackAccount];

describe(`on the emulator, as in memory (COUNTERFOIL_TEST_SEED=${seed})`, () => {
  const told = fc.sample(stories, { seed, numRuns: 20 });

  const transports = [
    ['Google’s clients', byGoogleClients],
    ['REST', overRest],
  ] as const;
  // Each story by one of them, the next by the other.
  const cases = told.map((story, n) => [n, ...(transports[n % 2] ?? transports[0]), story] as const);

  test.each(cases)(
    'a story in any order, repeated and side by side, ends in one state: %i, by %s',
    async (n, _, open, { events }) => {
      const { platform } = open();
      const order = memoryCloud({ seed: seed + n + 1 }).random;
      const world = aWorldOn(groundOf(platform, order), { functions, weather: STORMY });
      await world.deliver('partner-bank-webhooks', ...deliveriesOf(deliveredInAnyOrder({ events }, order)));
      expect(stateOf(await documentsOf(platform))).toEqual(await stateInMemory(events));
    },
  );
});

function deliveriesOf(deliveries: readonly (readonly WireEvent[])[]): Message[] {
  return deliveries.map((events, n) => aDelivery(aBody(...events), { deliveryId: `dlv-${n}` }));
}

/** The events one by one, in calm weather. */
async function stateInMemory(events: readonly WireEvent[]) {
  const world = aWorld({ functions });
  await world.deliver('partner-bank-webhooks', ...deliveriesOf(events.map((event) => [event])));
  return world.state();
}

/** Firestore's emulator as the store; messages go from hand to hand. */
function groundOf(platform: Platform, random: Ground['random']): Ground {
  const listeners: ((topic: Topic, message: Message) => void)[] = [];
  const publish: Platform['publish'] = async (topic, messages) => {
    for (const message of messages) for (const listener of listeners) listener(topic, message);
  };
  return {
    instance: () => ({ ...platform, publish }),
    random,
    onPublish: (listener) => {
      listeners.push(listener);
    },
    turn: () => new Promise((wake) => setTimeout(wake, 1)),
  };
}

async function documentsOf(platform: Platform): Promise<Map<string, Fields>> {
  const below = ['acct-1', 'acct-2'].flatMap((id) => [
    `accounts/${id}/transactions`,
    `accounts/${id}/balances`,
  ]);
  const found = await Promise.all(['accounts', ...below].map((collection) => platform.query({ collection })));
  return new Map(found.flat().map(({ path, fields = {} }) => [path, fields]));
}
