import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { COLLECTIONS, collectionNameOf } from './collections.ts';
import { everything } from './everything.ts';

afterEach(() => void vi.unstubAllGlobals());

const SOURCES = readdirSync('shared/store').filter((name) => /(?<!\.test)\.ts$/.test(name));

test('every collection that a store names says who may read it', () => {
  const named = SOURCES.flatMap((name) => namedIn(readFileSync(`shared/store/${name}`, 'utf8')));
  expect(named.length).toBeGreaterThan(30); // it reads them
  expect([...new Set(named)].filter((name) => !(name in COLLECTIONS))).toEqual([]);
});

test('so does every collection that is written in a story in which everything happens', async () => {
  const { written, documents } = await everything();
  const names = [...written, ...documents.keys()].map(collectionNameOf);
  expect([...new Set(names)].filter((name) => !(name in COLLECTIONS))).toEqual([]);
  // And nothing says so that nobody knows of: what is too long for one document is not in the story.
  const isStory = (name: string) => !name.endsWith('/chunks');
  expect(Object.keys(COLLECTIONS).filter((name) => isStory(name) && !names.includes(name))).toEqual([]);
});

/** The collections in `path('accounts', accountId, 'balances', shard)` and the like, and in `collection: 'accounts'`. */
function namedIn(source: string): string[] {
  const calls = [...source.matchAll(/(?<![\w.])path\(((?:[^()]|\([^()]*\))*)\)/g)].map(([, args = '']) => {
    const flat = args.replaceAll(/\[[^\]]*\](\.\w+\([^)]*\))?|\([^()]*\)|`[^`]*`/g, '_');
    const names = flat.split(',').filter((_, n) => n % 2 === 0);
    return names.flatMap((name) => name.match(/'([^']+)'/)?.[1] ?? []).join('/*/');
  });
  const queries = [...source.matchAll(/collection: '([^']+)'(?!, everywhere|,\s+everywhere)/g)].map(
    ([, name = '']) => name,
  );
  return [...calls, ...queries].filter((name) => name !== '');
}
