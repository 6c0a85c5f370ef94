import { describe, expect, test } from 'vitest';
import { bytesFrom, chunkPaths, createInChunks } from './chunks.ts';
import type { Fields, Stored, Write } from './document.ts';

const expiresAt = new Date('2027-01-01T00:00:00.000Z');

/** Bytes that differ by place, so that a chunk out of its order would show. */
function someBytes(length: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: Math.ceil(length / 4) }, (_, n) => n).buffer).subarray(
    0,
    length,
  );
}

function stored(writes: readonly Write[]): Stored[] {
  return writes.map((write) => {
    if (write.do !== 'create') throw new Error('not created');
    return { path: write.path, fields: write.fields, version: '1' };
  });
}

describe('bytes that may not fit into one document', () => {
  test.each([
    [0, 1],
    [699_999, 1],
    [700_000, 1],
    [700_001, 2],
    [1_400_001, 3],
  ])('%i bytes are kept in %i documents and come back as they were', (length, documents) => {
    const bytes = someBytes(length);
    const [first, ...more] = stored(createInChunks('deliveries/1', bytes, { expiresAt }));
    if (!first) throw new Error('nothing created');
    expect(more).toHaveLength(documents - 1);
    expect(chunkPaths(first)).toEqual(more.map(({ path }) => path));
    expect(bytesFrom(first, more).equals(bytes)).toBe(true);
  });

  test('no document comes near the 1 MiB that Firestore takes', () => {
    const sizes = stored(createInChunks('deliveries/1', someBytes(3_000_000), {})).map(
      (document) => bytesFrom(document, []).length,
    );
    expect(sizes).toEqual([700_000, 700_000, 700_000, 700_000, 200_000]);
  });

  test('the chunks below expire with the document', () => {
    const fields = (n: number): Fields | undefined =>
      stored(createInChunks('a/1', someBytes(700_001), { expiresAt }))[n]?.fields;
    expect(fields(0)?.expiresAt).toEqual(expiresAt);
    expect(fields(1)?.expiresAt).toEqual(expiresAt);
  });

  test('a document without chunks has none to read', () => {
    expect(chunkPaths({ path: 'a/1', fields: undefined, version: undefined })).toEqual([]);
  });
});
