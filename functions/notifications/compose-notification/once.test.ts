import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { newsOf } from '../../../shared/domain/notification.ts';
import { textOf } from '../../../shared/domain/notification-text.ts';
import { memoryCloud } from '../../../shared/platform/memory.ts';
import { type Message, StoreError } from '../../../shared/platform/platform.ts';
import { notificationFrom } from '../../../shared/store/notifications.ts';
import { transactionFrom } from '../../../shared/store/transactions.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { aDevice, aPushService, devicesOf } from '../../../shared/testing/push-service.ts';
import { ALL_FAULTS, aWorldOn, STORMY } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import forgetDevice from '../forget-device/function.ts';
import sendPush from '../send-push/function.ts';
import composeNotification from './function.ts';

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const anySeed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const telling = [composeNotification, sendPush, forgetDevice];

afterEach(() => void vi.unstubAllGlobals());

const at = (time: string) => ({ time: `2026-11-23T${time}:00.000Z` });
const opened = aFact('account.opened', { ...at('07:00'), ownerIds: ['uid-ann', 'uid-bo'] });
const authorised = aFact('card.authorisation-created', { ...at('08:00'), amountMinor: 10_000n });
const incremented = aFact('card.authorisation-incremented', { ...at('08:10'), amountMinor: 2_500n });
const clearing = (n: number, amountMinor: bigint) =>
  aFact('card.cleared', {
    ...at(`09:0${n}`),
    id: `fact-c${n}`,
    clearingId: `clr-${n}`,
    authorisationId: 'auth-1',
    amountMinor,
  });
const refund = { ...at('09:30'), refundId: 'ref-1', amountMinor: 3_000n };
const refunded = aFact('card.refunded', { ...refund, authorisationId: 'auth-1', clearingId: 'clr-1' });

/** What the bank says of one purchase, each fact naming all that it belongs to. */
const named = [opened, authorised, incremented, clearing(1, 6_000n), clearing(2, 5_000n), refunded];
/** The same, but the bank first tells the clearing and the refund without saying where they belong. */
const namedLater = [
  opened,
  authorised,
  incremented,
  aFact('card.cleared', { ...at('09:01'), id: 'fact-c1-alone', clearingId: 'clr-1', amountMinor: 6_000n }),
  clearing(1, 6_000n),
  clearing(2, 5_000n),
  aFact('card.refunded', { ...refund, id: 'fact-r-alone' }),
  aFact('card.refunded', { ...refund, id: 'fact-r-of-clearing', clearingId: 'clr-1' }),
  refunded,
];

describe(`a purchase, whatever the order, the repetitions and the faults (COUNTERFOIL_TEST_SEED=${seed})`, () => {
  test('through authorisation, increment, two clearings and a refund is one notification and one push', async () => {
    await fc.assert(
      fc.asyncProperty(anyOrder(named), anySeed, async (places, order) => {
        const { live, pushed, phone } = await told(order, inOrder(named, places));
        expect(live.map(bodyOf)).toEqual(['-80,00 kr. er bogført, resten er reserveret']);
        expect(pushed).toHaveLength(1);
        expect(phone.shows.map(({ tag }) => tag)).toEqual(live.map(({ id }) => id));
      }),
      { seed, numRuns: 60 },
    );
  }, 120_000);

  test('that was told in part before its parts were known to be one is not told once more', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyOrder(namedLater),
        fc.nat(namedLater.length),
        anySeed,
        async (places, until, order) => {
          const facts = inOrder(namedLater, places);
          const { live, pushed, pushedBefore } = await toldInTwo(
            order,
            facts.slice(0, until),
            facts.slice(until),
          );
          expect(live.map(bodyOf)).toEqual(['-80,00 kr. er bogført, resten er reserveret']);
          expect(pushed).toHaveLength(Math.max(1, pushedBefore));
        },
      ),
      { seed, numRuns: 60 },
    );
  }, 120_000);

  test('is one notification in the end, of the present state, however it was told before its parts were known to be one', async () => {
    await fc.assert(
      fc.asyncProperty(anyOrder(namedLater), anySeed, async (places, order) => {
        const { live, pushed, transactionIds } = await told(order, inOrder(namedLater, places));
        expect(live.map(bodyOf)).toEqual(['-80,00 kr. er bogført, resten er reserveret']);
        expect(pushed.length).toBeGreaterThan(0);
        expect(pushed.length).toBeLessThanOrEqual(transactionIds.length);
        expect(new Set(pushed).size).toBe(pushed.length);
      }),
      { seed, numRuns: 60 },
    );
  }, 120_000);
});

/** Their places in the list, so that what fails can be read. */
function anyOrder(facts: readonly Message[]): fc.Arbitrary<number[]> {
  return fc.shuffledSubarray([...facts.keys()], { minLength: facts.length });
}

function inOrder(facts: readonly Message[], places: readonly number[]): Message[] {
  return places.flatMap((place) => facts[place] ?? []);
}

/** Intl writes a space that does not break. */
function bodyOf({ body }: { body: string }): string {
  return body.replace(/\s/g, ' ');
}

/** Facts and what follows from them all at once, as on a bad day. */
async function told(order: number, facts: readonly Message[]) {
  const scene = await aScene(order);
  const world = scene.world([recordTransaction, trackAccount, ...telling]);
  await world.deliver('bank-facts', ...facts);
  await scene.redrive(world);
  return scene.outcome(world);
}

/**
 * The first facts and, in any order, what follows from them for phones; then the others, and again what follows, so that
 * what was known when a thing was told is plain.
 */
async function toldInTwo(order: number, ...both: readonly (readonly Message[])[]) {
  const scene = await aScene(order);
  const ledger = scene.world([recordTransaction, trackAccount]);
  const world = scene.world(telling);
  const pushes: number[] = [];
  await ledger.deliver('bank-facts', opened);
  for (const facts of both) {
    const from = ledger.published.length;
    await ledger.deliver('bank-facts', ...facts);
    const events = ledger.published.slice(from).filter(({ topic }) => topic === 'transactions');
    await world.deliver('transactions', ...events.map(({ message }) => message));
    pushes.push(scene.outcome(world).pushed.length);
  }
  expect(ledger.failures.filter((failure) => !(failure instanceof StoreError))).toEqual([]);
  return { ...scene.outcome(world), pushedBefore: pushes[0] ?? 0 };
}

/** A store with Ann's phone in it, and the phone; Bo, who owns the account too, has none. */
async function aScene(order: number) {
  const calm = memoryCloud({ seed: order });
  const device = aDevice();
  const stored = devicesOf('uid-ann', device);
  const cloud = memoryCloud({ seed: order, faults: ALL_FAULTS, stored });
  const service = aPushService();
  vi.stubGlobal('fetch', service.fetch);
  type World = ReturnType<typeof aWorldOn>;

  return {
    world(functions: Parameters<typeof aWorldOn>[1]['functions']): World {
      return aWorldOn(
        { ...cloud, random: calm.random, turn: async () => {} },
        { functions, weather: STORMY },
      );
    },
    /** What came before the account comes again once it is there. */
    async redrive(world: World): Promise<void> {
      const parked = world.events('dead-letters').map(({ data }) => data as Parked);
      expect(new Set(parked.map(({ reason }) => reason))).toEqual(
        new Set(parked.length > 0 ? ['account.not-opened'] : []),
      );
      for (const { message, waitsFor } of parked) {
        expect(waitsFor).toBe('accounts/acct-1');
        const data = Buffer.from(message.dataBase64, 'base64');
        await world.deliver('transactions', { data, attributes: message.attributes });
      }
    },
    outcome(world: World) {
      expect(world.failures.filter((failure) => !(failure instanceof StoreError))).toEqual([]);
      const documents = [...cloud.documents()].map(([path, fields]) => ({
        path,
        fields,
        version: undefined,
      }));
      const notifications = documents.filter(({ path }) => path.includes('/notifications/'));
      const live = notifications
        .filter(({ path }) => path.includes('uid-ann'))
        .flatMap((each) => notificationFrom(each) ?? []);
      const transactions = documents.filter(({ path }) => path.includes('/transactions/'));
      for (const { news, title, body, transactionId } of live) {
        const transaction = transactions.map(transactionFrom).find((each) => each?.id === transactionId);
        if (!transaction) throw new Error('a notification of no transaction');
        expect(news).toEqual(newsOf(transaction.summary, 'card'));
        expect({ title, body }).toMatchObject({ body: textOf(news, 'da-DK').body });
      }
      const ofBo = notifications
        .filter(({ path }) => path.includes('uid-bo'))
        .flatMap((each) => notificationFrom(each) ?? []);
      expect(ofBo.map(({ id }) => id)).toEqual(live.map(({ id }) => id));
      return {
        live,
        /** Which notifications were to be pushed; an event that is published twice is one. */
        pushed: [
          ...new Map(
            world
              .events('notifications')
              .flatMap((event) =>
                event.type === 'notification.requested' ? [[event.id, event.subject]] : [],
              ),
          ).values(),
        ],
        phone: service.phone(device.fcmToken),
        transactionIds: transactions.map(({ path }) => path),
      };
    },
  };
}

type Parked = {
  reason: string;
  waitsFor?: string;
  message: { dataBase64: string; attributes: Record<string, string> };
};
