import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { CODES, type Message, type Platform, StoreError } from '../../shared/platform/platform.ts';
import type { Fields, Query, Stored, Write } from '../../shared/store/document.ts';
import { byGoogleClients, inMemory, overRest, type Place } from './places.ts';

// An invalid argument is so every time.
const { invalidArgument: _forGood, ...again } = CODES;
const DECIDE_AGAIN: readonly number[] = Object.values(again);

describe.each([
  ['in memory', inMemory],
  ['by Google’s clients', byGoogleClients],
  ['over REST', overRest],
])('the platform %s', (_, open) => {
  let place: Place;
  let platform: Platform;
  /** A collection that no other test uses. */
  let here: string;

  beforeAll(() => {
    place = open();
    platform = place.platform;
  });

  const fresh = () => {
    here = `c-${randomUUID()}`;
    return `${here}/1`;
  };
  const create = (path: string, fields: Fields): Write => ({ do: 'create', path, fields });

  async function read(path: string): Promise<Stored & { fields: Fields }> {
    const [document] = await platform.get([path]);
    if (!document?.fields) throw new Error(`nothing at ${path}`);
    return { ...document, fields: document.fields };
  }

  async function isThere(path: string): Promise<boolean> {
    const [document] = await platform.get([path]);
    return document?.fields !== undefined;
  }

  async function codeOf(commit: Promise<unknown>): Promise<number | 'committed'> {
    return commit.then(
      () => 'committed' as const,
      (error: unknown) => {
        if (error instanceof StoreError) return error.code;
        throw error;
      },
    );
  }

  describe('creating', () => {
    test('what exists is refused with 6, and leaves it as it was', async () => {
      const path = fresh();
      await platform.commit([create(path, { a: 1n })]);
      expect(await codeOf(platform.commit([create(path, { a: 2n })]))).toBe(6);
      expect((await read(path)).fields).toEqual({ a: 1n });
    });

    test('is all or nothing: one refused write voids the others, before it and after it', async () => {
      const path = fresh();
      await platform.commit([create(path, { a: 1n })]);
      const writes = [create(`${here}/2`, {}), create(path, {}), create(`${here}/3`, {})];
      expect(await codeOf(platform.commit(writes))).toBe(6);
      expect([await isThere(`${here}/2`), await isThere(`${here}/3`)]).toEqual([false, false]);
    });

    test('of one path by many at once succeeds for one', async () => {
      const path = fresh();
      const codes = await Promise.all(
        [1n, 2n, 3n, 4n, 5n].map((n) => codeOf(platform.commit([create(path, { n })]))),
      );
      expect(codes.toSorted()).toEqual([6, 6, 6, 6, 'committed']);
    });

    test('what is larger than 1 MiB is refused for good, with all of its commit', async () => {
      const path = fresh();
      const writes = [create(`${here}/2`, {}), create(path, { bytes: new Uint8Array(1_100_000) })];
      expect(await codeOf(platform.commit(writes))).toBe(3);
      expect(await isThere(`${here}/2`)).toBe(false);
      expect(await codeOf(platform.commit([create(path, { bytes: new Uint8Array(1_000_000) })]))).toBe(
        'committed',
      );
    });
  });

  describe('what is kept', () => {
    test.each<[string, Fields]>([
      ['integers beyond 2^53', { n: 9_007_199_254_740_993n, m: -9_007_199_254_740_993n }],
      ['the largest and the smallest integer', { n: 2n ** 63n - 1n, m: -(2n ** 63n) }],
      ['zero', { n: 0n }],
      ['instants', { at: new Date('2026-02-28T23:59:59.999Z'), epoch: new Date(0) }],
      ['bytes', { bytes: new Uint8Array([0, 255, 254, 10]), none: new Uint8Array() }],
      ['texts', { text: 'Ærø 🧾\n\u0000"', none: '' }],
      ['null and booleans', { nothing: null, yes: true, no: false }],
      ['lists', { list: [1n, 'a', null, { b: [] }], none: [] }],
      ['maps in maps', { map: { a: { b: { c: 1n } } }, none: {} }],
      ['keys with dots, slashes, colons and signs', { map: { 'a.b/c:d%2E`"\\': 1n, 'ø ': { '.': 2n } } }],
    ])('comes back as it was: %s', async (_, fields) => {
      const path = fresh();
      await platform.commit([create(path, fields)]);
      expect((await read(path)).fields).toStrictEqual(fields);
      const stored = await read(path);
      await platform.commit([{ do: 'replace', read: stored, fields: { ...fields, more: 1n } }]);
      expect((await read(path)).fields).toStrictEqual({ ...fields, more: 1n });
    });

    test('is not changed by who changes what they read', async () => {
      const path = fresh();
      await platform.commit([create(path, { map: { n: 1n } })]);
      Reflect.set((await read(path)).fields.map as object, 'n', 2n);
      expect((await read(path)).fields).toEqual({ map: { n: 1n } });
    });
  });

  describe('reading', () => {
    test('keeps the order that was asked for, and says what is not there', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n }), create(`${here}/3`, { n: 3n })]);
      const found = await platform.get([`${here}/3`, `${here}/2`, path]);
      expect(found.map((document) => [document.path, document.fields, typeof document.version])).toEqual([
        [`${here}/3`, { n: 3n }, 'string'],
        [`${here}/2`, undefined, 'undefined'],
        [path, { n: 1n }, 'string'],
      ]);
    });

    test('nothing finds nothing', async () => {
      expect(await platform.get([])).toEqual([]);
    });

    test('twice gives one version, and after a change another', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const [first, again] = [await read(path), await read(path)];
      expect(again.version).toBe(first.version);
      await platform.commit([{ do: 'replace', read: first, fields: { n: 2n } }]);
      expect((await read(path)).version).not.toBe(first.version);
    });

    test('after a write that changed nothing gives the version of before: it stops nobody', async () => {
      // So what must not be spent twice has to be changed by who spends it, not only written.
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const stored = await read(path);
      await platform.commit([{ do: 'replace', read: stored, fields: { n: 1n } }]);
      expect((await read(path)).version).toBe(stored.version);
      expect(await codeOf(platform.commit([{ do: 'replace', read: stored, fields: { n: 2n } }]))).toBe(
        'committed',
      );
    });
  });

  describe('a commit', () => {
    test('returns the version of what its first write wrote, by which that may be replaced', async () => {
      const path = fresh();
      const written = { n: 1n };
      const version = await platform.commit([create(path, written), create(`${here}/2`, {})]);
      expect(version).toBe((await read(path)).version);
      const known = { path, fields: written, version };
      const next = await platform.commit([{ do: 'replace', read: known, fields: { n: 2n } }]);
      expect(next).toBe((await read(path)).version);
      expect(await codeOf(platform.commit([{ do: 'replace', read: known, fields: { n: 3n } }]))).toBe(9);
    });
  });

  describe('replacing', () => {
    test('leaves no field of before', async () => {
      const path = fresh();
      await platform.commit([create(path, { a: 1n, b: { c: 1n, d: 2n }, e: 'x' })]);
      await platform.commit([{ do: 'replace', read: await read(path), fields: { b: { d: 3n } } }]);
      expect((await read(path)).fields).toEqual({ b: { d: 3n } });
    });

    test('what somebody changed since it was read is refused, so that it is decided again', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const stale = await read(path);
      await platform.commit([{ do: 'replace', read: stale, fields: { n: 2n } }]);
      const code = await codeOf(platform.commit([{ do: 'replace', read: stale, fields: { n: 3n } }]));
      expect(code).toBe(9);
      expect((await read(path)).fields).toEqual({ n: 2n });
    });

    test('what an increment changed since is refused too', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const stale = await read(path);
      await platform.commit([create(`${here}/2`, {}), { do: 'increment', path, by: { n: 1n } }]);
      expect(await codeOf(platform.commit([{ do: 'replace', read: stale, fields: { n: 9n } }]))).toBe(9);
    });

    test('what somebody deleted, or deleted and made again, is refused', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const stale = await read(path);
      await platform.commit([{ do: 'delete', read: stale }]);
      expect(DECIDE_AGAIN).toContain(
        await codeOf(platform.commit([{ do: 'replace', read: stale, fields: { n: 2n } }])),
      );
      await platform.commit([create(path, { n: 1n })]);
      expect(DECIDE_AGAIN).toContain(
        await codeOf(platform.commit([{ do: 'replace', read: stale, fields: { n: 2n } }])),
      );
      expect((await read(path)).fields).toEqual({ n: 1n });
    });

    test('by many at once, all of whom read the same, succeeds for one', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 0n })]);
      const same = await read(path);
      const codes = await Promise.all(
        [1n, 2n, 3n, 4n].map((n) => codeOf(platform.commit([{ do: 'replace', read: same, fields: { n } }]))),
      );
      expect(codes.filter((code) => code === 'committed')).toHaveLength(1);
      for (const code of codes) expect([...DECIDE_AGAIN, 'committed']).toContain(code);
    });
  });

  describe('deleting', () => {
    test('what is as it was read removes it, and a second time is refused', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const stored = await read(path);
      await platform.commit([{ do: 'delete', read: stored }]);
      expect(await isThere(path)).toBe(false);
      expect(DECIDE_AGAIN).toContain(await codeOf(platform.commit([{ do: 'delete', read: stored }])));
    });

    test('what has changed is refused', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n })]);
      const stale = await read(path);
      await platform.commit([{ do: 'replace', read: stale, fields: { n: 2n } }]);
      expect(await codeOf(platform.commit([{ do: 'delete', read: stale }]))).toBe(9);
      expect(await isThere(path)).toBe(true);
    });
  });

  describe('incrementing', () => {
    let marks = 0;
    const marked = (...writes: Write[]) => {
      marks += 1;
      return platform.commit([create(`${here}/mark-${marks}`, {}), ...writes]);
    };

    test('makes what is not there, adds at any depth, and leaves the rest alone', async () => {
      const path = fresh();
      await marked({ do: 'increment', path, by: { DKK: { booked: -3_200n } } });
      await marked({ do: 'increment', path, by: { DKK: { booked: -800n, held: 5n }, EUR: { held: 7n } } });
      expect((await read(path)).fields).toEqual({ DKK: { booked: -4_000n, held: 5n }, EUR: { held: 7n } });
    });

    test('keeps integers integers, and exact: 2^53 - 1 and 2 more', async () => {
      const path = fresh();
      await marked({ do: 'increment', path, by: { n: 9_007_199_254_740_991n } });
      await marked({ do: 'increment', path, by: { n: 2n } });
      expect((await read(path)).fields).toEqual({ n: 9_007_199_254_740_993n });
    });

    test('raises a field to at least a value, and never lowers it', async () => {
      const path = fresh();
      for (const at of [5n, 9n, 7n]) {
        await marked({ do: 'increment', path, by: { n: 1n }, atLeast: { asOfMs: at } });
      }
      expect((await read(path)).fields).toEqual({ n: 3n, asOfMs: 9n });
      await marked({ do: 'increment', path, by: {}, atLeast: { asOfMs: 1_795_428_000_000n } });
      expect((await read(path)).fields).toEqual({ n: 3n, asOfMs: 1_795_428_000_000n });
    });

    test('takes keys with dots and slashes as they are', async () => {
      const path = fresh();
      await marked({ do: 'increment', path, by: { map: { 'a.b/c': 1n } } });
      await marked({ do: 'increment', path, by: { map: { 'a.b/c': 1n } } });
      expect((await read(path)).fields).toEqual({ map: { 'a.b/c': 2n } });
    });

    test('by many at once loses nothing', async () => {
      const path = fresh();
      const all = Array.from({ length: 20 }, (_, n) =>
        platform.commit([create(`${here}/by-${n}`, {}), { do: 'increment', path, by: { n: BigInt(n + 1) } }]),
      );
      await Promise.all(all);
      expect((await read(path)).fields).toEqual({ n: 210n });
    });

    test('beside a create that is refused adds nothing', async () => {
      const path = fresh();
      await platform.commit([create(path, {})]);
      const counter = `${here}/counter`;
      const code = await codeOf(
        platform.commit([create(path, {}), { do: 'increment', path: counter, by: { n: 1n } }]),
      );
      expect([code, await isThere(counter)]).toEqual([6, false]);
    });

    test.each<[string, Write[]]>([
      ['alone', [{ do: 'increment', path: 'a/1', by: { n: 1n } }]],
      ['by zero', [create('a/1', {}), { do: 'increment', path: 'a/2', by: { n: 0n } }]],
      ['by 2^53', [create('a/1', {}), { do: 'increment', path: 'a/2', by: { n: 2n ** 53n } }]],
    ])('%s is refused before anything is asked of the store', async (_, writes) => {
      await expect(platform.commit(writes)).rejects.toThrow(/^commit\./);
      expect(await isThere('a/1')).toBe(false);
    });
  });

  describe('a query', () => {
    const ids = async (query: Omit<Query, 'collection'>) =>
      (await platform.query({ collection: here, ...query })).map(({ path }) => path.slice(here.length + 1));

    async function stored(rows: Readonly<Record<string, Fields>>) {
      fresh();
      await platform.commit(Object.entries(rows).map(([id, fields]) => create(`${here}/${id}`, fields)));
    }

    test('finds all of a collection by id, and nothing below it or beside it', async () => {
      await stored({ b: { n: 1n }, a: { n: 2n } });
      await platform.commit([create(`${here}/a/below/x`, {}), create(`${here}-beside/y`, {})]);
      expect(await ids({})).toEqual(['a', 'b']);
      const [first] = await platform.query({ collection: here });
      expect(first).toMatchObject({ path: `${here}/a`, fields: { n: 2n }, version: expect.any(String) });
    });

    test('of a collection that is not there finds nothing', async () => {
      fresh();
      expect(await ids({})).toEqual([]);
    });

    test('by a value finds what has it, of the same type', async () => {
      await stored({ a: { on: true }, b: { on: false }, c: { on: 'true' }, d: {} });
      expect(await ids({ where: [['on', '==', true]] })).toEqual(['a']);
      expect(await ids({ where: [['on', '==', 'true']] })).toEqual(['c']);
    });

    test('by what stands in a map finds what has it there', async () => {
      await stored({
        a: { facts: { of: 'x' } },
        b: { facts: { of: 'y' } },
        c: { facts: {} },
        d: { of: 'x' },
      });
      expect(await ids({ where: [['facts.of', '==', 'x']] })).toEqual(['a']);
    });

    test('by what a list contains finds it wherever it stands in the list', async () => {
      await stored({ a: { ids: ['x', 'y'] }, b: { ids: ['y'] }, c: { ids: [] }, d: { ids: 'y' }, e: {} });
      expect(await ids({ where: [['ids', 'array-contains', 'y']] })).toEqual(['a', 'b']);
    });

    const rows = { a: { at: '2' }, b: { at: '3' }, c: { at: '1' }, d: { at: '2' }, e: { at: '2' } };

    test('orders by a field, and equal ones by id, both in the direction of the field', async () => {
      await stored(rows);
      expect(await ids({ orderBy: [['at', 'asc']] })).toEqual(['c', 'a', 'd', 'e', 'b']);
      expect(await ids({ orderBy: [['at', 'desc']] })).toEqual(['b', 'e', 'd', 'a', 'c']);
    });

    test('goes on after a row, through equal ones, until nothing is left', async () => {
      await stored(rows);
      const orderBy = [['at', 'desc']] as const;
      expect(await ids({ orderBy, limit: 2 })).toEqual(['b', 'e']);
      expect(await ids({ orderBy, startAfter: ['2', 'e'], limit: 2 })).toEqual(['d', 'a']);
      expect(await ids({ orderBy, startAfter: ['2', 'a'], limit: 2 })).toEqual(['c']);
      expect(await ids({ orderBy, startAfter: ['1', 'c'], limit: 2 })).toEqual([]);
      expect(await ids({ orderBy: [['at', 'asc']], startAfter: ['2', 'a'] })).toEqual(['d', 'e', 'b']);
    });

    test('goes on after an id, where it is ordered by nothing else', async () => {
      await stored({
        a: { on: true },
        b: { on: false },
        c: { on: true },
        d: { on: true },
        e: { on: true },
      });
      const where = [['on', '==', true]] as const;
      expect(await ids({ where, limit: 2 })).toEqual(['a', 'c']);
      expect(await ids({ where, startAfter: ['c'], limit: 2 })).toEqual(['d', 'e']);
      expect(await ids({ where, startAfter: ['e'], limit: 2 })).toEqual([]);
    });

    test('goes on after a row that is gone by now', async () => {
      await stored(rows);
      expect(await ids({ orderBy: [['at', 'desc']], startAfter: ['2', 'dd'] })).toEqual(['d', 'a', 'c']);
    });

    test('leaves out what has no such field to be ordered by', async () => {
      await stored({ a: { at: '1' }, b: { other: '1' }, c: { at: null } });
      expect(await ids({ orderBy: [['at', 'asc']] })).toEqual(['c', 'a']);
    });

    test('takes several conditions together', async () => {
      await stored({ a: { on: true, at: '2' }, b: { on: true, at: '1' }, c: { on: false, at: '3' } });
      expect(await ids({ where: [['on', '==', true]], orderBy: [['at', 'asc']], limit: 5 })).toEqual([
        'b',
        'a',
      ]);
    });
  });

  describe('a query by a range', () => {
    const stored = async (rows: Readonly<Record<string, Fields>>) => {
      here = `c-${randomUUID()}`;
      await platform.commit(Object.entries(rows).map(([id, fields]) => create(`${here}/${id}`, fields)));
    };
    const ids = async (query: Omit<Query, 'collection'>) =>
      (await platform.query({ collection: here, ...query })).map(({ path }) => path.split('/').at(-1));

    test('finds what is at most, or at least, a value, that value included', async () => {
      await stored({ a: { at: '1' }, b: { at: '2' }, c: { at: '3' }, d: { other: '2' } });
      const orderBy = [['at', 'asc']] as const;
      expect(await ids({ where: [['at', '<=', '2']], orderBy })).toEqual(['a', 'b']);
      expect(await ids({ where: [['at', '>=', '2']], orderBy })).toEqual(['b', 'c']);
      expect(await ids({ where: [['at', '>=', '2']], orderBy, startAfter: ['2', 'b'] })).toEqual(['c']);
    });

    test('finds nothing of another type', async () => {
      await stored({ a: { at: 1n }, b: { at: null }, c: { at: '0' } });
      expect(await ids({ where: [['at', '<=', '9']], orderBy: [['at', 'asc']] })).toEqual(['c']);
    });
  });

  describe('a query of all collections of a name', () => {
    test('finds them wherever they are, in one order, and goes on after a row', async () => {
      const name = `g-${randomUUID()}`;
      const paths = [`${fresh()}/${name}/x`, `${fresh()}/${name}/y`, `${name}/z`];
      await platform.commit(paths.map((path, n) => create(path, { at: String(3 - n) })));
      await platform.commit([create(`${fresh()}/other-${name}/w`, { at: '0' })]);
      const orderBy = [['at', 'asc']] as const;
      const query = { collection: name, everywhere: true, where: [['at', '<=', '3']] as const, orderBy };
      const [x = '', y = '', z = ''] = paths;
      expect((await platform.query(query)).map(({ path }) => path)).toEqual([z, y, x]);
      const after = await platform.query({ ...query, startAfter: ['2', y], limit: 5 });
      expect(after.map(({ path }) => path)).toEqual([x]);
    });
  });

  describe('an aggregation', () => {
    test('counts what matches and has all the fields, sums them at any depth, and takes what is no integer for nothing', async () => {
      fresh();
      const rows: Fields[] = [
        { of: 'x', n: 9_007_199_254_740_993n, DKK: { booked: -3n } },
        { of: 'x', n: 2n, DKK: { booked: 1n } },
        { of: 'x', n: 'a text', DKK: { booked: 10n } },
        { of: 'x', n: 1000n, DKK: {} },
        { of: 'y', n: 100n, DKK: { booked: 100n } },
      ];
      await platform.commit(rows.map((fields, n) => create(`${here}/${n}`, fields)));
      expect(
        await platform.aggregate({ collection: here, where: [['of', '==', 'x']] }, ['n', 'DKK.booked']),
      ).toEqual({ count: 3n, sums: { n: 9_007_199_254_740_995n, 'DKK.booked': 8n } });
    });

    test('of nothing is nothing', async () => {
      fresh();
      expect(await platform.aggregate({ collection: here }, ['n'])).toEqual({ count: 0n, sums: { n: 0n } });
    });

    test('whose sum does not fit into 64 bits is refused', async () => {
      fresh();
      const most = { n: 9_223_372_036_854_775_807n };
      await platform.commit([create(`${here}/1`, most), create(`${here}/2`, most)]);
      await expect(platform.aggregate({ collection: here }, ['n'])).rejects.toThrow('doubleValue');
    });
  });

  describe('a snapshot', () => {
    test('is of when it was first read, whatever is written after that', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 1n }), create(`${here}/gone`, { n: 5n })]);
      const then = platform.snapshot();
      expect(await then.get([path])).toMatchObject([{ fields: { n: 1n } }]);
      const gone = await read(`${here}/gone`);
      await platform.commit([
        create(`${here}/later`, { n: 70n }),
        { do: 'delete', read: gone },
        { do: 'increment', path, by: { n: 1n } },
      ]);
      const found = await then.query({ collection: here });
      expect(found.map(({ fields }) => fields)).toEqual([{ n: 1n }, { n: 5n }]);
      expect(await then.aggregate({ collection: here }, ['n'])).toEqual({ count: 2n, sums: { n: 6n } });
      expect(await then.get([`${here}/later`, path])).toMatchObject([
        { fields: undefined },
        { fields: { n: 1n } },
      ]);
      expect(await platform.aggregate({ collection: here }, ['n'])).toEqual({
        count: 2n,
        sums: { n: 72n },
      });
    });

    test('is of one moment for all that is asked of it at once', async () => {
      const path = fresh();
      await platform.commit([create(path, { n: 0n })]);
      let isDone = false;
      const writing = (async () => {
        for (let n = 0; !isDone; n += 1)
          await platform.commit([
            create(`${here}/by-${n}`, { n: 1n }),
            { do: 'increment', path, by: { n: 1n } },
          ]);
      })();
      for (let tries = 0; tries < 10; tries += 1) {
        const then = platform.snapshot();
        const [[counter], { count }] = await Promise.all([
          then.get([path]),
          then.aggregate({ collection: here }, []),
        ]);
        expect(counter?.fields?.n).toBe(count - 1n);
      }
      isDone = true;
      await writing;
    });
  });

  describe('publishing', () => {
    test('brings every message with its bytes and all its attributes', async () => {
      const arrived = await place.listen('bank-facts');
      const messages: Message[] = [
        { data: Buffer.from([0, 255, 123]), attributes: { type: 'account.opened', 'content-type': 'x/y' } },
        { data: Buffer.from('{"ø":1}'), attributes: { type: 'card.cleared', empty: '' } },
      ];
      await platform.publish('bank-facts', messages);
      const asText = ({ data, attributes }: Message) => ({
        hex: Buffer.from(data).toString('hex'),
        attributes,
      });
      const seen = (await arrived(2)).map(asText);
      expect(seen).toHaveLength(2);
      expect(seen).toEqual(expect.arrayContaining(messages.map(asText)));
    });

    test('brings 1,500 messages of one call', async () => {
      const arrived = await place.listen('customers');
      const messages = Array.from({ length: 1500 }, (_, n) => ({
        data: Buffer.from(`${n}`),
        attributes: {},
      }));
      await platform.publish('customers', messages);
      const seen = (await arrived(1500)).map(({ data }) => Number(Buffer.from(data).toString()));
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1500 }, (_, n) => n));
    });
  });
});
