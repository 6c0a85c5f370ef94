import { describe, expect, test } from 'vitest';
import type { Topic } from '../../shared/events/event.ts';
import { CODES, type Platform, StoreError } from '../../shared/platform/platform.ts';
import { aBody, NOW, signedHeaders } from '../../shared/testing/builders.ts';
import { ALL_FAULTS, STORMY } from '../../shared/testing/world.ts';
import { END, life } from './life.ts';
import { aScene, leftOut, told, toldInEveryWay } from './scene.ts';
import { again, cleared, opened, said, transfer } from './words.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

test('a little of everything comes to what was worked out by hand', async () => {
  expect(await (await toldInEveryWay(...life)).sees()).toMatchObject(END);
});

describe('the same state again under a new event id', () => {
  test('changes nothing, whether it is a purchase, a transfer, a balance, a list or an opening', async () => {
    const scene = await told(...life);
    const before = await scene.sees();
    await scene.tell(...life.map(again));
    expect(await scene.sees()).toEqual(before);
    expect(scene.parked()).toEqual([]);
    expect((await toldInEveryWay(...life, ...life.map(again))).state()).toEqual(scene.state());
  });

  test('of an account that is closed by now does not open it', async () => {
    const closed = said('account.closed', { at: '23T09:00', version: 2 });
    const scene = await toldInEveryWay(opened(), closed, again(opened()));
    expect(await scene.sees()).toMatchObject({ status: 'closed' });
  });

  test('with another amount is no repetition: it is set aside, and the balance stays', async () => {
    const scene = await told(opened(), cleared('clr-1', '36000'), {
      ...cleared('clr-1', '63000'),
      id: 'another event',
    });
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-36000' });
    expect(scene.parked()).toEqual(['fact.conflict']);
  });
});

describe('dedupe that is marked before the work succeeded, so that the event is lost', () => {
  test('cannot be: work that fails leaves no mark, and is done when the event comes again', async () => {
    let failures = 12;
    const failing = (own: Platform): Platform => ({
      ...own,
      commit: async (writes) => {
        failures -= 1;
        if (failures >= 0) throw new StoreError(13); // "internal": not tried again at once, but by Pub/Sub
        return own.commit(writes);
      },
    });
    const scene = await aScene({ platform: failing });
    await scene.tell(...life);
    expect(scene.world.failures).toHaveLength(12);
    expect(await scene.sees()).toMatchObject(END);
    expect(scene.parked()).toEqual([]);
  });

  test('cannot be in any of thirty storms of crashes, lost answers and repetitions', async () => {
    const calm = (await told(...life)).state();
    for (let seed = 1; seed <= 30; seed += 1) {
      const scene = await aScene({ seed, weather: STORMY, faults: ALL_FAULTS });
      await scene.tell(...life, ...life);
      expect(scene.failures()).toEqual([]);
      expect(scene.state()).toEqual(calm);
    }
  });
});

describe('dedupe in memory', () => {
  test('would forget: processes that know nothing but the store do nothing twice', async () => {
    const before = await told(...life);
    const restarted = await aScene({ stored: before.documents() });
    await restarted.tell(...life);
    expect(restarted.state()).toEqual(before.state());

    // What they tell others again is what was told before, under the same ids.
    const ids = new Set(before.world.events('transactions').map(({ id }) => id));
    expect(restarted.world.events('transactions').filter(({ id }) => !ids.has(id))).toEqual([]);
  });
});

describe('a delta applied again on replay', () => {
  test('moves nothing, even when what was handled is long forgotten', async () => {
    const before = await told(...life);
    const forgotten = leftOut(before.documents(), 'inbox/');
    expect(forgotten.size).toBeLessThan(before.documents().size);
    const replayed = await aScene({ stored: forgotten });
    await replayed.tell(...life);
    expect(replayed.state()).toEqual(before.state());
    await replayed.tell(...life.map(again));
    expect(await replayed.sees()).toEqual(await before.sees());
    expect(replayed.world.events('transactions')).toEqual([]);
  });
});

describe('a publish that fails after its commit', () => {
  test('is made good when the message comes again, since the message was not acknowledged', async () => {
    // Of each topic the first two tries: the one after the commit, and the one that looks what was committed.
    const failures = new Map<Topic, number>();
    const failing = (own: Platform): Platform => ({
      ...own,
      publish: async (topic, messages) => {
        failures.set(topic, (failures.get(topic) ?? 0) + 1);
        if ((failures.get(topic) ?? 0) <= 2) throw new StoreError(CODES.unavailable);
        await own.publish(topic, messages);
      },
    });
    const scene = await aScene({ platform: failing });
    await scene.tell(...life);
    expect([...failures.keys()]).toEqual(expect.arrayContaining(['bank-facts', 'transactions', 'customers']));
    expect(scene.world.failures.length).toBeGreaterThanOrEqual(3);
    expect(await scene.sees()).toMatchObject(END);

    const calm = await told(...life);
    const ids = ({ world }: typeof calm) => new Set(world.events('transactions').map(({ id }) => id));
    expect(ids(scene)).toEqual(ids(calm));
  });
});

describe('a parsed body breaks the signature', () => {
  test('so the bytes are checked as they came, and kept so', async () => {
    const scene = await aScene();
    // A bank's own way of writing: escapes, white space, a number that JavaScript would write otherwise.
    const raw = Buffer.from(
      aBody(opened()).toString().replace('{"events"', '{ "sent" : 1.50, "caf\\u00e9":1,\n "events"'),
    );
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(raw.toString())));
    expect(await scene.post(rewritten, signedHeaders(raw))).toBe(401);
    expect(await scene.post(raw, signedHeaders(raw))).toBe(202);

    const kept = [...scene.documents()].flatMap(([path, { bytes }]) =>
      path.startsWith('deliveries/') ? [bytes] : [],
    );
    expect(kept.map((bytes) => Buffer.from(bytes as Uint8Array).toString())).toEqual([raw.toString()]);
    expect(await scene.sees()).toMatchObject({ status: 'open' });
  });
});

describe('an old signed webhook is replayed', () => {
  const body = aBody(opened(), transfer('booked', 'trf-1', '100'));
  const signed = signedHeaders(body);

  test('within its five minutes it changes nothing, and after them it is refused', async () => {
    const scene = await aScene();
    expect(await scene.post(body, signed)).toBe(202);
    const before = scene.state();
    await scene.passTo(later(4 * MINUTE).toISOString());
    expect(await scene.post(body, signed)).toBe(202);
    await scene.passTo(later(6 * MINUTE).toISOString());
    expect(await scene.post(body, signed)).toBe(401);
    expect(scene.state()).toEqual(before);
  });

  test('from a clock that is ahead it is refused as well', async () => {
    const scene = await aScene();
    expect(await scene.post(body, signedHeaders(body, { at: later(6 * MINUTE) }))).toBe(401);
    expect(scene.state()).toEqual({});
  });

  test('by the bank itself, signed anew after two weeks, it is taken and changes nothing', async () => {
    const scene = await aScene();
    await scene.post(body, signed);
    const before = scene.state();
    const known = new Set(scene.world.events('transactions').map(({ id }) => id));
    await scene.passTo(later(14 * DAY).toISOString());
    expect(await scene.post(body)).toBe(202);
    expect(scene.state()).toEqual(before);
    expect(scene.world.events('transactions').filter(({ id }) => !known.has(id))).toEqual([]);
  });
});

describe('one file with many entries', () => {
  // 1 + 2 + ... + 2,000 øre, in one delivery with one entry that nobody can read.
  const bookings = Array.from({ length: 2_000 }, (_, n) =>
    transfer('booked', `trf-${n}`, String(n + 1), { direction: 'credit' }),
  );
  const file = [opened(), ...bookings.slice(0, 1_300), 'what is this', ...bookings.slice(1_300)];

  test('is booked to the last entry, once, though it comes twice', async () => {
    const scene = await aScene({ seed: 7, weather: STORMY });
    await scene.tellTogether(file);
    await scene.tellTogether(file);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '2001000', heldMinor: '0' });
    expect(scene.parked()).toEqual(['bank-event.unknown-type']);
    expect([...scene.documents().keys()].filter((path) => path.includes('/transactions/'))).toHaveLength(
      2_000,
    );
  });
});
