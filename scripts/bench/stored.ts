import type { WireFields, WireValue } from '../../shared/platform/rest/value.ts';
import { indexesOf } from '../indexes.ts';
import type { Call } from './wire.ts';

/** What commits wrote to collections of one name, and by how many bytes those grew. */
export type Kept = { readonly writes: number; readonly documentBytes: number; readonly indexBytes: number };
type Size = Omit<Kept, 'writes'>;
type Written = {
  readonly delete?: string;
  readonly update?: { readonly name: string; readonly fields?: WireFields };
  readonly updateMask?: object;
};

const NOTHING: Size = { documentBytes: 0, indexBytes: 0 };

/** Remembers how large each document is, so that what replaces one is counted by what it adds. */
export function openStore(): { keep(calls: readonly Call[]): Record<string, Kept> } {
  const sizes = new Map<string, Size>();
  return {
    keep(calls) {
      const kept: Record<string, Kept> = {};
      for (const { path, request, status } of calls) {
        if (!path.endsWith(':commit') || status !== 200) continue;
        for (const write of (request as { writes: readonly Written[] }).writes) {
          const at = (write.update?.name ?? write.delete ?? '').split('/documents/')[1] ?? '';
          const before = sizes.get(at) ?? NOTHING;
          const after = sizeAfter(write, at, before);
          sizes.set(at, after);
          const collection = at.split('/').at(-2) ?? '';
          const known = kept[collection] ?? { writes: 0, ...NOTHING };
          kept[collection] = {
            writes: known.writes + 1,
            documentBytes: known.documentBytes + after.documentBytes - before.documentBytes,
            indexBytes: known.indexBytes + after.indexBytes - before.indexBytes,
          };
        }
      }
      return kept;
    },
  };
}

function sizeAfter(write: Written, at: string, before: Size): Size {
  if (!write.update) return NOTHING;
  // An increment: a balance has a few numbers, however often it is moved.
  if (write.updateMask) return before;
  return storedBytes(at, write.update.fields ?? {});
}

/**
 * The bytes that Firestore charges for: of the document, and of its entries in single-field indexes.
 * Source: https://firebase.google.com/docs/firestore/storage-size
 */
export function storedBytes(at: string, fields: WireFields): Size {
  const name = nameBytes(at);
  const parent = nameBytes(at.split('/').slice(0, -2).join('/'));
  const collection = at.split('/').at(-2) ?? '';
  const entries = (value: WireValue, field: string): number => {
    const bytes = Math.min(valueBytes(value), INDEXED_BYTES_MAX);
    const elements = 'arrayValue' in value ? (value.arrayValue.values ?? []) : [];
    const own = indexesOf(collection, field, { isArray: 'arrayValue' in value }).map((index) => {
      const around = name + textBytes(field);
      const entry = index.queryScope === 'COLLECTION' ? around + parent + 32 : around + 48;
      if (index.arrayConfig === undefined) return entry + bytes;
      return total(elements.map((element) => entry + Math.min(valueBytes(element), INDEXED_BYTES_MAX)));
    });
    const within = 'mapValue' in value ? Object.entries(value.mapValue.fields ?? {}) : [];
    return total(own) + total(within.map(([key, each]) => entries(each, `${field}.${key}`)));
  };
  return {
    documentBytes: name + fieldsBytes(fields) + 32,
    indexBytes: total(Object.entries(fields).map(([field, value]) => entries(value, field))),
  };
}

// Of a longer value an index holds the beginning.
const INDEXED_BYTES_MAX = 1500;

function nameBytes(at: string): number {
  const ids = at === '' ? [] : at.split('/');
  return total(ids.map((id) => textBytes(decodeURIComponent(id)))) + 16;
}

function fieldsBytes(fields: WireFields): number {
  return total(Object.entries(fields).map(([field, value]) => textBytes(field) + valueBytes(value)));
}

function valueBytes(value: WireValue): number {
  if ('stringValue' in value) return textBytes(value.stringValue);
  if ('bytesValue' in value) return Buffer.byteLength(value.bytesValue, 'base64');
  if ('mapValue' in value) return fieldsBytes(value.mapValue.fields ?? {}) + 32;
  if ('arrayValue' in value) return total((value.arrayValue.values ?? []).map(valueBytes));
  if ('booleanValue' in value || 'nullValue' in value) return 1;
  if ('referenceValue' in value) return nameBytes(value.referenceValue);
  return 8;
}

function textBytes(text: string): number {
  return Buffer.byteLength(text) + 1;
}

function total(figures: readonly number[]): number {
  return figures.reduce((a, b) => a + b, 0);
}
