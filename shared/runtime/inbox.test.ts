import { describe, expect, test, vi } from 'vitest';
import { PermanentError } from '../errors.ts';
import { memoryCloud } from '../platform/memory.ts';
import { CODES, StoreError } from '../platform/platform.ts';
import type { Write } from '../store/document.ts';
import { anEnv, eventIn, NOW, TRACEPARENT } from '../testing/builders.ts';
import { type Trouble, withTroubles } from '../testing/troubles.ts';
import { type Cause, decideOnce, deliverOnce, type Effects, republishUnpublished } from './inbox.ts';
import type { Outgoing } from './outgoing.ts';

const cause: Cause = { functionName: 'count-things', id: 'evt-1', fingerprint: 'f', comesAgain: true };
const addFive: Write = { do: 'increment', path: 'counters/1', by: { things: 5n } };
const counted = (id: string, data: unknown = {}): Outgoing => ({
  topic: 'transactions',
  event: {
    specversion: '1.0',
    id,
    source: '/functions/count-things',
    type: 'thing.counted',
    subject: 'things',
    time: NOW.toISOString(),
    traceparent: TRACEPARENT,
    data,
  },
});

/** A store and a topic, on which each try of a cause is a process of its own, with troubles of its own. */
function aPlace() {
  const cloud = memoryCloud();
  const published: string[] = [];
  cloud.onPublish((_, message) => published.push(eventIn(message).id));
  const decide = vi.fn(async (): Promise<Effects> => ({ writes: [addFive], events: [counted('evt-2')] }));
  return {
    published,
    decide,
    env: (troubles: { commit?: Trouble[]; publish?: Trouble[]; get?: Trouble[] } = {}) =>
      anEnv({ platform: withTroubles(cloud.instance(), troubles) }),
    things: () => cloud.documents().get('counters/1')?.things ?? 0n,
    entries: () => [...cloud.documents()].filter(([path]) => path.startsWith('inbox/')),
  };
}

describe('a cause that comes twice', () => {
  test('has its effect once, and what followed is published again, the same', async () => {
    const { env, decide, things, published } = aPlace();
    expect(await decideOnce(env(), cause, decide)).toMatchObject({ outcome: 'done' });
    expect(await decideOnce(env(), cause, decide)).toMatchObject({ outcome: 'repeated' });
    expect(things()).toBe(5n);
    expect(published).toEqual(['evt-2', 'evt-2']);
  });

  test('at once in two processes has its effect once', async () => {
    const { env, decide, things } = aPlace();
    const outcomes = await Promise.all([1, 2, 3].map(() => decideOnce(env(), cause, decide)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['done', 'repeated', 'repeated']);
    expect(things()).toBe(5n);
  });

  test('is another cause for another function, and for another id', async () => {
    const { env, decide, things } = aPlace();
    await decideOnce(env(), cause, decide);
    await decideOnce(env(), { ...cause, functionName: 'count-others' }, decide);
    await decideOnce(env(), { ...cause, id: 'evt-9' }, decide);
    expect(things()).toBe(15n);
  });

  test('publishes what the first time decided, though the code has changed since', async () => {
    const { env, decide, published, things } = aPlace();
    await expect(decideOnce(env({ publish: ['crash-before'] }), cause, decide)).rejects.toThrow('crashed');
    const changed = async () => ({ writes: [addFive, addFive], events: [counted('evt-new-code')] });
    expect(await decideOnce(env(), cause, changed)).toMatchObject({ outcome: 'repeated' });
    expect(published).toEqual(['evt-2']);
    expect(things()).toBe(5n);
  });

  test('is acknowledged though it could not be decided any more', async () => {
    const { env, decide, published } = aPlace();
    await decideOnce(env(), cause, decide);
    const refuse = async () => {
      throw new PermanentError('account.closed');
    };
    expect(await decideOnce(env(), cause, refuse)).toMatchObject({ outcome: 'repeated' });
    expect(published).toEqual(['evt-2', 'evt-2']);
  });

  test('publishes again a list of events that is too long for one document', async () => {
    const { env, published, entries } = aPlace();
    const ids = Array.from({ length: 40 }, (_, n) => `evt-${n}`);
    const many = async () => ({ writes: [], events: ids.map((id) => counted(id, 'x'.repeat(50_000))) });
    await decideOnce(env(), cause, many);
    expect(entries().length).toBe(3); // 2 MB, 700 KB a document
    await decideOnce(env(), cause, many);
    expect(published).toEqual([...ids, ...ids]);
  });
});

describe('a process that dies', () => {
  test.each<[string, { commit?: Trouble[]; publish?: Trouble[] }, bigint]>([
    ['before the commit has done nothing', { commit: ['crash-before'] }, 0n],
    ['after the commit has done its work', { commit: ['crash-after'] }, 5n],
    ['before publishing has done its work', { publish: ['crash-before'] }, 5n],
    ['after publishing has done its work', { publish: ['crash-after'] }, 5n],
  ])('%s; the next try ends it, once', async (_, troubles, thingsThen) => {
    const { env, decide, things, published } = aPlace();
    await expect(decideOnce(env(troubles), cause, decide)).rejects.toThrow('crashed');
    expect(things()).toBe(thingsThen);

    await decideOnce(env(), cause, decide);
    expect(things()).toBe(5n);
    expect(new Set(published)).toEqual(new Set(['evt-2']));
  });
});

describe('an answer that is not what happened', () => {
  test('a commit whose answer was lost is found in the inbox, and not made again', async () => {
    const { env, decide, things, published } = aPlace();
    expect(await decideOnce(env({ commit: ['lost-answer'] }), cause, decide)).toMatchObject({
      outcome: 'done',
    });
    expect({ things: things(), published }).toEqual({ things: 5n, published: ['evt-2'] });
    expect(decide).toHaveBeenCalledTimes(1);
  });

  test('a client that retries by itself and hears "already exists" of its own success has succeeded', async () => {
    const { env, decide, things, published } = aPlace();
    expect(await decideOnce(env({ commit: ['own-retry'] }), cause, decide)).toMatchObject({
      outcome: 'done',
    });
    expect({ things: things(), published }).toEqual({ things: 5n, published: ['evt-2'] });
  });

  test('a publish whose answer was lost is published again, under the same id', async () => {
    const { env, decide, things, published } = aPlace();
    expect(await decideOnce(env({ publish: ['lost-answer'] }), cause, decide)).toMatchObject({
      outcome: 'done',
    });
    expect({ things: things(), published }).toEqual({ things: 5n, published: ['evt-2', 'evt-2'] });
  });

  test('while nothing can be published the cause is not acknowledged', async () => {
    const { env, decide } = aPlace();
    await expect(decideOnce(env({ publish: [14, 14] }), cause, decide)).rejects.toThrow('store.code-14');
  });
});

describe('a commit that is refused', () => {
  test.each(Object.entries(CODES).filter(([name]) => name !== 'invalidArgument'))(
    'with %s (%i) is decided again from what is stored now',
    async (_, code) => {
      const { env, decide, things } = aPlace();
      expect(await decideOnce(env({ commit: [code, code] }), cause, decide)).toMatchObject({
        outcome: 'done',
      });
      expect(decide).toHaveBeenCalledTimes(3);
      expect(things()).toBe(5n);
    },
  );

  test('as an invalid argument (3) is refused for good: what is too large is so every time', async () => {
    const { env, decide, entries, published } = aPlace();
    const refused = await decideOnce(env({ commit: [3] }), cause, decide).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PermanentError);
    expect(refused).toMatchObject({ code: 'store.refused', cause: { code: 3 } });
    expect(decide).toHaveBeenCalledTimes(1);
    expect([...entries(), ...published]).toEqual([]);
  });

  test('because a document is over 1 MiB is refused for good', async () => {
    const { env } = aPlace();
    const fields = { text: 'x'.repeat(1_048_577) };
    const tooLarge = async (): Promise<Effects> => ({
      writes: [{ do: 'create', path: 'things/1', fields }],
      events: [],
    });
    await expect(decideOnce(env(), cause, tooLarge)).rejects.toThrow('store.refused');
  });

  test('as an invalid argument, though another process has done it meanwhile, is repeated', async () => {
    const { env, decide } = aPlace();
    const other = env();
    let isFirst = true;
    const overtaken = async () => {
      if (isFirst) await decideOnce(other, cause, decide);
      isFirst = false;
      return decide();
    };
    expect(await decideOnce(env({ commit: [3] }), cause, overtaken)).toMatchObject({ outcome: 'repeated' });
  });

  test.each([7, 8, 13])('with code %i is not: the message comes again later', async (code) => {
    const { env, decide } = aPlace();
    await expect(decideOnce(env({ commit: [code] }), cause, decide)).rejects.toThrow(`store.code-${code}`);
    expect(decide).toHaveBeenCalledTimes(1);
  });

  test('twenty times in a row is left to a later delivery', async () => {
    const { env, decide } = aPlace();
    const always = Array.from({ length: 50 }, () => CODES.aborted);
    await expect(decideOnce(env({ commit: always }), cause, decide)).rejects.toThrow('store.code-10');
    expect(decide).toHaveBeenCalledTimes(20);
  });

  test('waits at most twice as long each time, and never over a second', async () => {
    const waited = async (dice: number) => {
      const waits: number[] = [];
      const { env, decide } = aPlace();
      vi.spyOn(Math, 'random').mockReturnValue(dice);
      const sleep = async (milliseconds: number) => void waits.push(milliseconds);
      const always = Array.from({ length: 7 }, () => CODES.aborted);
      await decideOnce({ ...env({ commit: always }), sleep }, cause, decide);
      vi.restoreAllMocks();
      return waits;
    };
    expect(await waited(1)).toEqual([40, 80, 160, 320, 640, 1000, 1000]);
    expect(await waited(0.5)).toEqual([20, 40, 80, 160, 320, 500, 500]); // so that two do not meet again
  });

  test('because what was read has changed is decided from the new', async () => {
    const { env, things } = aPlace();
    const first = env();
    await first.platform.commit([{ do: 'create', path: 'counters/1', fields: { things: 1n } }]);
    let tries = 0;
    const addOne = async (): Promise<Effects> => {
      const [read] = await first.platform.get(['counters/1']);
      if (!read) throw new Error('nothing read');
      tries += 1;
      // Somebody else is faster, once.
      if (tries === 1) await first.platform.commit([{ do: 'replace', read, fields: { things: 10n } }]);
      const things = (read.fields?.things as bigint) + 1n;
      return { writes: [{ do: 'replace', read, fields: { things } }], events: [] };
    };
    expect(await decideOnce(first, cause, addOne)).toMatchObject({ outcome: 'done' });
    expect(things()).toBe(11n);
  });
});

describe('what a cause costs', () => {
  async function cost(comesAgain: boolean, events: readonly Outgoing[]) {
    const { platform } = aPlace().env();
    const get = vi.fn(platform.get);
    const commit = vi.fn(platform.commit);
    const env = anEnv({ platform: { ...platform, get, commit } });
    await decideOnce(env, { ...cause, comesAgain }, async () => ({ writes: [addFive], events }));
    return { reads: get.mock.calls.length, commits: commit.mock.calls.length };
  }

  test('is one commit and no read; only what nobody delivers again has a mark to take off', async () => {
    expect(await cost(true, [counted('evt-2')])).toEqual({ reads: 0, commits: 1 });
    expect(await cost(false, [])).toEqual({ reads: 0, commits: 1 });
    expect(await cost(false, [counted('evt-2')])).toEqual({ reads: 0, commits: 2 });
  });
});

describe('a document that several in one process want', () => {
  const create = (path: string): Write => ({ do: 'create', path, fields: {} });

  /** Counts in documents that everybody reads and changes; a commit takes a while, and the process knows how many were in vain. */
  function counters() {
    const cloud = memoryCloud();
    const platform = cloud.instance();
    const inVain: string[] = [];
    const commit: typeof platform.commit = async (writes) => {
      await new Promise((wake) => setTimeout(wake, 1));
      return platform.commit(writes).catch((error: unknown) => {
        inVain.push('one');
        throw error;
      });
    };
    const env = anEnv({ platform: { ...platform, commit } });
    const add = (id: string, path: string, before = async () => {}) =>
      decideOnce(env, { ...cause, id }, async () => {
        const [read] = await platform.get([path]);
        if (!read) throw new Error('nothing read');
        await before();
        const count = ((read.fields?.count as bigint | undefined) ?? 0n) + 1n;
        const fields = { count };
        return {
          writes: [read.fields ? { do: 'replace', read, fields } : { do: 'create', path, fields }],
          events: [],
        };
      });
    return { add, inVain, count: (path: string) => cloud.documents().get(path)?.count };
  }

  test('is decided upon once by who finds nobody there', async () => {
    const { env } = aPlace();
    const decide = vi.fn(async () => ({ writes: [create('things/1')], events: [] }));
    await decideOnce(env(), cause, decide);
    expect(decide).toHaveBeenCalledTimes(1);
  });

  /** Some that came at once: one has won, and the others wait until they are released, or are refused. */
  async function waiting({ add, inVain }: ReturnType<typeof counters>, count: number) {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const refused: unknown[] = [];
    const causes = Array.from({ length: count }, (_, n) => {
      let tries = 0;
      const cause = add(`held-${n}`, 'counters/1', async () => {
        tries += 1;
        if (tries > 1) await held;
      });
      return cause.catch((error: unknown) => refused.push(error));
    });
    await vi.waitFor(() => expect(inVain).toHaveLength(count - 1));
    return { ended: Promise.all(causes), refused, release };
  }

  test('is waited for by who comes later, and nobody then tries in vain', async () => {
    const place = counters();
    const { ended, release } = await waiting(place, 5);
    const decided: string[] = [];
    const decide = async () => void decided.push('one');
    const later = Promise.all(['a', 'b', 'c'].map((id) => place.add(id, 'counters/1', decide)));
    await vi.waitFor(() => expect(decided).toHaveLength(3));
    release();
    await Promise.all([ended, later]);
    expect(place.inVain).toHaveLength(4);
    expect(place.count('counters/1')).toBe(8n);
  });

  test('holds up nobody who wants another', async () => {
    const place = counters();
    const { ended, release } = await waiting(place, 3);
    await Promise.all(['a', 'b', 'c'].map((id) => place.add(id, 'counters/2')));
    expect(place.count('counters/2')).toBe(3n);
    release();
    await ended;
    expect(place.count('counters/1')).toBe(3n);
  });

  test('is waited for by 24: whoever meets a longer row comes again later', async () => {
    const { ended, refused, release } = await waiting(counters(), 30);
    await vi.waitFor(() => expect(refused).toHaveLength(30 - 1 - 24));
    expect(refused).toMatchObject(refused.map(() => ({ code: 'store.contended' })));
    release();
    await ended;
    expect(refused).toHaveLength(5);
  });
});

describe('what cannot be done', () => {
  test('for good leaves nothing behind, and says so', async () => {
    const { env, entries } = aPlace();
    const refuse = async () => {
      throw new PermanentError('account.not-found');
    };
    await expect(decideOnce(env(), cause, refuse)).rejects.toThrow(PermanentError);
    expect(entries()).toEqual([]);
  });

  test('by a code that means other things elsewhere is not decided again: only the store’s own codes are', async () => {
    const { env } = aPlace();
    const decide = vi.fn(async () => {
      throw Object.assign(new Error('of somebody outside'), { code: CODES.aborted });
    });
    await expect(decideOnce(env(), cause, decide)).rejects.toThrow('of somebody outside');
    expect(decide).toHaveBeenCalledTimes(1);
  });

  test('because the inbox itself cannot be read is tried again later', async () => {
    const { env, decide } = aPlace();
    await expect(decideOnce(env({ commit: [14], get: [14] }), cause, decide)).rejects.toThrow(StoreError);
    expect(await decideOnce(env(), cause, decide)).toMatchObject({ outcome: 'done' });
  });
});

describe('a call to someone outside', () => {
  test('is made once, and what came of it is published again for whoever comes again', async () => {
    const { env, published } = aPlace();
    const send = vi.fn(async () => [counted('evt-sent')]);
    expect(await deliverOnce(env(), cause, send)).toBe('done');
    expect(await deliverOnce(env(), cause, send)).toBe('repeated');
    expect(send).toHaveBeenCalledTimes(1);
    expect(published).toEqual(['evt-sent', 'evt-sent']);
  });

  test('is repeated after a crash, under the same idempotency key', async () => {
    const { env } = aPlace();
    const send = vi.fn(async (_key: string) => []);
    await expect(deliverOnce(env({ commit: ['crash-before'] }), cause, send)).rejects.toThrow('crashed');
    await deliverOnce(env(), cause, send);
    expect(send.mock.calls.length).toBe(2);
    expect(send.mock.calls[0]).toEqual(send.mock.calls[1]);
  });

  test('that fails is repeated when another process has made it meanwhile, and its events are published', async () => {
    const { env, published } = aPlace();
    const overtaken = async () => {
      await deliverOnce(env(), cause, async () => [counted('evt-sent')]);
      throw new Error('a time-out');
    };
    expect(await deliverOnce(env(), cause, overtaken)).toBe('repeated');
    expect(published).toEqual(['evt-sent', 'evt-sent']);
  });

  test.each([
    ['for now', new Error('a time-out')],
    ['for good', new PermanentError('number.unknown')],
  ])('that fails %s, and that nobody else has made, has failed and leaves nothing', async (_, failure) => {
    const { env, entries } = aPlace();
    const send = vi.fn(async () => {
      throw failure;
    });
    await expect(deliverOnce(env(), cause, send)).rejects.toBe(failure);
    expect(send).toHaveBeenCalledTimes(1);
    expect(entries()).toEqual([]);
  });

  test('whose commit is refused once is not made again', async () => {
    const { env } = aPlace();
    const send = vi.fn(async () => []);
    await deliverOnce(env({ commit: [CODES.aborted] }), cause, send);
    expect(send).toHaveBeenCalledTimes(1);
  });
});

describe('a cause that nobody delivers again', () => {
  const tick = { ...cause, comesAgain: false };
  const minutesLater = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
  const isMarked = (entries: ReturnType<ReturnType<typeof aPlace>['entries']>) =>
    entries.some(([, fields]) => fields.unpublished === true);

  test('is marked until its events are out', async () => {
    const { env, decide, entries } = aPlace();
    await expect(decideOnce(env({ publish: ['crash-before'] }), tick, decide)).rejects.toThrow('crashed');
    expect(isMarked(entries())).toBe(true);
    await decideOnce(env(), tick, decide);
    expect(isMarked(entries())).toBe(false);
  });

  test('without events needs no mark', async () => {
    const { env, entries } = aPlace();
    await decideOnce(env({ publish: ['crash-before'] }), tick, async () => ({
      writes: [addFive],
      events: [],
    }));
    expect(isMarked(entries())).toBe(false);
  });

  test('is done also where its entry is gone by the time that the mark would come off', async () => {
    const { env, decide, published } = aPlace();
    const platform = { ...env().platform, get: memoryCloud().instance().get };
    expect(await decideOnce(anEnv({ platform }), tick, decide)).toMatchObject({ outcome: 'done' });
    expect(published).toEqual(['evt-2']);
  });

  test('is published by whoever looks after it: once it is a minute old, and then no more', async () => {
    const { env, decide, entries, published } = aPlace();
    await expect(decideOnce(env({ publish: ['crash-before'] }), tick, decide)).rejects.toThrow('crashed');
    const look = (minutes: number) => republishUnpublished({ ...env(), now: () => minutesLater(minutes) });

    expect(await look(0.9)).toBe(0);
    expect(published).toEqual([]);
    expect(await look(1)).toBe(1);
    expect(published).toEqual(['evt-2']);
    expect(isMarked(entries())).toBe(false);
    expect(await look(2)).toBe(0);
  });

  test('is looked for again when publishing fails, and one that fails does not hold up the others', async () => {
    const { env, decide, published } = aPlace();
    for (const id of ['tick-1', 'tick-2', 'tick-3']) {
      const crashed = decideOnce(env({ publish: ['crash-before'] }), { ...tick, id }, decide);
      await expect(crashed).rejects.toThrow('crashed');
    }
    const later = (troubles: { publish?: Trouble[] }) => ({ ...env(troubles), now: () => minutesLater(5) });
    await expect(republishUnpublished(later({ publish: [13] }))).rejects.toThrow('store.code-13');
    expect(published).toEqual(['evt-2', 'evt-2']);
    expect(await republishUnpublished(later({}))).toBe(1);
  });

  test('is published however many others cannot be: page by page to the end', async () => {
    const { env, published } = aPlace();
    const ids = Array.from({ length: 320 }, (_, n) => `tick-${n}`);
    for (const id of ids) {
      const decide = async () => ({ writes: [], events: [counted(id)] });
      const crashed = decideOnce(env({ publish: ['crash-before'] }), { ...tick, id }, decide);
      await expect(crashed).rejects.toThrow('crashed');
    }
    const healthy = new Set(ids.filter((_, n) => n % 16 === 0));
    const tried: string[] = [];
    const { platform } = env();
    const later = {
      ...env(),
      now: () => minutesLater(5),
      platform: {
        ...platform,
        async publish(...[topic, messages]: Parameters<typeof platform.publish>) {
          tried.push(...messages.map((message) => eventIn(message).id));
          if (messages.some((message) => !healthy.has(eventIn(message).id))) throw new StoreError(13);
          await platform.publish(topic, messages);
        },
      },
    };
    await expect(republishUnpublished(later)).rejects.toThrow('store.code-13');
    expect(published.toSorted()).toEqual([...healthy].toSorted());
    expect(tried.toSorted()).toEqual(ids.toSorted()); // each once
  });

  test('is left to the next run after two minutes: a run never meets the one after it', async () => {
    const { env, published } = aPlace();
    for (let n = 0; n < 220; n += 1) {
      const decide = async () => ({ writes: [], events: [counted(`evt-${n}`)] });
      const crashed = decideOnce(env({ publish: ['crash-before'] }), { ...tick, id: `tick-${n}` }, decide);
      await expect(crashed).rejects.toThrow('crashed');
    }
    const { platform } = env();
    let pages = 0;
    const query: typeof platform.query = (asked) => {
      pages += 1;
      return platform.query(asked);
    };
    const now = () => minutesLater(5 + pages); // each page takes a minute
    const looked = await republishUnpublished({ ...env(), now, platform: { ...platform, query } });
    expect(looked).toBe(200);
    expect(published).toHaveLength(200);
  });

  test('whose process dies before the mark is off has failed, and is published once more', async () => {
    const { env, decide, published } = aPlace();
    await expect(decideOnce(env({ publish: ['crash-before'] }), tick, decide)).rejects.toThrow('crashed');
    const later = (commit: Trouble[]) => ({ ...env({ commit }), now: () => minutesLater(5) });
    await expect(republishUnpublished(later(['crash-before']))).rejects.toThrow('crashed');
    expect(await republishUnpublished(later([]))).toBe(1);
    expect(published).toEqual(['evt-2', 'evt-2']);
  });

  test('may be marked by two at once: it is published twice at most, and both are content', async () => {
    const { env, decide, entries } = aPlace();
    await expect(decideOnce(env({ publish: ['crash-before'] }), tick, decide)).rejects.toThrow('crashed');
    const later = { ...env(), now: () => minutesLater(5) };
    await Promise.all([republishUnpublished(later), republishUnpublished(later)]);
    expect(isMarked(entries())).toBe(false);
  });
});

test('the same cause with other input is refused for good, and changes nothing', async () => {
  const { env, decide, things, published } = aPlace();
  await decideOnce(env(), cause, decide);
  const other = { ...cause, fingerprint: 'other' };
  await expect(decideOnce(env(), other, decide)).rejects.toMatchObject({
    code: 'event.conflict',
    facts: { cause: 'evt-1' },
  });
  await expect(deliverOnce(env(), other, async () => [])).rejects.toThrow('event.conflict');
  expect(things()).toBe(5n);
  expect(new Set(published)).toEqual(new Set(['evt-2']));
});
