import type { Fields, Stored, Write } from './document.ts';

// A document holds at most 1 MiB, its names and other fields included.
const CHUNK_BYTES = 700_000;

type Create = Extract<Write, { do: 'create' }>;
type Created = [Create, ...Create[]];

/** Creates a document with bytes: the first 700 KB in it, the rest in `chunks/1`, `chunks/2`, ... below it. */
export function createInChunks(at: string, bytes: Uint8Array, fields: Fields): Created {
  const [first = new Uint8Array(), ...more] = chunksOf(bytes);
  const { expiresAt } = fields;
  return [
    { do: 'create', path: at, fields: { ...fields, bytes: first, chunks: BigInt(more.length) } },
    ...more.map((chunk, n): Create => {
      return {
        do: 'create',
        path: `${at}/chunks/${n + 1}`,
        fields: { bytes: chunk, ...(expiresAt && { expiresAt }) },
      };
    }),
  ];
}

/** The paths of what the document itself does not hold; mostly none. */
export function chunkPaths({ path, fields }: Stored): string[] {
  return Array.from({ length: Number(fields?.chunks ?? 0n) }, (_, n) => `${path}/chunks/${n + 1}`);
}

export function bytesFrom(document: Stored, chunks: readonly Stored[]): Buffer {
  return Buffer.concat([document, ...chunks].map(({ fields }) => fields?.bytes as Uint8Array));
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
}
