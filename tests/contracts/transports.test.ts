import { expect, test } from 'vitest';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { type Platform, StoreError } from '../../shared/platform/platform.ts';
import {
  encodeId,
  type Fields,
  type Query,
  type Stored,
  type Value,
  type Write,
} from '../../shared/store/document.ts';
import { byGoogleClients, overRest } from './places.ts';

// Google's clients are the oracle: whatever is asked of both, both must answer the same.
const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const OPERATIONS = Number(process.env.COUNTERFOIL_TEST_OPERATIONS ?? 1000);

const { random } = memoryCloud({ seed });
const oneOf = <T>(things: readonly [T, ...T[]]): T => things[random(things.length)] ?? things[0];
const some = <T>(make: () => T, max: number): T[] => Array.from({ length: random(max + 1) }, make);

const COLLECTIONS = ['things', 'things/a/below', 'other/x/below'] as const;
const IDS = ['a', 'b', 'c', 'd', 'with space', 'sl/ash', 'd.ot', 'æ', 'per%cent', 'a:b'] as const;
const KEYS = ['DKK', 'a.b', 'a b', '`', '\\', 'æ', '0', 'clearing:x', "it's"] as const;
const TEXTS = ['', 'x', 'æøå', '😀', '\u0000', 'line\nbreak', '"', '<&>', 'z'.repeat(2000)] as const;
const INTEGERS = [
  0n,
  1n,
  -1n,
  9_007_199_254_740_993n,
  9_223_372_036_854_775_807n,
  -9_223_372_036_854_775_808n,
] as const;

function aValue(depth = 0): Value {
  const plain: readonly [() => Value, ...(() => Value)[]] = [
    () => oneOf(TEXTS),
    () => oneOf(INTEGERS),
    () => oneOf([true, false, null]),
    () => new Date(1_795_428_000_000 + random(1_000_000)),
    () => new Uint8Array(some(() => random(256), 20)),
  ];
  if (depth > 2 || random(4) > 0) return oneOf(plain)();
  if (random(2) === 0) return some(() => oneOf(plain)(), 3);
  return Object.fromEntries(some(() => [oneOf(KEYS), aValue(depth + 1)] as const, 3));
}

const aPath = () => `${oneOf(COLLECTIONS)}/${encodeId(oneOf(IDS))}`;
const someFields = (): Fields => ({
  n: BigInt(random(5)),
  at: oneOf(['1', '2', '3']),
  ids: some(() => oneOf(['x', 'y', 'z']), 2),
  ...(random(2) === 0 && { value: aValue() }),
  ...(random(3) === 0 && { facts: { of: oneOf(['x', 'y']) } }),
});

/** The same for both, but for what each read itself: a version is its own. */
type Operation = (platform: Platform, known: Map<string, Stored>) => Promise<unknown>;

function anOperation(): Operation {
  const kind = random(12);
  if (kind < 3) return aGet();
  if (kind < 6) return aQuery();
  if (kind < 8) return anAggregation();
  return kind < 9 ? aSnapshot() : aCommit();
}

function aGet(): Operation {
  const paths = some(aPath, 4);
  return async (platform, known) => {
    const found = await platform.get(paths);
    for (const stored of found) known.set(stored.path, stored);
    return found.map(told);
  };
}

function aQuery(): Operation {
  const query = someQuery();
  return async (platform, known) => {
    const found = await platform.query(query);
    for (const stored of found) known.set(stored.path, stored);
    return found.map(told);
  };
}

function anAggregation(): Operation {
  const { orderBy: _, startAfter: __, limit: ___, ...matching } = someQuery();
  const sums = some(() => oneOf(['n', 'asOfMs', 'DKK.held', 'ids', 'value', 'nothing']), 3);
  return async (platform) => platform.aggregate(matching, [...new Set(sums)]);
}

/** What is read before and after something changed. */
function aSnapshot(): Operation {
  const [first, second] = [aGet(), oneOf([aGet, aQuery, anAggregation])()];
  const change = aCommit();
  return async (platform, known) => {
    const past = { ...platform, ...platform.snapshot() };
    // What it knows, it knows of the present.
    const before = await first(past, new Map());
    const changed = await outcomeOf(change(platform, known));
    return [before, changed, await second(past, new Map())];
  };
}

function someQuery(): Query {
  const collection = oneOf(COLLECTIONS);
  const direction = oneOf(['asc', 'desc'] as const);
  const limit = 1 + random(5);
  return oneOf<() => Query>([
    () => ({ collection }),
    () => ({ collection, limit, orderBy: [['at', direction]] }),
    () => ({ collection, where: [['at', '==', '2']] }),
    () => ({ collection, where: [['at', '>=', '2']], orderBy: [['at', direction]] }),
    () => ({ collection, where: [['ids', 'array-contains', 'x']] }),
    () => ({ collection, where: [['facts.of', '==', 'x']] }),
    () => ({ collection, orderBy: [['at', direction]], startAfter: ['2', encodeId(oneOf(IDS))], limit }),
    () => ({ collection, startAfter: [encodeId(oneOf(IDS))], limit }),
    () => ({
      collection: 'below',
      everywhere: true,
      where: [['at', '<=', '2']],
      orderBy: [['at', direction]],
    }),
    () => ({
      collection: 'below',
      everywhere: true,
      orderBy: [['at', 'asc']],
      startAfter: ['1', aPathBelow],
      limit,
    }),
  ])();
}

const aPathBelow = 'things/a/below/b';

function aCommit(): Operation {
  const paths = [...new Set(some(aPath, 4))];
  const plans = paths.map((path) => ({ path, kind: random(4), fields: someFields(), by: someIncrements() }));
  const marker = `things/${encodeId(`marker ${random(1_000_000)}`)}`;
  return async (platform, known) => {
    const writes = plans.map(({ path, kind, fields, by }): Write => {
      const read = known.get(path);
      if (kind === 0) return { do: 'increment', path, ...by };
      // Of what it knows to be there, fresh or stale.
      if (read?.fields && kind === 1) return { do: 'delete', read };
      if (read?.fields && kind === 2) return { do: 'replace', read, fields };
      return { do: 'create', path, fields };
    });
    await platform.commit([{ do: 'create', path: marker, fields: { at: '9' } }, ...writes]);
    return 'committed';
  };
}

function someIncrements() {
  const by = Object.fromEntries(
    // A field is a plain word; a key below it is anything.
    some(() => [oneOf(['DKK', 'EUR']), { [oneOf(KEYS)]: BigInt(1 + random(1000)), held: -7n }] as const, 2),
  );
  return { by, ...(random(2) === 0 && { atLeast: { asOfMs: BigInt(random(1000)) } }) };
}

function told({ path, fields }: Stored) {
  return { path, fields };
}

async function outcomeOf(act: Promise<unknown>): Promise<unknown> {
  return act.catch((error: unknown) => {
    if (error instanceof StoreError) return `code ${error.code}`;
    return String(error);
  });
}

test(`both transports answer the same: ${OPERATIONS} operations of seed ${seed}`, async () => {
  const sides = [byGoogleClients(), overRest()].map(({ platform }) => ({
    platform,
    known: new Map<string, Stored>(),
  }));
  const seen = new Map<string, number>();
  for (let n = 0; n < OPERATIONS; n += 1) {
    const operation = anOperation();
    const [oracle, ours] = await Promise.all(
      sides.map(({ platform, known }) => outcomeOf(operation(platform, known))),
    );
    expect(ours, `operation ${n}`).toEqual(oracle);
    const kind = typeof oracle === 'string' ? oracle : 'read';
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
  }
  // It was no test of refusals alone, nor of successes alone.
  for (const kind of ['read', 'committed', 'code 6', 'code 9'])
    expect(seen.get(kind) ?? 0).toBeGreaterThan(0);
}, 600_000);
