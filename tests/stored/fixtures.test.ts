import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { parseEnvelope } from '../../shared/events/event.ts';
import { kinds } from '../../shared/events/kinds.ts';
import { COLLECTIONS, collectionNameOf } from './collections.ts';
import { everything } from './everything.ts';
import { asRecorded, everRecorded, record } from './fixtures.ts';

afterEach(() => void vi.unstubAllGlobals());

// `npm run fixtures`
test.runIf(process.env.COUNTERFOIL_RECORD)('what is published and stored today is recorded', async () => {
  const name = record(new Date().toISOString().slice(0, 10), await everything());
  console.log(name ? `tests/fixtures/${name} is new: commit it.` : 'Nothing is new.');
});

describe.for(everRecorded().map((set) => [set.date, set] as const))('what was recorded on %s', ([, set]) => {
  test.for(set.events.map((event) => [event.type, event] as const))(
    '%s is read, with all that it said',
    ([, event]) => {
      const { type, data } = parseEnvelope(event);
      const kind = kinds.find((each) => each.type === type);
      expect(kind, `${type} may still come from an archive or a queue`).toBeDefined();
      expect(kind && z.encode(kind.data, kind.data.parse(data))).toMatchObject(data as object);
    },
  );

  test.for(set.documents.map((stored) => [stored.path, stored] as const))(
    '%s is read, and would be written with all that it held',
    ([path, { fields }]) => {
      const { schema: _, chunks: _chunks, ...held } = fields;
      const again = COLLECTIONS[collectionNameOf(path)]?.again;
      expect(again, `${path} is still stored`).toBeDefined();
      expect(asRecorded(again?.({ path, fields, version: '1' }) ?? {})).toMatchObject(asRecorded(held));
    },
  );
});

test('every kind of event and every collection is recorded', () => {
  expect(lacking(), 'let everything() come to it, and run npm run fixtures').toEqual([]);
});

/** What no set has; bytes that did not fit into their document are like those that did. */
function lacking(): string[] {
  const sets = everRecorded();
  const types = new Set(sets.flatMap(({ events }) => events.map(({ type }) => type)));
  const names = new Set(sets.flatMap(({ documents }) => documents.map(({ path }) => collectionNameOf(path))));
  return [
    ...kinds.map(({ type }) => type).filter((type) => !types.has(type)),
    ...Object.keys(COLLECTIONS).filter((name) => COLLECTIONS[name]?.again && !names.has(name)),
  ];
}
